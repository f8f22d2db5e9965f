import { parseArgs } from 'node:util';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import { DAY, HOUR } from './alerts/shapes/load-series.ts';
import { simulatedVpc } from './year/estate.ts';
import { runYear } from './year/run-year.ts';
import { sumsOf, yearTable } from './year/sums.ts';

/**
 * `npm run bench:year`: a year of VPCs in which subnets run out, from scans every five minutes to the channel of a Slack app,
 * with the default policy. Prints what people are notified of for each incident. `--vpcs` and `--days` say how much;
 * `--seed` chooses other VPCs; `--acknowledge` has a person acknowledge critical alerts after 20 minutes; `--at-most 1.3`
 * fails if there are more notifications an incident; `--each` lists the messages; `--quick`
 * scans less often while nothing happens, or something takes days.
 */
const { values } = parseArgs({
  options: {
    vpcs: { type: 'string', default: '8' },
    days: { type: 'string', default: '365' },
    seed: { type: 'string', default: '1' },
    acknowledge: { type: 'boolean', default: false },
    each: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    'at-most': { type: 'string' },
  },
});
const [vpcs, days, seed] = [Number(values.vpcs), Number(values.days), Number(values.seed)];
const start = Date.UTC(2026, 0, 5);
const years = [];
for (let index = 0; index < vpcs; index++) {
  const vpc = simulatedVpc(seed * 10_000 + index, start, days);
  years.push(
    await runYear(vpc, {
      start,
      days,
      policy: DEFAULT_POLICY,
      acknowledges: values.acknowledge,
      quick: values.quick,
    }),
  );
}
if (values.each)
  for (const [index, { happenings, shown }] of years.entries()) {
    console.log(`\nVPC ${index}`);
    const lines = [
      ...happenings.map(({ from, full, over, kind, top }) => ({
        at: from,
        text: `== ${kind}, ${((full - from) / HOUR).toFixed(1)} h to ${(100 * top).toFixed(0)} %, over ${new Date(over).toISOString()}`,
      })),
      ...shown.map(({ at, kind, text }) => ({ at, text: `${kind}: ${text}` })),
    ];
    for (const { at, text } of lines.toSorted((a, b) => a.at - b.at))
      console.log(`${new Date(at).toISOString().slice(0, 16)}  ${text}`);
  }
const sums = sumsOf(years);
console.log(
  `== ${vpcs} VPCs of 3 subnets, ${days} days, a scan every 5 minutes${values.quick ? ' while something happens' : ''} (${((days * DAY) / 300_000) * vpcs} scans)\n`,
);
console.log(yearTable(sums));
const limit = values['at-most'];
if (limit !== undefined && !(sums.notificationsPerIncident <= Number(limit))) {
  console.error(`more than ${limit} notifications for each incident`);
  process.exit(1);
}

import { parseArgs } from 'node:util';
import { BASELINES } from './alerts/baselines.ts';
import { type Replayed, replayOf } from './alerts/headroom-alarm.ts';
import { saidOf } from './alerts/probabilities.ts';
import { quantile, scoreOf } from './alerts/score.ts';
import {
  type AlarmRow,
  calmTable,
  drainTable,
  furtherDrainTables,
  notificationLine,
  podTable,
  probabilityTable,
  rescueLines,
  staircaseTable,
} from './alerts/sections.ts';
import { type EventSet, eventSeries } from './alerts/shapes/events.ts';
import { judgingRhythm, judgingSeries } from './alerts/shapes/judging.ts';
import type { LoadSeries } from './alerts/shapes/load-series.ts';
import { type Half, podCountSeries } from './alerts/shapes/pod-counts.ts';
import { tuningRhythm, tuningSeries } from './alerts/shapes/tuning.ts';
import { secondTuningSeries } from './alerts/shapes/tuning-second.ts';
import { atFalseRates, URGENCIES } from './alerts/sweep.ts';
import { scoreTable } from './alerts/table.ts';

/**
 * `npm run bench:alerts`: replays load shapes through Headroom with its default policy and through the alarms that users
 * would otherwise set. Families: `smooth` growth and surges, `events` (drains of every length and shape, half a drain,
 * rollouts, plateaus, rescues), and with `--pods FILE` recorded pod counts. `--set tuning` and `--set tuning-second` show
 * what the limits were chosen on; `--each` is how many series of every kind and size; `--no-sweep` leaves out the leads at
 * fixed rates of false alarms, which take as long as the rest.
 */
const { values } = parseArgs({
  allowNegative: true,
  options: {
    set: { type: 'string', default: 'judging' },
    each: { type: 'string', default: '10' },
    family: { type: 'string', default: 'smooth,events' },
    pods: { type: 'string' },
    sweep: { type: 'boolean', default: true },
  },
});

const sets: Readonly<
  Record<string, { smooth: (count: number) => LoadSeries[]; events: EventSet; pods: Half }>
> = {
  judging: {
    smooth: judgingSeries,
    events: { name: 'judging', seed: 700_001, rhythm: judgingRhythm, from: Date.UTC(2026, 9, 5) },
    pods: 'judging',
  },
  tuning: {
    smooth: tuningSeries,
    events: { name: 'tuning', seed: 1, rhythm: tuningRhythm, from: Date.UTC(2026, 2, 2) },
    pods: 'tuning',
  },
  'tuning-second': {
    smooth: secondTuningSeries,
    events: { name: 'second', seed: 300_007, rhythm: tuningRhythm, from: Date.UTC(2026, 5, 1) },
    pods: 'tuning',
  },
};
const chosen = sets[values.set];
const count = Number(values.each);
const families = values.family.split(',').filter((family) => family !== '');
if (
  chosen === undefined ||
  !Number.isInteger(count) ||
  count < 1 ||
  families.some((family) => !['smooth', 'events', 'none'].includes(family))
) {
  console.error(
    'usage: npm run bench:alerts -- [--set judging|tuning|tuning-second] [--each COUNT] [--family smooth,events|none] [--pods FILE] [--no-sweep]',
  );
  process.exit(2);
}

interface Replays {
  readonly replays: readonly { series: LoadSeries; replayed: Replayed }[];
  readonly alarms: readonly AlarmRow[];
}

const replayAll = (
  all: readonly LoadSeries[],
  pick: (replayed: Replayed) => Replayed['episodes'],
): Replays => {
  const replays = all.map((series) => ({ series, replayed: replayOf(series) }));
  return {
    replays,
    alarms: [
      {
        name: 'Headroom, default policy',
        results: replays.map(({ series, replayed }) => ({ series, episodes: pick(replayed) })),
      },
      ...BASELINES.map(({ name, alarm }) => ({
        name,
        results: all.map((series) => ({ series, episodes: alarm(series) })),
      })),
    ],
  };
};

const printSweep = (all: readonly LoadSeries[]): void => {
  if (!values.sweep) return;
  const rates = [0.02, 0.1, 0.5];
  console.log(`\nlead h p50 (missed) at false episodes a subnet-month of ${rates.join(', ')}`);
  for (const urgency of URGENCIES) {
    const points = atFalseRates(all, urgency, rates);
    const cells = points.map(({ leads, missed }) =>
      leads.length === 0 ? '-' : `${(quantile(leads, 0.5) ?? 0).toFixed(1)} (${missed} of ${leads.length})`,
    );
    console.log(`${urgency.name.padEnd(30)}  ${cells.map((cell) => cell.padEnd(18)).join('')}`.trimEnd());
  }
};

if (families.includes('smooth')) {
  const all = chosen.smooth(count);
  const started = process.cpuUsage();
  const { replays, alarms } = replayAll(all, ({ episodes }) => episodes);
  const { user, system } = process.cpuUsage(started);
  const points = all.reduce((sum, { samples }) => sum + samples.length, 0);
  console.log(
    `== smooth: ${all.length} series of the ${values.set} set, ${points.toLocaleString('en')} points of 5 minutes; lead times p50 / p5\n`,
  );
  console.log(scoreTable(alarms.map(({ name, results }) => ({ name, score: scoreOf(results) }))));
  console.log(notificationLine(replays));
  console.log(probabilityTable(all.flatMap((series) => saidOf(series, 24))));
  console.log(
    `all alarms: ${(((user + system) / 1000) * (17_280 / points)).toFixed(0)} ms of CPU for 60 days of 5-minute points`,
  );
  printSweep(all);
}
if (families.includes('events')) {
  const all = eventSeries(chosen.events, Math.max(1, Math.round(count / 10)));
  // On a plateau and after a rescue it is the forecast that is judged: few addresses left is true, and another rule's to say.
  const { replays, alarms } = replayAll(all, ({ episodes }) => episodes);
  const [headroom, ...others] = alarms;
  const foreseen = {
    name: 'Headroom, without thresholds',
    results: replays.map(({ series, replayed }) => ({ series, episodes: replayed.foreseen })),
  };
  console.log(`\n== events: ${all.length} series of the ${values.set} set\n`);
  console.log(drainTable(alarms));
  console.log(`\n${staircaseTable(alarms)}`);
  console.log(`\n${furtherDrainTables(alarms)}`);
  console.log(`\n${calmTable(headroom === undefined ? [] : [headroom, foreseen, ...others])}`);
  console.log(rescueLines(replays));
  console.log(notificationLine(replays));
  console.log(probabilityTable(all.flatMap((series) => saidOf(series, 12))));
  printSweep(all);
}
if (values.pods !== undefined) {
  const all = podCountSeries(values.pods, chosen.pods);
  const { replays, alarms } = replayAll(all, ({ episodes }) => episodes);
  const dry = all.filter(({ exhaustedAt }) => exhaustedAt !== null).length;
  console.log(`\n== pod counts: ${all.length} series (${values.set} half), ${dry} of which run out\n`);
  console.log(podTable(alarms));
  console.log(notificationLine(replays));
  console.log(probabilityTable(all.flatMap((series) => saidOf(series, 12))));
  printSweep(all);
}

import { parseArgs } from 'node:util';
import { BASELINES } from './alerts/baselines.ts';
import { headroomAlarm } from './alerts/headroom-alarm.ts';
import { scoreOf } from './alerts/score.ts';
import { judgingSeries } from './alerts/shapes/judging.ts';
import type { LoadSeries } from './alerts/shapes/load-series.ts';
import { tuningSeries } from './alerts/shapes/tuning.ts';
import { secondTuningSeries } from './alerts/shapes/tuning-second.ts';
import { scoreTable } from './alerts/table.ts';

/**
 * `npm run bench:alerts`: replays load shapes through Headroom with its default policy and through the alarms that users
 * would otherwise set. `--set tuning` and `--set tuning-second` show the shapes that the limits were chosen on, `--each 20`
 * more series of every kind and size.
 */
const { values } = parseArgs({
  options: { set: { type: 'string', default: 'judging' }, each: { type: 'string', default: '10' } },
});
const sets: Readonly<Record<string, (count: number) => LoadSeries[]>> = {
  judging: judgingSeries,
  tuning: tuningSeries,
  'tuning-second': secondTuningSeries,
};
const chosen = sets[values.set];
const count = Number(values.each);
if (chosen === undefined || !Number.isInteger(count) || count < 1) {
  console.error('usage: npm run bench:alerts -- [--set judging|tuning|tuning-second] [--each COUNT]');
  process.exit(2);
}

const all = chosen(count);
const alarms = [
  { name: 'Headroom, default policy', alarm: (series: LoadSeries) => headroomAlarm(series) },
  ...BASELINES,
];
const started = process.cpuUsage();
let replayed = 0;
const rows = alarms.map(({ name, alarm }, index) => {
  const results = all.map((series) => ({ series, episodes: alarm(series) }));
  if (index === 0) {
    const { user, system } = process.cpuUsage(started);
    replayed = (user + system) / 1000;
  }
  return { name, score: scoreOf(results) };
});
const points = all.reduce((sum, { samples }) => sum + samples.length, 0);

console.log(
  `${all.length} series of the ${values.set} set, ${points.toLocaleString('en')} points of 5 minutes; lead times p50 / p5\n`,
);
console.log(scoreTable(rows));
console.log(
  `\nreplay: ${(replayed / all.length).toFixed(0)} ms of CPU a series, ${((replayed * 17_280) / points).toFixed(0)} ms for 60 days of 5-minute points`,
);

import { HistoryBuilder } from '../../shared/model/forecast/supply-history.ts';
import { forecastCost } from './alerts/forecast-cost.ts';
import { METHODS, type Method } from './alerts/methods.ts';
import { type Episode, scoreOf } from './alerts/score.ts';
import { judgingSeries } from './alerts/shapes/judging.ts';
import { HOUR, type LoadSeries } from './alerts/shapes/load-series.ts';
import { scoreTable } from './alerts/table.ts';

/**
 * `npm run bench:forecast`: forecasting methods side by side on the judging shapes, without surges (which are not for a
 * forecast by the day to see). The same alarm around each: expected within 8 days, for two hours; over when it is expected
 * later than in 10 days and no longer deemed possible. Before that, what a forecast costs beside a floor in the same run; `0`
 * for the number of series prints nothing else. It fails where a forecast costs more than its limits.
 */
const EACH = Number(process.argv[2] ?? 6);
const WITHIN_DAYS = 8;
const CLEAR_DAYS = 10;

let calls = 0;
const episodesOf = (series: LoadSeries, method: Method): Episode[] => {
  const history = new HistoryBuilder();
  const episodes: Episode[] = [];
  let hour = 0;
  let since: number | null = null;
  let from: number | null = null;
  for (const sample of series.samples.toSorted((a, b) => a.at - b.at)) {
    history.add(sample);
    const now = sample.at;
    if (Math.floor(now / HOUR) === hour) continue;
    hour = Math.floor(now / HOUR);
    calls++;
    const { days, possible } = method(history.history(), series.capacity, now);
    if (from !== null) {
      if (possible || (days !== null && days <= CLEAR_DAYS)) continue;
      episodes.push({ from, to: now });
      from = null;
      since = null;
    } else if (days !== null && days <= WITHIN_DAYS) {
      since ??= now;
      if (now - since >= 2 * HOUR) from = now;
    } else since = null;
  }
  if (from !== null) episodes.push({ from, to: Number.POSITIVE_INFINITY });
  return episodes;
};

const cost = forecastCost();
console.log(cost.text);
if (!cost.isWithinLimits) process.exitCode = 1;

const all = judgingSeries(EACH).filter(({ kind }) => kind !== 'surge');
const rows = METHODS.map(({ name, method }) => {
  calls = 0;
  const started = process.cpuUsage();
  const score = scoreOf(all.map((series) => ({ series, episodes: episodesOf(series, method) })));
  const { user } = process.cpuUsage(started);
  return { name: `${name}, ${Math.round(user / calls)} us`, score };
});
if (all.length > 0) console.log(`\n${all.length} series of the judging set\n\n${scoreTable(rows)}`);

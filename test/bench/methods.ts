import { forecast } from '../../shared/model/forecast/forecast.ts';
import { HistoryBuilder } from '../../shared/model/forecast/supply-history.ts';
import type { SupplyHistory } from '../../shared/model/result/forecast.ts';
import { HORIZONS, pastWindows } from './alerts/probabilities.ts';
import { DAY, HOUR, type LoadSeries } from './alerts/shapes/load-series.ts';
import { podCountSeries } from './alerts/shapes/pod-counts.ts';

/**
 * `npm run bench:methods -- FILE`: what this forecast said of recorded pod counts, and the past that it had, as lines of JSON. They
 * are read by `test/bench/methods/compare.py`, which makes the table of decision 34 with the methods of statsforecast. It reads
 * the tuning half only.
 */
const EVERY_HOURS = 48;
const FIRST_DAYS = 7;
const PAST_HOURS = 28 * 24;

/** The lowest value of each hour, the oldest first; an hour without a measurement has that of the hour before it. */
const lowsOf = ({ hourly }: SupplyHistory, now: number): number[] => {
  const lows: number[] = [];
  let next = 0;
  for (const { hour, minimum } of hourly) {
    if (hour + HOUR > now) break;
    for (; next !== 0 && next < hour; next += HOUR) lows.push(lows.at(-1) ?? minimum);
    lows.push(minimum);
    next = hour + HOUR;
  }
  return lows.slice(-PAST_HOURS);
};

const linesOf = (series: LoadSeries): string[] => {
  const history = new HistoryBuilder();
  const lines: string[] = [];
  const first = series.samples[0]?.at ?? 0;
  const end = series.exhaustedAt ?? series.samples.at(-1)?.at ?? 0;
  let next = first + FIRST_DAYS * DAY;
  for (const { at, value } of series.samples.toSorted((a, b) => a.at - b.at)) {
    history.add({ at, value });
    if (at < next || at >= end) continue;
    next = at + EVERY_HOURS * HOUR;
    const past = history.history();
    const said = forecast(past, series.capacity, at).probabilityWithin;
    const isOpen = series.exhaustedAt === null;
    lines.push(
      JSON.stringify({
        series: series.name,
        months: (end - first) / (30 * DAY),
        capacity: series.capacity,
        left: value,
        lows: lowsOf(past, at),
        hour: (at - first) / HOUR,
        exhaustedAfterHours: isOpen ? null : (end - at) / HOUR,
        // What happens within a horizon that ends after the record is not known.
        happened: HORIZONS.map((hours) =>
          isOpen ? (end - at >= hours * HOUR ? false : null) : end - at <= hours * HOUR,
        ),
        headroom: said === null ? null : [said['24h'], said['72h'], said['7d']],
        windows: HORIZONS.map((hours) => pastWindows(past, hours)),
      }),
    );
  }
  return lines;
};

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: npm run --silent bench:methods -- FILE > said.ndjson');
  process.exit(2);
}
for (const series of podCountSeries(path, 'tuning')) for (const line of linesOf(series)) console.log(line);

import { forecast } from '../../../shared/model/forecast/forecast.ts';
import { lossOfLows } from '../../../shared/model/forecast/trend-segment.ts';
import type { HourlyPoint, SupplyHistory } from '../../../shared/model/result/forecast.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';
import { DAY, HOUR } from './shapes/load-series.ts';

/** What a method says: days until nothing is left, or `null`; and whether it still deems that possible. */
export interface Outcome {
  readonly days: number | null;
  readonly possible: boolean;
}

export type Method = (history: SupplyHistory, capacity: number, now: number) => Outcome;

const NOT_EXPECTED: Outcome = { days: null, possible: false };

const since = ({ hourly }: SupplyHistory, now: number, days: number): HourlyPoint[] =>
  hourly.filter(({ hour }) => hour >= now - days * DAY && hour + HOUR <= now);

/** The lowest value of each of the last days, the newest first. */
const dailyLows = (history: SupplyHistory, now: number, days: number): number[] => {
  const lows = new Array<number>(days).fill(Number.NaN);
  for (const { hour, minimum } of since(history, now, days)) {
    const day = Math.floor((now - hour - 1) / DAY);
    const known = lows[day] ?? Number.NaN;
    lows[day] = Number.isNaN(known) ? minimum : Math.min(known, minimum);
  }
  const first = lows.findIndex(Number.isNaN);
  return first < 0 ? lows : lows.slice(0, first);
};

const untilNothing = (left: number, lossPerDay: number): Outcome =>
  lossPerDay <= 0 ? NOT_EXPECTED : { days: left / lossPerDay, possible: left / lossPerDay < 10 };

/** Least squares through the hourly means of the last three days. */
const leastSquares: Method = (history, _capacity, now) => {
  const points = since(history, now, 3);
  if (points.length < 36) return NOT_EXPECTED;
  const n = points.length;
  const meanX = points.reduce((sum, { hour }) => sum + (hour - now) / DAY, 0) / n;
  const meanY = points.reduce((sum, { mean }) => sum + mean, 0) / n;
  let [xx, xy] = [0, 0];
  for (const { hour, mean } of points) {
    const x = (hour - now) / DAY - meanX;
    xx += x * x;
    xy += x * (mean - meanY);
  }
  return untilNothing(meanY - (xy / xx) * meanX, -xy / xx);
};

/** The median slope between all pairs of the daily lows of two weeks. */
const theilSen: Method = (history, _capacity, now) => {
  const lows = dailyLows(history, now, 14);
  return lows.length < 3 ? NOT_EXPECTED : untilNothing(lows[0] ?? 0, lossOfLows(lows));
};

/** Holt's double exponential smoothing of the daily lows, with the usual hand-set weights. */
const holt: Method = (history, _capacity, now) => {
  const lows = dailyLows(history, now, 28).toReversed();
  if (lows.length < 3) return NOT_EXPECTED;
  let level = lows[0] ?? 0;
  let trend = 0;
  for (const low of lows.slice(1)) {
    const before = level;
    level = 0.5 * low + 0.5 * (level + trend);
    trend = 0.2 * (level - before) + 0.8 * trend;
  }
  return untilNothing(level, -trend);
};

/** This week's lows against last week's: a seasonal naive forecast with drift. */
const weekOnWeek: Method = (history, _capacity, now) => {
  const lows = dailyLows(history, now, 14);
  if (lows.length < 14) return NOT_EXPECTED;
  const loss = lows.slice(0, 7).map((low, day) => ((lows[day + 7] ?? low) - low) / 7);
  return untilNothing(Math.min(...lows.slice(0, 7)), loss.reduce((sum, one) => sum + one, 0) / 7);
};

/** Two hundred walks made of past changes of the daily low, three days at a time. */
const blockBootstrap: Method = (history, _capacity, now) => {
  const lows = dailyLows(history, now, 28);
  if (lows.length < 5) return NOT_EXPECTED;
  const changes = lows.slice(0, -1).map((low, day) => low - (lows[day + 1] ?? low));
  const random = seededRandom(7);
  const ends: number[] = [];
  for (let path = 0; path < 200; path++) {
    let left = lows[0] ?? 0;
    for (let day = 1; day <= 30; ) {
      const start = Math.floor(random() * Math.max(1, changes.length - 2));
      for (const change of changes.slice(start, start + 3).reverse()) {
        left += change;
        if (left <= 0) {
          ends.push(day);
          day = 99;
          break;
        }
        day++;
      }
    }
  }
  ends.sort((a, b) => a - b);
  return { days: ends[99] ?? null, possible: ends.filter((end) => end <= 8).length >= 30 };
};

const trendPaths: Method = (history, capacity, now) => {
  const { exhaustionAt, probabilityWithin } = forecast(history, capacity, now);
  return {
    days: exhaustionAt === null ? null : (Date.parse(exhaustionAt) - now) / DAY,
    possible: (probabilityWithin?.['7d'] ?? 0) >= 0.15,
  };
};

export const METHODS: readonly { readonly name: string; readonly method: Method }[] = [
  { name: 'least squares, 3 days', method: leastSquares },
  { name: 'Theil-Sen, daily lows, 14 days', method: theilSen },
  { name: 'Holt, daily lows', method: holt },
  { name: 'week on week', method: weekOnWeek },
  { name: 'block bootstrap, daily lows', method: blockBootstrap },
  { name: 'trend-paths', method: trendPaths },
];

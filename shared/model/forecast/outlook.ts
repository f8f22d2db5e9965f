import { elementAt } from '../base/element-at.ts';
import { largestOf, smallestOf } from '../base/extremes.ts';
import type { SupplyHistory } from '../result/forecast.ts';
import { type Climb, climbOf } from './climb.ts';
import { type SteadyPast, steadyPast } from './drain.ts';
import { usualGainOf } from './firm-trend.ts';
import { type HourlyGrid, hourlyGrid, median, RunningMeans } from './hourly-grid.ts';
import { type Falls, fallsOf, lowest } from './jumps.ts';
import { type Recovery, recoveryOf } from './recovery.ts';
import { Rhythm } from './rhythm.ts';
import { HOUR } from './supply-history.ts';
import {
  BLOCK_HOURS,
  BLOCKS_PER_DAY,
  lossInStairs,
  lossOfLows,
  noiseOf,
  type TrendSegment,
  trendSegmentOf,
} from './trend-segment.ts';

/** How many futures are drawn. Two hundred tell a probability to about three points. */
export const PATHS = 200;
/** No further than this, in days: a supply that lasts a month needs no alert. */
export const HORIZON_DAYS = 30;
/** Less cannot tell growth from the time of day. */
export const FEWEST_HOURS = 48;
/** Nothing measured for this long: whatever was known is no longer so. */
export const STALE_HOURS = 24;
/**
 * The futures start from four lookbacks: the trend segment as it looks now, and as it looked 6, 12 and 18 hours ago. Most of
 * them must agree before exhaustion is expected, so that no single odd stretch of hours decides.
 */
const LOOKBACK_HOURS = [0, 6, 12, 18] as const;
/**
 * What has lasted for a day lasts for another seven with even chance: young trends are believed less far ahead. Before a
 * whole week has been seen, a working day after a weekend looks like a trend: one more day, then.
 */
const PERSISTENCE = 7;
const PERSISTENCE_UNSEEN_WEEK = 1;
const WEEK_SEEN_HOURS = 8 * 24;
/** Of the futures of an unsettled level, this share climbs on. */
const CLIMBING_SHARE = 0.2;
/**
 * The error of a line says how well it fits, and not that growth stays as fast. Growth gets faster or slower by this share of its
 * pace, as one standard error.
 */
const PACE_CHANGES = 0.2;
/** Low water is learned from this many days. */
const LOW_WATER_DAYS = 14;
/** Addresses are whole: below half of one there is none. */
const NOTHING_LEFT = 0.5;

/** What the closed hours say of the future. It holds for a whole hour, so it is computed once an hour. */
export type Outlook =
  | { readonly known: false; readonly reason: string }
  | {
      readonly known: true;
      /** Epoch milliseconds that the days below count from: the end of the last closed hour. */
      readonly from: number;
      /** Days until each future ran out, ascending; futures that do not within the horizon are absent. */
      readonly exhaustedAfter: readonly number[];
      /** Of the newest lookback. */
      readonly segment: TrendSegment;
      /** The mean over the lookbacks: what is lost per day. */
      readonly lossPerDay: number;
      /** The same of what the trend has taken since it began. */
      readonly taken: number;
      /** What is left at the day's low, on an ordinary day, now. */
      readonly lowWater: number;
      /** The lowest value of the last day and week, since room last came back; `NaN`: not known. */
      readonly lowestOfDay: number;
      readonly lowestOfWeek: number;
      readonly grid: HourlyGrid;
      readonly falls: Falls;
      readonly steady: SteadyPast;
      readonly recovery: Recovery;
      /** What came back from one day to the next, as a habit. */
      readonly usualGain: number;
      /** For how many days the supply has not changed. */
      readonly stillDays: number;
    };

/** One trend segment and how its days dip below it. */
interface Lookback {
  readonly hoursAgo: number;
  readonly segment: TrendSegment;
  /** Where the segment is a climb after a level. */
  readonly climb: Climb | null;
  readonly lossPerDay: number;
  /** The standard error of what will be lost per day. */
  readonly error: number;
  /** Level at the end of the last closed hour. */
  readonly level: number;
  /** How far each of the last days dipped below its level: zero or less. */
  readonly dailyDips: readonly number[];
}

/** Reads the closed hours and draws the futures. Deterministic: chance comes from fixed, evenly spread numbers. */
export const outlookOf = (history: SupplyHistory, capacity: number, now: number): Outlook => {
  const grid = hourlyGrid(history, now);
  const hours = grid?.mean.length ?? 0;
  if (grid === null || hours < FEWEST_HOURS)
    return {
      known: false,
      reason: `It needs ${FEWEST_HOURS} hours of measurements and has ${hours}.`,
    };
  const silent = hours - 1 - grid.mean.findLastIndex((value) => !Number.isNaN(value));
  if (silent >= STALE_HOURS)
    return { known: false, reason: `Nothing has been measured for ${silent} hours.` };

  const rhythm = new Rhythm(grid);
  const recovery = recoveryOf(grid, capacity);
  const steady = steadyPast(grid, rhythm, recovery.all);
  const levels = new RunningMeans(steady.grid.mean);
  const seen = {
    from: (grid.firstHour + hours) * HOUR,
    lowestOfDay: lowest(grid.low, Math.max(hours - 24, recovery.from), hours),
    lowestOfWeek: lowest(grid.low, Math.max(0, hours - 7 * 24, recovery.from), hours),
    grid,
    falls: fallsOf(grid),
    steady,
    recovery,
    usualGain: usualGainOf(grid),
    stillDays: stillDays(grid, capacity),
  };
  const lookbacks = thoseThatSee(
    LOOKBACK_HOURS.flatMap((ago) => lookbackAt(grid, levels, { capacity, ago, from: recovery.from }) ?? []),
  );
  const newest = lookbacks[0];
  if (newest === undefined) {
    if (recovery.from === 0)
      return { known: false, reason: 'Too much of the last two days is missing to see a trend.' };
    return { known: true, ...seen, ...noTrend((hours - recovery.from) / 24, seen.lowestOfDay) };
  }
  const still = seen.stillDays;
  if (still >= STILL_DAYS && newest.segment.days < STILL_OUTWEIGHS * still)
    return { known: true, ...seen, ...noTrend(still, seen.lowestOfDay) };

  const exhaustedAfter = drawFutures(lookbacks, {
    persistence: hours < WEEK_SEEN_HOURS ? PERSISTENCE_UNSEEN_WEEK : PERSISTENCE,
    phase: lowPhase(grid),
    amplitude: rhythm.amplitude,
  });
  return {
    known: true,
    ...seen,
    exhaustedAfter,
    segment: newest.segment,
    lossPerDay: lookbacks.reduce((sum, { lossPerDay }) => sum + lossPerDay, 0) / lookbacks.length,
    taken:
      lookbacks.reduce((sum, { lossPerDay, segment }) => sum + lossPerDay * segment.days, 0) /
      lookbacks.length,
    lowWater: Math.max(0, newest.level + median(newest.dailyDips)),
  };
};

type Trend = Pick<
  Extract<Outlook, { known: true }>,
  'exhaustedAfter' | 'segment' | 'lossPerDay' | 'taken' | 'lowWater'
>;

/** After room came back, and while nothing changes, there is no trend to go on. */
const noTrend = (days: number, level: number): Trend => ({
  exhaustedAfter: [],
  segment: { lossPerDay: 0, error: 0, level, days, settled: true, lossIfClimbing: 0, errorIfClimbing: 0 },
  lossPerDay: 0,
  taken: 0,
  lowWater: level,
});

/** A supply that has not changed for a day is not running out, unless the trend is this many times older. */
const STILL_DAYS = 1;
const STILL_OUTWEIGHS = 3;
/** Less than one address, or this share of the capacity, is no change. */
const STILL_COUNT = 0.5;
const STILL_SHARE = 0.002;

/** For how many days the supply has not changed. An hour that was not measured is no sign of either. */
const stillDays = ({ mean, low }: HourlyGrid, capacity: number): number => {
  const tolerance = Math.max(STILL_COUNT, STILL_SHARE * capacity);
  const newest = mean.findLastIndex((value) => !Number.isNaN(value));
  const level = elementAt(mean, newest);
  let hours = 0;
  for (let index = newest; index >= 0; index--) {
    const [middle, least] = [elementAt(mean, index), elementAt(low, index)];
    if (Number.isNaN(middle)) continue;
    if (Math.abs(middle - level) > tolerance || Math.abs(least - level) > tolerance) break;
    hours += 1;
  }
  return hours / 24;
};

/** Means of six hours each, the newest first. */
const blocksUntil = (levels: RunningMeans, from: number, end: number): number[] => {
  const blocks: number[] = [];
  for (let to = end; to >= from + BLOCK_HOURS; to -= BLOCK_HOURS)
    blocks.push(levels.mean(to - BLOCK_HOURS, to));
  return blocks;
};

const lookbackAt = (
  grid: HourlyGrid,
  levels: RunningMeans,
  {
    capacity,
    ago: hoursAgo,
    from,
  }: { readonly capacity: number; readonly ago: number; readonly from: number },
): Lookback | null => {
  const end = grid.mean.length - hoursAgo;
  const blocks = blocksUntil(levels, from, end);
  // Each lookback judges the noise for itself: with one judgement for all, alerts flapped (measured on the tuning set).
  const noise = noiseOf(blocks, capacity);
  const line = trendSegmentOf(blocks, noise);
  if (line === null) return null;
  const found = climbOf(blocks, noise);
  const climb =
    found !== null && (!line.settled || found.lossPerDay >= STEEPER * line.lossPerDay) ? found : null;
  const current = climb === null ? line : { ...line, ...climb, settled: true };
  const stairs = lossInStairs(blocks, noise);
  const segment = stairs !== null && stairs > current.lossPerDay ? inStairs(current, stairs) : current;

  const lows: number[] = [];
  const dailyDips: number[] = [];
  for (let day = 0; (day + 1) * 24 <= end - from && day < LOW_WATER_DAYS; day++) {
    const low = lowest(grid.low, end - (day + 1) * 24, end - day * 24);
    const level = lowest(blocks, day * BLOCKS_PER_DAY, (day + 1) * BLOCKS_PER_DAY);
    lows.push(low);
    if (!Number.isNaN(low - level)) dailyDips.push(low - level);
  }
  if (dailyDips.length === 0) return null;

  // The daily low should fall with the mean: where a rhythm changes its shape, it need not. It is noisier, so it halves at most.
  // Most lows that the days of a climb are compared with are from before it.
  const ofLows = lossOfLows(lows.slice(0, Math.max(3, Math.round(segment.days))));
  const lossPerDay =
    segment.lossPerDay > 0 && !Number.isNaN(ofLows) && climb === null
      ? Math.min(segment.lossPerDay, Math.max(segment.lossPerDay / 2, ofLows))
      : segment.lossPerDay;
  // A level that has just changed is believed only as far as the supply was really seen to fall.
  const newestLow = elementAt(
    lows,
    lows.findIndex((low) => !Number.isNaN(low)),
  );
  const level = segment.settled ? segment.level : Math.max(segment.level, newestLow - median(dailyDips));
  return {
    hoursAgo,
    segment,
    climb,
    lossPerDay,
    error: Math.hypot(segment.error, PACE_CHANGES * Math.max(0, lossPerDay)),
    level: level - (lossPerDay * hoursAgo) / 24,
    dailyDips,
  };
};

/** A climb is so many times as steep as a line that explains as much. With less, the line is the simpler truth. */
const STEEPER = 1.15;
/** A lookback with less of a climb than this, in days, cannot tell it from a step. */
const CLIMB_SEEN_DAYS = 1.25;

/** A lookback that ends before a climb can be seen says nothing of it: those that see it speak for it. */
const thoseThatSee = (lookbacks: readonly Lookback[]): readonly Lookback[] => {
  const climb = lookbacks[0]?.climb;
  if (climb == null) return lookbacks;
  const blind = lookbacks.findIndex((one) => one.climb === null);
  const seeing = blind < 0 ? lookbacks : lookbacks.slice(0, blind);
  return lookbacks.map((one, index) =>
    one.climb === null && climb.days - one.hoursAgo / 24 < CLIMB_SEEN_DAYS
      ? elementAt(seeing, index % seeing.length)
      : one,
  );
};

/** Two weeks of stairs go on; how high the next one is, is not known. */
const inStairs = (current: TrendSegment, lossPerDay: number): TrendSegment => ({
  ...current,
  lossPerDay,
  error: Math.max(current.error, lossPerDay / 3),
  days: 14,
  settled: true,
});

/** The first hour of [from, to) with the lowest known value; -1 where none is known. */
const lowestHour = (values: readonly number[], from: number, to: number): number => {
  let [least, at] = [Number.POSITIVE_INFINITY, -1];
  for (let index = from; index < to; index++) {
    const value = elementAt(values, index);
    if (value < least) [least, at] = [value, index];
  }
  return at;
};

/** When in the coming 24 hours the day's low is due, as a fraction of a day: the hour at which most days were lowest. */
const lowPhase = ({ low }: HourlyGrid): number => {
  const counts = new Array<number>(24).fill(0);
  for (let to = low.length; to >= 24; to -= 24) {
    const at = lowestHour(low, to - 24, to) - (to - 24);
    if (at >= 0) counts[at] = elementAt(counts, at) + 1;
  }
  return (counts.indexOf(largestOf(counts)) + 0.5) / 24;
};

/** Evenly spread numbers in (0, 1) (Roberts' R-sequences): every run draws the same, and 200 of them leave no holes. */
const spread = (index: number, step: number): number => (((index + 1) * step) % 1) * 0.998 + 0.001;
const DRIFT_STEP = 0.754_877_666_246_692_7;
const PERSISTENCE_STEP = 0.569_840_290_998_053_2;
const DIP_STEP = 0.618_033_988_749_894_9;

/** In standard errors, how far each path's slope is off: logistic with a scale near the normal's, its tails a little heavier. */
const DRIFTS = Array.from({ length: PATHS }, (_, path) => {
  const share = spread(path, DRIFT_STEP);
  return Math.log(share / (1 - share)) / 1.702;
});
/** For how many times its own age a trend goes on: survival 1 / (1 + t). */
const LASTS = Array.from({ length: PATHS }, (_, path) => 1 / spread(path, PERSISTENCE_STEP) - 1);

interface Course {
  /** For how many times its own age a trend goes on with even chance. */
  readonly persistence: number;
  readonly phase: number;
  readonly amplitude: number;
}

const drawFutures = (lookbacks: readonly Lookback[], { persistence, phase, amplitude }: Course): number[] => {
  const exhaustedAfter: number[] = [];
  const deepest = lookbacks.map(({ dailyDips }) => smallestOf(dailyDips));
  for (let path = 0; path < PATHS; path++) {
    const lookback = elementAt(lookbacks, path % lookbacks.length);
    const { segment, dailyDips, level } = lookback;
    const climbs = !segment.settled && (Math.floor(path / lookbacks.length) % 10) / 10 < CLIMBING_SHARE;
    const drift = elementAt(DRIFTS, path);
    const loss = climbs
      ? segment.lossIfClimbing + segment.errorIfClimbing * drift
      : lookback.lossPerDay + lookback.error * drift;
    const lasts = persistence * segment.days * elementAt(LASTS, path);
    const after = exhaustionOf({
      level,
      loss,
      lasts,
      dailyDips,
      deepest: elementAt(deepest, path % lookbacks.length),
      path,
      phase,
      amplitude,
    });
    if (after !== null) exhaustedAfter.push(after);
  }
  return exhaustedAfter.sort((a, b) => a - b);
};

interface Future {
  readonly level: number;
  readonly loss: number;
  readonly lasts: number;
  readonly dailyDips: readonly number[];
  /** The lowest of the daily dips. */
  readonly deepest: number;
  readonly path: number;
  readonly phase: number;
  readonly amplitude: number;
}

/** Days until one future runs out: the first day whose low, drawn from past days, reaches the bottom. */
const exhaustionOf = ({
  level,
  loss,
  lasts,
  dailyDips,
  deepest,
  path,
  phase,
  amplitude,
}: Future): number | null => {
  // Most futures never come near zero, whatever their days draw.
  if (level - Math.max(0, loss) * Math.min(HORIZON_DAYS, lasts) + deepest > NOTHING_LEFT) return null;
  for (let day = 0; day < HORIZON_DAYS; day++) {
    const after = day + phase;
    const dailyDip = elementAt(
      dailyDips,
      Math.floor(((path * DIP_STEP + day * DRIFT_STEP) % 1) * dailyDips.length),
    );
    const left = level - loss * Math.min(after, lasts) + dailyDip;
    if (left > NOTHING_LEFT) continue;
    if (loss <= 0) return after;
    // Without a rhythm the line crosses at any hour; with one, at the day's low.
    const early = Math.min(1, (NOTHING_LEFT - left) / loss) * (loss / (loss + amplitude));
    return Math.max(0, after - early);
  }
  return null;
};

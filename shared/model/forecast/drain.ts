import { elementAt } from '../base/element-at.ts';
import { largestOf, smallestOf } from '../base/extremes.ts';
import type { Sample, SupplyHistory } from '../result/forecast.ts';
import type { HourlyGrid } from './hourly-grid.ts';
import { isLittleLeft } from './little-left.ts';
import type { Rhythm } from './rhythm.ts';
import { HOUR } from './supply-history.ts';
import { valueAt } from './value-at.ts';

/**
 * A pace that lasts from hours to days fills one of them. With lengths that only double, a supply that falls in steps of hours
 * fitted none of them in time.
 */
export const DRAIN_HOURS = [4, 8, 16, 24, 32, 48, 64] as const;
const LONGEST_HOURS = 64;
/** Each of them is a power of two times one of these. */
const SHORTEST_HOURS = [4, 6] as const;
/** Compared with the same span of this past. */
const COMPARED_HOURS = 14 * 24;
/** What was lost in these hours may belong to the drain itself: it is nothing to compare it with. */
const OWN_HOURS = 12;
/**
 * With less, an ordinary day of the second week looks like a drain. It is believed once a fifth or less is left, where it took so
 * large a share of the capacity, and where a day before the window is known. Of the first days even that is an ordinary high peak.
 */
const KNOWN_HOURS = 13 * 24;
const YOUNG_KNOWN_HOURS = 3 * 24;
const YOUNG_LEAST_SHARE = 0.2;
const YOUNG_HOURS_BEFORE = 24;
/** A loss in these hours before room came back was ended by a person: it is not what this supply ordinarily does. */
const RESCUED_HOURS = 4 * 24;

/** What makes a loss a drain. */
interface Limits {
  /**
   * It is this many times the largest of the past, and `leastOf` besides: a step takes up to twice as much, for as long. The same
   * over more than `LONGEST_STEP_HOURS`: no step lasts for so long.
   */
  readonly unlike: number;
  readonly unlikeLong: number;
  /** Shares of the capacity: the more is left, the more must be lost, since many a rollout takes half of what is free. */
  readonly leastShare: number;
  readonly mostShare: number;
  /** Each half of the window lost at least this share of it: a jump is no drain. */
  readonly leastHalf: number;
  /** The oldest and the newest quarter lost at least this share: what began just now is a surge, and what stopped is over. */
  readonly leastOldest: number;
  readonly leastNewest: number;
  /** No quarter lost more than this share. */
  readonly mostQuarter: number;
}
const BEGINS: Limits = {
  unlike: 2,
  unlikeLong: 1.6,
  leastShare: 0.13,
  mostShare: 0.2,
  leastHalf: 0.25,
  leastOldest: 0.05,
  leastNewest: 0.15,
  mostQuarter: 0.6,
};
/**
 * A loss of so many hours or more, of which each quarter took its part, need not be twice the largest of the past: a load that
 * swings falls for as long, and never as evenly.
 */
const EVEN_HOURS = 16;
const EVEN_QUARTER = 0.18;
/** From a fifth on the same holds for shorter losses, and it must exceed the largest of the past by this share of the capacity. */
const PRESSING_EVEN_HOURS = 8;
const PRESSING_LEAST_SHARE = 0.08;
/** A node that takes its addresses at once may stand for hours before the next one does. */
const FEWEST_STILL_HOURS = 4;
/** A drain that pauses for a night is still the same drain. */
const GOES_ON: Limits = {
  unlike: 1,
  unlikeLong: 1,
  leastShare: 0.05,
  mostShare: 0.05,
  leastHalf: -0.05,
  leastOldest: Number.NEGATIVE_INFINITY,
  leastNewest: Number.NEGATIVE_INFINITY,
  mostQuarter: Number.POSITIVE_INFINITY,
};

/** A loss that goes on, for longer than a surge and unlike anything in the last two weeks. */
export interface Drain {
  /** The window that shows it best, in hours. */
  readonly hours: number;
  readonly lost: number;
  readonly lossPerHour: number;
  /** At that pace. */
  readonly hoursLeft: number;
  /**
   * The chance that it goes on until nothing is left: what has lasted for some time lasts as long again with even chance
   * (Lindy's rule), so the time that it has lasted over that and the time that it still takes.
   */
  readonly chance: number;
}

/** What drains are compared with: the past without what every day and week does, since that would hide or pretend a drain. */
export interface SteadyPast {
  readonly rhythm: Rhythm;
  readonly grid: HourlyGrid;
  /** The largest fall within each of `DRAIN_HOURS`, before the window that ends now and before `OWN_HOURS`; `NaN`: not known. */
  readonly ordinary: readonly number[];
}

/** @param recoveries the hours of the grid in which room came back, and it was no habit */
export const steadyPast = (
  { firstHour, mean, low }: HourlyGrid,
  rhythm: Rhythm,
  recoveries: readonly number[] = [],
): SteadyPast => {
  const steadyMean = new Array<number>(mean.length).fill(Number.NaN);
  const steadyLow = new Array<number>(mean.length).fill(Number.NaN);
  for (const [index, value] of mean.entries()) {
    const ordinary = rhythm.at(firstHour + index);
    steadyMean[index] = value - ordinary;
    steadyLow[index] = elementAt(low, index) - ordinary;
  }
  const grid = { firstHour, mean: steadyMean, low: steadyLow };
  return { rhythm, grid, ordinary: ordinaryLosses(grid, recoveries) };
};

const ordinaryLosses = (grid: HourlyGrid, recoveries: readonly number[]): readonly number[] => {
  const isCompared = new Set<number>(DRAIN_HOURS);
  const low = withoutRescued(grid.low, recoveries);
  return SHORTEST_HOURS.flatMap((hours) => lossesOfDoubled({ ...grid, low }, hours))
    .filter(([hours]) => isCompared.has(hours))
    .toSorted(([one], [other]) => one - other)
    .map(([, loss]) => loss);
};

const withoutRescued = (low: readonly number[], recoveries: readonly number[]): readonly number[] => {
  if (recoveries.length === 0) return low;
  const kept = [...low];
  for (const hour of recoveries) kept.fill(Number.NaN, Math.max(0, hour - RESCUED_HOURS), hour);
  return kept;
};

/** The largest fall within so many hours, within twice as many, and so on. */
const lossesOfDoubled = ({ mean, low }: HourlyGrid, shortest: number): [hours: number, loss: number][] => {
  const end = mean.length;
  const first = Math.max(1, end - COMPARED_HOURS + 1);
  // Hours before this one are in no window that is compared.
  const oldest = Math.max(0, first - LONGEST_HOURS);
  // The highest mean of the hours before each hour. Each window is twice the one before, so its highest is one of two.
  const highest = new Float64Array(end).fill(Number.NaN);
  for (let to = oldest; to < end; to++) highest[to] = highestOf(mean, to - shortest, to);
  const losses: [hours: number, loss: number][] = [];
  for (let hours = shortest; hours <= LONGEST_HOURS; hours *= 2) {
    // From the newest to the oldest: each takes an older value that has not changed yet.
    if (hours > shortest)
      for (let to = end - 1; to >= oldest; to--)
        highest[to] = higher(elementAt(highest, to), highest[to - hours / 2] ?? Number.NaN);
    let most = Number.NaN;
    for (let to = first; to < end - Math.max(hours, OWN_HOURS); to++)
      most = higher(most, elementAt(highest, to) - elementAt(low, to));
    losses.push([hours, most]);
  }
  return losses;
};

/** The greater of two values, of which `NaN` is none. */
const higher = (one: number, other: number): number => (one >= other || Number.isNaN(other) ? one : other);

const highestOf = (values: readonly number[], from: number, to: number): number => {
  let most = Number.NaN;
  for (let index = Math.max(0, from); index < to; index++) most = higher(most, elementAt(values, index));
  return most;
};

/** The likeliest drain by the limits that raise, and by the easier ones that clear; `null`: there is none, or it is not known. */
export interface Drains {
  readonly begins: Drain | null;
  readonly goesOn: Drain | null;
}
export const NO_DRAINS: Drains = { begins: null, goesOn: null };

/**
 * The drains that the windows show.
 *
 * @param from the first hour of the grid that may be looked at: room came back before it
 * @param stillDays what has not changed for a quarter of a window is over, whatever the rhythm says
 */
export const drainsOf = (
  { recent }: SupplyHistory,
  past: SteadyPast & { readonly from: number; readonly stillDays: number },
  capacity: number,
  now: number,
): Drains => {
  const left = valueAt(recent, now);
  if (Number.isNaN(left) || left <= 0) return NO_DRAINS;
  const level = left - rhythmAt(past.rhythm, now);
  const levelBefore = (hours: number): number => valueBefore(recent, past, now - hours * HOUR);
  const isPressing = isLittleLeft(left, capacity);
  const hoursKnown = past.grid.mean.length;
  const isYoung = hoursKnown < KNOWN_HOURS;
  if (isYoung && (!isPressing || hoursKnown < YOUNG_KNOWN_HOURS)) return NO_DRAINS;
  const fewest = isYoung ? YOUNG_LEAST_SHARE * capacity : 0;
  let { begins, goesOn } = NO_DRAINS;
  for (const [index, hours] of DRAIN_HOURS.entries()) {
    if (hoursKnown < hours + YOUNG_HOURS_BEFORE) break;
    const before = levelBefore(hours);
    const lost = before - level;
    if (!(lost > fewest)) continue;
    // The oldest first.
    const levels = [before, levelBefore(0.75 * hours), levelBefore(hours / 2), levelBefore(hours / 4), level];
    const quarters = levels.slice(1).map((next, quarter) => (elementAt(levels, quarter) - next) / lost);
    const usual = higher(0, elementAt(past.ordinary, index));
    const least = (limits: Limits): number => leastOf(limits, left, capacity);
    const reaches = (limits: Limits): boolean =>
      lost > unlikeOf(limits, hours) * usual + least(limits) && isEven(quarters, hours, limits);
    const fallsEvenly =
      smallestOf(quarters) >= EVEN_QUARTER &&
      ((hours >= EVEN_HOURS && lost > usual + least(BEGINS)) ||
        (isPressing && hours >= PRESSING_EVEN_HOURS && lost > usual + PRESSING_LEAST_SHARE * capacity));
    const hoursLeft = (left * hours) / lost;
    const drain = {
      hours,
      lost,
      lossPerHour: lost / hours,
      hoursLeft,
      chance: hours / (hours + hoursLeft),
      isYoung,
    };
    const stands = past.stillDays * 24 >= Math.max(FEWEST_STILL_HOURS, hours / 4);
    if (!stands && (reaches(BEGINS) || fallsEvenly) && drain.chance > (begins?.chance ?? 0)) begins = drain;
    if (reaches(GOES_ON) && drain.chance > (goesOn?.chance ?? 0)) goesOn = drain;
  }
  return { begins, goesOn };
};

/** Besides what is unlike the past, so much must be lost: a share of what is left, within shares of the capacity. */
const SHARE_OF_LEFT = 0.7;
const leastOf = ({ leastShare, mostShare }: Limits, left: number, capacity: number): number =>
  Math.min(mostShare * capacity, Math.max(leastShare * capacity, SHARE_OF_LEFT * left));

/** A rollout takes hours, and half a day at most. Over longer windows what began within them is a drain. */
const LONGEST_STEP_HOURS = 16;
const unlikeOf = ({ unlike, unlikeLong }: Limits, hours: number): number =>
  hours > LONGEST_STEP_HOURS ? unlikeLong : unlike;

const isEven = (
  quarters: readonly number[],
  hours: number,
  { leastHalf, leastOldest, leastNewest, mostQuarter }: Limits,
): boolean => {
  const [oldest = Number.NaN, second = Number.NaN, third = Number.NaN, newest = Number.NaN] = quarters;
  return (
    oldest + second >= leastHalf &&
    third + newest >= leastHalf &&
    (hours > LONGEST_STEP_HOURS || oldest >= leastOldest) &&
    newest >= leastNewest &&
    largestOf(quarters) <= mostQuarter
  );
};

/** A level of the last hours as measured, and of those before by the mean of the hour around it. */
const valueBefore = (
  recent: readonly Sample[],
  { grid, rhythm, from }: SteadyPast & { readonly from: number },
  at: number,
): number => {
  const measured = valueAt(recent, at);
  if (!Number.isNaN(measured)) return measured - rhythmAt(rhythm, at);
  const index = Math.round(at / HOUR - 0.5) - grid.firstHour;
  return index < from ? Number.NaN : elementAt(grid.mean, index);
};

/** What is ordinary at a moment: between the middles of the hours around it. */
const rhythmAt = (rhythm: Rhythm, at: number): number => {
  const hours = at / HOUR - 0.5;
  const hour = Math.floor(hours);
  const share = hours - hour;
  return (1 - share) * rhythm.at(hour) + share * rhythm.at(hour + 1);
};

/** The chance that the drain has emptied the supply by then: at half to twice the time that its pace leaves. */
export const drainChanceWithin = (drain: Drain | null, days: number): number => {
  if (drain === null || days <= 0) return 0;
  const times = (24 * days) / drain.hoursLeft;
  return drain.chance * Math.min(1, Math.max(0, 0.5 + Math.log2(times) / 2));
};

import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import type { HourlyGrid } from './hourly-grid.ts';

/** The horizons of the question "what is left, beside what jumps took before", in days. */
export const JUMP_DAYS = [1, 3, 7] as const;
/** Falls are collected from this many days: weekdays meet four times. */
const PAST_DAYS = 28;
/** A day's windows begin at this hour and at the two before it, so that each is compared at the same time of day. */
const STARTS = 3;

/** How far a supply has fallen within one, three and seven days, each time that this was seen, in its own unit. */
export interface Falls {
  /** From the low of a day, one list for each of `JUMP_DAYS`. */
  readonly fromDay: readonly (readonly number[])[];
  /** From the low of a week: what a weekly rhythm does every week is no fall. */
  readonly fromWeek: readonly (readonly number[])[];
  /** Those windows of both that began at this time of the week; `null`: the falls are not known to come on one weekday. */
  readonly atThisWeekday: Pick<Falls, 'fromDay' | 'fromWeek'> | null;
  /** How many days they were seen in. */
  readonly days: number;
}

/** Falls of other supplies, as shares of their capacity: what happens to subnets that are like this one. */
export interface PooledFalls {
  readonly byHorizon: readonly (readonly number[])[];
  readonly supplies: number;
}

/** The chance that what is left is lost within 24 hours, 72 hours and 7 days. */
export type JumpChances = readonly [day: number, threeDays: number, week: number];

const WEEK = 7;
/** Less than half an address is none, and nothing can be compared with it. */
const LEAST_LEFT = 0.5;

/**
 * Collects the falls of a past: from the lowest value of a day, and of a week, to the lowest of the days that follow it.
 * Lows are compared with lows, so a rhythm is no fall.
 */
export const fallsOf = ({ low }: HourlyGrid): Falls => {
  const fromDay: [number[], number[], number[]] = [[], [], []];
  const fromWeek: [number[], number[], number[]] = [[], [], []];
  const weekday = { fromDay: [[], [], []] as number[][], fromWeek: [[], [], []] as number[][] };
  const perWeekday: number[][] = Array.from({ length: WEEK }, () => []);
  const days = Math.min(PAST_DAYS + 1, Math.floor(low.length / 24));
  for (let start = 0; start < STARTS; start++) {
    // The newest first.
    const lows: number[] = [];
    for (let to = low.length - start; to >= 24 && lows.length < days; to -= 24)
      lows.push(lowest(low, to - 24, to));
    for (let before = 1; before < lows.length; before++) {
      const week = before + WEEK <= lows.length ? lowest(lows, before, before + WEEK) : Number.NaN;
      for (const [horizon, after] of JUMP_DAYS.entries()) {
        if (after > before) continue;
        const reached = lowest(lows, before - after, before);
        const fall = elementAt(lows, before) - reached;
        addFall(fromDay[horizon], fall);
        addFall(fromWeek[horizon], week - reached);
        // One start only: with three of them a fall near a boundary is on two weekdays.
        if (horizon === 0 && start === 0) addFall(perWeekday[before % WEEK], fall);
        if (before % WEEK !== 0) continue;
        addFall(weekday.fromDay[horizon], fall);
        addFall(weekday.fromWeek[horizon], week - reached);
      }
    }
  }
  return { fromDay, fromWeek, atThisWeekday: comeOnOneWeekday(perWeekday) ? weekday : null, days };
};

/** So much of all that was lost within a day was lost on one weekday, in at least so many weeks. */
const ONE_WEEKDAY_SHARE = 0.7;
const FEWEST_WEEKS = 3;
/** A week counts in which this share of the largest fall was lost on that weekday. */
const LIKE_SHARE = 0.3;

/** @param perWeekday the falls within a day, by the day of the week on which their windows began */
const comeOnOneWeekday = (perWeekday: readonly (readonly number[])[]): boolean => {
  const totals = perWeekday.map((falls) => falls.reduce((sum, fall) => sum + fall, 0));
  const most = largestOf(totals);
  const all = totals.reduce((sum, total) => sum + total, 0);
  if (!(most > 0) || most < ONE_WEEKDAY_SHARE * all) return false;
  const falls = elementAt(perWeekday, totals.indexOf(most));
  const largest = largestOf(falls);
  return falls.filter((fall) => fall >= LIKE_SHARE * largest).length >= FEWEST_WEEKS;
};

const addFall = (falls: number[] | undefined, fall: number): void => {
  if (!Number.isNaN(fall)) falls?.push(Math.max(0, fall));
};

/** The lowest known value of [from, to); `NaN` of none. */
export const lowest = (values: readonly number[], from: number, to: number): number => {
  let result = Number.NaN;
  for (let index = from; index < to; index++) {
    const value = elementAt(values, index);
    if (!(value >= result) && !Number.isNaN(value)) result = value;
  }
  return result;
};

/** Falls of several supplies of a target in one. `capacity` makes them comparable. */
export const pooled = (
  all: readonly { readonly falls: Falls; readonly capacity: number }[],
): PooledFalls => ({
  byHorizon: JUMP_DAYS.map((_, horizon) =>
    quantilesOf(
      all.flatMap(({ falls, capacity }) =>
        quantilesOf(elementAt(falls.fromDay, horizon), QUANTILES_OF_ONE).map((fall) => fall / capacity),
      ),
      QUANTILES_OF_ALL,
    ),
  ),
  supplies: all.length,
});

/** Every supply weighs the same, and a target of thousands of subnets costs no more than one of thirty. */
const QUANTILES_OF_ONE = 8;
const QUANTILES_OF_ALL = 240;
const quantilesOf = (values: readonly number[], count: number): number[] => {
  if (values.length <= count) return [...values];
  const ascending = values.toSorted((a, b) => a - b);
  return Array.from({ length: count }, (_, step) =>
    elementAt(ascending, Math.floor(((step + 0.5) / count) * ascending.length)),
  );
};

/**
 * What is known before any past is: the odds of losing a share of the capacity fall with a power of that share and grow
 * with the time. Fitted to the daily pod counts of 17 services of a serving platform (docs/adr/0015).
 */
const BASE = -6.85;
const BY_SHARE = -1.48;
const BY_DAYS = 1.3;
const LEAST_SHARE = 0.01;
/** What is known beforehand weighs as much as this many supplies of the same target, or windows of the own past. */
const WEIGHT_BESIDE_POOL = 4;
const WEIGHT_BESIDE_OWN = 0.5;

/** What is left at the low of the last day, and at that of the last week. */
export interface Left {
  readonly day: number;
  readonly week: number;
}

/**
 * The chance that a fall like those of the past takes what is left. The own past and that of like supplies are two
 * opinions, and their odds are averaged (a logarithmic pool). A fall counts in full where it was far larger than what
 * is left, and by half where it was as large: what was seen a few times only is not known to the address. Days are
 * compared with days, and once two weeks are known, weeks with weeks: the smaller chance counts, since the other one
 * takes a weekly rhythm for a fall. Where all falls came on one weekday, only the windows of this weekday are compared.
 *
 * @param capacity what the supply could ever be
 */
export const jumpChances = (
  left: Left,
  capacity: number,
  { fromDay, fromWeek, atThisWeekday, days }: Falls,
  pool: PooledFalls | null,
): JumpChances => {
  let floor = 0;
  const chances = JUMP_DAYS.map((within, horizon) => {
    const chance = (low: number, list: 'fromDay' | 'fromWeek', seenDays: number): number => {
      const own = elementAt(list === 'fromDay' ? fromDay : fromWeek, horizon);
      // Within a week every weekday comes.
      const same = within < WEEK && atThisWeekday !== null ? elementAt(atThisWeekday[list], horizon) : [];
      const ownLeft = Math.max(LEAST_LEFT, low);
      const like = chanceOfLike(ownLeft / capacity, horizon, pool);
      const windows = own.length === 0 ? 0 : Math.max(0, seenDays / within - 1);
      const lost = shareLost(same.length === 0 ? own : same, ownLeft);
      const seen = (WEIGHT_BESIDE_OWN * like + windows * lost) / (WEIGHT_BESIDE_OWN + windows);
      return oddsToChance(Math.sqrt(chanceToOdds(like) * chanceToOdds(seen)));
    };
    const byDay = chance(left.day, 'fromDay', days);
    const byWeek = days < 2 * WEEK ? byDay : chance(left.week, 'fromWeek', days - WEEK);
    // What happens within a day happens within three.
    floor = Math.max(floor, Math.min(byDay, byWeek));
    return floor;
  });
  return [elementAt(chances, 0), elementAt(chances, 1), elementAt(chances, 2)];
};

/** What is known beforehand, with what was seen of the other supplies of the target. */
const chanceOfLike = (share: number, horizon: number, pool: PooledFalls | null): number => {
  const days = elementAt(JUMP_DAYS, horizon);
  const odds = Math.exp(BASE + BY_SHARE * Math.log(share + LEAST_SHARE) + BY_DAYS * Math.log(days));
  const beforehand = oddsToChance(odds);
  if (pool === null) return beforehand;
  const lost = shareLost(elementAt(pool.byHorizon, horizon), share);
  return (WEIGHT_BESIDE_POOL * beforehand + pool.supplies * lost) / (WEIGHT_BESIDE_POOL + pool.supplies);
};

const shareLost = (falls: readonly number[], left: number): number =>
  falls.length === 0
    ? 0
    : falls.reduce((sum, fall) => sum + fall ** 2 / (fall ** 2 + left ** 2), 0) / falls.length;

/** Nothing is impossible, and nothing certain, by a few windows. */
const UNLIKELY = 1e-4;
const chanceToOdds = (chance: number): number => {
  const kept = Math.min(1 - UNLIKELY, Math.max(UNLIKELY, chance));
  return kept / (1 - kept);
};
const oddsToChance = (odds: number): number => odds / (1 + odds);

/** The chance within any time, between the horizons; beyond a week nothing more is claimed than for a week. */
export const jumpChanceWithin = ([day, threeDays, week]: JumpChances, days: number): number => {
  if (days <= 1) return day * Math.max(0, days);
  if (days <= 3) return day + ((threeDays - day) * (days - 1)) / 2;
  return threeDays + ((week - threeDays) * (Math.min(7, days) - 3)) / 4;
};

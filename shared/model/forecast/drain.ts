import { elementAt } from '../base/element-at.ts';
import type { Sample, SupplyHistory } from '../result/forecast.ts';
import type { HourlyGrid } from './hourly-grid.ts';
import { HOUR } from './supply-history.ts';
import { valueAt } from './value-at.ts';

/** Each is twice as long as the one before: a pace that lasts from hours to days fills one of them. */
export const DRAIN_HOURS = [4, 8, 16, 32, 64] as const;
/** Compared with the same span of this past. */
const COMPARED_HOURS = 14 * 24;
/** With less, an ordinary day of the second week looks like a drain. */
const KNOWN_HOURS = 13 * 24;

/** What makes a loss a drain. */
interface Limits {
  /** It is this much larger than the largest of the past, and this share of the capacity besides. */
  readonly unlike: number;
  readonly leastShare: number;
  /** Each half of the window lost at least this share of it: a jump is no drain, and what stopped is none any more. */
  readonly leastHalf: number;
}
const BEGINS: Limits = { unlike: 1.3, leastShare: 0.12, leastHalf: 0.25 };
/** A drain that pauses for a night is still the same drain. */
const GOES_ON: Limits = { unlike: 1, leastShare: 0.05, leastHalf: -0.05 };

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

/** The largest fall within each of `DRAIN_HOURS` before the window that ends now; `NaN`: not known. */
export type OrdinaryLosses = readonly number[];

export const ordinaryLosses = ({ mean, low }: HourlyGrid): OrdinaryLosses => {
  const end = mean.length;
  // The highest mean of the hours before each hour. Each window is twice the one before, so its highest is one of two.
  let highest = mean.map((_, to) => highestOf(mean, to - DRAIN_HOURS[0], to));
  return DRAIN_HOURS.map((hours, index) => {
    if (index > 0) highest = highest.map((value, to) => higher(value, highest[to - hours / 2] ?? Number.NaN));
    let most = Number.NaN;
    for (let to = Math.max(1, end - COMPARED_HOURS + 1); to < end - hours; to++)
      most = higher(most, elementAt(highest, to) - elementAt(low, to));
    return most;
  });
};

/** The greater of two values, of which `NaN` is none. */
const higher = (one: number, other: number): number => (one >= other || Number.isNaN(other) ? one : other);

const highestOf = (values: readonly number[], from: number, to: number): number => {
  let most = Number.NaN;
  for (let index = Math.max(0, from); index < to; index++) most = higher(most, elementAt(values, index));
  return most;
};

interface Past {
  readonly grid: HourlyGrid;
  readonly ordinary: OrdinaryLosses;
  /** The first hour of the grid that may be looked at: room came back before it. */
  readonly from: number;
}

/** The likeliest drain by the limits that raise, and by the easier ones that clear; `null`: there is none, or it is not known. */
export interface Drains {
  readonly begins: Drain | null;
  readonly goesOn: Drain | null;
}
export const NO_DRAINS: Drains = { begins: null, goesOn: null };

/** The drains that the windows show. */
export const drainsOf = (
  { recent }: SupplyHistory,
  { grid, ordinary, from }: Past,
  capacity: number,
  now: number,
): Drains => {
  const left = valueAt(recent, now);
  if (Number.isNaN(left) || left <= 0) return NO_DRAINS;
  if (grid.mean.length < KNOWN_HOURS) return NO_DRAINS;
  let { begins, goesOn } = NO_DRAINS;
  for (const [index, hours] of DRAIN_HOURS.entries()) {
    const before = valueBefore(recent, grid, now - hours * HOUR, from);
    const lost = before - left;
    if (!(lost > 0)) continue;
    const middle = valueBefore(recent, grid, now - (hours / 2) * HOUR, from);
    const usual = higher(0, elementAt(ordinary, index));
    const reaches = ({ unlike, leastShare, leastHalf }: Limits): boolean =>
      lost > unlike * usual + leastShare * capacity &&
      middle - left >= leastHalf * lost &&
      before - middle >= leastHalf * lost;
    const hoursLeft = (left * hours) / lost;
    const drain = { hours, lost, lossPerHour: lost / hours, hoursLeft, chance: hours / (hours + hoursLeft) };
    if (reaches(BEGINS) && drain.chance > (begins?.chance ?? 0)) begins = drain;
    if (reaches(GOES_ON) && drain.chance > (goesOn?.chance ?? 0)) goesOn = drain;
  }
  return { begins, goesOn };
};

/** A value of the last hours as measured, and of those before by the mean of the hour around it. */
const valueBefore = (recent: readonly Sample[], grid: HourlyGrid, at: number, from: number): number => {
  const measured = valueAt(recent, at);
  if (!Number.isNaN(measured)) return measured;
  const index = Math.round(at / HOUR - 0.5) - grid.firstHour;
  return index < from ? Number.NaN : (grid.mean[index] ?? Number.NaN);
};

/** The chance that the drain has emptied the supply by then: at half to twice the time that its pace leaves. */
export const drainChanceWithin = (drain: Drain | null, days: number): number => {
  if (drain === null || days <= 0) return 0;
  const times = (24 * days) / drain.hoursLeft;
  return drain.chance * Math.min(1, Math.max(0, 0.5 + Math.log2(times) / 2));
};

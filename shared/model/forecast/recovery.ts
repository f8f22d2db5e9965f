import { elementAt } from '../base/element-at.ts';
import type { HourlyGrid } from './hourly-grid.ts';

/** A gain is looked for in the last week, and compared with the gains of two. */
const LOOK_BACK_HOURS = 7 * 24;
const COMPARED_DAYS = 14;
/** Room came back where a gain is this much larger than the usual largest of a day, and this share of the capacity besides. */
const UNUSUAL = 1.3;
const LEAST_SHARE = 0.06;
const LEAST_COUNT = 3;

export interface Recovery {
  /** The index of the first hour of the grid that is wholly after the last recovery; 0: there was none. */
  readonly from: number;
  /** The same of every recovery of the two weeks that are compared, one a day at most. */
  readonly all: readonly number[];
  /** A gain of more than this over the newest closed hours is one as well: room that came back in this very hour. */
  readonly unusualGain: number;
}

/**
 * Finds when room last came back at once: addresses freed, nodes gone, a capacity that changed. What the supply did
 * before says nothing of where it goes now. A load that ends every evening gives back as much every day: that is no
 * recovery.
 */
export const recoveryOf = ({ mean, low }: HourlyGrid, capacity: number): Recovery => {
  const end = mean.length;
  /** From the hour before to the hour after: an hour in which room comes back is half of each. */
  const gainAt = (hour: number): number => elementAt(low, hour + 1) - elementAt(mean, hour - 1);
  const daily: { readonly gain: number; readonly hour: number }[] = [];
  for (let day = 0; day < COMPARED_DAYS; day++) {
    let most = { gain: 0, hour: -1 };
    for (let hour = end - 2 - day * 24; hour > end - 26 - day * 24 && hour >= 1; hour--)
      if (gainAt(hour) > most.gain) most = { gain: gainAt(hour), hour };
    daily.push(most);
  }
  const descending = daily.map(({ gain }) => gain).sort((a, b) => b - a);
  // Two recoveries in two weeks are two recoveries; three days of it are a habit.
  const usual = elementAt(descending, 2);
  const unusualGain = UNUSUAL * usual + Math.max(LEAST_COUNT, LEAST_SHARE * capacity);
  const all = daily.flatMap(({ gain, hour }) => (gain > unusualGain ? [hour + 1] : []));
  return { from: all.find((hour) => hour > end - LOOK_BACK_HOURS) ?? 0, all, unusualGain };
};

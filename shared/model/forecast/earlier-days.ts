import { elementAt } from '../base/element-at.ts';
import type { HourlyPoint } from '../result/forecast.ts';
import { median } from './hourly-grid.ts';
import { DAY, HOUR } from './supply-history.ts';

/** Days to compare with, and around which hours of them: two weeks hold every weekday twice. */
const EARLIER_DAYS = 14;
const AROUND_HOURS = 1;
/** From this many days on, the one most like a surge is left out: it may have been one. */
const DAYS_TO_LEAVE_ONE_OUT = 5;
/** A usual day's low is so far above the lowest: a value that is this many times as far below it is unlike them. */
const UNLIKE = 1.5;

/** What earlier days were like around this time of day. The most extreme day is left out, once there are enough of them. */
export interface Earlier {
  readonly days: number;
  /** The fastest loss per hour. */
  readonly lossPerHour: number;
  /** How far the lowest point of the next hour usually is below this hour's mean. */
  readonly dailyDip: number;
  /** Below this a value is unlike them: as far under the lowest as a usual day's low is above it, times `UNLIKE`; but no lower than half the lowest. */
  readonly floor: number;
}

/**
 * @param now epoch milliseconds
 * @returns `null` where there is no earlier day
 */
export const earlierDays = (hourly: readonly HourlyPoint[], now: number): Earlier | null => {
  const thisHour = Math.floor(now / HOUR) * HOUR;
  const losses: number[] = [];
  const lows: number[] = [];
  const dailyDips: number[] = [];
  for (let days = 1; days <= EARLIER_DAYS; days++) {
    const middle = thisHour - days * DAY;
    const day = extremes(hourly, middle - AROUND_HOURS * HOUR, middle + AROUND_HOURS * HOUR);
    if (day === null) continue;
    losses.push(day.loss);
    lows.push(day.low);
    const dailyDip = dipAfter(hourly, middle);
    if (dailyDip !== null) dailyDips.push(dailyDip);
  }
  if (losses.length === 0) return null;
  const lowest = -mostBut(lows.map((low) => -low));
  return {
    days: losses.length,
    lossPerHour: Math.max(0, mostBut(losses)),
    dailyDip: dailyDips.length === 0 ? 0 : Math.max(0, median(dailyDips)),
    floor: Math.max(lowest / 2, lowest - UNLIKE * Math.max(0, median(lows) - lowest)),
  };
};

/** The largest, or the second largest where there are enough of them. */
const mostBut = (values: readonly number[]): number => {
  const descending = values.toSorted((a, b) => b - a);
  return elementAt(descending, values.length >= DAYS_TO_LEAVE_ONE_OUT ? 1 : 0);
};

/** The fastest loss from one hour to the next, and the lowest value, of the hours in [from, to]; `null`: not measured. */
const extremes = (
  hourly: readonly HourlyPoint[],
  from: number,
  to: number,
): { readonly loss: number; readonly low: number } | null => {
  let loss = Number.NEGATIVE_INFINITY;
  let low = Number.POSITIVE_INFINITY;
  for (let index = firstFrom(hourly, from - HOUR); index < hourly.length; index++) {
    const point = hourly[index];
    if (point === undefined || point.hour > to) break;
    if (point.hour < from) continue;
    low = Math.min(low, point.minimum);
    const before = hourly[index - 1];
    if (before?.hour === point.hour - HOUR) loss = Math.max(loss, before.mean - point.mean);
  }
  return loss === Number.NEGATIVE_INFINITY ? null : { loss, low };
};

/** How far the hour after this one went below this one's mean; `null` where either was not measured. */
const dipAfter = (hourly: readonly HourlyPoint[], hour: number): number | null => {
  const index = firstFrom(hourly, hour);
  const next = hourly[index + 1];
  return next?.hour === hour + HOUR ? elementAt(hourly, index).mean - next.minimum : null;
};

/** The index of the first roll-up at or after a moment, by halving: a history may have holes. */
const firstFrom = (hourly: readonly HourlyPoint[], from: number): number => {
  let low = 0;
  let high = hourly.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elementAt(hourly, middle).hour < from) low = middle + 1;
    else high = middle;
  }
  return low;
};

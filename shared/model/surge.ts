import { elementAt } from './element-at.ts';
import { median } from './forecast/hourly-grid.ts';
import type { HourlyPoint, Sample, SupplyHistory, Surge } from './forecast.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Burn rates, as in Google's SRE workbook (chapter 5, "Alerting on SLOs"): a long window for evidence and a short one for
 * "and it still goes on". The long one is cut into pieces, each of which must have lost: a single jump is no surge.
 */
export const FAST_WINDOW_MINUTES = 30;
export const SLOW_WINDOW_MINUTES = 90;
/** Each piece must have lost at least this share of what the slow window's pace would take. */
const STEADY_SHARE = 0.5;
/** At the slow window's pace nothing is left within this many hours. A surge that takes three hours is seen at half-time. */
export const WARNING_HOURS = 1.4;
export const CRITICAL_HOURS = 0.75;
/** An alert clears only when both windows leave more than this. */
export const CLEAR_HOURS = 3;
/** A pace of minutes says nothing of what is further away than this. */
const FURTHEST_HOURS = 7 * 24;
/** How much faster than on earlier days at this time, and at least how much at all, as a share of the capacity. */
const UNUSUAL = 1.5;
const UNLIKE = 1.5;
const LEAST_SHARE = 0.06;
const LEAST_COUNT = 3;
/** The same while hardly any earlier day is known. */
const LEAST_SHARE_UNKNOWN = 0.2;
/** Days to compare with, and around which hours of them: two weeks hold every weekday twice. */
const EARLIER_DAYS = 14;
const AROUND_HOURS = 1;
/** Until every day of the week has been seen, what is ordinary is hardly known. */
const FEWEST_EARLIER_DAYS = 7;
/** From this many days on, the one most like a surge is left out: it may have been one. */
const DAYS_TO_LEAVE_ONE_OUT = 5;
/** A value at a moment is the median of what was measured this close to it. */
const NEAR = 8 * MINUTE;

/** What earlier days were like around this time of day. The most extreme day is left out, once there are enough of them. */
interface Earlier {
  readonly days: number;
  /** The fastest loss per hour. */
  readonly lossPerHour: number;
  /** Below this a value is unlike them: as far under the lowest as a usual day's low is above it, times `UNLIKE`; but no lower than half the lowest. */
  readonly floor: number;
}

/**
 * Whether a supply is being eaten so fast that it may be gone within hours, and faster than is ordinary at this time of
 * day. `null` where the last 90 minutes were not measured often enough to tell.
 *
 * @param capacity what the supply could ever be
 * @param now epoch milliseconds
 */
export const surge = ({ recent, hourly }: SupplyHistory, capacity: number, now: number): Surge | null => {
  const value = valueAt(recent, now);
  const pieces: number[] = [];
  let newer = value;
  for (let ago = FAST_WINDOW_MINUTES; ago <= SLOW_WINDOW_MINUTES; ago += FAST_WINDOW_MINUTES) {
    const older = valueAt(recent, now - ago * MINUTE);
    pieces.push(older - newer);
    newer = older;
  }
  const lost = pieces.reduce((sum, piece) => sum + piece, 0);
  if (Number.isNaN(lost)) return null;
  const lossPerHour = {
    fast: (elementAt(pieces, 0) * 60) / FAST_WINDOW_MINUTES,
    slow: (lost * 60) / SLOW_WINDOW_MINUTES,
  };
  const hoursLeft = { fast: hoursAt(value, lossPerHour.fast), slow: hoursAt(value, lossPerHour.slow) };
  const earlier = earlierDays(hourly, now);
  const isSteady = pieces.every((piece) => piece >= (STEADY_SHARE * lost) / pieces.length);
  const hardlyKnown = (earlier?.days ?? 0) < FEWEST_EARLIER_DAYS;
  const isLarge = lost >= Math.max(LEAST_COUNT, (hardlyKnown ? LEAST_SHARE_UNKNOWN : LEAST_SHARE) * capacity);
  const isUnusual = earlier === null || isUnlike(earlier, value, lossPerHour.slow);
  const reached = (hours: number): boolean => hoursLeft.slow <= hours && hoursLeft.fast <= CLEAR_HOURS;
  const raises = isSteady && isLarge && isUnusual;
  // Without earlier days an ordinary morning looks the same: only what is nearly over is believed.
  const warning = hardlyKnown ? CRITICAL_HOURS : WARNING_HOURS;
  const raise =
    raises && reached(CRITICAL_HOURS) ? 'critical' : raises && reached(warning) ? 'warning' : 'ok';
  const stillLeft = Math.min(hoursLeft.slow, hoursLeft.fast);
  const holds =
    value <= 0 || stillLeft <= CRITICAL_HOURS ? 'critical' : stillLeft <= CLEAR_HOURS ? 'warning' : 'ok';
  const pace = Math.max(lossPerHour.slow, lossPerHour.fast);
  return {
    raise,
    hold: raise === 'critical' ? 'critical' : holds === 'ok' ? raise : holds,
    lossPerHour,
    ordinaryLossPerHour: earlier?.lossPerHour ?? null,
    exhaustionAt:
      hoursAt(value, pace) <= FURTHEST_HOURS
        ? new Date(now + hoursAt(value, pace) * HOUR).toISOString()
        : null,
    reason: reasonFor(value, lossPerHour, earlier),
  };
};

/** Hours until nothing is left at this pace; infinite while it does not fall. */
const hoursAt = (value: number, lossPerHour: number): number =>
  value <= 0 ? 0 : lossPerHour <= 0 ? Number.POSITIVE_INFINITY : value / lossPerHour;

/** The middle of what was measured near a moment; `NaN` where nothing was. */
const valueAt = (recent: readonly Sample[], at: number): number => {
  const near: number[] = [];
  for (let index = recent.length - 1; index >= 0; index--) {
    const sample = recent[index];
    if (sample === undefined || sample.at < at - NEAR) break;
    if (sample.at <= at + NEAR) near.push(sample.value);
  }
  return median(near);
};

/** Faster than at this time of day before, and lower: by more, the less the days are alike. */
const isUnlike = (earlier: Earlier, value: number, lossPerHour: number): boolean =>
  lossPerHour >= UNUSUAL * earlier.lossPerHour && value < earlier.floor;

/** `null` where there is no earlier day. */
const earlierDays = (hourly: readonly HourlyPoint[], now: number): Earlier | null => {
  const thisHour = Math.floor(now / HOUR) * HOUR;
  const losses: number[] = [];
  const lows: number[] = [];
  for (let days = 1; days <= EARLIER_DAYS; days++) {
    const middle = thisHour - days * DAY;
    const day = extremes(hourly, middle - AROUND_HOURS * HOUR, middle + AROUND_HOURS * HOUR);
    if (day === null) continue;
    losses.push(day.loss);
    lows.push(day.low);
  }
  if (losses.length === 0) return null;
  const lowest = -mostBut(lows.map((low) => -low));
  return {
    days: losses.length,
    lossPerHour: Math.max(0, mostBut(losses)),
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

const rounded = (value: number): number =>
  Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);

const reasonFor = (value: number, lossPerHour: Surge['lossPerHour'], earlier: Earlier | null): string => {
  const ordinary =
    earlier === null
      ? 'there are no earlier days to compare with'
      : `on earlier days at this time at most about ${rounded(earlier.lossPerHour)} were`;
  return `${rounded(value)} are left; ${rounded(lossPerHour.slow)} an hour were lost over the last ${SLOW_WINDOW_MINUTES} minutes and ${rounded(lossPerHour.fast)} an hour over the last ${FAST_WINDOW_MINUTES}; ${ordinary}.`;
};

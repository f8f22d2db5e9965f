import type { HourlyPoint, SupplyHistory } from '../result/forecast.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Compared with the lowest value of this past. */
const COMPARED_DAYS = 14;
/** Until six whole days before the last one were seen, a low value may be an ordinary one. */
const FEWEST_HOURS = 6 * 24;
/** A fall was seen within the last day. */
const RAISE_BEFORE = DAY;
/** Recorded pod counts fell again within a week, or not at all. */
const HOLD_BEFORE = 7 * DAY;

interface Limits {
  /** What was lost, as a share of what is left: the same fall once more takes most of it. */
  readonly ofLeft: number;
  /** What is left, as a share of the capacity. With more left, four of ten such falls were the last one. */
  readonly mostLeft: number;
}
const BEGINS: Limits = { ofLeft: 0.5, mostLeft: 0.1 };
const GOES_ON: Limits = { ofLeft: 0.4, mostLeft: 0.125 };
/** A smaller loss is noise. */
const LEAST_SHARE = 0.06;
const LEAST_COUNT = 3;

/** How far a supply is below the lowest value of the days before. */
export interface Fall {
  readonly lost: number;
  /** Whether the limits that raise are reached, or only the easier ones that clear. */
  readonly begins: boolean;
}

/**
 * Finds a fall that left little: the supply is far lower than on any day of the last two weeks. Falls come in groups, since
 * a rollout or a new tenant arrives in parts. Of the recorded pod counts that fell like this, all ran out within days,
 * some within minutes (docs/adr/0015). So this is known after two scans, and no pace is needed.
 *
 * @param left the value now, as measured
 * @param capacity what the supply could ever be
 * @param now epoch milliseconds
 */
export const fallOf = (
  { hourly }: Pick<SupplyHistory, 'hourly'>,
  left: number,
  capacity: number,
  now: number,
): Fall | null => {
  if (left <= 0 || left > GOES_ON.mostLeft * capacity) return null;
  const lost = lostSince(hourly, left, now, RAISE_BEFORE);
  if (lost !== null && reaches(BEGINS, lost, left, capacity)) return { lost, begins: true };
  const lostInWeek = lostSince(hourly, left, now, HOLD_BEFORE) ?? lost;
  return lostInWeek !== null && reaches(GOES_ON, lostInWeek, left, capacity)
    ? { lost: lostInWeek, begins: false }
    : null;
};

const reaches = ({ ofLeft, mostLeft }: Limits, lost: number, left: number, capacity: number): boolean =>
  left <= mostLeft * capacity &&
  lost >= ofLeft * left &&
  lost >= Math.max(LEAST_COUNT, LEAST_SHARE * capacity);

/** By how much the value is below the lowest of the two weeks, without the newest part; `null`: too little of it is known. */
const lostSince = (
  hourly: readonly HourlyPoint[],
  left: number,
  now: number,
  before: number,
): number | null => {
  let hours = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (let index = hourly.length - 1; index >= 0; index--) {
    const point = hourly[index];
    if (point === undefined || point.hour < now - COMPARED_DAYS * DAY) break;
    if (point.hour + HOUR > now - before) continue;
    hours += 1;
    lowest = Math.min(lowest, point.minimum);
  }
  return hours < FEWEST_HOURS ? null : lowest - left;
};

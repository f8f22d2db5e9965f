import { elementAt } from '../base/element-at.ts';
import { smallestOf } from '../base/extremes.ts';
import { about, number, rounded, verb, wholeCount } from '../base/text/numbers.ts';
import { utcMinute } from '../base/text/times.ts';
import type { Forecast, ForecastBasis, SupplyHistory } from '../result/forecast.ts';
import { type Drain, drainChanceWithin, drainsOf, NO_DRAINS } from './drain.ts';
import { JUMP_CHANCE } from './exhaustion-levels.ts';
import { cameBackFrom, isFirm } from './firm-trend.ts';
import { jumpChances, jumpChanceWithin, type PooledFalls } from './jumps.ts';
import { HORIZON_DAYS, type Outlook, outlookOf, PATHS, STALE_HOURS } from './outlook.ts';
import { DAY, HOUR } from './supply-history.ts';
import { surge } from './surge.ts';

/** The name under which the method is explained: docs/adr/0010-forecast-from-the-present-trend.md. */
export const FORECAST_METHOD = 'trend-paths';

/** The interval holds four futures of five. */
const EARLY = 0.1;
const LATE = 0.9;

type KnownOutlook = Extract<Outlook, { known: true }>;

/** What is known already, or of others. */
export interface Known {
  /** Of this hour and history: a replay asks every five minutes. */
  readonly outlook?: Outlook;
  /** How other supplies of the same target fell; `null`: nothing is known of others. */
  readonly pool?: PooledFalls | null;
}

/**
 * When a supply will run out, how sure that is, and why.
 *
 * The rhythm of the day and the week is taken out of the past; what is left is followed back for as long as one straight
 * line explains it (the trend segment). Two hundred futures continue that line, each with a slope from within its error, for as
 * long as such trends last, and each day with a low drawn from the days that were. Most of them run out: exhaustion is
 * expected, at their median. Only closed hours are read, so the answer holds for an hour; what runs out faster is
 * `surge`'s to tell, which reads every sample.
 *
 * Pure and deterministic. Late, repeated and missing points change what the hourly history says, never whether it can be read.
 *
 * @param capacity what the supply could ever be: the scale of what counts as noise
 * @param now epoch milliseconds
 * @param outlook of this hour and history, where it is known already: a replay asks every five minutes
 */
export const forecast = (
  history: SupplyHistory,
  capacity: number,
  now: number,
  { outlook = outlookOf(history, capacity, now), pool = null }: Known = {},
): Forecast => {
  const latest = history.recent.findLast(({ at }) => at <= now && at > now - STALE_HOURS * HOUR);
  const cameBackNow =
    outlook.known && latest !== undefined && gainNow(outlook, latest.value) > outlook.recovery.unusualGain;
  const drains =
    outlook.known && !cameBackNow
      ? drainsOf(
          history,
          { ...outlook.steady, from: outlook.recovery.from, stillDays: outlook.stillDays },
          capacity,
          now,
        )
      : NO_DRAINS;
  const rising = surge(history, capacity, now, drains);
  const basis: ForecastBasis = {
    available: latest?.value ?? null,
    dailyLow: outlook.known ? outlook.lowWater : null,
    lossPerDay: outlook.known ? outlook.lossPerDay : null,
    trendDays: outlook.known ? outlook.segment.days : null,
  };
  if (latest !== undefined && latest.value <= 0) {
    const at = new Date(now).toISOString();
    return {
      exhaustionAt: at,
      earliest: at,
      latest: at,
      probabilityWithin: { '24h': 1, '72h': 1, '7d': 1 },
      method: FORECAST_METHOD,
      reason: 'Nothing is left now.',
      jumpsWithin: null,
      roomCameBackAt: null,
      lossPerDay: outlook.known ? outlook.lossPerDay : null,
      surge: rising,
      basis,
    };
  }
  if (!outlook.known)
    return {
      exhaustionAt: null,
      earliest: null,
      latest: null,
      probabilityWithin: null,
      method: 'none',
      reason: outlook.reason,
      jumpsWithin: null,
      roomCameBackAt: null,
      lossPerDay: null,
      surge: rising,
      basis,
    };
  const { recovery, grid } = outlook;
  const measured = latest?.value ?? outlook.lowWater;
  const lowestOf = (low: number): number =>
    cameBackNow || Number.isNaN(low) ? measured : Math.min(measured, low);
  const left = { day: lowestOf(outlook.lowestOfDay), week: lowestOf(outlook.lowestOfWeek) };
  const jumps = jumpChances(left, capacity, outlook.falls, pool);
  // Only where it decides: it looks at four weeks.
  const cameBackBefore = rate(jumps[2]) >= JUMP_CHANCE && cameBackFrom(grid, left.day);
  const futures = cameBackNow ? [] : outlook.exhaustedAfter;
  // Counted from the last closed hour, so that the answer holds for an hour.
  const within = (days: number): number =>
    1 -
    (1 - trendWithin(futures, days) * beliefIn(outlook, days)) *
      (1 - jumpChanceWithin(jumps, days)) *
      (1 - drainChanceWithin(drains.begins, days));
  const probabilityWithin = { '24h': rate(within(1)), '72h': rate(within(3)), '7d': rate(within(7)) };
  const quantile = (share: number): string | null => {
    const days = firstReached(within, share);
    return days === null ? null : new Date(Math.max(now, outlook.from + days * DAY)).toISOString();
  };
  // A jump may come or not: without anything that goes there, the end is possible and not expected.
  const goesDown = trendWithin(futures, HORIZON_DAYS) > 0 || drains.begins !== null;
  const exhaustionAt = goesDown ? quantile(0.5) : null;
  const cameBackAt = cameBackNow ? now : recovery.from === 0 ? null : (grid.firstHour + recovery.from) * HOUR;
  const isTrendFirm =
    exhaustionAt === null ||
    drains.begins !== null ||
    isFirm({
      hours: (Date.parse(exhaustionAt) - now) / HOUR,
      probabilityWithinWeek: probabilityWithin['7d'],
      lossPerDay: outlook.lossPerDay,
      taken: outlook.taken,
      lowWater: outlook.lowWater,
      capacity,
      usualGain: outlook.usualGain,
      hoursKnown: grid.mean.length,
      settled: outlook.segment.settled,
    });
  const shown = { ...outlook, ...(cameBackNow ? { lossPerDay: 0, lowWater: measured } : {}) };
  return {
    exhaustionAt,
    earliest: quantile(EARLY),
    latest: goesDown ? quantile(LATE) : null,
    probabilityWithin,
    method: FORECAST_METHOD,
    reason: reasonFor(shown, { cameBackAt, drain: drains.begins, isTrendFirm }),
    jumpsWithin:
      pool === null && outlook.falls.days < JUMPS_KNOWN_DAYS
        ? null
        : { '24h': rate(jumps[0]), '72h': rate(jumps[1]), '7d': rate(jumps[2]) },
    roomCameBackAt: cameBackAt === null ? null : new Date(cameBackAt).toISOString(),
    stillDays: cameBackNow ? 0 : outlook.stillDays,
    isTrendFirm,
    ...(cameBackBefore ? { cameBackBefore } : {}),
    lossPerDay: shown.lossPerDay,
    surge: rising,
    basis: { ...basis, dailyLow: shown.lowWater, lossPerDay: shown.lossPerDay },
  };
};

/** Until two weeks have been seen, nothing is known of the jumps of this supply but what others do. */
const JUMPS_KNOWN_DAYS = 14;

/** A thousandth is the smallest step that means something. */
const rate = (chance: number): number => Math.round(1000 * chance) / 1000;

/** The share of the futures that have run out by then; their days are ascending, so it takes a few looks. */
const trendWithin = (exhaustedAfter: readonly number[], days: number): number => {
  let [low, high] = [0, exhaustedAfter.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elementAt(exhaustedAfter, middle) <= days) low = middle + 1;
    else high = middle;
  }
  return low / PATHS;
};

/** A trend that needs this many days at its own pace, or more, ends within a day only by its error and by an odd day. */
const SLOW_DAYS = 2;
/** Of such ends, so many came true within a day. */
const SLOW_BELIEF = 0.6;
/** From here on, in days, as many as the futures say. */
const BELIEVED_DAYS = 3;

/** How much of what the futures say of a trend is believed: of a slow one less for the next day, and all of it from the third day on. */
const beliefIn = ({ lowWater, lossPerDay }: KnownOutlook, days: number): number => {
  if (lowWater <= SLOW_DAYS * lossPerDay || days >= BELIEVED_DAYS) return 1;
  return SLOW_BELIEF + ((1 - SLOW_BELIEF) * Math.max(0, days - 1)) / (BELIEVED_DAYS - 1);
};

/** How much more there is now than in the newest closed hours. */
const gainNow = ({ grid: { mean } }: KnownOutlook, value: number): number => {
  const newest = mean.slice(-2).filter((one) => !Number.isNaN(one));
  return newest.length === 0 ? 0 : value - smallestOf(newest);
};

/** The first moment, in days, at which the chance has reached a share, to a quarter of an hour; `null`: not within the horizon. */
const firstReached = (within: (days: number) => number, share: number): number | null => {
  if (within(HORIZON_DAYS) < share) return null;
  let [early, late] = [0, HORIZON_DAYS];
  while (late - early > 0.01) {
    const middle = (early + late) / 2;
    if (within(middle) >= share) late = middle;
    else early = middle;
  }
  return late;
};

interface Said {
  readonly cameBackAt: number | null;
  readonly drain: Drain | null;
  readonly isTrendFirm: boolean;
}

/** Why. When, and how sure that is, are fields of their own: what shows both would repeat them. */
const reasonFor = (
  { segment, lossPerDay, lowWater }: KnownOutlook,
  { cameBackAt, drain, isTrendFirm }: Said,
): string => {
  const left = `About ${number(wholeCount(lowWater))} ${verb(wholeCount(lowWater), 'is')} left at the daily low.`;
  const days = rounded(segment.days) === 1 ? 'day' : `${about(segment.days)} days`;
  const trend =
    drain !== null
      ? `${number(wholeCount(drain.lost))} ${verb(wholeCount(drain.lost), 'was')} used up in the last ${drain.hours} hours.`
      : cameBackAt !== null && segment.days < 2
        ? `Room came back at ${utcMinute(new Date(cameBackAt).toISOString())}, so earlier losses do not count.`
        : rounded(lossPerDay) > 0
          ? `Usage has grown by about ${about(lossPerDay)} a day over the last ${days}.`
          : `Usage has not grown over the last ${days}.`;
  const unsettled = segment.settled
    ? ''
    : ' The level changed less than two days ago, so this may be a single jump or a steady climb.';
  const open = isTrendFirm ? '' : ' This trend is not sure enough for a warning.';
  return `${left} ${trend}${unsettled}${open}`;
};

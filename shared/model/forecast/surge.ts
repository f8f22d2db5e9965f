import { elementAt } from '../base/element-at.ts';
import { smallestOf } from '../base/extremes.ts';
import { about, rounded, verb } from '../base/text/numbers.ts';
import type { Sample, SupplyHistory, Surge } from '../result/forecast.ts';
import { type Drain, type Drains, NO_DRAINS } from './drain.ts';
import { type Earlier, earlierDays } from './earlier-days.ts';
import { type Fall, fallOf } from './fall.ts';
import { isLittleLeft } from './little-left.ts';
import { HOUR } from './supply-history.ts';
import { valueAt } from './value-at.ts';

const MINUTE = 60_000;

/**
 * Burn rates, as in Google's SRE workbook (chapter 5, "Alerting on SLOs"): a long window for evidence and a short one for
 * "and it still goes on", and a shorter pair of the same kind for what is nearly over. Windows are cut into three pieces,
 * each of which must have lost: a single jump is no surge.
 */
const PIECES = 3;
export const FAST_WINDOW_MINUTES = 30;
export const SLOW_WINDOW_MINUTES = PIECES * FAST_WINDOW_MINUTES;
const BRIEF_PIECE_MINUTES = FAST_WINDOW_MINUTES / PIECES;
/** Each piece must have lost at least this share of what its window's pace would take; ten minutes are less even than thirty. */
const STEADY_SHARE = 0.6;
const BRIEF_STEADY_SHARE = 0.5;
/**
 * Up to the last scan, the newer half of the fast window lost at least this share of the whole. A step that has just stopped
 * looks like a surge otherwise (docs/adr/0034).
 */
const NEWEST_MINUTES = FAST_WINDOW_MINUTES / 2;
const NEWEST_SHARE = 0.42;
/**
 * At the slow window's pace nothing is left within so many hours: the square of the share of the capacity that the window lost,
 * times this. What takes a fourth in 90 minutes goes on to the end more often than what takes a sixth. With a fifth or less
 * left it is at least the smaller limit. A surge that takes three hours is seen at half-time. It is critical at once: it is
 * over before working hours begin, and a warning was followed by a critical alert 25 minutes later.
 */
const HOURS_BY_SHARE = 28;
export const MOST_SURGE_HOURS = 2.4;
const LITTLE_LEFT_HOURS = 1.65;
const surgeHours = (share: number, left: number, capacity: number): number =>
  Math.max(
    Math.min(MOST_SURGE_HOURS, HOURS_BY_SHARE * share ** 2),
    isLittleLeft(left, capacity) ? LITTLE_LEFT_HOURS : 0,
  );
/** The same where it is nearly over: little is left, or hardly any earlier day is known. */
export const NEARLY_OVER_HOURS = 0.75;
/** The same at both paces where the pieces are less even: what is so large and leaves so little need not be steady. */
const UNEVEN_HOURS = 1;
const UNEVEN_SHARE = 0.3;
const UNEVEN_LEAST_SHARE = 0.15;
/** An alert clears only when both windows leave more than this. */
export const CLEAR_HOURS = 3;
/** A pace of minutes says nothing of what is further away than this. */
const FURTHEST_HOURS = 7 * 24;
/** How much faster than on earlier days at this time, and at least how much at all, as a share of the capacity. */
const UNUSUAL = 1.5;
const LEAST_SHARE = 0.1;
const LEAST_COUNT = 3;
/** The same while hardly any earlier day is known. */
const LEAST_SHARE_UNKNOWN = 0.2;
/** Until every day of the week has been seen, what is ordinary is hardly known. */
const FEWEST_EARLIER_DAYS = 7;

/**
 * Whether a supply is being eaten so fast that it may be gone within hours, and faster than is ordinary at this time of
 * day. `null` where the last 90 minutes were not measured often enough to tell.
 *
 * @param capacity what the supply could ever be
 * @param now epoch milliseconds
 */
export const surge = (
  { recent, hourly }: SupplyHistory,
  capacity: number,
  now: number,
  drains: Drains = NO_DRAINS,
): Surge | null => {
  const value = valueAt(recent, now);
  const measured = recent.findLast(({ at }) => at <= now)?.value ?? value;
  const long = windowOf(recent, now, FAST_WINDOW_MINUTES);
  if (Number.isNaN(long.lost)) return null;
  const lossPerHour = {
    fast: (long.newest * 60) / FAST_WINDOW_MINUTES,
    slow: (long.lost * 60) / SLOW_WINDOW_MINUTES,
  };
  const hoursLeft = { fast: hoursAt(value, lossPerHour.fast), slow: hoursAt(value, lossPerHour.slow) };
  const earlier = earlierDays(hourly, now);
  const known = earlier !== null && earlier.days >= FEWEST_EARLIER_DAYS ? earlier : null;
  const least = Math.max(LEAST_COUNT, (known === null ? LEAST_SHARE_UNKNOWN : LEAST_SHARE) * capacity);
  const isUnusual = earlier === null || isUnlike(earlier, value, lossPerHour.slow);
  const goesOnNow = stillFalls(recent, now, measured);
  const surges = long.evenness >= STEADY_SHARE && long.lost >= least && goesOnNow;
  // Without earlier days an ordinary morning looks the same: only what is nearly over is believed.
  const within = known === null ? NEARLY_OVER_HOURS : surgeHours(long.lost / capacity, value, capacity);
  const isUneven =
    goesOnNow &&
    isUnusual &&
    long.evenness >= UNEVEN_SHARE &&
    long.lost >= UNEVEN_LEAST_SHARE * capacity &&
    Math.max(hoursLeft.slow, hoursLeft.fast) <= UNEVEN_HOURS;
  const isNearlyOver =
    known !== null &&
    (isUneven ||
      (value < known.floor &&
        ((surges &&
          hoursAt(value - known.dailyDip, Math.min(lossPerHour.slow, lossPerHour.fast)) <=
            NEARLY_OVER_HOURS) ||
          (goesOnNow && surgesBriefly(recent, now, { value, capacity, least, earlier: known })))));
  const draining = isLikely(drains.begins, DRAIN_CHANCE, value, capacity) ? drains.begins : null;
  const fall = fallOf({ hourly }, measured, capacity, now);
  const fell = fall?.begins === true ? fall : null;
  const raise =
    isNearlyOver ||
    (surges && isUnusual && hoursLeft.slow <= within) ||
    (draining !== null && draining.hoursLeft <= DRAIN_CRITICAL_HOURS)
      ? 'critical'
      : draining !== null || fell !== null
        ? 'warning'
        : 'ok';
  const stillLeft = Math.min(hoursLeft.slow, hoursLeft.fast);
  const goesOn = isLikely(drains.goesOn, DRAIN_HOLD_CHANCE, value, capacity) ? drains.goesOn : null;
  const hold =
    raise === 'critical' ||
    stillLeft <= CLEAR_HOURS ||
    [goesOn, draining].some((drain) => drain !== null && drain.hoursLeft <= DRAIN_HOLD_HOURS)
      ? 'critical'
      : raise === 'warning' || fall !== null || goesOn !== null
        ? 'warning'
        : 'ok';
  // Where only the longer windows see it, theirs is the pace that is shown.
  const slowly = surges || isNearlyOver ? null : draining;
  const onlyFell = slowly === null && !surges && !isNearlyOver ? fall : null;
  const pace = slowly?.lossPerHour ?? Math.max(lossPerHour.slow, lossPerHour.fast);
  const hoursLeftNow = hoursAt(value, pace);
  const isOver = known === null && hold === 'ok' && roomIsBack(recent, capacity, now);
  return {
    raise,
    hold,
    ...(isOver ? { isOver } : {}),
    lossPerHour,
    ordinaryLossPerHour: earlier?.lossPerHour ?? null,
    exhaustionAt:
      onlyFell === null && hoursLeftNow <= FURTHEST_HOURS
        ? new Date(now + hoursLeftNow * HOUR).toISOString()
        : null,
    reason:
      onlyFell !== null
        ? fallReason(measured, onlyFell)
        : slowly === null
          ? reasonFor(value, lossPerHour, earlier)
          : drainReason(value, slowly),
    drain:
      draining === null
        ? null
        : {
            hours: draining.hours,
            lossPerHour: draining.lossPerHour,
            exhaustionAt: new Date(now + draining.hoursLeft * HOUR).toISOString(),
          },
    fall: onlyFell === null ? null : { lost: onlyFell.lost },
    basis: {
      available: value,
      lossPerHour: pace,
      ordinaryLossPerHour: earlier?.lossPerHour ?? null,
      minutesToEmpty: onlyFell === null && hoursLeftNow <= FURTHEST_HOURS ? hoursLeftNow * 60 : null,
    },
  };
};

/**
 * A drain is announced when it is likely enough to go on to the end: it has lasted a quarter of what it still takes. And
 * only with less than this share of the capacity left: many a rollout takes half of what is free.
 */
const DRAIN_CHANCE = 0.2;
const DRAIN_HOLD_CHANCE = 0.1;
const DRAIN_LEFT_SHARE = 0.33;
/** At its pace it is empty before the next working morning. Longer ones are a warning first. */
const DRAIN_CRITICAL_HOURS = 16;
/**
 * It stays critical while less than a day and a half is left, so that a pause for a night does not end and begin it again. By the
 * easier limits a longer and slower drain may be likelier: what is a drain by the stricter ones counts as well.
 */
const DRAIN_HOLD_HOURS = 36;
const isLikely = (drain: Drain | null, chance: number, value: number, capacity: number): boolean =>
  drain !== null && drain.chance >= chance && value <= DRAIN_LEFT_SHARE * capacity;

/**
 * The levels of a surge whose pods go on elsewhere when nothing is left here: the same pace must take all of it, and a fall
 * like the last one as well.
 *
 * @param left here
 * @param elsewhere what the other places have left together
 */
export const surgeLevelsWith = (
  { raise, hold, lossPerHour, drain, fall }: Surge,
  left: number,
  elsewhere: number,
): Pick<Surge, 'raise' | 'hold'> => {
  const all = left + elsewhere;
  if (fall != null) return fall.lost >= all ? { raise, hold } : { raise: 'ok', hold: 'ok' };
  const hours = hoursAt(all, drain?.lossPerHour ?? Math.max(lossPerHour.slow, lossPerHour.fast));
  const isCritical = hours <= (drain == null ? MOST_SURGE_HOURS : DRAIN_CRITICAL_HOURS);
  const staysCritical = hours <= (drain == null ? CLEAR_HOURS : DRAIN_HOLD_HOURS);
  const isWarning = drain != null && drain.hours / (drain.hours + hours) >= DRAIN_CHANCE;
  return {
    raise: raise === 'ok' ? 'ok' : isCritical ? raise : isWarning ? 'warning' : 'ok',
    hold: hold === 'ok' ? 'ok' : staysCritical ? hold : isWarning ? 'warning' : 'ok',
  };
};

const drainReason = (value: number, { lost, hours }: Drain): string =>
  `${about(value)} are left. ${about(lost)} were used up in the last ${hours} hours, more than in any ordinary ${hours} hours of the last two weeks.`;

const fallReason = (left: number, { lost }: Fall): string =>
  `${about(left)} ${verb(rounded(left), 'is')} left, ${about(lost)} fewer than on any earlier day of the last two weeks.`;

/** So much came back, as a share of the capacity, and has stayed for so long. */
const BACK_SHARE = 0.3;
const BACK_FOR = HOUR;

/**
 * Whether room came back in the hours that are known as measured. A recovery in a longer history is `recoveryOf`'s to find:
 * it knows what comes back every day.
 */
const roomIsBack = (recent: readonly Sample[], capacity: number, now: number): boolean => {
  let lowest = Number.POSITIVE_INFINITY;
  let lowestSince = Number.POSITIVE_INFINITY;
  for (const { at, value } of recent) {
    if (at > now) break;
    if (at <= now - BACK_FOR) lowest = Math.min(lowest, value);
    else lowestSince = Math.min(lowestSince, value);
  }
  return Number.isFinite(lowestSince) && lowestSince >= lowest + BACK_SHARE * capacity;
};

interface Window {
  /** Lost over the whole window, and over its newest piece; `NaN` where it was not measured. */
  readonly lost: number;
  readonly newest: number;
  /** The least that a piece lost, as a share of what it would have at the window's pace. */
  readonly evenness: number;
}

const windowOf = (recent: readonly Sample[], now: number, pieceMinutes: number): Window => {
  const values = Array.from({ length: PIECES + 1 }, (_, piece) =>
    valueAt(recent, now - piece * pieceMinutes * MINUTE),
  );
  const pieces = values.slice(1).map((older, piece) => older - elementAt(values, piece));
  const lost = pieces.reduce((sum, piece) => sum + piece, 0);
  return {
    lost,
    newest: elementAt(pieces, 0),
    evenness: (PIECES * smallestOf(pieces)) / lost,
  };
};

/**
 * The last half hour by itself, where the hour before hides what it does: a job that ended in it gave back what the surge
 * took, or one that began in it took most. Only where little is left.
 */
const surgesBriefly = (
  recent: readonly Sample[],
  now: number,
  {
    value,
    capacity,
    least,
    earlier,
  }: {
    readonly value: number;
    readonly capacity: number;
    readonly least: number;
    readonly earlier: Earlier;
  },
): boolean => {
  // The shorter pair is only for what is nearly over.
  if (!isLittleLeft(value, capacity)) return false;
  const brief = windowOf(recent, now, BRIEF_PIECE_MINUTES);
  const pace = (brief.lost * 60) / FAST_WINDOW_MINUTES;
  return (
    brief.evenness >= BRIEF_STEADY_SHARE &&
    brief.lost >= least &&
    pace >= UNUSUAL * earlier.lossPerHour &&
    hoursAt(value, pace) <= NEARLY_OVER_HOURS
  );
};

/** Whether the newest minutes lost their part of the fast window. Where they were not measured, nothing says that it stopped. */
const stillFalls = (recent: readonly Sample[], now: number, measured: number): boolean => {
  const lostSince = (minutes: number): number => valueAt(recent, now - minutes * MINUTE) - measured;
  return !(lostSince(NEWEST_MINUTES) < NEWEST_SHARE * lostSince(FAST_WINDOW_MINUTES));
};

/** Hours until nothing is left at this pace; infinite while it does not fall. */
const hoursAt = (value: number, lossPerHour: number): number =>
  value <= 0 ? 0 : lossPerHour <= 0 ? Number.POSITIVE_INFINITY : value / lossPerHour;

/** Faster than at this time of day before, and lower: by more, the less the days are alike. */
const isUnlike = (earlier: Earlier, value: number, lossPerHour: number): boolean =>
  lossPerHour >= UNUSUAL * earlier.lossPerHour && value < earlier.floor;

const reasonFor = (value: number, lossPerHour: Surge['lossPerHour'], earlier: Earlier | null): string => {
  const ordinary =
    earlier === null
      ? 'There are no earlier days to compare with.'
      : `On earlier days at this time the loss was at most about ${about(earlier.lossPerHour)} an hour.`;
  return `${about(value)} ${verb(rounded(value), 'is')} left. The loss was ${about(lossPerHour.slow)} an hour over the last ${SLOW_WINDOW_MINUTES} minutes and ${about(lossPerHour.fast)} an hour over the last ${FAST_WINDOW_MINUTES}. ${ordinary}`;
};

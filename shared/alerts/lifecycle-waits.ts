import type { Alert, ObservedPart } from '../model/alert/alert.ts';
import type { Forecast, Surge } from '../model/result/forecast.ts';
import { CHECK_OF_RULE } from './check-of-rule.ts';
import type { Combined } from './combined-lifecycle.ts';

/** Why a step of all checks of one supply waits, so that people are notified once of one thing. */

/** A warning may wait this long (milliseconds) for a critical level that is being confirmed: two messages would say one thing. */
const WARNING_WAITS = 10 * 60_000;

/**
 * Whether a warning would be followed by its critical level within minutes, if the next scans confirm what this one found. Where
 * nothing may be left by then it does not wait: it would be announced too late.
 */
export const isAboutToBeCritical = (
  { parts, severity }: Combined,
  observed: readonly ObservedPart[],
  now: number,
): boolean =>
  severity === 'warning' &&
  !observed.some(({ finding }) => endsWithin(finding?.forecast?.surge ?? null, WARNING_WAITS)) &&
  parts.some(({ rule, candidate }) => {
    const seen = observed.find((part) => part.rule === rule);
    if (candidate?.severity !== 'critical' || seen?.raise !== 'critical') return false;
    return Date.parse(candidate.since) + seen.delays.pendingFor * 1000 <= now + WARNING_WAITS;
  });

/** Whether the pace of now takes the rest within this time (milliseconds). */
const endsWithin = (surge: Surge | null, time: number): boolean => {
  const { available, lossPerHour } = surge?.basis ?? {};
  return available != null && lossPerHour != null && available * 3_600_000 <= lossPerHour * time;
};

/**
 * An alert eases from critical to a warning only when a whole day was milder: what a load does every day is one alert, and its
 * peak of tomorrow is no escalation (measured in docs/adr/0034). Where room came back for good, or nothing has a clearing time,
 * it eases at once.
 */
const EASES_AFTER = 24 * 60 * 60_000;

export const mayComeBack = (observed: readonly ObservedPart[], milderSince: number, now: number): boolean => {
  const waitsAtAll = observed.some(({ delays }) => delays.clearFor > 0);
  return waitsAtAll && !observed.some(({ isSafe }) => isSafe) && now - milderSince < EASES_AFTER;
};

/** Since when a step of all checks together waits; `undefined`: it does not. */
export interface WaitingClocks {
  readonly milderSince: string | undefined;
  readonly heldSince: string | undefined;
}

/** The very record where nothing changes: one that waits for nothing new is not stored again. */
export const withClocks = (alert: Alert, { milderSince, heldSince }: WaitingClocks, at: string): Alert => {
  if (alert.milderSince === milderSince && alert.heldSince === heldSince) return alert;
  const { milderSince: _milder, heldSince: _held, ...kept } = { ...alert, lastObservedAt: at };
  return {
    ...kept,
    ...(milderSince === undefined ? {} : { milderSince }),
    ...(heldSince === undefined ? {} : { heldSince }),
  };
};

/**
 * A warning of what is only expected may wait for so long (milliseconds) where it may be critical by then: people are not notified
 * twice of one thing. Not longer: a drain of two days is announced a day before its end, and four hours less is still two
 * fifths of it. With twelve hours an alarm at 80 % used would have been earlier. For the same reason it does not wait at all
 * where an alarm at 80 % used would have gone off (`isPressing`).
 */
const EXPECTATION_WAITS = 4 * 3_600_000;

/** What is expected to happen within this time (milliseconds) may be critical by then: a forecast is critical at 24 hours. */
const SOON = 24 * 3_600_000 + EXPECTATION_WAITS;

/**
 * Since when a warning waits that may be followed by its critical level within hours; `undefined`: it waits no longer. A fact,
 * such as few addresses left, never waits, and the critical level never does. What clears in that time is not announced, and
 * while it clears it still waits.
 */
export const heldSinceOf = (
  { heldSince }: Alert,
  { parts, severity }: Combined,
  observed: readonly ObservedPart[],
  at: string,
): string | undefined => {
  const firing = parts.filter((part) => part.severity !== 'ok');
  if (severity !== 'warning' || firing.some(({ rule }) => !isExpectation(rule))) return undefined;
  if (observed.some(({ rule, isPressing }) => isPressing && firing.some((part) => part.rule === rule)))
    return undefined;
  const raised = observed.filter(
    ({ rule, raise }) => raise !== null && raise !== 'ok' && firing.some((part) => part.rule === rule),
  );
  if (raised.length === 0) return heldSince;
  const now = Date.parse(at);
  const isSoon = raised
    .flatMap(({ finding }) => expectedTimes(finding?.forecast))
    .some((time) => Date.parse(time) <= now + SOON);
  const since = heldSince ?? at;
  return isSoon && now - Date.parse(since) < EXPECTATION_WAITS ? since : undefined;
};

/** Whether the time for which a warning waits for its critical level is over. */
export const hasWaitedForCritical = (alert: Alert | null, now: number): boolean =>
  alert?.severity === 'ok' &&
  alert.heldSince !== undefined &&
  now - Date.parse(alert.heldSince) >= EXPECTATION_WAITS;

/**
 * Whether a warning is within the band in which the critical level is kept once it is reached. After the wait it is announced as
 * critical: a warning now and the critical level hours later would notify twice of one thing. The same where a fifth or less is left,
 * which ends the wait.
 */
export const isNearlyCritical = ({ rule, raise, hold, finding }: ObservedPart, now: number): boolean => {
  const { exhaustionAt, surge } = finding?.forecast ?? {};
  return (
    isExpectation(rule) &&
    raise !== null &&
    raise !== 'ok' &&
    hold === 'critical' &&
    [exhaustionAt, surge?.exhaustionAt, surge?.drain?.exhaustionAt].some(
      (time) => time != null && Date.parse(time) <= now + SOON,
    )
  );
};

const isExpectation = (rule: string): boolean => CHECK_OF_RULE.get(rule)?.isExpectation === true;

/** When nothing may be left, by the forecast and by each pace. */
const expectedTimes = (forecast: Forecast | undefined): readonly string[] =>
  [
    forecast?.earliest,
    forecast?.exhaustionAt,
    forecast?.surge?.exhaustionAt,
    forecast?.surge?.drain?.exhaustionAt,
  ].filter((time) => time != null);

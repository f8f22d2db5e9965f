import {
  type Alert,
  type AlertLevel,
  type AlertSeverity,
  compareLevel,
  type Observation,
  type TransitionKind,
} from '../model/alert/alert.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { type Finding, hasChanged } from '../model/result/finding.ts';
import { blank, issue, kindOf } from './lifecycle-announcement.ts';
import {
  type ClearClocks,
  type Clocks,
  candidateOf,
  clearingAt,
  clocksAt,
  clocksOf,
  withClearing,
} from './lifecycle-clocks.ts';
import { reduceTogether } from './lifecycle-of-supply.ts';
import type { LifecycleSettings, Reduction } from './reduction.ts';
import { withAnnouncedCauses, withWaitingCauses } from './worsening.ts';

/** One observation of one alert, with what follows from it whatever happens next. */
interface Step {
  /** The record so far; a blank one where there was none. */
  readonly current: Alert;
  readonly observation: Observation;
  /** What the rule found, or found last. */
  readonly finding: Finding;
  readonly clocks: Clocks;
  readonly clearing: ClearClocks;
  /** See `withWaitingCauses`; nothing of an alert that does not fire. */
  readonly worsening: Pick<Alert, 'announcedCauses' | 'worseSince'>;
  readonly at: string;
}

/**
 * Applies what a rule says now to the alert that it is about. Pure; the same observation at the same `now` a second
 * time changes nothing.
 *
 * - **Pending.** A level is announced once it has been raised for `pendingFor`. Each level has a clock of its own, so
 *   a supply that wavers between warning and critical still fires as a warning in time. A clock runs on while the level
 *   is not cleared (`hold`), but only an observation that raises the level completes it: a value that hovers about a
 *   threshold neither starts the wait again nor fires on its better side.
 * - **Hysteresis.** A firing alert goes up by `raise` and down by `hold`, never the other way about. It goes down once
 *   the level has been clear for `clearFor`. Each level has a clock of its own here, too: a critical alert whose warning
 *   comes and goes still eases to a warning in time. What is gone ends at once: there is nothing left to wait for.
 * - **Unknown** (`raise: null`) leaves the record as it is. It never fires, resolves or repeats. It neither starts nor
 *   stops a clock: what is bad, or clear, before and after a gap has, as far as anybody saw, been so throughout.
 *   Where only `hold` is unknown the alert may go up, but not down.
 * - **Repeats** are sent while it fires unacknowledged, when a destination wants one (`mayRepeat`), and only if its figures
 *   have changed since: what has not changed is not sent again. They wait until everything before has been delivered, so that a channel that is down does not collect them.
 * - **Several checks of one supply** (`observation.parts`) make one alert: see `combine`. Each has its own clocks. Together
 *   they ease from critical to a warning after a day, and resolve as soon as the last of them does.
 * - **Another cause** (`observation.causes`) that has been there for `pendingFor` makes a firing alert worse at its level: a
 *   second account that is not watched is as new as the first.
 * - **Acknowledging** holds for the level that was acknowledged. An escalation is sent and ends it.
 * - **Late** observations, older than the last that changed the record, are ignored.
 * - A pending alert that clears was never announced: it ends as `resolved` without a transition.
 *
 * @param now epoch milliseconds of the observation.
 * @throws HeadroomError `observation-without-finding` when a rule raises a level and hands over no finding.
 */
export const reduceAlert = (
  alert: Alert | null,
  observation: Observation,
  settings: LifecycleSettings,
  now: number,
): Reduction => {
  if (observation.parts !== undefined) {
    return reduceTogether(alert, observation, observation.parts, settings, now, reduceAlert);
  }
  const { raise, hold } = observation;
  const unchanged: Reduction = { alert, transitions: [] };
  if (raise === null) return unchanged;
  if (alert === null && raise === 'ok') return unchanged;
  if (alert !== null && now < Date.parse(alert.lastObservedAt)) return unchanged;
  // Most observations are of what is well, and was.
  if (alert?.status === 'resolved' && raise === 'ok' && hold === 'ok') return unchanged;
  const finding = observation.finding ?? alert?.finding;
  if (finding === undefined) throw withoutFinding(observation);

  const at = new Date(now).toISOString();
  const current = alert ?? blank(observation, finding, at);
  const announced = current.severity;
  const clocks = clocksAt(at, clocksOf(current), { announced, raise, hold: hold ?? 'critical' });
  const clearing = clearingAt(at, current.clearing ?? {}, { announced, raise, hold });
  const worsening = announced === 'ok' ? {} : withWaitingCauses(current, observation, at);
  const step: Step = { current, observation, finding, clocks, clearing, worsening, at };

  const isDue = (level: AlertSeverity): boolean => {
    const since = clocks[level];
    if (since === null || compareLevel(raise, level) < 0) return false;
    return now - Date.parse(since) >= settings.pendingFor * 1000;
  };
  if (isDue('critical')) return announce(step, 'critical');
  if (isDue('warning')) return announce(step, 'warning');
  const eased = easedTo(
    step,
    observation.gone === true || observation.safe === true ? 0 : settings.clearFor,
    now,
  );
  if (eased !== announced) return announce(step, eased);
  if (isWorse(step, settings, now)) return announce(step, announced, 'escalated');
  if (isRepeatDue(step, settings, now)) return announce(step, announced);
  return { alert: wait(step), transitions: [] };
};

const withoutFinding = (observation: Observation): HeadroomError =>
  new HeadroomError(
    'observation-without-finding',
    `The rule ${observation.rule} raised ${observation.key} to ${observation.raise} without saying what it found.`,
    'This is a defect of the rule: report it with the scan that shows it.',
  );

/** The mildest level that the alert may ease to now; the announced one where it must stay. */
const easedTo = ({ current, observation, clearing }: Step, clearFor: number, now: number): AlertLevel => {
  const isClear = (level: AlertSeverity): boolean => {
    const since = clearing[level];
    return since !== undefined && now - Date.parse(since) >= clearFor * 1000;
  };
  if (observation.hold === null) return current.severity;
  if (isClear('warning')) return 'ok';
  return isClear('critical') ? 'warning' : current.severity;
};

/** Whether a cause that was not announced has been there for as long as a level must be before it is announced. */
const isWorse = (
  { current, observation, worsening: { worseSince } }: Step,
  { pendingFor }: LifecycleSettings,
  now: number,
): boolean =>
  worseSince !== undefined &&
  observation.raise !== null &&
  compareLevel(observation.raise, current.severity) >= 0 &&
  now - Date.parse(worseSince) >= pendingFor * 1000;

const isRepeatDue = (
  { current: alert, clearing, finding }: Step,
  { repeatEvery, mayRepeat = () => true }: LifecycleSettings,
  now: number,
): boolean => {
  if (alert.severity !== 'ok' && clearing[alert.severity] !== undefined) return false;
  if (alert.status !== 'firing' || alert.lastNotifiedAt === null || repeatEvery === 0) return false;
  if (alert.acknowledged !== null || alert.outbox.length > 0) return false;
  if (!hasChanged(alert.finding, finding)) return false;
  return now - Date.parse(alert.lastNotifiedAt) >= repeatEvery * 1000 && mayRepeat(alert);
};

/** Nothing is to be said. Tells the very record it was given when what it waits for is the same as before. */
const wait = (step: Step): Alert => {
  const { current, observation, finding, clocks, clearing, worsening, at } = step;
  const candidate = candidateOf(clocks);
  // A clock that starts again has been seen to stop, so which of them run tells whether anything changed.
  const isSame =
    candidate?.severity === current.candidate?.severity &&
    clearing.warning === current.clearing?.warning &&
    clearing.critical === current.clearing?.critical &&
    worsening.worseSince === current.worseSince &&
    worsening.announcedCauses?.length === current.announcedCauses?.length;
  if (isSame) return current;
  if (current.severity !== 'ok') {
    const { announcedCauses: _causes, worseSince: _since, ...kept } = withClearing(current, clearing);
    return { ...kept, ...worsening, candidate, lastObservedAt: at };
  }
  if (clocks.warning === null) return { ...current, status: 'resolved', candidate, lastObservedAt: at };
  const { subject } = observation;
  return {
    ...current,
    subject,
    status: 'pending',
    since: clocks.warning,
    candidate,
    finding,
    lastObservedAt: at,
  };
};

/** Announces that the level is `to` now, and leaves that to be sent in the record's own outbox. */
const announce = (
  step: Step,
  to: AlertLevel,
  kind: TransitionKind = kindOf(step.current.severity, to),
): Reduction => {
  const { current, observation, clocks, clearing, at, finding } = step;
  const since = (kind === 'firing' ? clocks.warning : null) ?? current.since;
  const { transition, record } = issue(current, observation, {
    kind,
    to,
    at,
    since,
    finding,
    rule: current.rule,
    rules: null,
  });
  // Of the level that is left nothing need be known any more; that of a milder one runs on.
  const stillClearing =
    to === 'warning' && clearing.warning !== undefined ? { warning: clearing.warning } : {};
  const {
    cause: _cause,
    parts: _parts,
    announcedAt: _times,
    announcedRules: _rules,
    announcedCauses: _causes,
    worseSince: _since,
    ...kept
  } = withClearing(current, to === current.severity ? clearing : stillClearing);
  const alert: Alert = {
    ...kept,
    ...record,
    ...(to === 'ok' ? {} : withAnnouncedCauses(current, observation, kind === 'firing')),
    status: to === 'ok' ? 'resolved' : 'firing',
    candidate: to === 'critical' ? null : candidateOf({ ...clocks, warning: null }),
  };
  return { alert, transitions: [transition] };
};

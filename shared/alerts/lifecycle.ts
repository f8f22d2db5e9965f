import {
  type Alert,
  type AlertLevel,
  type AlertSeverity,
  compareLevel,
  type Observation,
  type Transition,
  type TransitionKind,
} from '../model/alert.ts';
import { HeadroomError } from '../model/errors.ts';
import { evidenceChanges, type Finding } from '../model/finding.ts';

/** Both in seconds. */
export interface LifecycleSettings {
  /** The condition must hold this long before the alert fires or escalates. */
  readonly pendingFor: number;
  /** A firing alert is said again after this long; 0: never. */
  readonly repeatEvery: number;
}

export interface Reduction {
  /** The very object that was handed in when nothing worth storing changed; `null` when there was none and is none. */
  readonly alert: Alert | null;
  /** What people must hear of because of this observation: at most one step. `alert.outbox` holds it already. */
  readonly transitions: readonly Transition[];
}

/** Since when each level that is not announced yet has been reached without clearing; `null`: it is not. */
type Clocks = Readonly<Record<AlertSeverity, string | null>>;

/** One observation of one alert, with what follows from it whatever happens next. */
interface Step {
  /** The record so far; a blank one where there was none. */
  readonly current: Alert;
  readonly observation: Observation;
  /** What the rule found, or found last. */
  readonly finding: Finding;
  readonly clocks: Clocks;
  readonly at: string;
}

/**
 * Folds what a rule says now into the alert that it is about. Pure; the same observation at the same `now` a second
 * time changes nothing.
 *
 * - **Pending.** A level is announced once it has been raised for `pendingFor`. Each level has a clock of its own, so
 *   a supply that wavers between warning and critical still fires as a warning in time. A clock runs on while the level
 *   is not cleared (`hold`), but only an observation that raises the level completes it: a value that hovers about a
 *   threshold neither starts the wait anew nor fires on its better side.
 * - **Hysteresis.** A firing alert goes up by `raise` and down by `hold`, never the other way about. Going down waits
 *   for nothing: the margin of `hold` is what keeps it from flapping.
 * - **Unknown** (`raise: null`) leaves the record as it is. It never fires, resolves or repeats. It does not stop a
 *   pending clock either: what is bad before and after a gap has, as far as anybody saw, been bad throughout.
 *   Where only `hold` is unknown the alert may go up, but not down.
 * - **Repeats** are said while it fires and nobody has acknowledged it, and only once everything said before has been
 *   delivered: a channel that is down does not pile them up.
 * - **Acknowledging** holds for the level that was acknowledged. An escalation is news and ends it.
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
  const { raise } = observation;
  const unchanged: Reduction = { alert, transitions: [] };
  if (raise === null) return unchanged;
  if (alert === null && raise === 'ok') return unchanged;
  if (alert !== null && now < Date.parse(alert.lastObservedAt)) return unchanged;
  const finding = observation.finding ?? alert?.finding;
  if (finding === undefined) throw withoutFinding(observation);

  const at = new Date(now).toISOString();
  const current = alert ?? blank(observation, finding, at);
  const announced = current.severity;
  const hold = observation.hold ?? 'critical';
  const clocks = clocksAt(at, clocksOf(current), { announced, raise, hold });
  const step: Step = { current, observation, finding, clocks, at };

  const isDue = (level: AlertSeverity): boolean => {
    const since = clocks[level];
    if (since === null || compareLevel(raise, level) < 0) return false;
    return now - Date.parse(since) >= settings.pendingFor * 1000;
  };
  if (isDue('critical')) return announce(step, 'critical');
  if (isDue('warning')) return announce(step, 'warning');
  if (compareLevel(hold, announced) < 0) return announce(step, hold);
  if (isRepeatDue(current, settings.repeatEvery, now)) return announce(step, announced);
  return { alert: wait(step), transitions: [] };
};

const withoutFinding = (observation: Observation): HeadroomError =>
  new HeadroomError(
    'observation-without-finding',
    `The rule ${observation.rule} raised ${observation.key} to ${observation.raise} without saying what it found.`,
    'This is a defect of the rule: report it with the scan that shows it.',
  );

/** The record of an alert that nobody has heard of. It is stored only once it waits for something. */
const blank = (observation: Observation, finding: Finding, at: string): Alert => ({
  key: observation.key,
  rule: observation.rule,
  subject: observation.subject,
  status: 'resolved',
  severity: 'ok',
  since: at,
  candidate: null,
  lastNotifiedAt: null,
  lastObservedAt: at,
  sequence: 0,
  finding,
  acknowledged: null,
  outbox: [],
});

const clocksOf = (alert: Alert): Clocks => ({
  warning: alert.status === 'pending' ? alert.since : null,
  critical: alert.candidate?.severity === 'critical' ? alert.candidate.since : null,
});

const clocksAt = (
  at: string,
  before: Clocks,
  levels: { readonly announced: AlertLevel; readonly raise: AlertLevel; readonly hold: AlertLevel },
): Clocks => {
  const clock = (level: AlertSeverity): string | null => {
    if (compareLevel(level, levels.announced) <= 0) return null;
    if (compareLevel(levels.raise, level) >= 0) return before[level] ?? at;
    return compareLevel(levels.hold, level) >= 0 ? before[level] : null;
  };
  return { warning: clock('warning'), critical: clock('critical') };
};

const candidateOf = (clocks: Clocks): Alert['candidate'] => {
  if (clocks.critical !== null) return { severity: 'critical', since: clocks.critical };
  if (clocks.warning !== null) return { severity: 'warning', since: clocks.warning };
  return null;
};

const isRepeatDue = (alert: Alert, repeatEvery: number, now: number): boolean => {
  if (alert.status !== 'firing' || alert.lastNotifiedAt === null || repeatEvery === 0) return false;
  if (alert.acknowledged !== null || alert.outbox.length > 0) return false;
  return now - Date.parse(alert.lastNotifiedAt) >= repeatEvery * 1000;
};

/** Nothing is to be said. Tells the very record it was given when what it waits for is the same as before. */
const wait = ({ current, observation, finding, clocks, at }: Step): Alert => {
  const candidate = candidateOf(clocks);
  // A clock that starts anew has been seen to stop, so the level alone tells whether anything changed.
  if (candidate?.severity === current.candidate?.severity) return current;
  if (current.severity !== 'ok') return { ...current, candidate, lastObservedAt: at };
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

const kindOf = (from: AlertLevel, to: AlertLevel): TransitionKind => {
  if (to === 'ok') return 'resolved';
  if (from === 'ok') return 'firing';
  if (from === to) return 'repeated';
  return compareLevel(to, from) > 0 ? 'escalated' : 'deescalated';
};

/** Says that the level is `to` now, and leaves that to be sent in the record's own outbox. */
const announce = (step: Step, to: AlertLevel): Reduction => {
  const { current, observation, clocks, at } = step;
  const announced = current.severity;
  const kind = kindOf(announced, to);
  const begins = kind === 'firing';
  const since = (begins ? clocks.warning : null) ?? current.since;
  const cause = begins ? observation.cause : current.cause;
  const told = begins ? [] : (current.announced ?? []);
  const levels = to === 'ok' || told.includes(to) ? told : [...told, to];
  const finding = to === 'ok' ? current.finding : { ...step.finding, severity: to };
  const figures = observation.evidence ?? observation.finding?.evidence ?? [];
  const sequence = current.sequence + 1;
  const shared = {
    subject: observation.subject,
    severity: to,
    since,
    finding,
    announced: levels,
    ...(cause === undefined ? {} : { cause }),
  };
  const transition: Transition = {
    id: `${current.key}#${sequence}`,
    key: current.key,
    rule: current.rule,
    transition: kind,
    previousSeverity: announced,
    at,
    ...shared,
    ...(begins ? {} : { changes: evidenceChanges(current.finding.evidence, figures) }),
  };
  const { cause: _cause, ...kept } = current;
  const alert: Alert = {
    ...kept,
    ...shared,
    status: to === 'ok' ? 'resolved' : 'firing',
    candidate: to === 'critical' ? null : candidateOf({ ...clocks, warning: null }),
    lastNotifiedAt: at,
    lastObservedAt: at,
    sequence,
    acknowledged: begins || kind === 'escalated' || to === 'ok' ? null : current.acknowledged,
    outbox: [
      ...current.outbox,
      { transition, claimedBy: null, claimedUntil: null, attempts: 0, lastError: null },
    ],
  };
  return { alert, transitions: [transition] };
};

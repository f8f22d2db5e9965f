import {
  type Alert,
  type AlertLevel,
  type AlertSeverity,
  compareLevel,
  type Observation,
  type ObservedPart,
  type Transition,
  type TransitionKind,
} from '../model/alert/alert.ts';
import type { RuleLife } from '../model/alert/policy.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { evidenceChanges, type Finding, hasChanged } from '../model/result/finding.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { CHECK_OF_RULE } from './check-of-rule.ts';
import { type Combined, combine, stepOf } from './combined-lifecycle.ts';
import { withAnnouncedCauses, withWaitingCauses } from './worsening.ts';

export interface LifecycleSettings extends Omit<RuleLife, 'enabled'> {
  /** Whether anybody wants to hear again of the firing alert at this moment; left out: always. */
  readonly mayRepeat?: (alert: Alert) => boolean;
}

export interface Reduction {
  /** The very object that was handed in when nothing worth storing changed; `null` when there was none and is none. */
  readonly alert: Alert | null;
  /** What people must hear of because of this observation: at most one step. `alert.outbox` holds it already. */
  readonly transitions: readonly Transition[];
}

/** Since when each level that is not announced yet has been reached without clearing; `null`: it is not. */
type Clocks = Readonly<Record<AlertSeverity, string | null>>;

/** Since when each announced level has been clear without being reached again; absent: it is not. */
type ClearClocks = NonNullable<Alert['clearing']>;

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
    return reduceTogether(alert, observation, observation.parts, settings, now);
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

/** The record of an alert that was never sent. It is stored only once it waits for something. */
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

const clearingAt = (
  at: string,
  before: ClearClocks,
  levels: { readonly announced: AlertLevel; readonly raise: AlertLevel; readonly hold: AlertLevel | null },
): ClearClocks => {
  const clock = (level: AlertSeverity): string | undefined => {
    const isReached = compareLevel(levels.hold ?? levels.raise, level) >= 0;
    if (isReached || compareLevel(level, levels.announced) > 0) return undefined;
    return before[level] ?? (levels.hold === null ? undefined : at);
  };
  const [warning, critical] = [clock('warning'), clock('critical')];
  return { ...(warning === undefined ? {} : { warning }), ...(critical === undefined ? {} : { critical }) };
};

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

const candidateOf = (clocks: Clocks): Alert['candidate'] => {
  if (clocks.critical !== null) return { severity: 'critical', since: clocks.critical };
  if (clocks.warning !== null) return { severity: 'warning', since: clocks.warning };
  return null;
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

/** The record with these clocks; without the field where none runs, so that a record that never clears is as short as before. */
const withClearing = ({ clearing: _clearing, ...alert }: Alert, clearing: ClearClocks): Alert =>
  Object.keys(clearing).length === 0 ? alert : { ...alert, clearing };

const kindOf = (from: AlertLevel, to: AlertLevel): TransitionKind => {
  if (to === 'ok') return 'resolved';
  if (from === 'ok') return 'firing';
  if (from === to) return 'repeated';
  return compareLevel(to, from) > 0 ? 'escalated' : 'deescalated';
};

/** Times beyond this many are those of repeats, which go where the alert went before. */
const TIMES_KEPT = 20;

/** When the alert was announced in this life, where routes look at that. */
const announcementTimes = (
  { announcedAt = [] }: Alert,
  { keepsTimes }: Observation,
  { kind, at }: { readonly kind: TransitionKind; readonly at: string },
): Pick<Alert, 'announcedAt'> => {
  if (kind === 'firing') return keepsTimes === true ? { announcedAt: [at] } : {};
  if (announcedAt.length === 0) return {};
  const isEnd = kind === 'resolved' || kind === 'deescalated';
  return { announcedAt: isEnd ? announcedAt : [...announcedAt, at].slice(-TIMES_KEPT) };
};

/** One step that people are notified of, and what it changes in the alert's record. */
const issue = (
  current: Alert,
  observation: Observation,
  step: {
    readonly kind: TransitionKind;
    readonly to: AlertLevel;
    readonly at: string;
    readonly since: string;
    readonly finding: Finding;
    readonly rule: string;
    /** The rules that it was announced under in this life, this one included; `null`: it only ever has one. */
    readonly rules: readonly string[] | null;
    /** Of a repeat: it says for the first time that nothing is left. */
    readonly isFirst?: boolean;
  },
) => {
  const { kind, to, at, rule, rules } = step;
  const begins = kind === 'firing';
  const cause = begins ? observation.cause : current.cause;
  const before = begins ? [] : (current.announced ?? []);
  const finding = to === 'ok' ? current.finding : { ...step.finding, severity: to };
  const figures = observation.evidence ?? observation.finding?.evidence ?? [];
  const sequence = current.sequence + 1;
  const shared = {
    rule,
    subject: observation.subject,
    severity: to,
    since: step.since,
    finding,
    announced: to === 'ok' || before.includes(to) ? before : [...before, to],
    ...announcementTimes(current, observation, { kind, at }),
    ...(cause === undefined ? {} : { cause }),
    ...(rules === null ? {} : { announcedRules: rules }),
  };
  const transition: Transition = {
    id: `${current.key}#${sequence}`,
    key: current.key,
    transition: kind,
    previousSeverity: current.severity,
    at,
    ...shared,
    ...(begins || current.formerKey === undefined ? {} : { formerKey: current.formerKey }),
    ...(step.isFirst === true ? { isFirst: true as const } : {}),
    ...(begins ? {} : { changes: evidenceChanges(current.finding.evidence, figures) }),
    ...(observation.continuesAs === undefined ? {} : { continuesAs: observation.continuesAs }),
    ...(observation.unmonitored === undefined ? {} : { unmonitored: observation.unmonitored }),
    ...((kind === 'resolved' || kind === 'deescalated') && observation.clear !== undefined
      ? { clear: observation.clear }
      : {}),
  };
  const record = {
    ...shared,
    lastNotifiedAt: at,
    lastObservedAt: at,
    ...(begins ? { firedAt: at } : {}),
    sequence,
    ...(current.formerKey === undefined ? {} : { formerKey: undefined }),
    acknowledged: begins || kind === 'escalated' || to === 'ok' ? null : current.acknowledged,
    outbox: [
      ...current.outbox,
      { transition, claimedBy: null, claimedUntil: null, attempts: 0, lastError: null },
    ],
  };
  return { transition, record };
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

/** The checks of one supply, as one alert. Unknown parts keep their level; where all are unknown, nothing changes. */
const reduceTogether = (
  alert: Alert | null,
  observation: Observation,
  observed: readonly ObservedPart[],
  settings: LifecycleSettings,
  now: number,
): Reduction => {
  const unchanged: Reduction = { alert, transitions: [] };
  if (observation.raise === null || (alert !== null && now < Date.parse(alert.lastObservedAt)))
    return unchanged;
  const hasWaited = hasWaitedForCritical(alert, now);
  const combined = combine(alert, observation, observed, (own, seen, part) => {
    const { alert: after } = reduceAlert(own, seen, { ...part.delays, repeatEvery: 0 }, now);
    return after?.severity === 'warning' && hasWaited && isNearlyCritical(part, now)
      ? { ...after, severity: 'critical', candidate: null }
      : after;
  });
  const finding = combined.lead?.finding ?? alert?.finding;
  if (finding === undefined || (alert === null && combined.parts.length === 0)) return unchanged;
  const at = new Date(now).toISOString();
  const current = alert ?? blank(observation, finding, at);
  const change = stepOf(alert, combined);
  const clocks: WaitingClocks = {
    milderSince: change === 'deescalated' ? (current.milderSince ?? at) : undefined,
    heldSince: change === 'firing' ? heldSinceOf(current, combined, observed, at) : undefined,
  };
  const waits =
    clocks.heldSince !== undefined ||
    (change === 'firing' && isAboutToBeCritical(combined, observed, now)) ||
    (clocks.milderSince !== undefined && mayComeBack(observed, Date.parse(clocks.milderSince), now));
  const step = waits ? null : change;
  const kind = step ?? (isRepeatOfAllDue(current, observation, combined, settings, now) ? 'repeated' : null);
  if (kind === null) {
    const waiting = waitTogether(withClocks(current, clocks, at), observation, combined, at);
    return { alert: waiting, transitions: [] };
  }

  const rule = combined.severity === 'ok' ? current.rule : (combined.lead?.rule ?? current.rule);
  const before = kind === 'firing' ? [] : (current.announcedRules ?? []);
  const { transition, record } = issue(current, observation, {
    kind,
    to: combined.severity,
    at,
    since: kind === 'firing' ? sinceOf(combined, at) : current.since,
    finding,
    rule,
    rules: before.includes(rule) ? before : [...before, rule],
    isFirst: step === 'repeated',
  });
  const {
    cause: _cause,
    announcedAt: _times,
    announcedRules: _rules,
    milderSince: _milder,
    heldSince: _held,
    ...kept
  } = current;
  const { announcedRules, ...rest } = record;
  return {
    alert: {
      ...withParts(kept, combined),
      ...rest,
      ...(combined.severity === 'ok' || announcedRules === undefined ? {} : { announcedRules }),
      status: combined.severity === 'ok' ? statusAtRest(combined) : 'firing',
      candidate: worstCandidate(combined),
    },
    transitions: [transition],
  };
};

/** A warning may wait this long (milliseconds) for a critical level that is being confirmed: two messages would say one thing. */
const WARNING_WAITS = 10 * 60_000;

/** Whether a warning would be followed by its critical level within minutes, if the next scans confirm what this one found. */
const isAboutToBeCritical = (
  { parts, severity }: Combined,
  observed: readonly ObservedPart[],
  now: number,
): boolean =>
  severity === 'warning' &&
  parts.some(({ rule, candidate }) => {
    const seen = observed.find((part) => part.rule === rule);
    if (candidate?.severity !== 'critical' || seen?.raise !== 'critical') return false;
    return Date.parse(candidate.since) + seen.delays.pendingFor * 1000 <= now + WARNING_WAITS;
  });

/**
 * An alert eases from critical to a warning only when a whole day was milder: what a load does every day is one alert, and its
 * peak of tomorrow is no escalation (measured in docs/adr/0034). Where room came back for good, or nothing has a clearing time,
 * it eases at once.
 */
const EASES_AFTER = 24 * 60 * 60_000;

const mayComeBack = (observed: readonly ObservedPart[], milderSince: number, now: number): boolean => {
  const waitsAtAll = observed.some(({ delays }) => delays.clearFor > 0);
  return waitsAtAll && !observed.some(({ isSafe }) => isSafe) && now - milderSince < EASES_AFTER;
};

/** Since when a step of all checks together waits; `undefined`: it does not. */
interface WaitingClocks {
  readonly milderSince: string | undefined;
  readonly heldSince: string | undefined;
}

/** The very record where nothing changes: one that waits for nothing new is not stored again. */
const withClocks = (alert: Alert, { milderSince, heldSince }: WaitingClocks, at: string): Alert => {
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
const heldSinceOf = (
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
const hasWaitedForCritical = (alert: Alert | null, now: number): boolean =>
  alert?.severity === 'ok' &&
  alert.heldSince !== undefined &&
  now - Date.parse(alert.heldSince) >= EXPECTATION_WAITS;

/**
 * Whether a warning is within the band in which the critical level is kept once it is reached. After the wait it is announced as
 * critical: a warning now and the critical level hours later would notify twice of one thing.
 */
const isNearlyCritical = ({ rule, raise, hold, finding }: ObservedPart, now: number): boolean => {
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

const withParts = ({ parts: _parts, ...alert }: Alert, { parts }: Combined): Alert =>
  parts.length === 0 ? alert : { ...alert, parts };

const statusAtRest = ({ parts }: Combined): Alert['status'] => (parts.length === 0 ? 'resolved' : 'pending');

/** Since when the earliest of the parts that fire has been raised. */
const sinceOf = ({ parts }: Combined, at: string): string =>
  parts
    .filter(({ severity }) => severity !== 'ok')
    .map(({ since }) => since)
    .toSorted()[0] ?? at;

/** What waits to be announced, the worst of it: only what is worse than the level that is. */
const worstCandidate = ({ parts, severity }: Combined): Alert['candidate'] =>
  parts
    .flatMap(({ candidate }) => candidate ?? [])
    .filter((candidate) => compareLevel(candidate.severity, severity) > 0)
    .toSorted((a, b) => compareLevel(b.severity, a.severity) || (a.since < b.since ? -1 : 1))[0] ?? null;

/** Nothing is to be announced. Returns the very record that it was given when no clock of any part changed. */
const waitTogether = (current: Alert, observation: Observation, combined: Combined, at: string): Alert => {
  if (JSON.stringify(combined.parts) === JSON.stringify(current.parts ?? [])) return current;
  const candidate = worstCandidate(combined);
  if (current.status === 'firing') {
    const isWorse = candidate !== null && compareLevel(candidate.severity, current.severity) > 0;
    return { ...withParts(current, combined), candidate: isWorse ? candidate : null, lastObservedAt: at };
  }
  const isPending = combined.parts.length > 0;
  return {
    ...withParts(current, combined),
    subject: observation.subject,
    status: statusAtRest(combined),
    candidate,
    lastObservedAt: at,
    ...(isPending
      ? {
          rule: combined.lead?.rule ?? current.rule,
          finding: combined.lead?.finding ?? current.finding,
          since: combined.parts.map(({ since }) => since).toSorted()[0] ?? at,
        }
      : {}),
  };
};

const isRepeatOfAllDue = (
  alert: Alert,
  { raise }: Observation,
  { severity, lead }: Combined,
  { repeatEvery, mayRepeat = () => true }: LifecycleSettings,
  now: number,
): boolean => {
  if (alert.status !== 'firing' || alert.lastNotifiedAt === null || repeatEvery === 0) return false;
  if (alert.acknowledged !== null || alert.outbox.length > 0) return false;
  if (lead === null || !hasChanged(alert.finding, lead.finding)) return false;
  // Whatever holds a level without reaching it has nothing new to say.
  if (raise === null || compareLevel(raise, severity) < 0 || alert.severity !== severity) return false;
  return now - Date.parse(alert.lastNotifiedAt) >= repeatEvery * 1000 && mayRepeat(alert);
};

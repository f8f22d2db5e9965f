import { type Alert, compareLevel, type Observation, type ObservedPart } from '../model/alert/alert.ts';
import { elementAt } from '../model/base/element-at.ts';
import { hasChanged } from '../model/result/finding.ts';
import { type Combined, combine, stepOf } from './combined-lifecycle.ts';
import { blank, issue } from './lifecycle-announcement.ts';
import {
  hasWaitedForCritical,
  heldSinceOf,
  isAboutToBeCritical,
  isNearlyCritical,
  mayComeBack,
  type WaitingClocks,
  withClocks,
} from './lifecycle-waits.ts';
import type { LifecycleSettings, Reduction } from './reduction.ts';

/** The checks of one supply, as one alert. Unknown parts keep their level; where all are unknown, nothing changes. */
export const reduceTogether = (
  alert: Alert | null,
  observation: Observation,
  observed: readonly ObservedPart[],
  settings: LifecycleSettings,
  now: number,
  reduceOne: (
    alert: Alert | null,
    observation: Observation,
    settings: LifecycleSettings,
    now: number,
  ) => Reduction,
): Reduction => {
  const unchanged: Reduction = { alert, transitions: [] };
  if (observation.raise === null || (alert !== null && now < Date.parse(alert.lastObservedAt)))
    return unchanged;
  const begins = (alert?.severity ?? 'ok') === 'ok';
  const waitIsOver = hasWaitedForCritical(alert, now);
  const combined = combine(alert, observation, observed, (own, seen, part) => {
    const { alert: after } = reduceOne(own, seen, { ...part.delays, repeatEvery: 0 }, now);
    return after?.severity === 'warning' &&
      (waitIsOver || (begins && part.isPressing)) &&
      isNearlyCritical(part, now)
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

  const rule = (combined.severity === 'ok' ? null : combined.lead)?.rule ?? current.rule;
  const before = kind === 'firing' ? [] : (current.announcedRules ?? []);
  const { transition, record } = issue(current, observation, {
    kind,
    to: combined.severity,
    at,
    since: kind === 'firing' ? sinceOf(combined) : current.since,
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

const withParts = ({ parts: _parts, ...alert }: Alert, { parts }: Combined): Alert =>
  parts.length === 0 ? alert : { ...alert, parts };

const statusAtRest = ({ parts }: Combined): Alert['status'] => (parts.length === 0 ? 'resolved' : 'pending');

/** Since when the earliest of the parts that fire has been raised. */
const sinceOf = ({ parts }: Combined): string =>
  elementAt(
    parts
      .filter(({ severity }) => severity !== 'ok')
      .map(({ since }) => since)
      .toSorted(),
    0,
  );

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
          since: elementAt(combined.parts.map(({ since }) => since).toSorted(), 0),
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

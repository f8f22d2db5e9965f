import {
  type Alert,
  type AlertLevel,
  compareLevel,
  type Observation,
  type Transition,
  type TransitionKind,
} from '../model/alert/alert.ts';
import { evidenceChanges, type Finding } from '../model/result/finding.ts';

/** A step of an alert that people are notified of, and the record of it. */

/** The record of an alert that was never sent. It is stored only once it waits for something. */
export const blank = (observation: Observation, finding: Finding, at: string): Alert => ({
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

export const kindOf = (from: AlertLevel, to: AlertLevel): TransitionKind => {
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
export const issue = (
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

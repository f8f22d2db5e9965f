import {
  type Alert,
  type AlertLevel,
  type AlertPart,
  compareLevel,
  type Observation,
  type ObservedPart,
  type TransitionKind,
  worstLevel,
} from '../model/alert/alert.ts';
import { type Finding, withAlso } from '../model/result/finding.ts';
import { CHECK_OF_RULE } from './check-of-rule.ts';

/** Reduces one part, as an alert of its own. */
export type ReducePart = (alert: Alert | null, observation: Observation, part: ObservedPart) => Alert | null;

/** Where the checks of one supply stand after an observation. */
export interface Combined {
  /** Every part that is not at rest. */
  readonly parts: readonly AlertPart[];
  /** The worst level that any part has reached. */
  readonly severity: AlertLevel;
  /** What is announced: the first part at that level, with the others beneath it. `null`: no part has a finding now. */
  readonly lead: {
    readonly rule: string;
    readonly finding: Finding;
    /** It has reached that level itself, and does not only lead because the one that has reached it is unknown now. */
    readonly isReached: boolean;
  } | null;
}

/**
 * Steps each check of a supply with its own clocks. Together they make one alert, at the worst level that one of them has
 * reached: it resolves when all of them have, and an unknown part keeps its level.
 */
export const combine = (
  alert: Alert | null,
  observation: Observation,
  observed: readonly ObservedPart[],
  reducePart: ReducePart,
): Combined => {
  const before = new Map((alert?.parts ?? []).map((part) => [part.rule, part]));
  const stepped = observed.map((part) => {
    const { rule, raise, hold, finding } = part;
    const known = before.get(rule);
    const own = known === undefined || alert === null ? null : ownAlert(alert, known);
    const { parts: _parts, evidence: _evidence, ...shared } = observation;
    const after = reducePart(
      own,
      { ...shared, rule, raise, hold, finding, ...(part.isSafe ? { safe: true } : {}) },
      part,
    );
    return { part, after: after === null || isAtRest(after) ? null : partOf(after) };
  });
  const parts = stepped.flatMap(({ after }) => after ?? []);
  const severity = worstLevel(parts.map((part) => part.severity));
  return { parts, severity, lead: leadOf(stepped, severity) };
};

const ownAlert = (alert: Alert, part: AlertPart): Alert => {
  const { clearing: _clearing, parts: _parts, announcedRules: _rules, ...shared } = alert;
  return { ...shared, ...part, lastNotifiedAt: null, outbox: [] };
};

const partOf = ({ rule, status, severity, since, candidate, clearing }: Alert): AlertPart => ({
  rule,
  status,
  severity,
  since,
  candidate,
  ...(clearing === undefined ? {} : { clearing }),
});

const isAtRest = ({ status, candidate }: Alert): boolean => status === 'resolved' && candidate === null;

const leadOf = (
  stepped: readonly { readonly part: ObservedPart; readonly after: AlertPart | null }[],
  severity: AlertLevel,
): Combined['lead'] => {
  const announceable = stepped.flatMap(({ part, after }) =>
    part.finding === null || part.isCovered
      ? []
      : [
          {
            rule: part.rule,
            finding: part.finding,
            repeats: part.repeatsOthers,
            raise: part.raise ?? 'ok',
            reached: after?.severity ?? 'ok',
          },
        ],
  );
  const lead =
    announceable.find(({ reached }) => reached === severity && severity !== 'ok') ??
    announceable.toSorted((a, b) => compareLevel(b.raise, a.raise))[0];
  if (lead === undefined) return null;
  const others = announceable.filter(({ rule, raise }) => rule !== lead.rule && raise !== 'ok');
  return {
    rule: lead.rule,
    finding: withAlso(lead.finding, others),
    isReached: lead.reached === severity,
  };
};

/**
 * What people are notified of when an alert goes from one state to the next; `null`: nothing. A warning is sent once, a
 * critical alert is sent once, and so is an end. At the critical level one thing is new: nothing is left. Those who were paged
 * and did not react get it as a repeat, which pages no one again. Where a person acknowledged what was about to happen, they
 * acted and it did not help: it pages again, and the acknowledgement ends. A warning at which nothing is left waits until
 * that is confirmed, and becomes critical. It eases to a level only with a finding of that level: where what is left of it is
 * unknown now, there is none, and the message would repeat what is over.
 */
export const stepOf = (alert: Alert | null, { severity, lead }: Combined): TransitionKind | null => {
  const announced = alert?.severity ?? 'ok';
  const change = compareLevel(severity, announced);
  if (severity === 'ok') return announced === 'ok' ? null : 'resolved';
  if (announced === 'ok') return 'firing';
  if (change > 0) return 'escalated';
  if (change < 0) return lead === null ? null : 'deescalated';
  if (lead === null || alert === null || !lead.isReached) return null;
  if ((alert.announcedRules ?? [alert.rule]).includes(lead.rule)) return null;
  if (CHECK_OF_RULE.get(lead.rule)?.findsNothingLeft !== true) return null;
  return alert.acknowledged === null ? 'repeated' : 'escalated';
};

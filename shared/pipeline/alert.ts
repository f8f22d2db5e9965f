import pLimit from 'p-limit';
import { reduceAlert } from '../alerts/lifecycle.ts';
import type { LifecycleSettings } from '../alerts/reduction.ts';
import type { Replacement } from '../alerts/replacements.ts';
import type { Alert, Observation, Transition } from '../model/alert/alert.ts';
import { type Claim, claimDue, OUTBOX_TIMING, type OutboxTiming } from '../model/alert/outbox.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import type { AlertStore, VersionedAlert } from '../state/state-store.ts';

export interface RaiseAlertsInput {
  readonly target: Target;
  /** What the rules say of this scan; at most one for each key. */
  readonly observations: readonly Observation[];
  readonly settingsFor: (observation: Observation) => LifecycleSettings;
  readonly store: AlertStore;
  /** The target's alerts, where the caller has listed them already; listing them costs a request. */
  readonly listed?: readonly VersionedAlert[];
  /** Epoch milliseconds of the scan. */
  readonly now: number;
  /** Epoch milliseconds, whenever asked: claims count from the moment they are made. */
  readonly clock: () => number;
  /** Names this run alone; a retry of the same work is another run. */
  readonly runId: string;
  readonly timing?: OutboxTiming;
  /** Muted or inhibited: kept, but not sent while that lasts. */
  readonly isSilenced?: (transition: Transition) => boolean;
  /** Which destinations get a transition later. */
  readonly quiet?: Claim['quiet'];
  /**
   * Whether what an alert is about is known to be gone (the subnet was deleted, the rule was taken out), so that it
   * resolves. Asked for alerts that no observation speaks of; by default they stay as they are.
   */
  readonly isGone?: (alert: Alert) => boolean;
  /** See `goneText`. */
  readonly goneText?: (alert: Alert) => string | undefined;
  /** What is gone is the target from the selection: nothing is known to be over. */
  readonly isUnmonitored?: boolean;
  /** What happens to an alert of an earlier version that another one replaces; `null`: it is none. */
  readonly replacementOf?: (alert: Alert) => Replacement | null;
}

export interface RaisedAlerts {
  /** Every alert of the target as it is stored now. Outbox entries that this run has claimed are its to deliver. */
  readonly alerts: readonly VersionedAlert[];
  /** What changed by this scan, announced or not. */
  readonly transitions: readonly Transition[];
  /** Alerts that could not be stored. They are as they were; the next scan finds them so. */
  readonly problems: readonly Problem[];
}

/** A resolved alert is remembered this long (milliseconds): its numbering goes on if it comes back. */
const RESOLVED_RETENTION = 7 * 24 * 60 * 60 * 1000;

/** Lost races before giving up on an alert until the next scan. Each one lost means that another run has stored it. */
const ATTEMPTS = 8;

const REQUESTS_AT_ONCE = 8;

/**
 * Applies a scan's observations to the stored alerts. A change of state, the transition that must be sent because of it
 * and this run's claim to send it are one conditional write: a reader never sees one without the other.
 * Who loses the race for a record reads it again and reduces again; the reducer changes nothing twice. Nothing is
 * written for an alert that did not change.
 *
 * What earlier runs left in outboxes is claimed on the way, once their claims have ended.
 *
 * @throws StateStoreError when the alerts cannot be listed.
 */
export const raiseAlerts = async (input: RaiseAlertsInput): Promise<RaisedAlerts> => {
  const { target, store } = input;
  const listed = new Map(
    (input.listed ?? (await store.list(target))).map((stored) => [stored.alert.key, stored]),
  );
  const observations = new Map(input.observations.map((observation) => [observation.key, observation]));
  const keys = [...new Set([...listed.keys(), ...observations.keys()])];
  // Few need no limit, and most targets have few.
  const limited: Limit = keys.length <= REQUESTS_AT_ONCE ? (work) => work() : pLimit(REQUESTS_AT_ONCE);
  const settled = await Promise.all(
    keys.map((key) =>
      limited(async (): Promise<Settled> => {
        const stored = listed.get(key) ?? null;
        try {
          return await settle(input, key, stored, observations.get(key) ?? null);
        } catch (error) {
          if (!(error instanceof HeadroomError)) throw error;
          return { stored, transitions: [], problem: problemOf(error) };
        }
      }),
    ),
  );
  return {
    alerts: settled.flatMap(({ stored }) => stored ?? []),
    transitions: settled.flatMap(({ transitions }) => transitions),
    problems: settled.flatMap(({ problem }) => problem ?? []),
  };
};

type Limit = (work: () => Promise<Settled>) => Promise<Settled>;

interface Settled {
  readonly stored: VersionedAlert | null;
  readonly transitions: readonly Transition[];
  readonly problem?: Problem;
}

const settle = async (
  input: RaiseAlertsInput,
  key: string,
  listed: VersionedAlert | null,
  observation: Observation | null,
): Promise<Settled> => {
  const { target, store } = input;
  let stored = listed;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const replacement = stored === null ? null : (input.replacementOf?.(stored.alert) ?? null);
    if (stored !== null && replacement?.step === 'remove') {
      if ((await store.remove(target, key, stored.version)) === 'removed')
        return { stored: null, transitions: [] };
      stored = await store.read(target, key);
      continue;
    }
    const { alert, transitions } = reduced(input, stored?.alert ?? null, observation, replacement);
    if (alert === null) return { stored: null, transitions };
    const next = claimed(input, alert);
    const version = stored?.version ?? 0;
    if (isForgettable(next, input.now)) {
      if (version === 0 || (await store.remove(target, key, version)) === 'removed') {
        return { stored: null, transitions };
      }
    } else {
      if (next === stored?.alert) return { stored, transitions };
      const outcome = await store.commit(target, next, version);
      if (outcome !== 'conflict') return { stored: { alert: next, version: outcome.version }, transitions };
    }
    stored = await store.read(target, key);
  }
  throw new HeadroomError(
    'alert-contended',
    `The alert ${key} could not be stored: other runs changed it first, ${ATTEMPTS} times running`,
    'Make sure that a target is not scanned by many at once; the next scan tries again.',
  );
};

const reduced = (
  input: RaiseAlertsInput,
  alert: Alert | null,
  observation: Observation | null,
  replacement: Replacement | null,
) => {
  const seen = observation ?? (alert === null ? null : endOf(input, alert, replacement));
  return seen === null
    ? { alert, transitions: [] }
    : reduceAlert(alert, seen, input.settingsFor(seen), input.now);
};

/** The last observation of an alert of which none speaks any more; `null`: it stays as it is. */
const endOf = (
  input: RaiseAlertsInput,
  alert: Alert,
  replacement: Replacement | null,
): Observation | null => {
  if (replacement === null) {
    if (input.isGone?.(alert) !== true) return null;
    if (input.isUnmonitored === true) return { ...goneFrom(alert), unmonitored: true };
    const clear = input.goneText?.(alert);
    return clear === undefined ? goneFrom(alert) : { ...goneFrom(alert), clear };
  }
  if (replacement.step !== 'end') return null;
  const { step: _step, ...end } = replacement;
  return { ...goneFrom(alert), ...end };
};

const goneFrom = ({ key, rule, subject }: Alert): Observation => ({
  key,
  rule,
  subject,
  raise: 'ok',
  hold: 'ok',
  finding: null,
  gone: true,
});

const claimed = (
  { runId, clock, timing = OUTBOX_TIMING, isSilenced = () => false, quiet }: RaiseAlertsInput,
  alert: Alert,
): Alert =>
  claimDue(alert, {
    runId,
    now: clock(),
    claimFor: timing.claimFor,
    isSilenced,
    ...(quiet === undefined ? {} : { quiet }),
  });

const isForgettable = ({ status, outbox, lastObservedAt }: Alert, now: number): boolean =>
  status === 'resolved' && outbox.length === 0 && now - Date.parse(lastObservedAt) > RESOLVED_RETENTION;

import pLimit from 'p-limit';
import type { DeliveryPlan } from '../alerts/delivery-plan.ts';
import { type LifecycleSettings, type Reduction, reduceAlert } from '../alerts/lifecycle.ts';
import type { Alert, Observation, Transition } from '../model/alert.ts';
import { HeadroomError, type Problem, problemOf } from '../model/errors.ts';
import type { Target } from '../model/inventory.ts';
import { claimable, claimed, OUTBOX_TIMING, type OutboxTiming } from '../model/outbox.ts';
import type { AlertStore, VersionedAlert } from '../state/state-store.ts';
import { type PlanDelivery, planSafely } from './delivery-planner.ts';

export interface RaiseAlertsInput {
  readonly target: Target;
  /** What the rules say of this scan, at most one for each key; handed the alerts that are stored, to end those of what is gone. */
  readonly observe: (alerts: readonly Alert[]) => readonly Observation[];
  readonly settingsFor: (observation: Observation) => LifecycleSettings;
  readonly plan: PlanDelivery;
  readonly store: AlertStore;
  /** Epoch milliseconds of the scan. */
  readonly now: number;
  /** Epoch milliseconds, whenever asked: claims count from the moment they are made. */
  readonly clock: () => number;
  /** Names this run alone; a retry of the same work is another run. */
  readonly runId: string;
  readonly timing?: OutboxTiming;
}

export interface RaisedAlerts {
  /** Every alert of the target as it is stored now. Outbox entries that this run has claimed are its to deliver. */
  readonly alerts: readonly VersionedAlert[];
  /** What changed by this scan, announced or not. */
  readonly transitions: readonly Transition[];
  /** What is to be sent, by transition id, as it is to be told: an escalation is the first news to those who heard nothing yet. */
  readonly asTold: ReadonlyMap<string, Transition>;
  /** What is kept quiet, and why. */
  readonly held: DeliveryPlan['held'];
  /** Alerts that could not be stored: they are as they were, and the next scan finds them so. And what could not be planned. */
  readonly problems: readonly Problem[];
}

/** A resolved alert is remembered this long (milliseconds): its numbering goes on if it comes back. */
const RESOLVED_RETENTION = 7 * 24 * 60 * 60 * 1000;

/** Lost races before giving up on an alert until the next scan. Each one lost means that another run has stored it. */
const ATTEMPTS = 8;

const REQUESTS_AT_ONCE = 8;

/**
 * Folds a scan's observations into the stored alerts. A change of state, the transition that must be sent because of it
 * and this run's claim to send it are one conditional write: nobody can see, or be left with, one without the other.
 * Who loses the race for a record reads it again and reduces again; the reducer changes nothing twice. Nothing is
 * written for an alert that did not change.
 *
 * What earlier runs left in outboxes is claimed on the way, once their claims have ended.
 *
 * @throws StateStoreError when the alerts can not be listed.
 */
export const raiseAlerts = async (input: RaiseAlertsInput): Promise<RaisedAlerts> => {
  const { target, store, clock } = input;
  const listed = await store.list(target);
  const drafts = draftsOf(input, listed);
  const alerts = drafts.flatMap(({ reduction }) => reduction?.alert ?? []);
  const waiting = alerts.flatMap((alert) => claimable(alert, clock()).map(({ transition }) => transition));
  const plan = planSafely(input.plan, waiting, alerts);
  const asTold = new Map(
    plan.messages.flatMap(({ transitions }) => transitions).map((transition) => [transition.id, transition]),
  );
  const send = new Set(asTold.keys());
  const drop = new Set(plan.dropped.map(({ id }) => id));

  const limited = pLimit(REQUESTS_AT_ONCE);
  const settled = await Promise.all(
    drafts.map((draft) =>
      limited(async () => caught(draft.stored, () => settle(input, draft, { send, drop }))),
    ),
  );
  return {
    alerts: settled.flatMap(({ stored }) => stored ?? []),
    transitions: settled.flatMap(({ transitions }) => transitions),
    asTold,
    held: plan.held,
    problems: [...plan.problems, ...settled.flatMap(({ problem }) => problem ?? [])],
  };
};

/** What an alert becomes by this scan, as far as the list tells. Another run may be at it, too. */
interface Draft {
  readonly key: string;
  readonly stored: VersionedAlert | null;
  readonly observation: Observation | null;
  /** `null`: reducing failed, and is tried again where the failure is caught. */
  readonly reduction: Reduction | null;
}

const draftsOf = (input: RaiseAlertsInput, listed: readonly VersionedAlert[]): readonly Draft[] => {
  const stored = new Map(listed.map((versioned) => [versioned.alert.key, versioned]));
  const observations = new Map(
    input.observe(listed.map(({ alert }) => alert)).map((observation) => [observation.key, observation]),
  );
  return [...new Set([...stored.keys(), ...observations.keys()])].map((key) => {
    const draft = { key, stored: stored.get(key) ?? null, observation: observations.get(key) ?? null };
    try {
      return { ...draft, reduction: reduced(input, draft.stored, draft.observation) };
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      return { ...draft, reduction: null };
    }
  });
};

interface Settled {
  readonly stored: VersionedAlert | null;
  readonly transitions: readonly Transition[];
  readonly problem?: Problem;
}

/** One alert's failure is no reason to leave the others unsaid. */
const caught = async (stored: VersionedAlert | null, settling: () => Promise<Settled>): Promise<Settled> => {
  try {
    return await settling();
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return { stored, transitions: [], problem: problemOf(error) };
  }
};

const settle = async (
  input: RaiseAlertsInput,
  draft: Draft,
  ids: { readonly send: ReadonlySet<string>; readonly drop: ReadonlySet<string> },
): Promise<Settled> => {
  const { target, store, runId, clock, timing = OUTBOX_TIMING } = input;
  const { key, observation } = draft;
  let { stored, reduction } = draft;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { alert, transitions } = reduction ?? reduced(input, stored, observation);
    if (alert === null) return { stored: null, transitions };
    const next = claimed(alert, { runId, now: clock(), claimFor: timing.claimFor, ...ids });
    if (isForgettable(next, input.now)) {
      if (stored === null || (await store.remove(target, key, stored.version)) === 'removed') {
        return { stored: null, transitions };
      }
    } else {
      if (next === stored?.alert) return { stored, transitions };
      const outcome = await store.commit(target, next, stored?.version ?? 0);
      if (outcome !== 'conflict') return { stored: { alert: next, version: outcome.version }, transitions };
    }
    stored = await store.read(target, key);
    reduction = null;
  }
  throw new HeadroomError(
    'alert-contended',
    `The alert ${key} could not be stored: others changed it first, ${ATTEMPTS} times running`,
    'Make sure that a target is not scanned by many at once; the next scan tries again.',
  );
};

const reduced = (
  { settingsFor, now }: RaiseAlertsInput,
  stored: VersionedAlert | null,
  observation: Observation | null,
): Reduction => {
  const alert = stored?.alert ?? null;
  if (observation === null) return { alert, transitions: [] };
  return reduceAlert(alert, observation, settingsFor(observation), now);
};

const isForgettable = ({ status, outbox, lastObservedAt }: Alert, now: number): boolean =>
  status === 'resolved' && outbox.length === 0 && now - Date.parse(lastObservedAt) > RESOLVED_RETENTION;

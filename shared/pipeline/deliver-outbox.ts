import type { Alert, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import {
  entryId,
  OUTBOX_TIMING,
  type OutboxTiming,
  released,
  type SendOutcome,
  withOutcomes,
} from '../model/alert/outbox.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { systemTimer, type Timer } from '../notify/deadline.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { AlertStore, VersionedAlert } from '../state/state-store.ts';
import { sendMessages } from './send-messages.ts';

export interface DeliverOutboxInput {
  readonly target: Target;
  /** As `raiseAlerts` left them: entries claimed by this run are sent. */
  readonly alerts: readonly VersionedAlert[];
  readonly store: AlertStore;
  readonly notifier: Notifier;
  /** Messages for one destination, or by the routes where none is named. What is in none of them is kept for later. */
  readonly group: (transitions: readonly Transition[], destination?: string) => readonly AlertMessage[];
  /** The same as for `raiseAlerts`. */
  readonly runId: string;
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  /** Ends sends that take too long; by default the timers of the system. */
  readonly timer?: Timer;
  readonly timing?: OutboxTiming;
  /** Ends the run: nothing more is begun, and what is under way is given up. */
  readonly signal?: AbortSignal;
}

export interface DeliveryReport {
  /** Messages that a destination took in this run. */
  readonly sent: number;
  /** Transitions that all their destinations have, since this run. */
  readonly delivered: readonly Transition[];
  /**
   * Alerts with something that could not be delivered, by this run or one before it, and still waits: while there are
   * any, delivery is failing, and the monitor says so (`evaluateMonitor`, and a metric for when nothing gets through).
   */
  readonly undelivered: readonly Alert[];
  /** Why sends failed in this run, and what could not be stored of it. */
  readonly problems: readonly Problem[];
  /** Transitions that this run had no time for, or not for every destination. A later run takes them over. */
  readonly postponed: number;
}

/** Where it is not even known what there would be to deliver. */
export const NOTHING_DELIVERED: DeliveryReport = {
  sent: 0,
  delivered: [],
  undelivered: [],
  problems: [],
  postponed: 0,
};

/** Lost races before giving up. Each one lost means that another run has stored the record. */
const ATTEMPTS = 8;

/**
 * Sends what this run has claimed, and takes what was sent out of the outboxes. Between these two steps a crash leads
 * to a duplicate, never to a loss: a run that finds the claim ended sends again. Never throws for what a receiver or
 * the store refused: that is in the report.
 */
export const deliverOutbox = async (input: DeliverOutboxInput): Promise<DeliveryReport> => {
  const { runId, clock, timing = OUTBOX_TIMING } = input;
  const records = new Records(input);
  const entries = input.alerts.flatMap(({ alert }) =>
    alert.outbox.filter(({ claimedBy }) => claimedBy === runId),
  );
  const transitions = new Map(entries.map((entry) => [entryId(entry), entry.transition]));
  const delivered: Transition[] = [];
  const store = async (outcomes: ReadonlyMap<string, SendOutcome>): Promise<void> => {
    const sent = [...outcomes.keys()].flatMap((id) => transitions.get(id) ?? []);
    const complete = [...outcomes].filter(([, outcome]) => isComplete(outcome)).map(([id]) => id);
    delivered.push(...complete.flatMap((id) => transitions.get(id) ?? []));
    await records.change(sent, (alert) => withOutcomes(alert, outcomes, { runId, now: clock(), timing }));
  };
  const { sent, problems, postponed, unsent } = await sendMessages({
    entries,
    notifier: input.notifier,
    group: input.group,
    clock,
    timer: input.timer ?? systemTimer,
    timing,
    signal: input.signal ?? null,
    onOutcomes: store,
  });
  const kept = new Set(unsent.map(entryId));
  await records.change(
    unsent.map(({ transition }) => transition),
    (alert) => released(alert, runId, kept),
  );
  return {
    sent,
    delivered,
    undelivered: records.undelivered(),
    problems: [...problems, ...records.problems],
    postponed,
  };
};

const isComplete = ({ failure, isPartial }: SendOutcome): boolean => failure === null && isPartial !== true;

/** The target's alerts as this run knows them stored. */
class Records {
  readonly problems: Problem[] = [];
  readonly #input: DeliverOutboxInput;
  readonly #stored: Map<string, VersionedAlert>;

  constructor(input: DeliverOutboxInput) {
    this.#input = input;
    this.#stored = new Map(input.alerts.map((stored) => [stored.alert.key, stored]));
  }

  undelivered(): readonly Alert[] {
    const alerts = [...this.#stored.values()].map(({ alert }) => alert);
    return alerts.filter(({ outbox }) => outbox.some(({ attempts }) => attempts > 0));
  }

  /** Changes the alerts of these transitions, each by a conditional write. */
  async change(transitions: readonly Transition[], change: (alert: Alert) => Alert): Promise<void> {
    for (const key of new Set(transitions.map((transition) => transition.key))) {
      try {
        await this.#changeOne(key, change);
      } catch (error) {
        if (!(error instanceof HeadroomError)) throw error;
        this.problems.push(problemOf(error));
      }
    }
  }

  async #changeOne(key: string, change: (alert: Alert) => Alert): Promise<void> {
    const { store, target } = this.#input;
    let stored = this.#stored.get(key) ?? null;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (stored === null) return;
      const alert = change(stored.alert);
      const outcome =
        alert === stored.alert
          ? { version: stored.version }
          : await store.commit(target, alert, stored.version);
      if (outcome !== 'conflict') {
        this.#stored.set(key, { alert, version: outcome.version });
        return;
      }
      stored = await store.read(target, key);
    }
    throw new HeadroomError(
      'alert-contended',
      `What was delivered of the alert ${key} could not be stored: other runs changed it first, ${ATTEMPTS} times running`,
      'Make sure that a target is not scanned by many at once; people may get the message twice.',
    );
  }
}

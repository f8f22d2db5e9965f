import { alertingFor } from '../alerts/alerting.ts';
import type { LinkSettings } from '../alerts/links.ts';
import type { Alert, Observation } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { Timer } from '../notify/deadline.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { AlertStore, VersionedAlert } from '../state/state-store.ts';
import { type RaisedAlerts, raiseAlerts } from './alert.ts';
import { type DeliveryReport, deliverOutbox } from './deliver-outbox.ts';

export interface RaiseForDeliveryInput {
  readonly target: Target;
  readonly observations: readonly Observation[];
  readonly policy: AlertPolicy;
  /** The target's alerts as they were stored before. */
  readonly stored: readonly VersionedAlert[];
  /** Whether what an alert is about is known to be gone. */
  readonly isGone: (alert: Alert) => boolean;
  /** See `goneText`. */
  readonly goneText?: (alert: Alert) => string | undefined;
  /** The target left the selection, so that its alerts end without a measurement. */
  readonly isUnmonitored?: boolean;
  readonly links: LinkSettings;
  readonly store: AlertStore;
  readonly notifier: Notifier;
  /** Epoch milliseconds of the scan. */
  readonly now: number;
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  readonly timer?: Timer;
  /** Names this run alone; a retry of the same work is another run. */
  readonly runId: string;
  /** Ends the sending of messages. */
  readonly signal?: AbortSignal;
}

export interface RaisedForDelivery extends RaisedAlerts {
  /** Sends what this run has claimed. It may wait for work that matters more, but not longer than a claim lasts. */
  readonly deliver: () => Promise<DeliveryReport>;
}

/** Stores what the observations change, and hands back the sending of it as a step of its own. */
export const raiseForDelivery = async (input: RaiseForDeliveryInput): Promise<RaisedForDelivery> => {
  const { target, stored, store, now, clock, runId, timer, signal, isUnmonitored = false } = input;
  const alerting = alertingFor({ ...input, stored: stored.map(({ alert }) => alert) });
  const raised = await raiseAlerts({
    target,
    ...alerting,
    store,
    listed: stored,
    now,
    clock,
    runId,
    isUnmonitored,
    ...(input.goneText === undefined ? {} : { goneText: input.goneText }),
  });
  return {
    ...raised,
    deliver: () =>
      deliverOutbox({
        target,
        alerts: raised.alerts,
        store,
        notifier: input.notifier,
        group: alerting.group,
        runId,
        clock,
        ...(timer === undefined ? {} : { timer }),
        ...(signal === undefined ? {} : { signal }),
      }),
  };
};

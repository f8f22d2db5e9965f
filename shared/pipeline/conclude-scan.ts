import { goneText, isGone } from '../alerts/gone.ts';
import type { LinkSettings } from '../alerts/links.ts';
import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { MetricSink } from '../metrics/metric-sink.ts';
import type { Alert, Observation, Transition } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { Target } from '../model/aws/inventory.ts';
import { type Problem, problemOf } from '../model/base/errors.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import type { Timer } from '../notify/deadline.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { CacheStore, StateStore, VersionedAlert } from '../state/state-store.ts';
import { attempt } from './attempt.ts';
import { type DeliveryReport, NOTHING_DELIVERED } from './deliver-outbox.ts';
import { type PublishOutcome, type PublishSettings, publishAssessment } from './publish.ts';
import { type RaisedForDelivery, raiseForDelivery } from './raise-and-deliver.ts';

/** What a scan needs of the world once the target has been read. */
export interface ConclusionPorts {
  readonly store: StateStore;
  /** `null`: nothing is published. */
  readonly sink: MetricSink | null;
  readonly notifier: Notifier;
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  /** Ends sends that take too long; by default the timers of the system. */
  readonly timer?: Timer;
}

export interface ConcludeScanInput {
  readonly target: Target;
  readonly scope: InventoryScope;
  /** Names this run alone; a retry of the same work is another run. */
  readonly runId: string;
  readonly policy: AlertPolicy;
  readonly publish: PublishSettings;
  readonly links: LinkSettings;
  readonly ports: ConclusionPorts;
  /** Ends the sending of messages, not the scan: the sources have the deadline themselves. */
  readonly signal?: AbortSignal;
  /** Called once everything is stored, before messages are sent and metrics published. */
  readonly onStored?: (stored: StoredScan) => void;
}

export interface ScanFindings {
  readonly assessment: TargetAssessment;
  readonly observations: readonly Observation[];
  readonly stored: StoredAlerts;
  /** Whether the stored assessment may be replaced by this one. */
  readonly mayReplace: boolean;
  readonly cache: CacheStore;
}

/** The target's alerts as they were stored before the scan. */
export interface StoredAlerts {
  /** `null`: they could not be listed. */
  readonly listed: readonly VersionedAlert[] | null;
  /** Those that could not be read, or why none could. */
  readonly problems: readonly Problem[];
}

export const listStoredAlerts = async ({ alerts }: StateStore, target: Target): Promise<StoredAlerts> => {
  const problems: Problem[] = [];
  const listed = await attempt(problems, () =>
    alerts.list(target, (error) => problems.push(problemOf(error))),
  );
  return { listed, problems };
};

/** What is settled once a scan is stored. */
export interface StoredScan {
  readonly assessment: TargetAssessment;
  /**
   * Whether what the scan found could become alerts. `partial`: some could not be stored, and an alert that is not
   * stored is not sent. `none`: the stored alerts could not be read, so that nothing is known of them, or of what waits
   * to be sent.
   */
  readonly alerting: 'whole' | 'partial' | 'none';
  /** Whether the assessment and its figures were stored. */
  readonly remembered: boolean;
  /** The steps that alerts made by this scan. */
  readonly transitions: readonly Transition[];
  /** Every alert of the target that is not over; none where `alerting` is `none`. */
  readonly alerts: readonly Alert[];
}

export interface ScanConclusion extends StoredScan {
  readonly delivery: DeliveryReport;
  /** The alerts as they were stored before anything was sent; none where `alerting` is `none`. */
  readonly beforeDelivery: readonly Alert[];
  readonly metrics: PublishOutcome | null;
  /** What went wrong outside the scan itself: the store, the topic, CloudWatch. */
  readonly problems: readonly Problem[];
}

/**
 * What follows from a scan: alerts are stored, then the assessment and the history. Only then are messages sent and
 * metrics published, side by side: a destination that is slow holds up nothing else. Every step runs even when one
 * before it failed; what failed is in the outcome.
 */
export const concludeScan = async (
  input: ConcludeScanInput,
  findings: ScanFindings,
): Promise<ScanConclusion> => {
  const { assessment, mayReplace, cache, stored: before } = findings;
  const { target, publish, ports } = input;
  const { store, sink } = ports;
  const problems: Problem[] = [...before.problems];
  const raised = await raise(input, findings, problems);
  const kept = mayReplace ? await attempt(problems, () => store.assessments.putLatest(assessment)) : null;
  const recorded = await attempt(problems, async () => {
    await store.history.record(target, Date.parse(assessment.scannedAt), samplesOf(assessment));
    return true;
  });
  const stored: StoredScan = {
    assessment,
    alerting: raised === null ? 'none' : raised.problems.length === 0 ? 'whole' : 'partial',
    remembered: kept !== null && recorded !== null,
    transitions: raised?.transitions ?? [],
    alerts: (raised?.alerts ?? []).map(({ alert }) => alert).filter(({ status }) => status !== 'resolved'),
  };
  input.onStored?.(stored);
  const [delivery, metrics] = await Promise.all([
    raised?.deliver() ?? NOTHING_DELIVERED,
    sink === null ? null : publishAssessment(assessment, publish, { sink, cache }),
  ]);
  if (metrics?.problem != null) problems.push(metrics.problem);
  const beforeDelivery = (raised?.alerts ?? []).map(({ alert }) => alert);
  return { ...stored, delivery, beforeDelivery, metrics, problems: [...problems, ...delivery.problems] };
};

/** `null`: the stored alerts could not be read. */
const raise = async (
  { target, scope, policy, links, runId, ports, signal }: ConcludeScanInput,
  { assessment, observations, stored }: ScanFindings,
  problems: Problem[],
): Promise<RaisedForDelivery | null> => {
  const { store, notifier, clock, timer } = ports;
  if (stored.listed === null) return null;
  const raised = await raiseForDelivery({
    target,
    observations,
    policy,
    stored: stored.listed,
    isGone: (alert) => isGone(alert, assessment, scope.vpcIds ?? null),
    goneText: (alert) => goneText(alert, assessment),
    links,
    store: store.alerts,
    notifier,
    now: Date.parse(assessment.scannedAt),
    clock,
    runId,
    ...(timer === undefined ? {} : { timer }),
    ...(signal === undefined ? {} : { signal }),
  });
  problems.push(...raised.problems);
  return { ...raised, problems: [...stored.problems, ...raised.problems] };
};

const samplesOf = ({ subnets }: TargetAssessment) =>
  subnets.map((subnet) => ({
    subnetId: subnet.subnetId,
    available: addressSupply(subnet)?.available ?? null,
    freePrefixes: subnet.prefixes?.free ?? null,
  }));

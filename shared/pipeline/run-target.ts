import { alertingFor } from '../alerts/alerting.ts';
import { isGone } from '../alerts/gone.ts';
import type { LinkSettings } from '../alerts/links.ts';
import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { MetricSink } from '../metrics/metric-sink.ts';
import type { Alert, Observation, Transition } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import { GRID_DAYS } from '../model/forecast/hourly-grid.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { StateStore } from '../state/state-store.ts';
import { raiseAlerts } from './alert.ts';
import { judge } from './assess.ts';
import { attempt } from './attempt.ts';
import type { TargetSources } from './collect.ts';
import { type DeliveryReport, deliverOutbox, NOTHING_DELIVERED } from './deliver-outbox.ts';
import { forgivingCache } from './forgiving-cache.ts';
import { type PublishOutcome, type PublishSettings, publishAssessment } from './publish.ts';
import { scanTarget } from './scan-target.ts';

/** Everything the job touches of the world. */
export interface RunTargetPorts {
  readonly sources: TargetSources;
  readonly store: StateStore;
  /** `null`: nothing is published. */
  readonly sink: MetricSink | null;
  readonly notifier: Notifier;
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
}

export interface RunTargetInput {
  readonly target: Target;
  readonly scope: InventoryScope;
  /** Names this run alone; a retry of the same work is another run. */
  readonly runId: string;
  readonly policy: AlertPolicy;
  readonly publish: PublishSettings;
  readonly links: LinkSettings;
  readonly ports: RunTargetPorts;
  /** Ends the sending of messages, not the scan: the sources have the deadline themselves. */
  readonly signal?: AbortSignal;
  readonly onInterfaces?: (count: number) => void;
}

export interface RunTargetOutcome {
  readonly assessment: TargetAssessment;
  /**
   * Whether what the scan found could become alerts. `partial`: some could not be stored, and nobody is told what is not
   * stored. `none`: the stored alerts could not be read, so that nothing is known of them, or of what waits to be sent.
   */
  readonly alerting: 'whole' | 'partial' | 'none';
  /** The steps that alerts made by this scan. */
  readonly transitions: readonly Transition[];
  /** Every alert of the target that is not over. */
  readonly alerts: readonly Alert[];
  readonly delivery: DeliveryReport;
  readonly metrics: PublishOutcome | null;
  /** What went wrong outside the scan itself: the store, the topic, CloudWatch. */
  readonly problems: readonly Problem[];
}

/** What a forecast looks at, and a day more: its hours begin at full ones. What is older is kept for people, and costs as much to read. */
const HISTORY_MILLISECONDS = (GRID_DAYS + 1) * 24 * 3_600_000;

/** No scan comes this late (milliseconds): one that seems to has a clock that is wrong, or follows one that had. */
const CLOCK_TOLERANCE = 3_600_000;

/** What is older than what is stored changes nothing, so that stands still until the clock has caught up. */
const clockBehind = (scannedAt: string, now: number): Problem => ({
  code: 'clock-behind',
  message: `The last scan of this target is dated ${scannedAt}, and it is ${new Date(now).toISOString()}: until then its report, and the alerts that scan changed, stay as they are`,
  action:
    'Set the clock of this machine, for example by NTP; if it is right, another was ahead, and removing the stored state of the target lets it go on at once.',
});

/**
 * The main job, for one target: scan, judge, alert, remember, publish - in this order, so that what matters most
 * does not wait for what matters less. Every step runs even when one before it failed; what failed is in the outcome.
 */
export const runTarget = async (input: RunTargetInput): Promise<RunTargetOutcome> => {
  const { target, scope, policy, ports } = input;
  const { store, clock } = ports;
  const problems: Problem[] = [];
  const now = clock();
  const cache = forgivingCache(store.cache, (problem) => problems.push(problem));

  const previous = await attempt(problems, () => store.assessments.latest(target));
  // What was not read is not replaced: the ages of leaks are nowhere else. What nobody can read has none to keep.
  const mayReplace = problems.every(({ code }) => code === 'state-unreadable');
  if (previous !== null && Date.parse(previous.scannedAt) - now > CLOCK_TOLERANCE)
    problems.push(clockBehind(previous.scannedAt, now));
  const histories = async (subnetIds: readonly string[]): Promise<ReadonlyMap<string, SubnetHistory>> =>
    (await attempt(problems, () => store.history.read(target, subnetIds, now - HISTORY_MILLISECONDS))) ??
    new Map();
  const scanned = await scanTarget({
    target,
    scope,
    sources: ports.sources,
    past: { previous, histories },
    cache,
    now,
    ...(input.onInterfaces === undefined ? {} : { onInterfaces: input.onInterfaces }),
  });
  const { assessment, observations } = judge(scanned, policy);

  const { alerting, transitions, alerts, delivery } = await alert(input, assessment, observations, problems);
  if (mayReplace) await attempt(problems, () => store.assessments.putLatest(assessment));
  await attempt(problems, () =>
    store.history.record(
      target,
      now,
      assessment.subnets.map(({ subnetId, available, prefixes }) => ({
        subnetId,
        available,
        freePrefixes: prefixes?.free ?? null,
      })),
    ),
  );
  const metrics =
    ports.sink === null
      ? null
      : await publishAssessment(assessment, input.publish, { sink: ports.sink, cache });
  if (metrics?.problem != null) problems.push(metrics.problem);
  return {
    assessment,
    alerting,
    transitions,
    alerts,
    delivery,
    metrics,
    problems: [...problems, ...delivery.problems],
  };
};

const alert = async (
  { target, scope, policy, runId, ports, links, signal }: RunTargetInput,
  assessment: TargetAssessment,
  observations: readonly Observation[],
  problems: Problem[],
): Promise<Pick<RunTargetOutcome, 'alerting' | 'transitions' | 'alerts' | 'delivery'>> => {
  const { store, notifier, clock } = ports;
  const known = await attempt(problems, () => store.alerts.list(target));
  if (known === null) return { alerting: 'none', transitions: [], alerts: [], delivery: NOTHING_DELIVERED };
  const now = Date.parse(assessment.scannedAt);
  const alerting = alertingFor({
    observations,
    policy,
    stored: known.map((stored) => stored.alert),
    isGone: (candidate) => isGone(candidate, assessment, scope.vpcIds ?? null),
    links,
    now,
  });
  const raised = await raiseAlerts({
    target,
    ...alerting,
    store: store.alerts,
    listed: known,
    now,
    clock,
    runId,
  });
  problems.push(...raised.problems);
  const alerts = raised.alerts.map((stored) => stored.alert);
  const delivery = await deliverOutbox({
    target,
    alerts: raised.alerts,
    store: store.alerts,
    notifier,
    group: alerting.group,
    runId,
    clock,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    alerting: raised.problems.length === 0 ? 'whole' : 'partial',
    transitions: raised.transitions,
    alerts: alerts.filter(({ status }) => status !== 'resolved'),
    delivery,
  };
};

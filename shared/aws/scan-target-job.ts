import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { ScanTargetEnvironment } from '../config/environment.ts';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import type { RunSummary } from '../metrics/catalogue.ts';
import { createCloudWatchSink } from '../metrics/cloudwatch-sink.ts';
import type { Target } from '../model/aws/inventory.ts';
import { scanRoleArn } from '../model/target/target-selection.ts';
import { type RunTargetOutcome, runTarget } from '../pipeline/run-target.ts';
import type { StateStore } from '../state/state-store.ts';
import { CallMeter } from './call-meter.ts';
import { clientSettings, createTargetClients } from './clients.ts';
import { createNotifiers } from './notifiers.ts';
import { publishRun } from './run-metrics.ts';
import { createTargetSources } from './target-sources.ts';

/** Kept back when a target is slow: to store what is known of it, to tell and to publish. */
const AFTER_SCAN_MILLISECONDS = 20_000;

/** Kept back from that in turn, to log. */
const RESERVE_MILLISECONDS = 2_000;

export interface ScanTargetJob {
  readonly target: Target;
  readonly runId: string;
  /** This target's share of the metric budget. */
  readonly subnetSeries: number;
  readonly environment: ScanTargetEnvironment;
  readonly configuration: HeadroomConfiguration;
  readonly store: StateStore;
  /** Where the function itself runs. */
  readonly home: Target;
  /** Until Lambda ends the function. */
  readonly remainingMilliseconds: number;
}

export interface ScanTargetReport extends RunTargetOutcome {
  readonly run: RunSummary;
}

/** Scans one target with the adapters of a deployment: DynamoDB, CloudWatch and SNS. */
export const runScanTargetJob = async (job: ScanTargetJob): Promise<ScanTargetReport> => {
  const { target, home, configuration, environment, remainingMilliseconds, runId } = job;
  // The end of the reading is not the end: a target that hangs must be told about, too.
  const scanSignal = after(
    Math.min(environment.deadlineSeconds * 1000, remainingMilliseconds - AFTER_SCAN_MILLISECONDS),
  );
  const signal = after(remainingMilliseconds - RESERVE_MILLISECONDS);
  const startedAt = Date.now();
  const meter = new CallMeter();
  const { role } = configuration.targets;
  // Our own account is read with our own credentials: it needs no role, and often has none.
  const roleArn = role === null || target.accountId === home.accountId ? null : scanRoleArn(role, target);
  const clients = createTargetClients({
    region: target.region,
    meter,
    role: roleArn === null || role === null ? undefined : { ...role, roleArn },
  });
  const cloudWatch = new CloudWatchClient(clientSettings());
  const sink = createCloudWatchSink(cloudWatch, signal);
  const { vpcIds } = configuration.scan;
  const { namespace } = configuration.metrics;
  try {
    const outcome = await runTarget({
      target,
      scope: vpcIds === null ? {} : { vpcIds },
      runId,
      policy: configuration.alerts,
      publish: { ...configuration.metrics, subnetSeries: job.subnetSeries },
      links: {
        dashboard:
          environment.dashboardName === null
            ? null
            : { name: environment.dashboardName, region: home.region },
      },
      ports: {
        sources: createTargetSources(target, clients, { roleArn, signal: scanSignal }),
        store: job.store,
        sink,
        notifier: createNotifiers(configuration.destinations, environment.topicArn, home, Date.now),
        clock: Date.now,
      },
      signal,
    });
    const { calls, throttles } = meter.total();
    // A target that is read, and of which nobody can be told, is not watched.
    const succeeded = outcome.assessment.target.status === 'ok' && outcome.alerting === 'whole';
    const run: RunSummary = {
      targetsPlanned: null,
      targetsSucceeded: succeeded ? 1 : 0,
      targetsFailed: succeeded ? 0 : 1,
      targetsStale: null,
      targetsNew: null,
      targetsGone: null,
      scanSeconds: (Date.now() - startedAt) / 1000,
      apiCalls: calls,
      throttles,
      metricsPublished: outcome.metrics?.published ?? null,
      metricsWithheld: outcome.metrics?.withheld ?? null,
      alertsUndelivered: outcome.alerting === 'none' ? null : outcome.delivery.undelivered.length,
    };
    const unpublished = await publishRun(sink, run, startedAt, namespace);
    return { ...outcome, run, problems: [...outcome.problems, ...unpublished] };
  } finally {
    clients.destroy();
    cloudWatch.destroy();
  }
};

const after = (milliseconds: number): AbortSignal => AbortSignal.timeout(Math.max(1, milliseconds));

import { randomUUID } from 'node:crypto';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import pLimit from 'p-limit';
import { clientSettings } from '../../shared/aws/clients.ts';
import { openConfiguredTargets } from '../../shared/aws/configured-targets.ts';
import { createNotifiers } from '../../shared/aws/notifiers.ts';
import { openTargets, type ReachableTarget } from '../../shared/aws/reachable-targets.ts';
import { createCloudWatchSink } from '../../shared/metrics/cloudwatch-sink.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import { createTerminalNotifier } from '../../shared/notify/terminal-preview.ts';
import { runScanJob } from '../../shared/pipeline/scan-job.ts';
import { failedAssessment } from '../../shared/pipeline/scan-target.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import type { Session } from '../base/command-line.ts';
import type { Io } from '../base/io.ts';
import { readConfiguration } from '../input/configuration.ts';
import type { LatestScans } from '../input/latest-scans.ts';
import type { ScanOptions } from '../input/scan-options.ts';

/** The options that say what is scanned, where it is remembered, and where it goes. */
export interface ServeScanOptions extends Omit<ScanOptions, 'format'> {
  readonly state: string;
  readonly publish?: boolean;
}

/** A run whose reading takes longer than this has a target that hangs: it is told about, and does not stop the others for ever. */
const LEAST_READING_MILLISECONDS = 5 * 60_000;

const say = (io: Io, accountId: string, region: string, { message, action }: Problem): void =>
  io.err(`problem  ${accountId} ${region}: ${message}\n         ${action}\n`);

/** One scan of every target. Ends early, between two targets, when it is told to stop. */
export const scanAllTargets = async (
  options: ServeScanOptions,
  { io }: Session,
  latest: LatestScans,
  stop: AbortSignal,
  interval: number,
): Promise<void> => {
  const configuration = readConfiguration(options.config);
  const signal = AbortSignal.timeout(Math.max(interval, LEAST_READING_MILLISECONDS));
  const { regions } = configuration.targets;
  const { opened, failed } =
    options.roleArn === undefined
      ? await openConfiguredTargets({ ...configuration.targets, regions: options.region ?? regions }, signal)
      : await openTargets({
          regions: options.region ?? [],
          roleArns: options.roleArn,
          externalId: options.externalId,
          signal,
        });
  const store = openSqliteStateStore(options.state);
  const cloudWatch = options.publish === true ? new CloudWatchClient(clientSettings()) : null;
  // CloudWatch's bill is one for all of them.
  const subnetSeries = Math.floor(configuration.metrics.subnetSeries / Math.max(1, opened.length));
  const limit = pLimit(configuration.scan.concurrency);
  const scanOne = async ({ target, sources, meter }: ReachableTarget): Promise<void> => {
    if (stop.aborted) return;
    const outcome = await runScanJob({
      target,
      vpcIds: options.vpc ?? null,
      runId: randomUUID(),
      policy: configuration.alerts,
      metrics: { ...configuration.metrics, subnetSeries },
      links: { dashboard: null },
      ports: {
        sources,
        store,
        sink: cloudWatch === null ? null : createCloudWatchSink(cloudWatch),
        notifier: createNotifiers(
          configuration.destinations,
          createTerminalNotifier({ write: io.err, ...(io.columns === null ? {} : { columns: io.columns }) }),
          target,
          io.now,
        ),
        clock: io.now,
      },
      callsMade: () => meter.total(),
    });
    latest.put(outcome.assessment, outcome.alerts, { target, ...outcome.run });
    const { status, errors } = outcome.assessment.target;
    const { accountId, region } = target;
    for (const problem of [...errors, ...outcome.problems]) say(io, accountId, region, problem);
    io.err(
      `${new Date(io.now()).toISOString()}  ${accountId} ${region}: ${status}, ${outcome.assessment.subnets.length} subnets\n`,
    );
  };
  try {
    for (const { target, problem } of failed) {
      latest.put(failedAssessment(target, [problem], io.now()), [], null);
      say(io, target.accountId, target.region, problem);
    }
    await Promise.all(opened.map((reached) => limit(scanOne, reached)));
    latest.keepOnly([...opened, ...failed].map(({ target }) => target));
    latest.finishedRuns += 1;
  } finally {
    for (const { close } of opened) close();
    cloudWatch?.destroy();
    await store.close();
  }
};

import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { PlanScanEnvironment } from '../config/environment.ts';
import type { HeadroomConfiguration } from '../config/headroom-yml.ts';
import { createCloudWatchSink } from '../metrics/cloudwatch-sink.ts';
import { type AwsFailure, awsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { type PlanOutcome, planRun } from '../pipeline/plan.ts';
import type { ScanRequest } from '../pipeline/scan-request.ts';
import type { StateStore } from '../state/state-store.ts';
import { CallMeter } from './call-meter.ts';
import { clientSettings } from './clients.ts';
import { resolveConfiguredTargets } from './configured-targets.ts';
import { createNotifiers } from './notifiers.ts';
import { publishRun } from './run-metrics.ts';

/** SQS API reference, SendMessageBatch: at most ten messages. */
const MESSAGES_PER_BATCH = 10;

/** Some targets could not be put on the queue, and will not be scanned by this run. */
export class TargetsNotQueued extends HeadroomError {
  constructor(count: number, reason: string) {
    super(
      'targets-not-queued',
      `${count} targets could not be put on the queue (${reason}).`,
      'Check that the role of plan-scan may call sqs:SendMessage on the queue; the next run tries again.',
    );
    this.name = 'TargetsNotQueued';
  }
}

const enqueueOn =
  (client: SQSClient, queueUrl: string, home: Target) =>
  async (requests: readonly ScanRequest[]): Promise<void> => {
    const refused: string[] = [];
    let failure: AwsFailure | null = null;
    for (let start = 0; start < requests.length; start += MESSAGES_PER_BATCH) {
      const batch = requests.slice(start, start + MESSAGES_PER_BATCH);
      const Entries = batch.map((request, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(request),
      }));
      try {
        const { Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        refused.push(...(Failed ?? []).map(({ Message, Code }) => Message ?? Code ?? 'no reason given'));
      } catch (error) {
        // One batch that fails must not keep the targets of the others from being scanned.
        failure = awsFailure(error, { action: 'sqs:SendMessage', target: home });
        refused.push(...batch.map(() => failure?.message ?? ''));
      }
    }
    if (failure !== null && refused.length === requests.length) throw failure;
    if (refused.length > 0) throw new TargetsNotQueued(refused.length, refused[0] ?? '');
  };

const deadLettersIn = (client: SQSClient, queueUrl: string, home: Target) => async () => {
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    const messages = Attributes?.ApproximateNumberOfMessages;
    return messages === undefined ? null : { queueUrl, messages: Number(messages) };
  } catch (error) {
    throw awsFailure(error, { action: 'sqs:GetQueueAttributes', target: home });
  }
};

export interface PlanScanJob {
  readonly runId: string;
  readonly environment: PlanScanEnvironment;
  readonly configuration: HeadroomConfiguration;
  readonly store: StateStore;
  readonly home: Target;
  readonly signal: AbortSignal;
}

/** Plans one run with the adapters of a deployment: SQS, DynamoDB, CloudWatch and SNS. */
export const runPlanScanJob = async (job: PlanScanJob): Promise<PlanOutcome> => {
  const { home, configuration, environment, signal, runId } = job;
  const { targets } = configuration;
  const meter = new CallMeter();
  const sqs = new SQSClient(clientSettings());
  const cloudWatch = new CloudWatchClient(clientSettings());
  try {
    const resolved = await resolveConfiguredTargets({ targets, home, meter, signal });
    const outcome = await planRun({
      home,
      runId,
      resolved,
      policy: configuration.alerts,
      subnetSeries: configuration.metrics.subnetSeries,
      links: { dashboard: null },
      store: job.store,
      notifier: createNotifiers(configuration.destinations, environment.topicArn, home, Date.now),
      enqueue: enqueueOn(sqs, environment.queueUrl, home),
      deadLetters:
        environment.deadLetterQueueUrl === null
          ? null
          : deadLettersIn(sqs, environment.deadLetterQueueUrl, home),
      clock: Date.now,
      signal,
    });
    const count = (state: string) =>
      outcome.coverage?.filter((target) => target.state === state).length ?? null;
    const unpublished = await publishRun(
      createCloudWatchSink(cloudWatch, signal),
      {
        targetsPlanned: outcome.requests.length,
        targetsStale: count('stale'),
        targetsNew: count('new'),
        targetsGone: count('gone'),
        targetsSucceeded: null,
        targetsFailed: null,
        scanSeconds: null,
        apiCalls: null,
        throttles: null,
        metricsPublished: null,
        metricsWithheld: null,
        alertsUndelivered: outcome.alerting === 'none' ? null : outcome.delivery.undelivered.length,
      },
      Date.now(),
      configuration.metrics.namespace,
    );
    return { ...outcome, problems: [...outcome.problems, ...unpublished] };
  } finally {
    for (const client of [sqs, cloudWatch]) client.destroy();
  }
};

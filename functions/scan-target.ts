import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { CallBudgets } from '../shared/aws/call-budget.ts';
import { CallMeter } from '../shared/aws/call-meter.ts';
import { deploymentLinks } from '../shared/aws/deployment-links.ts';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { loadConfiguration } from '../shared/aws/load-configuration.ts';
import { createMetricSinks } from '../shared/aws/metric-sinks.ts';
import { createNotifiers } from '../shared/aws/notifiers.ts';
import { parseScanTargetEnvironment } from '../shared/config/environment.ts';
import { targetOfArn } from '../shared/model/aws/arn.ts';
import { HeadroomError } from '../shared/model/base/errors.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import { scanRoleOf } from '../shared/model/target/target-selection.ts';
import { deadlinesWithin } from '../shared/pipeline/deadlines.ts';
import { KeptMaps } from '../shared/pipeline/kept-maps.ts';
import { refuseUnplanned } from '../shared/pipeline/planned-targets.ts';
import type { ScanJobReport } from '../shared/pipeline/scan-job.ts';

const MB = 1024 * 1024;

/** For as long as the function is warm: EC2 counts the calls of all its scans together. */
const budgets = new CallBudgets();
const maps = new KeptMaps();

const logger = new Logger({ serviceName: 'scan-target', jsonReplacerFn: redactingReplacer });

/** The queue that EventBridge puts events of CloudTrail on; infra/lambda/events.yml. */
const EVENT_QUEUE = /-call-events$/;

/**
 * Scans the targets of a batch. One that fails is tried again and does not take the others with it. A batch from the queue of events
 * is stored for the scans that come next.
 */
export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  logger.addContext(context);
  const [first] = event.Records;
  if (first !== undefined && EVENT_QUEUE.test(first.eventSourceARN)) return takeEvents(event.Records);
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of event.Records) {
    try {
      log(await scan(record, context));
    } catch (error) {
      const { code, action } = error instanceof HeadroomError ? error : { code: 'unexpected', action: null };
      logger.error('A target was not scanned', { messageId: record.messageId, code, action, error });
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};

/** A batch has one queue. Where the store fails, all of it is delivered again: an event that is there already is not counted twice. */
const takeEvents = async (records: readonly SQSRecord[]): Promise<SQSBatchResponse> => {
  const { logLevel, tableName } = parseScanTargetEnvironment(process.env);
  logger.setLogLevel(logLevel);
  const { cache } = deploymentState(tableName, process.env);
  // Few deployments turn events on, and a start should not read what it does not use.
  const { takeCallEvents } = await import('../shared/pipeline/take-call-events.ts');
  const taken = await takeCallEvents(
    records.map(({ body }) => body),
    cache,
    Date.now(),
  );
  logger[taken.unreadable === 0 ? 'info' : 'warn']('Took events of calls to EC2', { ...taken });
  return { batchItemFailures: [] };
};

const scan = async ({ body, messageId }: SQSRecord, context: Context): Promise<ScanJobReport> => {
  // Most of the code loads while the configuration is on its way.
  const reading = Promise.all([
    import('../shared/aws/clients.ts'),
    import('../shared/aws/target-sources.ts'),
  ]);
  const loading = import('../shared/pipeline/scan-job.ts');
  const environment = parseScanTargetEnvironment(process.env);
  logger.setLogLevel(environment.logLevel);
  const { parseScanRequest } = await import('../shared/pipeline/scan-request.ts');
  const { runId, accountId, region, subnetSeries, doubt } = parseScanRequest(body);
  const target = { accountId, region };
  const home = targetOfArn(context.invokedFunctionArn);
  const configuration = await loadConfiguration(environment.configuration, home);
  const deadlines = deadlinesWithin(context.getRemainingTimeInMillis(), environment.deadlineSeconds);
  const signal = AbortSignal.timeout(deadlines.everything);
  const meter = new CallMeter();
  const store = deploymentState(environment.tableName, process.env);
  await refuseUnplanned(target, { ...configuration.targets, home, cache: store.cache, now: Date.now() });
  const role = scanRoleOf(configuration.targets.role, target, home);
  const [{ createTargetClients }, { createTargetSources }] = await reading;
  const clients = createTargetClients({
    region,
    meter,
    role: role ?? undefined,
    budget: budgets.of(target, configuration.scan.quotaShare),
  });
  const sinks = createMetricSinks(configuration.metrics, home, process.env);
  try {
    const { runScanJob } = await loading;
    return await runScanJob({
      target,
      vpcIds: configuration.scan.vpcIds,
      maps: configuration.scan.reading === 'incremental' ? maps : undefined,
      // A message that is delivered twice is another run: their claims must not be taken for one another's.
      runId: `${runId}/${messageId}/${context.awsRequestId}`,
      policy: configuration.alerts,
      publish: {
        ...configuration.metrics,
        subnetSeries: Math.min(subnetSeries, configuration.metrics.subnetSeries),
      },
      links: deploymentLinks(environment, home, configuration),
      ports: {
        sources: createTargetSources(target, clients, {
          roleArn: role?.roleArn ?? null,
          signal: AbortSignal.timeout(deadlines.reading),
          kubernetes: configuration.kubernetes,
        }),
        store,
        sink: sinks.of(target, signal),
        notifier: createNotifiers(configuration.destinations, environment.topicArn, home, Date.now, {
          cache: store.cache,
          picture: async (...asked) => {
            const { picturesOf } = await import('../shared/pipeline/incident-picture.ts');
            return picturesOf(store, Date.now)(...asked);
          },
        }),
        clock: Date.now,
      },
      callsMade: () => meter.total(),
      life: {
        endsBy: Date.now() + context.getRemainingTimeInMillis(),
        memory: () => ({ used: process.memoryUsage.rss() / MB, limit: Number(context.memoryLimitInMB) }),
      },
      signal,
      ...(doubt === undefined ? {} : { doubt }),
    });
  } finally {
    clients.destroy();
    sinks.close();
  }
};

const log = ({ assessment, transitions, delivery, problems, run }: ScanJobReport): void => {
  const { accountId, region, status, errors } = assessment.target;
  logger[status === 'ok' && problems.length === 0 ? 'info' : 'warn']('Scanned a target', {
    accountId,
    region,
    status,
    errors,
    problems,
    subnets: assessment.subnets.length,
    transitions: transitions.map(({ id, transition, severity }) => ({ id, transition, severity })),
    messagesSent: delivery.sent,
    ...run,
  });
};

import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { homeOf } from '../shared/aws/home.ts';
import { loadConfiguration } from '../shared/aws/load-configuration.ts';
import { runScanTargetJob } from '../shared/aws/scan-target-job.ts';
import { parseScanTargetEnvironment } from '../shared/config/environment.ts';
import { HeadroomError } from '../shared/model/base/errors.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import { parseScanRequest } from '../shared/pipeline/scan-request.ts';

const logger = new Logger({ serviceName: 'scan-target', jsonReplacerFn: redactingReplacer });

/** Scans the targets of a batch. One that fails is tried again and does not take the others with it. */
export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  logger.addContext(context);
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of event.Records) {
    try {
      await scan(record, context);
    } catch (error) {
      const { code, action } = error instanceof HeadroomError ? error : { code: 'unexpected', action: null };
      logger.error('A target was not scanned', { messageId: record.messageId, code, action, error });
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};

const scan = async ({ body, messageId }: SQSRecord, context: Context): Promise<void> => {
  const environment = parseScanTargetEnvironment(process.env);
  logger.setLogLevel(environment.logLevel);
  const { runId, accountId, region, subnetSeries } = parseScanRequest(body);
  const home = homeOf(context);
  const configuration = await loadConfiguration(environment.configuration, home);
  const report = await runScanTargetJob({
    target: { accountId, region },
    // A message that is delivered twice is another run: their claims must not be taken for one another's.
    runId: `${runId}/${messageId}/${context.awsRequestId}`,
    subnetSeries,
    environment,
    configuration,
    store: deploymentState(environment.tableName, process.env),
    home,
    remainingMilliseconds: context.getRemainingTimeInMillis(),
  });
  const { assessment, transitions, delivery, problems, run } = report;
  const { status, errors } = assessment.target;
  const log = status === 'ok' && problems.length === 0 ? 'info' : 'warn';
  logger[log]('Scanned a target', {
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

import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { homeOf } from '../shared/aws/home.ts';
import { loadConfiguration } from '../shared/aws/load-configuration.ts';
import { runPlanScanJob } from '../shared/aws/plan-scan-job.ts';
import { parsePlanScanEnvironment } from '../shared/config/environment.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';

/** Kept back from Lambda's own timeout, to log what happened. */
const RESERVE_MS = 5_000;

const logger = new Logger({ serviceName: 'plan-scan', jsonReplacerFn: redactingReplacer });

/** Begins a run: finds the accounts and Regions again and puts each on the queue. Throws when that failed, so that Lambda tries again. */
export const handler = async (_event: unknown, context: Context): Promise<void> => {
  logger.addContext(context);
  const environment = parsePlanScanEnvironment(process.env);
  logger.setLogLevel(environment.logLevel);
  const home = homeOf(context);
  const outcome = await runPlanScanJob({
    runId: context.awsRequestId,
    environment,
    configuration: await loadConfiguration(environment.configuration, home),
    store: deploymentState(environment.tableName, process.env),
    home,
    signal: AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS)),
  });
  const unwatched = outcome.coverage?.filter(({ state }) => state === 'stale' || state === 'failed');
  logger[unwatched?.length === 0 && outcome.problems.length === 0 ? 'info' : 'warn']('Planned a run', {
    targets: outcome.requests.length,
    unwatched: unwatched ?? 'unknown',
    problems: outcome.problems,
  });
};

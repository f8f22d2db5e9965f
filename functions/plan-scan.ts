import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { CallMeter } from '../shared/aws/call-meter.ts';
import { resolveConfiguredTargets } from '../shared/aws/configured-targets.ts';
import { deploymentLinks } from '../shared/aws/deployment-links.ts';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { loadConfiguration } from '../shared/aws/load-configuration.ts';
import { createMetricSinks } from '../shared/aws/metric-sinks.ts';
import { muteRulesSource } from '../shared/aws/mute-rules-source.ts';
import { createNotifiers } from '../shared/aws/notifiers.ts';
import { createTargetQueue } from '../shared/aws/target-queue.ts';
import { parsePlanScanEnvironment } from '../shared/config/environment.ts';
import { seriesBudget } from '../shared/metrics/bill-budget.ts';
import { DEFAULT_DESTINATION } from '../shared/model/alert/default-destination.ts';
import { targetOfArn } from '../shared/model/aws/arn.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import { scanRoleOf } from '../shared/model/target/target-selection.ts';
import { planRun } from '../shared/pipeline/plan.ts';
import { resolveOrRemember } from '../shared/pipeline/planned-targets.ts';
import { publishRun } from '../shared/pipeline/publish-run.ts';
import { planLog, planSummary } from '../shared/pipeline/run-summary.ts';
import type { TestMessageDocument } from '../shared/pipeline/send-test-messages.ts';

/** For the estimate of the bill: a deployment that scans less often costs less than this says. */
const SCAN_INTERVAL_MINUTES = 5;

/** Kept back from Lambda's own timeout, to log what happened. */
const RESERVE_MS = 5_000;

const logger = new Logger({ serviceName: 'plan-scan', jsonReplacerFn: redactingReplacer });

/**
 * Begins a run: lists the accounts and Regions again and puts each on the queue. Throws when that failed, so that Lambda tries again.
 * An event with `testMessage` sends test messages in place of that, and answers what became of them.
 */
export const handler = async (event: unknown, context: Context): Promise<TestMessageDocument | undefined> => {
  logger.addContext(context);
  if (typeof event === 'object' && event !== null && 'testMessage' in event) return sendTests(event, context);
  await planOnce(context);
  return undefined;
};

/** With the permissions and the network of the deployment, which is what has to be proven. */
const sendTests = async (event: object, context: Context): Promise<TestMessageDocument> => {
  const [{ sendTestMessages }, { testedDestinations, testRequestOf }] = await Promise.all([
    import('../shared/pipeline/send-test-messages.ts'),
    import('../shared/pipeline/test-request.ts'),
  ]);
  const request = testRequestOf(event);
  const environment = parsePlanScanEnvironment(process.env);
  const home = targetOfArn(context.invokedFunctionArn);
  const { destinations } = await loadConfiguration(environment.configuration, home);
  const { cache } = deploymentState(environment.tableName, process.env);
  const tested = await sendTestMessages({
    destinations: testedDestinations(
      request.destinations,
      new Set([DEFAULT_DESTINATION, ...destinations.keys()]),
    ),
    severity: request.severity,
    home,
    notifier: createNotifiers(destinations, environment.topicArn, home, Date.now, { cache }),
    id: context.awsRequestId,
    pause: async () => {},
    clock: Date.now,
    signal: AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS)),
  });
  const isFine = tested.every(({ status }) => status === 'sent');
  logger[isFine ? 'info' : 'warn']('Sent test messages', { destinations: tested });
  return { schema: 'headroom/test-message@1', severity: request.severity, destinations: tested };
};

const planOnce = async (context: Context): Promise<void> => {
  const environment = parsePlanScanEnvironment(process.env);
  logger.setLogLevel(environment.logLevel);
  const home = targetOfArn(context.invokedFunctionArn);
  const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS));
  const configuration = await loadConfiguration(environment.configuration, home);
  const { targets, scan, alerts, metrics, destinations } = configuration;
  const queue = createTargetQueue(environment, home);
  const store = deploymentState(environment.tableName, process.env);
  const sinks = createMetricSinks(metrics, home, process.env);
  try {
    const outcome = await planRun({
      home,
      runId: context.awsRequestId,
      resolved: await resolveOrRemember({
        resolve: () => resolveConfiguredTargets({ targets, home, meter: new CallMeter(), signal }),
        cache: store.cache,
        home,
        roleArnOf: (target) => scanRoleOf(targets.role, target, home)?.roleArn ?? null,
        now: Date.now(),
      }),
      policy: alerts,
      vpcIds: scan.vpcIds,
      subnetSeries: seriesBudget(metrics, SCAN_INTERVAL_MINUTES),
      links: deploymentLinks(environment, home, configuration),
      store,
      notifier: createNotifiers(destinations, environment.topicArn, home, Date.now, { cache: store.cache }),
      enqueue: queue.enqueue,
      deadLetters: queue.deadLetters,
      ...muteRulesSource(metrics, home),
      clock: Date.now,
      signal,
    });
    const unpublished = await publishRun(
      sinks.of(home, signal),
      planSummary(outcome),
      Date.now(),
      metrics.namespace,
    );
    const { isFine, line } = planLog(outcome, unpublished);
    logger[isFine ? 'info' : 'warn']('Planned a run', line);
  } finally {
    queue.destroy();
    sinks.close();
  }
};

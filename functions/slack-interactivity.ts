import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { loadConfiguration } from '../shared/aws/load-configuration.ts';
import { slackDestinations } from '../shared/aws/slack-apps.ts';
import { parseSlackInteractivityEnvironment } from '../shared/config/environment.ts';
import { targetOfArn } from '../shared/model/aws/arn.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import { answerSlackInteraction } from '../shared/pipeline/slack-interaction.ts';
import { slackRequestOf } from '../shared/pipeline/slack-request.ts';

/** Kept back from Lambda's own timeout, to log what happened. */
const RESERVE_MS = 1_000;

const logger = new Logger({ serviceName: 'slack-interactivity', jsonReplacerFn: redactingReplacer });

/** Does what a click on a button in Slack asks for. Its URL is public: nothing is done for a request that Slack did not sign. */
export const handler = async (
  event: LambdaFunctionURLEvent,
  context: Context,
): Promise<LambdaFunctionURLResult> => {
  logger.addContext(context);
  const { tableName, configuration, logLevel } = parseSlackInteractivityEnvironment(process.env);
  logger.setLogLevel(logLevel);
  const home = targetOfArn(context.invokedFunctionArn);
  const request = slackRequestOf(event);
  if (request === null) return { statusCode: 405, body: 'Slack posts to this address.' };
  try {
    const store = deploymentState(tableName, process.env);
    const { destinations } = await loadConfiguration(configuration, home);
    const { status, body, did } = await answerSlackInteraction({
      request,
      destinations: slackDestinations(destinations, {
        home,
        clock: Date.now,
        cache: store.cache,
      }),
      store,
      now: Date.now(),
      signal: AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS)),
    });
    logger.info('Answered a request at the address for Slack', { status, did });
    return { statusCode: status, body };
  } catch (error) {
    logger.error('A click in Slack had no effect', { error });
    return { statusCode: 500, body: 'Headroom could not do this. Its log gives the reason.' };
  }
};

import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { loadConfiguration } from '../shared/aws/load-configuration.ts';
import { slackDestinations } from '../shared/aws/slack-apps.ts';
import {
  parseSlackInteractivityEnvironment,
  type SlackInteractivityEnvironment,
} from '../shared/config/environment.ts';
import { targetOfArn } from '../shared/model/aws/arn.ts';
import type { Target } from '../shared/model/aws/inventory.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import {
  answerSlackInteraction,
  refusedByForm,
  type SlackDestination,
} from '../shared/pipeline/slack-interaction.ts';
import { slackRequestOf } from '../shared/pipeline/slack-request.ts';
import type { StateStore } from '../shared/state/state-store.ts';

/** Kept back from Lambda's own timeout, to log what happened. */
const RESERVE_MS = 1_000;

const logger = new Logger({ serviceName: 'slack-interactivity', jsonReplacerFn: redactingReplacer });

/**
 * For how long a warm function keeps headroom.yml, in milliseconds. Its address is public: a stranger who sends many requests
 * must not use up what the account may ask of Systems Manager, which scans need as well (40 requests a second).
 */
const CONFIGURATION_KEPT = 60_000;

interface Kept {
  readonly where: string;
  readonly until: number;
  readonly destinations: ReadonlyMap<string, SlackDestination>;
}

let kept: Kept | null = null;

/** The Slack apps of headroom.yml, with secrets that are kept as long as they are. */
const appsOf = async (
  { configuration, tableName }: SlackInteractivityEnvironment,
  home: Target,
  store: StateStore,
): Promise<ReadonlyMap<string, SlackDestination>> => {
  const where = JSON.stringify([configuration, tableName, process.env['AWS_ENDPOINT_URL']]);
  const now = Date.now();
  if (kept?.where === where && now < kept.until) return kept.destinations;
  const { destinations } = await loadConfiguration(configuration, home);
  const apps = slackDestinations(destinations, { home, clock: Date.now, cache: store.cache });
  kept = { where, until: now + CONFIGURATION_KEPT, destinations: apps };
  return apps;
};

/** Does what a click on a button in Slack asks for. Its URL is public: nothing is done for a request that Slack did not sign. */
export const handler = async (
  event: LambdaFunctionURLEvent,
  context: Context,
): Promise<LambdaFunctionURLResult> => {
  logger.addContext(context);
  const environment = parseSlackInteractivityEnvironment(process.env);
  logger.setLogLevel(environment.logLevel);
  const home = targetOfArn(context.invokedFunctionArn);
  const request = slackRequestOf(event);
  if (request === null) return { statusCode: 405, body: 'Slack posts to this address.' };
  try {
    const now = Date.now();
    const misshapen = refusedByForm(request, now);
    if (misshapen !== null) {
      logger.info('Refused a request at the address for Slack', {
        status: misshapen.status,
        did: misshapen.did,
      });
      return { statusCode: misshapen.status, body: misshapen.body };
    }
    const store = deploymentState(environment.tableName, process.env);
    const { status, body, did } = await answerSlackInteraction({
      request,
      destinations: await appsOf(environment, home, store),
      store,
      now,
      signal: AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS)),
    });
    logger.info('Answered a request at the address for Slack', { status, did });
    return { statusCode: status, body };
  } catch (error) {
    logger.error('A click in Slack had no effect', { error });
    return { statusCode: 500, body: 'Headroom could not do this. Its log gives the reason.' };
  }
};

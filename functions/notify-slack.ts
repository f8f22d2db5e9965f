import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SNSEvent } from 'aws-lambda';
import { httpEnvironment } from '../shared/aws/network.ts';
import { secretAt } from '../shared/aws/secrets.ts';
import { parseNotifySlackEnvironment } from '../shared/config/environment.ts';
import { targetOfArn } from '../shared/model/aws/arn.ts';
import { HeadroomError } from '../shared/model/base/errors.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import type { Notifier } from '../shared/notify/notifier.ts';
import { createSlackNotifier } from '../shared/notify/slack-webhook.ts';
import { readTopicMessage } from '../shared/notify/topic-message.ts';

/** Kept back from Lambda's own timeout, to log what happened and to fail in our own words. */
const RESERVE_MS = 2_000;

const logger = new Logger({ serviceName: 'notify-slack', jsonReplacerFn: redactingReplacer });

/** A warm function keeps its notifier, and with it the webhook's URL, for as long as `createSecret` allows. */
let notifier: Notifier | null = null;

/** Posts the alerts of an SNS event to Slack. Throws when one of them failed, so that Lambda tries again. */
export const handler = async (event: SNSEvent, context: Context): Promise<void> => {
  logger.addContext(context);
  notifier ??= createNotifier(context);
  const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - RESERVE_MS));
  const failures: unknown[] = [];
  for (const { Sns } of event.Records) {
    try {
      const message = readTopicMessage(Sns.Message);
      await notifier.send(message, signal);
      logger.info('Posted an alert to Slack', { messageId: message.messageId, threadId: message.threadId });
    } catch (error) {
      const { code, action } = error instanceof HeadroomError ? error : { code: 'unexpected', action: null };
      logger.error('An alert did not reach Slack', { snsMessageId: Sns.MessageId, code, action, error });
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
};

const createNotifier = (context: Context): Notifier => {
  const environment = parseNotifySlackEnvironment(process.env);
  logger.setLogLevel(environment.logLevel);
  const home = targetOfArn(context.invokedFunctionArn);
  return createSlackNotifier(secretAt(environment.webhook, 'url', home, Date.now), httpEnvironment());
};

import { createHash } from 'node:crypto';
import {
  type MessageAttributeValue,
  PublishCommand,
  type PublishCommandInput,
  type SNSClient,
} from '@aws-sdk/client-sns';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { targetOfArn } from '../model/aws/arn.ts';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import { facetsOf, writeAlertDocument } from './alert-document.ts';
import { amazonQNotification } from './amazon-q.ts';
import { DeliveryError } from './delivery-error.ts';
import { asciiLine, inertId, utf8Bytes } from './inert-text.ts';
import { composeMessage } from './message-content.ts';
import type { Notifier } from './notifier.ts';
import { emailSubject, emailText } from './plain-text.ts';
import { trimToFit } from './trim-message.ts';

/**
 * What subscribers of a topic get.
 * - `per-protocol`: e-mail subscribers read text, all others get the alert document. One topic serves people, Slack's
 *   function and machines. It is no topic to filter: SNS sends message attributes "only when the message structure is
 *   String, not JSON" (developer guide), and does not say which body a filter policy then looks at.
 * - `document`: everybody gets the alert document, with message attributes; filters work on both.
 * - `text`: everybody gets the text, with message attributes.
 * - `amazon-q`: a custom notification of Amazon Q Developer, and nothing else.
 */
export type SnsFormat = 'per-protocol' | 'document' | 'text' | 'amazon-q';

/**
 * Body and attributes together, in bytes: what SNS takes where the topic's `MaximumMessageSize` has not been raised
 * (API reference of Publish).
 */
export const MAX_PUBLISH_BYTES = 262_144;

/** More are silently dropped on their way to SQS subscriptions with raw delivery (SNS developer guide, message attributes). */
export const MAX_ATTRIBUTES = 10;

/**
 * Publishes alerts to one SNS topic. The client must be of the topic's Region.
 * `send` throws DeliveryError: `topic-missing` and `sns-access-denied` are permanent, as is `sns-refused`; others may pass.
 */
export const createSnsNotifier = (
  client: Pick<SNSClient, 'send'>,
  topicArn: string,
  format: SnsFormat = 'per-protocol',
): Notifier => ({
  send: async (message, signal) => {
    const fitting = trimToFit(
      message,
      (candidate) => publishBytes(publishInput(candidate, topicArn, format)) <= MAX_PUBLISH_BYTES,
    );
    try {
      const { MessageId } = await client.send(new PublishCommand(publishInput(fitting, topicArn, format)), {
        abortSignal: signal,
      });
      if (MessageId === undefined) throw notSns(topicArn);
    } catch (error) {
      throw error instanceof DeliveryError ? error : failure(topicArn, error);
    }
  },
});

/** The request for one message. */
export const publishInput = (
  message: AlertMessage,
  topicArn: string,
  format: SnsFormat,
): PublishCommandInput => {
  const content = composeMessage(message);
  const document = (): string => writeAlertDocument(message, content.headline);
  const common = { TopicArn: topicArn, MessageAttributes: attributesOf(message), ...fifo(message, topicArn) };
  switch (format) {
    case 'amazon-q':
      return { ...common, Message: JSON.stringify(amazonQNotification(content)) };
    case 'document':
      return { ...common, Subject: emailSubject(content), Message: document() };
    case 'text':
      return { ...common, Subject: emailSubject(content), Message: emailText(content) };
    case 'per-protocol':
      return {
        ...common,
        Subject: emailSubject(content),
        MessageStructure: 'json',
        Message: JSON.stringify({ default: document(), email: emailText(content) }),
      };
  }
};

/** Names, types and values of attributes count towards the size. */
export const publishBytes = ({ Message, MessageAttributes = {} }: PublishCommandInput): number =>
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType = '', StringValue = '' }]) =>
      sum + utf8Bytes(name) + utf8Bytes(DataType) + utf8Bytes(StringValue),
    utf8Bytes(Message ?? ''),
  );

const attributesOf = (message: AlertMessage): Record<string, MessageAttributeValue> => {
  const { severity, ...facets } = facetsOf(message);
  const attributes: Record<string, MessageAttributeValue> = {
    messageId: single(inertId(message.messageId, plain)),
    threadId: single(inertId(message.threadId, plain)),
    severity: single(severity),
  };
  for (const [name, values] of Object.entries(facets)) {
    const [first] = values;
    // SNS refuses empty attributes: a facet that nothing has a value for is left out.
    if (first !== undefined) attributes[name] = values.length === 1 ? single(first) : several(values);
  }
  return attributes;
};

const single = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: plain(value) });

const several = (values: readonly string[]): MessageAttributeValue => ({
  DataType: 'String.Array',
  StringValue: JSON.stringify(values.map(plain)),
});

/** Filter policies want values that are plain in JSON, and a cluster's name comes from a tag. */
const plain = (value: string): string => asciiLine(value).replace(/["\\]/g, '?') || '?';

/** A FIFO topic keeps the order within a thread, and drops a message that it has had in the last five minutes. */
const fifo = ({ threadId, messageId }: AlertMessage, topicArn: string): Partial<PublishCommandInput> =>
  topicArn.endsWith('.fifo')
    ? { MessageGroupId: digest(threadId), MessageDeduplicationId: digest(messageId) }
    : {};

/** These ids take 128 characters of a limited set; a digest always fits. */
const digest = (text: string): string => createHash('sha256').update(JSON.stringify(text)).digest('hex');

/** SNS names every message that it took. */
const notSns = (topicArn: string): DeliveryError =>
  new DeliveryError(
    'sns-not-confirmed',
    `What answered for the SNS topic ${topicArn} did not confirm the message`,
    'Check that no proxy answers in place of SNS, and that AWS_ENDPOINT_URL names an endpoint of SNS.',
    { permanent: true },
  );

const failure = (topicArn: string, error: unknown): DeliveryError => {
  const problem = describeAwsFailure(error, { action: 'sns:Publish', target: targetOfArn(topicArn) });
  const name = error instanceof Error ? error.name : '';
  if (problem.code === 'not-found') {
    return new DeliveryError(
      'topic-missing',
      `The SNS topic ${topicArn} does not exist`,
      'Create the topic again, or configure another topic for this destination.',
      {
        permanent: true,
        cause: error,
      },
    );
  }
  if (/^KMS/.test(name) && !/Throttl/.test(name)) {
    return new DeliveryError(
      'topic-key-denied',
      `The SNS topic ${topicArn} is encrypted with a key that the publisher is not allowed to use (${name})`,
      "Allow kms:GenerateDataKey and kms:Decrypt on the topic's key to the role that publishes, in the key's policy and in the role's.",
      { permanent: true, cause: error },
    );
  }
  const refused =
    name.startsWith('InvalidParameter') || name === 'ValidationError' || name === 'ValidationException';
  return new DeliveryError(refused ? 'sns-refused' : `sns-${problem.code}`, problem.message, problem.action, {
    permanent: refused || problem.code === 'access-denied',
    fault: refused ? 'message' : 'destination',
    cause: error,
  });
};

import { createHash } from 'node:crypto';
import { LabError } from '../http/lab-error.ts';
import {
  isRecord,
  optionalText,
  type Parameters,
  recordList,
  requiredText,
  textList,
} from '../http/parameters.ts';
import { awsJson } from '../http/protocol.ts';
import type { XmlRecord } from '../http/xml.ts';
import type { Action, ActionContext, LabService } from '../service.ts';

/** SQS API reference: 1 MiB for a message and for a whole batch, ten entries, ten messages received at once. */
const MAXIMUM_BYTES = 1024 * 1024;
const MAXIMUM_ENTRIES = 10;
const DEFAULT_VISIBILITY_SECONDS = 30;

interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receiptHandle: string;
  receiveCount: number;
}

interface Queue {
  readonly url: string;
  readonly arn: string;
  attributes: Readonly<Record<string, string>>;
  readonly messages: QueuedMessage[];
}

const error = (code: string, message: string): LabError => new LabError(code, message);
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The SQS of one lab: standard queues with visibility timeouts on simulated time, and redrive to a dead-letter queue. */
export const createSqs = (): LabService => {
  const queues = new Map<string, Queue>();
  let lastId = 0;

  const queueOf = ({ parameters }: ActionContext): Queue => {
    const queue = queues.get(requiredText(parameters, 'QueueUrl'));
    if (queue === undefined) {
      throw error('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');
    }
    return queue;
  };

  const createQueue: Action = ({ parameters, accountId, region, url }) => {
    const name = requiredText(parameters, 'QueueName');
    const queueUrl = `${url}/${accountId}/${name}`;
    const given = parameters['Attributes'];
    const attributes = isRecord(given)
      ? Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]))
      : {};
    const queue = queues.get(queueUrl) ?? {
      url: queueUrl,
      arn: `arn:aws:sqs:${region}:${accountId}:${name}`,
      attributes,
      messages: [],
    };
    queues.set(queueUrl, { ...queue, attributes });
    return { QueueUrl: queueUrl };
  };

  const getQueueUrl: Action = ({ parameters, accountId, url }) => {
    const queue = queues.get(`${url}/${accountId}/${requiredText(parameters, 'QueueName')}`);
    if (queue === undefined) {
      throw error('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');
    }
    return { QueueUrl: queue.url };
  };

  const enqueue = (
    queue: Queue,
    entry: Parameters,
    now: number,
  ): { MessageId: string; MD5OfMessageBody: string } => {
    lastId += 1;
    const messageId = `00000000-0000-4000-a000-${String(lastId).padStart(12, '0')}`;
    const body = requiredText(entry, 'MessageBody');
    const delay = Number(optionalText(entry, 'DelaySeconds') ?? 0) * 1000;
    queue.messages.push({
      messageId,
      body,
      sentAt: now,
      visibleAt: now + delay,
      receiptHandle: '',
      receiveCount: 0,
    });
    return { MessageId: messageId, MD5OfMessageBody: md5(body) };
  };

  const sendMessage: Action = (context) => {
    if (Buffer.byteLength(requiredText(context.parameters, 'MessageBody')) > MAXIMUM_BYTES) {
      throw error(
        'InvalidParameterValue',
        `One or more parameters are invalid. Reason: Message must be shorter than ${MAXIMUM_BYTES} bytes.`,
      );
    }
    return enqueue(queueOf(context), context.parameters, context.clock.now());
  };

  const sendMessageBatch: Action = (context) => {
    const queue = queueOf(context);
    const entries = recordList(context.parameters, 'Entries');
    if (entries.length === 0) {
      throw error(
        'AWS.SimpleQueueService.EmptyBatchRequest',
        'There should be at least one SendMessageBatchRequestEntry in the request.',
      );
    }
    if (entries.length > MAXIMUM_ENTRIES) {
      throw error(
        'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
        `Maximum number of entries per request are ${MAXIMUM_ENTRIES}. You have sent ${entries.length}.`,
      );
    }
    if (new Set(entries.map((entry) => requiredText(entry, 'Id'))).size < entries.length) {
      throw error(
        'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
        'Two or more batch entries in the request have the same Id.',
      );
    }
    if (
      entries.reduce((sum, entry) => sum + Buffer.byteLength(requiredText(entry, 'MessageBody')), 0) >
      MAXIMUM_BYTES
    ) {
      throw error(
        'AWS.SimpleQueueService.BatchRequestTooLong',
        `Batch requests cannot be longer than ${MAXIMUM_BYTES} bytes.`,
      );
    }
    const now = context.clock.now();
    return {
      Successful: entries.map((entry) => ({ Id: requiredText(entry, 'Id'), ...enqueue(queue, entry, now) })),
      Failed: [],
    };
  };

  /** Moves what was received too often to the dead-letter queue that the redrive policy names. */
  const redrive = (queue: Queue, now: number): void => {
    const policy = queue.attributes['RedrivePolicy'];
    if (policy === undefined) return;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as {
      deadLetterTargetArn: string;
      maxReceiveCount: number | string;
    };
    const target = [...queues.values()].find(({ arn }) => arn === deadLetterTargetArn);
    if (target === undefined) return;
    const spent = queue.messages.filter(
      ({ receiveCount, visibleAt }) => visibleAt <= now && receiveCount >= Number(maxReceiveCount),
    );
    for (const message of spent) {
      queue.messages.splice(queue.messages.indexOf(message), 1);
      target.messages.push({ ...message, receiveCount: 0 });
    }
  };

  const receiveMessage: Action = (context) => {
    const { parameters, clock } = context;
    const queue = queueOf(context);
    const most = Number(optionalText(parameters, 'MaxNumberOfMessages') ?? 1);
    if (!(most >= 1 && most <= MAXIMUM_ENTRIES)) {
      throw error(
        'InvalidParameterValue',
        `Value ${most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and ${MAXIMUM_ENTRIES}, if provided.`,
      );
    }
    const now = clock.now();
    redrive(queue, now);
    const seconds = Number(
      optionalText(parameters, 'VisibilityTimeout') ??
        queue.attributes['VisibilityTimeout'] ??
        DEFAULT_VISIBILITY_SECONDS,
    );
    const received = queue.messages.filter(({ visibleAt }) => visibleAt <= now).slice(0, most);
    return {
      Messages: received.map((message): XmlRecord => {
        message.receiveCount += 1;
        message.visibleAt = now + seconds * 1000;
        message.receiptHandle = `${message.messageId}/${message.receiveCount}`;
        return {
          MessageId: message.messageId,
          ReceiptHandle: message.receiptHandle,
          Body: message.body,
          MD5OfBody: md5(message.body),
          Attributes: {
            ApproximateReceiveCount: String(message.receiveCount),
            SentTimestamp: String(message.sentAt),
          },
        };
      }),
    };
  };

  const byReceipt = (queue: Queue, parameters: Parameters): QueuedMessage => {
    const receipt = requiredText(parameters, 'ReceiptHandle');
    const message = queue.messages.find(({ receiptHandle }) => receiptHandle === receipt);
    if (message === undefined)
      throw error(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${receipt}" is not a valid receipt handle.`,
      );
    return message;
  };

  const deleteMessage: Action = (context) => {
    const queue = queueOf(context);
    queue.messages.splice(queue.messages.indexOf(byReceipt(queue, context.parameters)), 1);
    return {};
  };

  const changeMessageVisibility: Action = (context) => {
    const message = byReceipt(queueOf(context), context.parameters);
    message.visibleAt =
      context.clock.now() + Number(requiredText(context.parameters, 'VisibilityTimeout')) * 1000;
    return {};
  };

  const getQueueAttributes: Action = (context) => {
    const { arn, attributes, messages } = queueOf(context);
    const now = context.clock.now();
    const visible = messages.filter(({ visibleAt }) => visibleAt <= now).length;
    const all: Readonly<Record<string, string>> = {
      ...attributes,
      QueueArn: arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(messages.length - visible),
    };
    const wanted = textList(context.parameters, 'AttributeNames');
    return {
      Attributes: Object.fromEntries(
        Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name)),
      ),
    };
  };

  return {
    name: 'sqs',
    signingName: 'sqs',
    iamPrefix: 'sqs',
    protocols: [awsJson('1.0', { queryCompatible: true })],
    actions: {
      ChangeMessageVisibility: changeMessageVisibility,
      CreateQueue: createQueue,
      DeleteMessage: deleteMessage,
      GetQueueAttributes: getQueueAttributes,
      GetQueueUrl: getQueueUrl,
      ReceiveMessage: receiveMessage,
      SendMessage: sendMessage,
      SendMessageBatch: sendMessageBatch,
    },
  };
};

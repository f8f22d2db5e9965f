import { LabError } from '../http/lab-error.ts';
import { isRecord, optionalText, type Parameters, recordList, requiredText } from '../http/parameters.ts';
import { awsQuery } from '../http/protocol.ts';
import type { ActionContext, LabService } from '../service.ts';

/** SNS API reference, Publish: 256 KiB, attributes included. */
const MAXIMUM_MESSAGE_BYTES = 256 * 1024;
/** SNS API reference, Publish: a subject is at most 100 ASCII characters, begins with one that shows, and has no control characters. */
const MAXIMUM_SUBJECT_CHARACTERS = 100;
const SUBJECT = /^[\x21-\x7e][\x20-\x7e]*$/;
const TOPIC_ARN = /^arn:aws:sns:([a-z0-9-]+):(\d{12}):([\w-]{1,256}(?:\.fifo)?)$/;

/** A message as the topic got it. */
export interface PublishedMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | null;
  readonly message: string;
  readonly messageStructure: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Simulated time, epoch milliseconds. */
  readonly at: number;
}

const attributesOf = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    recordList(parameters, 'MessageAttributes').map((entry) => {
      const value = entry['Value'];
      const given = isRecord(value) ? value : {};
      if (optionalText(given, 'DataType') === null) {
        throw new LabError(
          'InvalidParameterValue',
          `The message attribute '${requiredText(entry, 'Name')}' must contain non-empty message attribute type.`,
        );
      }
      const text = optionalText(given, 'StringValue') ?? optionalText(given, 'BinaryValue');
      if (text === null || text === '') {
        throw new LabError(
          'InvalidParameterValue',
          `The message attribute '${requiredText(entry, 'Name')}' must contain non-empty message attribute value.`,
        );
      }
      return [requiredText(entry, 'Name'), text];
    }),
  );

const invalid = (parameter: string, reason: string): LabError =>
  new LabError('InvalidParameter', `Invalid parameter: ${parameter} Reason: ${reason}`);

const checkStructure = (message: string): void => {
  let perProtocol: unknown;
  try {
    perProtocol = JSON.parse(message);
  } catch {
    throw invalid('Message Structure', 'JSON message body failed to parse');
  }
  if (typeof perProtocol !== 'object' || perProtocol === null || !('default' in perProtocol)) {
    throw invalid('Message Structure', 'No default entry in JSON message body');
  }
};

/** The SNS of one lab. Every topic whose ARN names an account of the estate exists, until it is deleted. */
export const createSns = (): {
  service: LabService;
  messages: PublishedMessage[];
  deletedTopics: Set<string>;
} => {
  const messages: PublishedMessage[] = [];
  const deletedTopics = new Set<string>();

  const publish = ({ parameters, estate, region, clock }: ActionContext) => {
    const topicArn = optionalText(parameters, 'TopicArn') ?? requiredText(parameters, 'TargetArn');
    const [, topicRegion, accountId] = TOPIC_ARN.exec(topicArn) ?? [];
    if (topicRegion !== region) throw invalid('TopicArn', `An ARN must be of this Region: ${topicArn}`);
    if (deletedTopics.has(topicArn) || !estate.accounts.some((account) => account.accountId === accountId)) {
      throw new LabError('NotFound', 'Topic does not exist', 404);
    }
    const message = requiredText(parameters, 'Message');
    const subject = optionalText(parameters, 'Subject');
    const attributes = attributesOf(parameters);
    const messageStructure = optionalText(parameters, 'MessageStructure');
    if (subject !== null && (subject.length > MAXIMUM_SUBJECT_CHARACTERS || !SUBJECT.test(subject))) {
      throw invalid('Subject', 'it must be ASCII text of at most 100 characters without control characters');
    }
    const bytes = Object.entries(attributes).reduce(
      (sum, pair) => sum + Buffer.byteLength(pair.join('')),
      Buffer.byteLength(message),
    );
    if (bytes > MAXIMUM_MESSAGE_BYTES) throw invalid('Message', 'Message too long');
    if (messageStructure !== null && messageStructure !== 'json')
      throw invalid('MessageStructure', 'it must be json');
    if (messageStructure === 'json') checkStructure(message);
    const messageId = `00000000-0000-4000-8000-${String(messages.length + 1).padStart(12, '0')}`;
    messages.push({ messageId, topicArn, subject, message, messageStructure, attributes, at: clock.now() });
    return { MessageId: messageId };
  };

  return {
    messages,
    deletedTopics,
    service: {
      name: 'sns',
      signingName: 'sns',
      iamPrefix: 'SNS',
      protocols: [awsQuery('http://sns.amazonaws.com/doc/2010-03-31/')],
      actions: { Publish: publish },
    },
  };
};

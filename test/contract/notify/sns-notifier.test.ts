import { SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { createSnsNotifier, MAX_PUBLISH_BYTES, type SnsFormat } from '../../../shared/notify/sns-notifier.ts';
import { readTopicMessage } from '../../../shared/notify/topic-message.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts';
const TAKEN: CannedReply = {
  headers: { 'content-type': 'text/xml' },
  body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>',
};

const refusal = (status: number, code: string, message: string): CannedReply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
});

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const startSns = async (...replies: readonly CannedReply[]): Promise<CannedAws> => {
  const server = await startCannedAws(({ nth }) => replies[Math.min(nth, replies.length - 1)] ?? TAKEN);
  servers.push(server);
  return server;
};

const notifierFor = ({ url }: CannedAws, format?: SnsFormat) =>
  createSnsNotifier(
    new SNSClient({
      endpoint: url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
      maxAttempts: 2,
    }),
    TOPIC,
    format,
  );

const publish = async (sns: CannedAws, message: AlertMessage, format?: SnsFormat): Promise<void> =>
  notifierFor(sns, format).send(message, new AbortController().signal);

/** The query protocol numbers the attributes; put together as SNS reads them. */
const attributesIn = (parameters: URLSearchParams): Record<string, string | null> => {
  const attributes: Record<string, string | null> = {};
  for (let index = 1; parameters.has(`MessageAttributes.entry.${index}.Name`); index += 1) {
    const entry = `MessageAttributes.entry.${index}`;
    attributes[parameters.get(`${entry}.Name`) ?? ''] = parameters.get(`${entry}.Value.StringValue`);
  }
  return attributes;
};

describe('on the wire', () => {
  test('one message is one Publish: a subject, a body for each protocol, and attributes', async () => {
    const sns = await startSns(TAKEN);
    await publish(sns, messageNamed('surge'));
    expect(sns.requests).toHaveLength(1);
    const parameters = sns.requests[0]?.parameters ?? new URLSearchParams();
    expect(Object.fromEntries(parameters)).toMatchObject({
      Action: 'Publish',
      TopicArn: TOPIC,
      MessageStructure: 'json',
      Subject: 'Critical: Addresses in batch-eu-west-1b are being used up at 118 an hour',
    });
    const bodies = JSON.parse(parameters.get('Message') ?? '');
    expect(readTopicMessage(bodies.default)).toEqual(messageNamed('surge'));
    expect(bodies.email).toContain('being used up at 118 an hour');
    expect(attributesIn(parameters)).toMatchObject({
      severity: 'critical',
      rule: 'addresses-surge',
      clusterName: 'batch',
    });
  });

  test('an Amazon Q topic gets the bare notification', async () => {
    const sns = await startSns(TAKEN);
    await publish(sns, messageNamed('surge'), 'amazon-q');
    const parameters = sns.requests[0]?.parameters;
    expect(JSON.parse(parameters?.get('Message') ?? '')).toMatchObject({ source: 'custom', version: '1.0' });
    expect(parameters?.has('MessageStructure')).toBe(false);
  });

  test('a message of a thousand alerts stays within 256 KiB', async () => {
    const sns = await startSns(TAKEN);
    const transitions = Array.from({ length: 1_000 }, (_, index) =>
      exampleTransition(
        exampleFinding(subnetSubject(`subnet-${index}`, null), {
          kind: 'addresses-low',
          title: `t${index}`,
          explanation: 'e'.repeat(900),
        }),
      ),
    );
    await publish(sns, exampleMessage(transitions));
    const parameters = sns.requests[0]?.parameters ?? new URLSearchParams();
    const attributes = Object.entries(attributesIn(parameters)).reduce(
      (sum, [name, value]) => sum + name.length + (value ?? '').length,
      0,
    );
    expect(Buffer.byteLength(parameters.get('Message') ?? '') + attributes).toBeLessThanOrEqual(
      MAX_PUBLISH_BYTES,
    );
    expect(
      readTopicMessage(JSON.parse(parameters.get('Message') ?? '').default).omittedTransitions,
    ).toBeGreaterThan(0);
  });
});

describe('an SNS that fails', () => {
  test('is tried again by the SDK', async () => {
    const sns = await startSns(refusal(500, 'InternalFailure', 'try again'), TAKEN);
    await publish(sns, messageNamed('surge'));
    expect(sns.requests).toHaveLength(2);
  });

  test.each([
    [
      refusal(404, 'NotFound', 'Topic does not exist'),
      'topic-missing',
      true,
      `The SNS topic ${TOPIC} does not exist`,
    ],
    [refusal(400, 'InvalidParameter', 'Invalid parameter: Subject'), 'sns-refused', true, 'Subject'],
    [
      refusal(
        403,
        'AuthorizationError',
        `User: arn:aws:sts::111122223333:assumed-role/headroom-scan/x is not authorized to perform: SNS:Publish on resource: ${TOPIC}`,
      ),
      'sns-access-denied',
      true,
      'arn:aws:sts::111122223333:assumed-role/headroom-scan/x is not allowed to call SNS:Publish',
    ],
    [
      refusal(400, 'KMSAccessDenied', 'no access to the key'),
      'topic-key-denied',
      true,
      'is encrypted with a key',
    ],
    [refusal(500, 'InternalFailure', 'oh dear'), 'sns-aws-error', false, 'InternalFailure'],
    [refusal(400, 'Throttling', 'Rate exceeded'), 'sns-throttled', false, 'throttled'],
  ])('with %o is reported with the code %s', async (reply, code, permanent, message) => {
    const sns = await startSns(reply);
    await expect(publish(sns, messageNamed('surge'))).rejects.toMatchObject({
      code,
      permanent,
      message: expect.stringContaining(message),
    });
  });

  test('to be there is reported with its address, and may pass', async () => {
    const sns = await startSns(TAKEN);
    await sns.close();
    await expect(publish(sns, messageNamed('surge'))).rejects.toMatchObject({
      code: 'sns-unreachable',
      permanent: false,
      message: expect.stringContaining('127.0.0.1'),
    });
  });

  test('to answer is left when the time of the run is used up', async () => {
    const sns = await startSns({ end: 'stall' });
    const run = new AbortController();
    const sending = notifierFor(sns).send(messageNamed('surge'), run.signal);
    while (sns.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    run.abort();
    await expect(sending).rejects.toMatchObject({ code: 'sns-deadline-exceeded', permanent: false });
  });
});

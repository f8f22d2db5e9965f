import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../shared/model/alert/alert-message.ts';
import { createSecret } from '../../shared/notify/secret-reader.ts';
import { createSnsNotifier, type SnsFormat } from '../../shared/notify/sns-notifier.ts';
import { readTopicMessage } from '../../shared/notify/topic-message.ts';
import { MADE_MESSAGES } from '../fixtures/messages/made-messages.ts';
import { messageNamed } from '../fixtures/messages/message-named.ts';
import { type MotoServer, startMoto } from './moto-server.ts';

/** What Headroom publishes and reads, by an SNS, SQS, Secrets Manager and SSM that we did not write. */

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const signal = new AbortController().signal;

let moto: MotoServer;
let sns: SNSClient;
let sqs: SQSClient;
let topic: string;

beforeAll(async () => {
  moto = await startMoto();
});
afterAll(async () => {
  await moto.close();
});
beforeEach(async () => {
  await moto.reset();
  sns = new SNSClient(settings());
  sqs = new SQSClient(settings());
  topic = (await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn ?? '';
});

const settings = () => ({
  endpoint: moto.url,
  region: REGION,
  maxAttempts: 1,
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
});

/** A queue that subscribes to the topic, and what it received. */
const subscriber = async (
  name: string,
  attributes: Record<string, string> = {},
): Promise<() => Promise<readonly string[]>> => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  await sns.send(
    new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint, Attributes: attributes }),
  );
  return async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body }) => Body ?? '');
  };
};

/** The message inside of SNS's own envelope. */
const unwrapped = (body: string): string => JSON.parse(body).Message;

const publish = async (message: AlertMessage, format?: SnsFormat): Promise<void> =>
  createSnsNotifier(sns, topic, format).send(message, signal);

describe('SNS as moto has it', () => {
  test.each(Object.keys(MADE_MESSAGES))(
    'takes the message %s, and machines read it as it was',
    async (name) => {
      const received = await subscriber('machines');
      await publish(messageNamed(name));
      expect((await received()).map(unwrapped).map(readTopicMessage)).toEqual([messageNamed(name)]);
    },
  );

  test('hands the document to a queue with raw delivery, all of its attributes in place', async () => {
    const received = await subscriber('raw', { RawMessageDelivery: 'true' });
    await publish(messageNamed('many-subnets-of-one-vpc'), 'document');
    expect((await received()).map(readTopicMessage)).toEqual([messageNamed('many-subnets-of-one-vpc')]);
  });

  test('filters by the body on a topic of one format', async () => {
    const scope = { FilterPolicyScope: 'MessageBody' };
    const prod = await subscriber('prod', {
      ...scope,
      FilterPolicy: '{"severity":["warning"],"clusterName":["prod"]}',
    });
    const critical = await subscriber('critical', { ...scope, FilterPolicy: '{"severity":["critical"]}' });
    await publish(messageNamed('prefixes-will-run-out'), 'document');
    await publish(messageNamed('surge'), 'document');
    expect((await prod()).map(unwrapped).map(readTopicMessage)).toEqual([
      messageNamed('prefixes-will-run-out'),
    ]);
    expect((await critical()).map(unwrapped).map(readTopicMessage)).toEqual([messageNamed('surge')]);
  });

  test('filters by attributes on a topic of one format, single values and lists alike', async () => {
    const batch = await subscriber('batch', { FilterPolicy: '{"clusterName":["batch"]}' });
    const prod = await subscriber('prod', { FilterPolicy: '{"clusterName":["prod"]}' });
    await publish(messageNamed('surge'), 'document');
    await publish(messageNamed('prefixes-will-run-out'), 'document');
    expect(await batch()).toHaveLength(2);
    expect(await prod()).toHaveLength(1);
  });

  test('hands Amazon Q its notification and nothing around it', async () => {
    const received = await subscriber('chat', { RawMessageDelivery: 'true' });
    await publish(messageNamed('surge'), 'amazon-q');
    expect(JSON.parse((await received())[0] ?? '')).toMatchObject({ version: '1.0', source: 'custom' });
  });

  test('that lost the topic is reported as that', async () => {
    const lost = createSnsNotifier(sns, `${topic}-deleted`);
    await expect(lost.send(messageNamed('surge'), signal)).rejects.toMatchObject({
      code: 'topic-missing',
      permanent: true,
    });
  });
});

describe('secrets as moto keeps them', () => {
  const target = { accountId: ACCOUNT, region: REGION };

  test('are read from Secrets Manager and from SSM', async () => {
    const secretsManager = new SecretsManagerClient(settings());
    const ssm = new SSMClient(settings());
    await secretsManager.send(
      new CreateSecretCommand({ Name: 'headroom/slack', SecretString: '{"url":"https://a.example/x"}' }),
    );
    await ssm.send(
      new PutParameterCommand({
        Name: '/headroom/slack',
        Value: 'https://a.example/y',
        Type: 'SecureString',
      }),
    );
    const kept = createSecret(
      { kind: 'secrets-manager', secretId: 'headroom/slack', client: secretsManager },
      'url',
      target,
      () => 0,
    );
    const parameter = createSecret(
      { kind: 'parameter', name: '/headroom/slack', client: ssm },
      'url',
      target,
      () => 0,
    );
    expect([await kept.read(signal), await parameter.read(signal)]).toEqual([
      'https://a.example/x',
      'https://a.example/y',
    ]);
  });

  test('that are not there are reported as that', async () => {
    const nowhere = {
      kind: 'secrets-manager',
      secretId: 'nowhere',
      client: new SecretsManagerClient(settings()),
    } as const;
    const none = { kind: 'parameter', name: '/nowhere', client: new SSMClient(settings()) } as const;
    await expect(createSecret(nowhere, 'url', target, () => 0).read(signal)).rejects.toMatchObject({
      code: 'secret-missing',
    });
    await expect(createSecret(none, 'url', target, () => 0).read(signal)).rejects.toMatchObject({
      code: 'secret-missing',
    });
  });
});

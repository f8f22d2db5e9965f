import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const ACCOUNT = '111122223333';
const TOPIC = `arn:aws:sns:eu-west-1:${ACCOUNT}:alerts`;
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'messages',
      description: '',
      accounts: [labAccount(ACCOUNT, 'hub', ['eu-west-1'])],
      scenarios: [],
    }),
    secrets: { 'headroom/slack': '{"url":"https://hooks.example/x"}' },
    parameters: { '/headroom/slack': 'https://hooks.example/y' },
  });
});
afterAll(() => lab.close());

describe('SNS', () => {
  const publish = (input: Partial<PublishCommandInput>) =>
    new SNSClient(labClient(lab, ACCOUNT)).send(
      new PublishCommand({ TopicArn: TOPIC, Message: 'hello', ...input }),
    );

  test('keeps message, subject, structure and attributes', async () => {
    const { MessageId } = await publish({
      Message: '{"default":"a < b & c"}',
      MessageStructure: 'json',
      Subject: 'nodes-a runs out',
      MessageAttributes: { severity: { DataType: 'String', StringValue: 'critical' } },
    });
    expect(lab.sns.at(-1)).toEqual({
      messageId: MessageId,
      topicArn: TOPIC,
      subject: 'nodes-a runs out',
      message: '{"default":"a < b & c"}',
      messageStructure: 'json',
      attributes: { severity: 'critical' },
      at: lab.clock.now(),
    });
  });

  test('takes 256 KiB with attributes and not a byte more', async () => {
    const MessageAttributes = { rule: { DataType: 'String', StringValue: 'surge' } };
    const Message = 'x'.repeat(256 * 1024 - 'rulesurge'.length);
    await publish({ Message, MessageAttributes });
    await expect(publish({ Message: `${Message}x`, MessageAttributes })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test.each([
    ['101 characters', 'x'.repeat(101)],
    ['a line break', 'one\ntwo'],
    ['a character beyond ASCII', 'für'],
    ['a space at its start', ' x'],
  ])('refuses a subject with %s', async (_, Subject) => {
    await expect(publish({ Subject })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  test('takes a subject of 100 characters', async () => {
    await publish({ Subject: 'x'.repeat(100) });
    expect(lab.sns.at(-1)?.subject).toHaveLength(100);
  });

  test('refuses a structured message without a default', async () => {
    await expect(publish({ MessageStructure: 'json', Message: '{"email":"x"}' })).rejects.toThrow(
      'No default entry in JSON message body',
    );
  });

  test('does not know a topic of a stranger, nor one that was deleted', async () => {
    await expect(publish({ TopicArn: 'arn:aws:sns:eu-west-1:999999999999:alerts' })).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    const TopicArn = `arn:aws:sns:eu-west-1:${ACCOUNT}:short-lived`;
    await publish({ TopicArn });
    lab.deleteTopic(TopicArn);
    await expect(publish({ TopicArn })).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});

describe('SQS', () => {
  const client = (): SQSClient => new SQSClient(labClient(lab, ACCOUNT));
  const createQueue = async (QueueName: string, Attributes?: Record<string, string>): Promise<string> =>
    (await client().send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';

  test('a received message hides until its time is over, then comes back, and a deleted one does not', async () => {
    const QueueUrl = await createQueue('scans');
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'scan me' }));
    const receive = async () =>
      (await client().send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 }))).Messages ?? [];
    expect((await receive()).map(({ Body }) => Body)).toEqual(['scan me']);
    expect(await receive()).toEqual([]);
    lab.clock.advance(60_000);
    const [again] = await receive();
    expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2');
    await client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }));
    lab.clock.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  test('a batch is at most ten entries with ids of their own', async () => {
    const QueueUrl = await createQueue('batches');
    const send = (length: number, id = (index: number): string => String(index)) =>
      client().send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: Array.from({ length }, (_, index) => ({ Id: id(index), MessageBody: 'x' })),
        }),
      );
    expect((await send(10)).Successful).toHaveLength(10);
    await expect(send(11)).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
    await expect(send(2, () => 'same')).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
  });

  test('what was received too often goes to the dead-letter queue', async () => {
    const dead = await createQueue('dead');
    const QueueUrl = await createQueue('live', {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:dead`,
        maxReceiveCount: 2,
      }),
    });
    await client().send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await client().send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
    }
    const { Attributes } = await client().send(
      new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['All'] }),
    );
    expect(Attributes?.['ApproximateNumberOfMessages']).toBe('1');
  });

  test('a queue that is not there is refused', async () => {
    await expect(
      client().send(new SendMessageCommand({ QueueUrl: `${lab.url}/${ACCOUNT}/nowhere`, MessageBody: 'x' })),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});

describe('secrets', () => {
  const secret = (SecretId: string) =>
    new SecretsManagerClient(labClient(lab, ACCOUNT)).send(new GetSecretValueCommand({ SecretId }));
  const parameter = (Name: string, WithDecryption?: boolean) =>
    new SSMClient(labClient(lab, ACCOUNT)).send(new GetParameterCommand({ Name, WithDecryption }));

  test('are found by name and by ARN', async () => {
    const { SecretString, ARN = '' } = await secret('headroom/slack');
    expect(SecretString).toBe('{"url":"https://hooks.example/x"}');
    expect((await secret(ARN)).SecretString).toBe(SecretString);
    await expect(secret('headroom/other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('in the parameter store stay a cipher unless decryption is asked for', async () => {
    expect((await parameter('/headroom/slack', true)).Parameter?.Value).toBe('https://hooks.example/y');
    expect((await parameter('/headroom/slack')).Parameter?.Value).not.toContain('hooks');
    await expect(parameter('/headroom/other')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  });
});

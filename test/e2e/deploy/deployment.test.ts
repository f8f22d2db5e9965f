import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { packageDeployment } from '../../fixtures/infra/packaged.ts';
import { cloudWatchAlarm } from '../../fixtures/messages/cloudwatch-alarm.ts';
import {
  FULL,
  HUB,
  THREE_ACCOUNTS_REGION as REGION,
  ROOMY,
  THREE_ACCOUNTS_YML,
  threeAccounts,
} from '../../fixtures/three-accounts.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { deployStack, removeStack } from './stack.ts';

/**
 * The whole of it, from the artefacts of `osls package` on: CloudFormation makes the stack, the schedule fires, the queue
 * is polled, the functions run as processes of their own, the topic calls the function that posts to Slack. CloudFormation,
 * Lambda, Scheduler, SQS, SNS, SSM, KMS, DynamoDB and CloudWatch are ministack's; EC2, EKS, Auto Scaling and STS the lab's.
 */

const STACK = 'headroom-prod';
const FOLDER = `dist/test-deploy-${process.pid}`;
/** A schedule of one minute, and a slow machine. */
const PATIENCE = 120_000;

let lab: Lab;
let slack: CannedAws;
let ministack: Ministack;
let workspace: string;
/** Whether Slack takes nothing at the moment. */
let refusing = false;

const configuration = () => ({
  endpoint: ministack.url,
  region: REGION,
  // ministack takes a key of twelve digits for the account.
  credentials: { accessKeyId: HUB, secretAccessKey: 'local' },
});

beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now(), speed: 1 }) });
  slack = await startCannedAws(() => (refusing ? { status: 400, body: 'invalid_blocks' } : { body: 'ok' }));
  ministack = await startMinistack(HUB, REGION, {
    AWS_ENDPOINT_URL_EC2: lab.url,
    AWS_ENDPOINT_URL_EKS: lab.url,
    AWS_ENDPOINT_URL_AUTO_SCALING: lab.url,
    AWS_ENDPOINT_URL_STS: lab.url,
  });
  workspace = await mkdtemp(join(tmpdir(), 'headroom-deploy-'));
  const HEADROOM_YML = join(workspace, 'headroom.yml');
  await writeFile(HEADROOM_YML, THREE_ACCOUNTS_YML);
  const ssm = new SSMClient(configuration());
  await ssm.send(
    new PutParameterCommand({
      Name: '/headroom/slack',
      Type: 'SecureString',
      Value: `${slack.url}/services/T/B/X`,
    }),
  );
  ssm.destroy();
  const packaged = await packageDeployment(
    FOLDER,
    { slackParameter: '/headroom/slack', schedule: 'rate(1 minute)' },
    { HEADROOM_YML },
  );
  await deployStack(STACK, packaged, configuration());
}, 480_000);

afterAll(async () => {
  await ministack.close();
  await slack.close();
  await lab.close();
  await rm(workspace, { recursive: true, force: true });
  await rm(join(import.meta.dirname, '../../..', FOLDER), { recursive: true, force: true });
});

/** Asks until the answer is not `null`. */
const eventually = async <Answer>(what: string, ask: () => Promise<Answer | null>): Promise<Answer> => {
  const patience = AbortSignal.timeout(PATIENCE);
  while (!patience.aborted) {
    const answer = await ask();
    if (answer !== null) return answer;
    await pause(1_000);
  }
  throw new Error(`Nothing came of it in ${PATIENCE / 1000} s: ${what}.\n${ministack.log().slice(-20_000)}`);
};

/** An alarm on the topic, as CloudWatch publishes it; ministack's own lack the ARN that CloudWatch's have. */
const alarm = async (changes: Readonly<Record<string, unknown>>): Promise<void> => {
  const sns = new SNSClient(configuration());
  const TopicArn = `arn:aws:sns:${REGION}:${HUB}:${STACK}-alerts`;
  await sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(cloudWatchAlarm(changes)) }));
  sns.destroy();
};

/** As SNS calls a function. (ministack's SNS waits for the function itself, without Lambda's retries in between.) */
const invokeLater = async (name: string, event: object): Promise<void> => {
  const answer = await fetch(`${ministack.url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${HUB}/20261120/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=local`,
      'x-amz-invocation-type': 'Event',
    },
    body: JSON.stringify(event),
  });
  expect(answer.status).toBe(202);
};

describe('a deployed Headroom', () => {
  test('scans all three accounts by schedule and publishes what it found', {
    timeout: PATIENCE,
  }, async () => {
    const cloudWatch = new CloudWatchClient(configuration());
    const accounts = await eventually('metrics of three accounts', async () => {
      const { Metrics = [] } = await cloudWatch.send(
        new ListMetricsCommand({ Namespace: 'VpcHeadroom', MetricName: 'AvailableAddresses' }),
      );
      const found = new Set(
        Metrics.map(({ Dimensions = [] }) => Dimensions.find(({ Name }) => Name === 'AccountId')?.Value),
      );
      return found.size < 3 ? null : [...found].toSorted();
    });
    expect(accounts).toEqual([HUB, FULL, ROOMY]);
    cloudWatch.destroy();
    // ministack tells a function no ARN of its own: it cannot know which account is its own, and assumes a role there, too.
    const assumed = lab.calls.filter(({ action, status }) => action === 'AssumeRole' && status === 200);
    const roles = new Set(assumed.map(({ parameters }) => parameters['RoleArn']));
    expect([...roles]).toEqual(
      expect.arrayContaining([FULL, ROOMY].map((accountId) => `arn:aws:iam::${accountId}:role/${SCAN_ROLE}`)),
    );
  });

  test('remembers what it saw in its table', { timeout: 2 * PATIENCE + 30_000 }, async () => {
    const client = new DynamoDBClient(configuration());
    const store = createDynamoStateStore({ client, tableName: `${STACK}-state` });
    const latest = await eventually('an assessment in the table', () =>
      store.assessments.latest({ accountId: FULL, region: REGION }),
    );
    expect(latest.subnets).toMatchObject([{ name: 'full-a', available: 1, confidence: 'exact' }]);
    const alerts = await eventually('a delivered alert', async () => {
      const stored = await store.alerts.list({ accountId: FULL, region: REGION });
      return stored.length > 0 && stored.every(({ alert }) => alert.outbox.length === 0) ? stored : null;
    });
    expect(alerts.map(({ alert }) => [alert.rule, alert.status])).toEqual([['addresses-low', 'firing']]);
    client.destroy();
  });

  test('posts the alert to Slack, and says it once', { timeout: 2 * PATIENCE + 30_000 }, async () => {
    const post = await eventually('a message in Slack', () =>
      Promise.resolve(slack.requests[0]?.body ?? null),
    );
    expect(post).toContain('full-a');
    expect(post).toContain(FULL);
    // By the time of the next run the alert is already sent.
    const runs = () =>
      lab.calls.filter(
        ({ action, accountId }) => action === 'DescribeNetworkInterfaces' && accountId === FULL,
      ).length;
    const seen = runs();
    await eventually('another scan', () => Promise.resolve(runs() > seen ? true : null));
    expect(slack.requests.filter(({ body }) => body.includes('full-a'))).toHaveLength(1);
  });

  test('brings an alarm on the monitor itself to Slack', { timeout: 2 * PATIENCE + 30_000 }, async () => {
    await alarm({ AlarmName: `${STACK}-nothing-scanned` });
    const post = await eventually('the alarm in Slack', () =>
      Promise.resolve(
        slack.requests.find(({ body }) => body.includes('the subnets are not watched'))?.body ?? null,
      ),
    );
    expect(post).toContain(`${STACK}-nothing-scanned`);
  });

  test('keeps what Slack does not take in a queue, after three attempts', {
    timeout: 2 * PATIENCE + 30_000,
  }, async () => {
    const sqs = new SQSClient(configuration());
    const QueueUrl = `${ministack.url}/${HUB}/${STACK}-alerts-dead-letters`;
    const before = slack.requests.length;
    refusing = true;
    await invokeLater(`${STACK}-notify-slack`, {
      Records: [
        {
          EventSource: 'aws:sns',
          Sns: { MessageId: 'm', Message: JSON.stringify(cloudWatchAlarm({ AlarmName: 'never-taken' })) },
        },
      ],
    });
    const kept = await eventually('the message in the dead-letter queue', async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.find(({ Body = '' }) => Body.includes('never-taken'))?.Body ?? null;
    });
    refusing = false;
    expect(kept).toContain('Slack refused the message');
    expect(slack.requests.length - before).toBeGreaterThanOrEqual(3);
    sqs.destroy();
  });

  test('goes without a trace when its stack is removed', { timeout: 2 * PATIENCE + 30_000 }, async () => {
    await removeStack(STACK, configuration());
    const client = new DynamoDBClient(configuration());
    const store = createDynamoStateStore({ client, tableName: `${STACK}-state` });
    await expect(store.assessments.targets()).rejects.toMatchObject({ code: 'state-table-missing' });
    client.destroy();
  });
});

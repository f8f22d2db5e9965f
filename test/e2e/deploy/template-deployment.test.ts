import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { slackSignature } from '../../../shared/pipeline/slack-interaction.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { builtTemplate } from '../../fixtures/infra/built-template.ts';
import {
  FULL,
  HUB,
  THREE_ACCOUNTS_REGION as REGION,
  ROOMY,
  THREE_ACCOUNTS_YML,
  threeAccounts,
} from '../../fixtures/three-accounts.ts';
import { type Ministack, startMinistack } from './ministack.ts';

/** The template with parameters, deployed as its page says: packages into a bucket, then one stack. */

const STACK = 'ip-headroom';
const NAME = 'ips';
const BUCKET = 'headroom-artifacts';
const PREFIX = 'releases/1/';
const SIGNING_SECRET = 'signing-secret-of-the-lab';
/** Nothing is routed to it: only clicks on its buttons come in. */
const SLACK_APP = `destinations:
  clicks:
    slackApp:
      channel: C0123456789
      token: { parameter: /headroom/slack-app }
      signingSecret: { parameter: /headroom/slack-app }
`;
/** A schedule of one minute, and a slow machine. */
const PATIENCE = 180_000;

let lab: Lab;
let slack: CannedAws;
let ministack: Ministack;
let workspace: string;

const configuration = () => ({
  endpoint: ministack.url,
  region: REGION,
  credentials: { accessKeyId: HUB, secretAccessKey: 'local' },
});

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'headroom-template-'));
  await builtTemplate(workspace);
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now(), speed: 1 }) });
  slack = await startCannedAws(() => ({ body: 'ok' }));
  ministack = await startMinistack(HUB, REGION, {
    AWS_ENDPOINT_URL_EC2: lab.url,
    AWS_ENDPOINT_URL_EKS: lab.url,
    AWS_ENDPOINT_URL_AUTO_SCALING: lab.url,
    AWS_ENDPOINT_URL_STS: lab.url,
  });
}, 480_000);

afterAll(async () => {
  await ministack.close();
  await slack.close();
  await lab.close();
  await rm(workspace, { recursive: true, force: true });
});

const uploadPackages = async (): Promise<void> => {
  const s3 = new S3Client({ ...configuration(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const packages = (await readdir(workspace)).filter((name) => name.endsWith('.zip'));
  expect(packages).toHaveLength(5);
  for (const name of packages) {
    const Body = await readFile(join(workspace, name));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${PREFIX}${name}`, Body }));
  }
  s3.destroy();
};

const createStack = async (client: CloudFormationClient): Promise<void> => {
  const parameters = {
    ArtifactBucket: BUCKET,
    ArtifactPrefix: PREFIX,
    Name: NAME,
    Schedule: 'rate(1 minute)',
    SlackParameter: '/headroom/slack',
    HeadroomYml: `${THREE_ACCOUNTS_YML}${SLACK_APP}`,
    SlackApp: 'true',
    DestinationArns: `arn:aws:ssm:${REGION}:${HUB}:parameter/headroom/slack-app`,
    ReaderRoleArns: [FULL, ROOMY].map((id) => `arn:aws:iam::${id}:role/${SCAN_ROLE}`).join(','),
  };
  await client.send(
    new CreateStackCommand({
      StackName: STACK,
      TemplateBody: await readFile(join(workspace, 'headroom.template.yml'), 'utf8'),
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const wait = { client, minDelay: 1, maxDelay: 2, maxWaitTime: 120 };
  await waitUntilStackCreateComplete(wait, { StackName: STACK }).catch(async (cause: unknown) => {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: STACK }));
    const reasons = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'));
    throw new Error(
      JSON.stringify(reasons.map((event) => [event.LogicalResourceId, event.ResourceStatusReason])),
      {
        cause,
      },
    );
  });
};

const signedClick = (body: string, seconds: number) => ({
  version: '2.0',
  headers: {
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': slackSignature(SIGNING_SECRET, String(seconds), body),
  },
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
  requestContext: { http: { method: 'POST', path: '/' } },
});

/** As the Function URL calls the function: ministack serves no such address. */
const clickInSlack = async (event: object): Promise<unknown> => {
  const answer = await fetch(
    `${ministack.url}/2015-03-31/functions/${NAME}-slack-interactivity/invocations`,
    {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${HUB}/20261120/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=local`,
      },
      body: JSON.stringify(event),
    },
  );
  return answer.json();
};

test('the template becomes a stack that scans, finds a full subnet and posts it to Slack', {
  timeout: 2 * PATIENCE,
}, async () => {
  const ssm = new SSMClient(configuration());
  const Value = `${slack.url}/services/T/B/X`;
  await ssm.send(new PutParameterCommand({ Name: '/headroom/slack', Type: 'SecureString', Value }));
  await ssm.send(
    new PutParameterCommand({ Name: '/headroom/slack-app', Type: 'SecureString', Value: SIGNING_SECRET }),
  );
  ssm.destroy();
  await uploadPackages();
  const client = new CloudFormationClient(configuration());

  await createStack(client);

  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
  const outputs = Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]),
  );
  expect(outputs).toMatchObject({
    StateTableName: `${NAME}-state`,
    ConfigurationParameterName: `/${STACK}/configuration`,
    DashboardName: `${NAME}-${REGION}`,
  });
  client.destroy();

  const body = new URLSearchParams({
    payload: JSON.stringify({
      type: 'block_actions',
      user: { id: 'U0ADA', username: 'ada' },
      actions: [
        { action_id: 'headroom:acknowledge', value: 'clicks\n111111111111/eu-west-1/subnet/subnet-0a' },
      ],
    }),
  }).toString();
  const click = signedClick(body, Math.floor(Date.now() / 1000));
  expect(await clickInSlack({ ...click, headers: {} })).toMatchObject({ statusCode: 401 });
  expect(await clickInSlack(signedClick(body, Math.floor(Date.now() / 1000) - 400))).toMatchObject({
    statusCode: 401,
  });
  expect(await clickInSlack(click)).toMatchObject({ statusCode: 200 });
  expect(await clickInSlack(click)).toMatchObject({ statusCode: 401 });

  const patience = AbortSignal.timeout(PATIENCE);
  while (slack.requests.length === 0 && !patience.aborted) await pause(1_000);
  expect(slack.requests[0]?.body ?? ministack.log().slice(-10_000)).toContain('full-a');
  expect(slack.requests[0]?.body).toContain(FULL);
});

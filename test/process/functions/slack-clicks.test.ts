import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { createLabClock } from '../../../lab/clock.ts';
import { estateNamed } from '../../../lab/estates/index.ts';
import { accessKeyOf } from '../../../lab/http/identity.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { type LabSlack, startLabSlack } from '../../../lab/slack.ts';
import { slackAppFor } from '../../../shared/aws/slack-apps.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import type { Target } from '../../../shared/model/aws/inventory.ts';
import { MAX_AGE, MAX_BODY, slackSignature } from '../../../shared/pipeline/slack-interaction.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import type { Template } from '../../fixtures/infra/template.ts';
import { identityStatements } from '../../fixtures/infra/template-checks.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

/**
 * The function whose address is public, with a real table and the lab's Systems Manager. Everything that a stranger, an old
 * click and another team's app can send is sent, and what the function asks of AWS is written down.
 */

const HOME = { accountId: '111122223333', region: 'eu-west-1' };
const SECRETS = { network: 'secret-of-the-network-team', payments: 'secret-of-the-payments-team' };
const CONFIGURATION = `destinations:
  network:
    slackApp: { channel: C0123456789, token: { parameter: /token }, signingSecret: { parameter: /network } }
  payments:
    slackApp: { channel: C9876543210, token: { parameter: /token }, signingSecret: { parameter: /payments } }
`;

let lab: Lab;
let slack: LabSlack;
let dynamo: LocalDynamoDb;
let store: StateStore;
let incident: string;
let watched: Target;
let handler: (event: LambdaFunctionURLEvent, context: Context) => Promise<LambdaFunctionURLResult>;
/** What the function asked of the table since the last look. */
const operations = new Set<string>();

beforeAll(async () => {
  const estate = estateNamed('every-owner');
  if (estate === undefined) throw new Error('There is no estate every-owner.');
  lab = await startLab({
    estate,
    clock: createLabClock({ startsAt: Date.now() }),
    parameters: {
      '/headroom/configuration': CONFIGURATION,
      '/token': 'xoxb-token',
      '/network': SECRETS.network,
      '/payments': SECRETS.payments,
    },
  });
  slack = await startLabSlack('xoxb-token');
  dynamo = await startDynamoDb();
  const tableName = await dynamo.createTable();
  const database = await dynamo.client.config.endpoint?.();
  for (const name of Object.keys(process.env))
    if (/^(AWS_|HEADROOM_)/.test(name)) vi.stubEnv(name, undefined);
  const environment = {
    POWERTOOLS_DEV: 'true',
    AWS_REGION: HOME.region,
    AWS_ACCESS_KEY_ID: accessKeyOf(HOME.accountId),
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_ENDPOINT_URL: lab.url,
    AWS_ENDPOINT_URL_DYNAMODB: `http://${database?.hostname}:${database?.port}`,
    HEADROOM_TABLE_NAME: tableName,
    HEADROOM_CONFIG_PARAMETER: '/headroom/configuration',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  for (const level of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
  ({ handler } = await import('../../../functions/slack-interactivity.ts'));

  store = createDynamoStateStore({ client: dynamo.client, tableName });
  const alert = alertAfter(anObservation('critical'));
  watched = { accountId: alert.subject.accountId, region: alert.subject.region };
  await store.alerts.commit(watched, { ...alert, outbox: [] }, 0);
  await store.assessments.putLatest(anAssessment());
  const [{ transition } = {}] = alert.outbox;
  if (transition === undefined) throw new Error('The alert has no step.');
  // The post that people click on, made by the product at a stand-in of Slack.
  const destination = parseConfiguration(CONFIGURATION, 'a test').destinations.get('network');
  if (destination?.kind !== 'slack-app') throw new Error('There is no Slack app.');
  const app = slackAppFor('network', destination, {
    home: HOME,
    clock: Date.now,
    cache: store.cache,
    slackUrl: slack.url,
  });
  const { accountId, region, type, id } = alert.subject;
  incident = `${accountId}/${region}/${type}/${id}`;
  await app.send(
    {
      threadId: incident,
      messageId: transition.id,
      transitions: [transition],
      destinations: ['network'],
      links: [],
    },
    new AbortController().signal,
  );
  // The function's own messages go to Slack itself, which is never reached: nothing listens there.
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
  dynamo.fates = ({ operation }) => {
    operations.add(`dynamodb:${operation}`);
    return 'answered';
  };
}, 120_000);

afterAll(async () => {
  await lab.close();
  await slack.close();
  await dynamo.stop();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

beforeEach(() => {
  operations.clear();
  lab.calls.length = 0;
});

interface Sending {
  readonly secret?: string;
  readonly at?: number;
  readonly action?: string;
  readonly destination?: string;
  /** Changes the body after it was signed. */
  readonly forge?: (body: string) => string;
  readonly padding?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const eventOf = ({
  secret = SECRETS.network,
  at = Date.now(),
  action = 'headroom:acknowledge',
  destination = 'network',
  forge = (body) => body,
  padding = 0,
  headers,
}: Sending = {}): LambdaFunctionURLEvent => {
  const payload = JSON.stringify({
    type: 'block_actions',
    user: { id: 'U0123456789', username: 'mia' },
    actions: [{ action_id: action, value: `${destination}\n${incident}` }],
    padding: 'x'.repeat(padding),
  });
  const body = new URLSearchParams({ payload }).toString();
  const timestamp = String(Math.floor(at / 1000));
  const signed = {
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': slackSignature(secret, timestamp, body),
  };
  return {
    version: '2.0',
    requestContext: { http: { method: 'POST' } },
    headers: headers ?? signed,
    body: forge(body),
    isBase64Encoded: false,
  } as unknown as LambdaFunctionURLEvent;
};

const invoke = async (event: LambdaFunctionURLEvent): Promise<number | undefined> => {
  const answer = await handler(event, {
    awsRequestId: 'request-1',
    functionName: 'headroom-slack-interactivity',
    functionVersion: '1',
    invokedFunctionArn: `arn:aws:lambda:${HOME.region}:${HOME.accountId}:function:headroom`,
    memoryLimitInMB: '256',
    getRemainingTimeInMillis: () => 15_000,
  } as Context);
  return typeof answer === 'string' ? undefined : answer.statusCode;
};

const acknowledgedBy = async (): Promise<string | undefined> =>
  (await store.alerts.list(watched))[0]?.alert.acknowledged?.by;

describe('a request that no click of the team made is refused, and nothing is asked of AWS', () => {
  test.each<readonly [string, () => Sending]>([
    ['without a signature', () => ({ headers: {} })],
    ['with a signature and no time', () => ({ headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } })],
    ['with a time that is no number', () => ({ headers: { 'x-slack-request-timestamp': 'now' } })],
    [
      'with a signature of another form',
      () => ({
        headers: {
          'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)),
          'x-slack-signature': 'v1=0',
        },
      }),
    ],
    ['that is old', () => ({ at: Date.now() - MAX_AGE - 2_000 })],
    ['from the future', () => ({ at: Date.now() + MAX_AGE + 2_000 })],
    ['that is longer than a click can be', () => ({ padding: MAX_BODY })],
  ])('%s', async (_, sending) => {
    expect(await invoke(eventOf(sending()))).toBe(401);
    expect([...operations]).toEqual([]);
    expect(lab.calls).toEqual([]);
    expect(await acknowledgedBy()).toBeUndefined();
  });
});

describe('a request whose signature is not that of the team', () => {
  test.each<readonly [string, Sending]>([
    ['by a guessed secret', { secret: 'guessed' }],
    ['by an empty secret', { secret: '' }],
    ['of another body', { forge: (body) => body.replace('mia', 'eve') }],
    ['by the app of another team', { secret: SECRETS.payments }],
    ['of a destination that does not exist', { destination: 'nobody' }],
  ])('%s is refused, and writes nothing', async (_, sending) => {
    expect(await invoke(eventOf(sending))).toBe(401);
    expect(operations.has('dynamodb:PutItem')).toBe(false);
    expect(await acknowledgedBy()).toBeUndefined();
  });

  test('reads configuration and secrets once, however many come', async () => {
    for (let each = 0; each < 20; each += 1) await invoke(eventOf({ secret: `guess ${each}` }));
    expect(lab.calls.length).toBeLessThanOrEqual(3);
  });
});

describe('what clicks of the team do', () => {
  const needed = new Set<string>();

  test('takes effect once, and a replay of the same request is refused', async () => {
    const event = eventOf();
    expect(await invoke(event)).toBe(200);
    expect(await acknowledgedBy()).toBe('mia (Slack U0123456789)');
    for (const operation of operations) needed.add(operation);
    operations.clear();
    expect(await invoke(event)).toBe(401);
    expect([...operations]).not.toContain('dynamodb:Query');
  });

  test.each(['headroom:mute-4h', 'headroom:mute-24h', 'headroom:mute-until-monday', 'headroom:owners'])(
    '%s is answered',
    async (action) => {
      expect(await invoke(eventOf({ action }))).toBe(200);
      for (const operation of operations) needed.add(operation);
    },
  );

  test('needs what the role may do with the table, and nothing else', () => {
    expect([...needed].toSorted()).toEqual(allowed('dynamodb:'));
  });
});

/** The actions of the function's role in the template that begin so. */
const allowed = (prefix: string): readonly string[] => {
  const roles = join(import.meta.dirname, '../../../infra/lambda/roles.yml');
  // The short forms of intrinsic functions do not matter here: only actions are read.
  const template = parse(readFileSync(roles, 'utf8').replace(/!(Ref|Sub|GetAtt|If) ?/g, '')) as Template;
  return identityStatements(template, 'SlackInteractivityRole')
    .flatMap(({ actions }) => actions)
    .filter((action) => action.startsWith(prefix))
    .toSorted();
};

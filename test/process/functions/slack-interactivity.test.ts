import { afterEach, describe, expect, test } from 'vitest';
import { slackSignature } from '../../../shared/pipeline/slack-interaction.ts';
import { slackRequestOf } from '../../../shared/pipeline/slack-request.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { invokeFunction } from '../../fixtures/invoke-function.ts';

const SECRET = 'signing-secret-of-the-lab';
const CONFIGURATION = `destinations:
  network:
    slackApp: { channel: C0123456789, token: { parameter: /token }, signingSecret: { parameter: /signing } }
`;

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Systems Manager with the configuration and the secrets, and an empty table. */
const startAws = async (): Promise<CannedAws> => {
  const values: Readonly<Record<string, string>> = {
    '/headroom/configuration': CONFIGURATION,
    '/token': 'xoxb-token',
    '/signing': SECRET,
  };
  const server = await startCannedAws(({ action, body }) => {
    const { Name = '' } = JSON.parse(body || '{}') as { Name?: string };
    return {
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(action === 'GetParameter' ? { Parameter: { Value: values[Name] } } : {}),
    };
  });
  servers.push(server);
  return server;
};

const CLICK = `payload=${encodeURIComponent(
  JSON.stringify({
    type: 'block_actions',
    user: { id: 'U0123456789', username: 'mia' },
    actions: [
      { action_id: 'headroom:acknowledge', value: 'network\n111122223333/eu-west-1/subnet/subnet-0a' },
    ],
  }),
)}`;

const eventOf = (
  body: string,
  { at = Date.now(), secret = SECRET, method = 'POST', isBase64 = false } = {},
) => {
  const timestamp = String(Math.floor(at / 1000));
  return {
    version: '2.0',
    requestContext: { http: { method } },
    headers: {
      'X-Slack-Request-Timestamp': timestamp,
      'X-Slack-Signature': slackSignature(secret, timestamp, body),
    },
    body: isBase64 ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: isBase64,
  };
};

const invoke = async (event: unknown) => {
  const aws = await startAws();
  const { log, succeeded } = await invokeFunction('slack-interactivity', [event], {
    AWS_ENDPOINT_URL: aws.url,
    HEADROOM_TABLE_NAME: 'headroom-state',
    HEADROOM_CONFIG_PARAMETER: '/headroom/configuration',
  });
  expect(log).not.toContain(SECRET);
  const did = log
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as { did?: string; status?: number }] : []))
    .find((record) => record.did !== undefined);
  const writes = aws.requests.filter(({ action }) => action === 'PutItem').length;
  return { did: did?.did, status: did?.status, succeeded, writes };
};

describe('the function for clicks in Slack', () => {
  test('takes a click that Slack has signed, also in Base64', async () => {
    for (const isBase64 of [false, true]) {
      const { did, status, writes } = await invoke(eventOf(CLICK, { isBase64 }));
      expect(status).toBe(200);
      // The table of this test knows no post: the click was read, and written down against replays.
      expect(did).toBe('nothing: the post of 111122223333/eu-west-1/subnet/subnet-0a is not known any more');
      expect(writes).toBe(1);
    }
  });

  test.each([
    ['with another secret', { secret: 'guessed' }],
    ['from ten minutes ago', { at: Date.now() - 600_000 }],
    ['from the future', { at: Date.now() + 600_000 }],
  ])('refuses a request %s, and writes nothing', async (_, how) => {
    const { status, writes, succeeded } = await invoke(eventOf(CLICK, how));
    expect({ status, writes, succeeded }).toEqual({ status: 401, writes: 0, succeeded: true });
  });

  test('reads nothing of what is no POST', () => {
    expect(slackRequestOf(eventOf(CLICK, { method: 'GET' }))).toBeNull();
    expect(slackRequestOf({})).toBeNull();
  });
});

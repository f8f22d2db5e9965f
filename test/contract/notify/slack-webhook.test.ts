import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Timer, withDeadline } from '../../../shared/notify/deadline.ts';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import {
  defaultHttpEnvironment,
  type HttpEnvironment,
  MAX_ATTEMPTS,
  MAX_WAIT_MS,
} from '../../../shared/notify/http-delivery.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import type { Secret } from '../../../shared/notify/secret-reader.ts';
import { slackMessage } from '../../../shared/notify/slack-blocks.ts';
import { createSlackNotifier } from '../../../shared/notify/slack-webhook.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';
import { withoutSlackTimes } from '../../fixtures/messages/slack-texts.ts';

/** The part of a webhook's URL that must not appear anywhere. */
const TOKEN = 'T0SECRET/B0SECRET/XSECRETXSECRET';
const OK: CannedReply = { status: 200, body: 'ok' };

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A stand-in for Slack that gives these answers, the last of them for ever. */
const startSlack = async (...replies: readonly CannedReply[]): Promise<CannedAws> => {
  let count = 0;
  const server = await startCannedAws(() => replies[Math.min(count++, replies.length - 1)] ?? OK);
  servers.push(server);
  return server;
};

/** Real fetch; waits are written down instead of waited for. */
const recordedWaits = (): { readonly environment: HttpEnvironment; readonly waits: number[] } => {
  const waits: number[] = [];
  return {
    waits,
    environment: { ...defaultHttpEnvironment, sleep: async (milliseconds) => void waits.push(milliseconds) },
  };
};

const secretOf = (...values: readonly string[]): Secret & { readonly forgotten: () => number } => {
  let forgotten = 0;
  return {
    read: async () => values[Math.min(forgotten, values.length - 1)] ?? '',
    forget: () => {
      forgotten += 1;
    },
    forgotten: () => forgotten,
  };
};

const webhookOf = ({ url }: CannedAws): string => `${url}/services/${TOKEN}`;

const deliver = async (
  webhook: Secret,
  environment = recordedWaits().environment,
  signal = new AbortController().signal,
) => createSlackNotifier(webhook, environment).send(messageNamed('hostile-names'), signal);

/** What was thrown, with everything that a log could make of it. */
const failureOf = async (
  delivery: Promise<void>,
): Promise<{ readonly error: DeliveryError; readonly logged: string }> => {
  const error: unknown = await delivery.then(
    () => new Error('It was delivered.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DeliveryError)) throw error;
  const chain = [error, error.cause].map((each) =>
    each instanceof Error ? `${each.stack} ${each.message}` : String(each),
  );
  return { error, logged: `${chain.join('\n')} ${JSON.stringify(error)} ${error.action}` };
};

describe('a message that Slack takes', () => {
  test('is posted once, as JSON with blocks, to the path of the webhook', async () => {
    const slack = await startSlack(OK);
    await deliver(secretOf(webhookOf(slack)));
    expect(slack.requests).toHaveLength(1);
    expect(slack.requests[0]).toMatchObject({
      action: `POST /services/${TOKEN}`,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(JSON.parse(slack.requests[0]?.body ?? '')).toEqual(
      slackMessage(composeMessage(messageNamed('hostile-names'))),
    );
  });

  test('carries no mention, no foreign link and no tag, whatever a resource is called', async () => {
    const slack = await startSlack(OK);
    await deliver(secretOf(webhookOf(slack)));
    const body = withoutSlackTimes(slack.requests[0]?.body ?? '');
    expect(body).not.toContain('<!');
    expect(body).not.toContain('<script');
    expect(body).not.toContain('<https://evil');
    expect(body).toContain('&lt;!channel&gt;');
  });
});

test.each([
  ['a login page', '<!doctype html><title>Sign in to Example Corp</title>'],
  ['{"ok":false}', '{"ok":false,"error":"not_authed"}'],
  ['nothing', ''],
  ['another word', 'OK!'],
])('an answer 200 that is not the word of Slack is a failure, with advice', async (_, body) => {
  const slack = await startSlack({ status: 200, body });
  const { error } = await failureOf(deliver(secretOf(webhookOf(slack))));
  expect(error).toMatchObject({
    code: 'slack-refused',
    permanent: true,
    fault: 'destination',
    message: expect.stringContaining('not a Slack webhook'),
    action: expect.stringContaining('login page'),
  });
});

describe('a Slack that is busy', () => {
  test('is given the time that it asks for', async () => {
    const slack = await startSlack(
      { status: 429, headers: { 'retry-after': '7' }, body: 'rate_limited' },
      OK,
    );
    const { environment, waits } = recordedWaits();
    await deliver(secretOf(webhookOf(slack)), environment);
    expect(waits).toEqual([7_000]);
    expect(slack.requests).toHaveLength(2);
  });

  test('is waited for up to 30 seconds, and left to a later run from 31 on', async () => {
    const asked = async (seconds: number) => {
      const slack = await startSlack({ status: 429, headers: { 'retry-after': String(seconds) } }, OK);
      const { environment, waits } = recordedWaits();
      return { delivery: deliver(secretOf(webhookOf(slack)), environment), waits };
    };
    expect(MAX_WAIT_MS).toBe(30_000);
    const patient = await asked(30);
    await patient.delivery;
    expect(patient.waits).toEqual([30_000]);
    const late = await asked(31);
    const { error } = await failureOf(late.delivery);
    expect(error).toMatchObject({
      code: 'slack-rate-limited',
      permanent: false,
      message: expect.stringContaining('wait 31 s'),
    });
    expect(late.waits).toEqual([]);
  });

  test('that does not say for how long is tried again after growing pauses, and then left to a later run', async () => {
    const slack = await startSlack({ status: 429, headers: { 'retry-after': 'soon' } });
    const { environment, waits } = recordedWaits();
    const { error } = await failureOf(deliver(secretOf(webhookOf(slack)), environment));
    expect(error).toMatchObject({ code: 'slack-rate-limited', permanent: false });
    expect(waits).toEqual([500, 2_000]);
    expect(slack.requests).toHaveLength(MAX_ATTEMPTS);
  });
});

describe('a Slack that fails', () => {
  test('is tried again, and may succeed', async () => {
    const slack = await startSlack({ status: 500, body: 'rollup_error' }, { status: 503 }, OK);
    await deliver(secretOf(webhookOf(slack)));
    expect(slack.requests).toHaveLength(3);
  });

  test('makes the delivery fail, so that Lambda tries again', async () => {
    const slack = await startSlack({ status: 500, body: 'rollup_error' });
    const { error } = await failureOf(deliver(secretOf(webhookOf(slack))));
    expect(error).toMatchObject({
      code: 'slack-unavailable',
      permanent: false,
      message: 'Slack answered HTTP 500: rollup_error',
    });
  });

  test('in the middle of its answer is tried again', async () => {
    const slack = await startSlack({ body: 'o', end: 'reset' }, OK);
    await deliver(secretOf(webhookOf(slack)));
    expect(slack.requests).toHaveLength(2);
  });

  test('to answer at all is left when the time of the run is used up', async () => {
    const slack = await startSlack({ end: 'stall' });
    const run = new AbortController();
    const delivery = deliver(secretOf(webhookOf(slack)), recordedWaits().environment, run.signal);
    while (slack.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    run.abort();
    expect((await failureOf(delivery)).error).toMatchObject({ code: 'delivery-aborted', permanent: false });
  });

  test('is not waited for beyond the time of the run', async () => {
    const slack = await startSlack({ status: 429, headers: { 'retry-after': '20' } });
    const run = new AbortController();
    const delivery = deliver(secretOf(webhookOf(slack)), defaultHttpEnvironment, run.signal);
    while (slack.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    setImmediate(() => run.abort());
    expect((await failureOf(delivery)).error).toMatchObject({ code: 'delivery-aborted' });
    expect(slack.requests).toHaveLength(1);
  });

  test('to be there is said with the reason, and with what a function in a VPC needs', async () => {
    const slack = await startSlack(OK);
    await slack.close();
    const { error } = await failureOf(deliver(secretOf(webhookOf(slack))));
    expect(error).toMatchObject({
      code: 'slack-unreachable',
      permanent: false,
      message: 'Slack could not be reached (ECONNREFUSED)',
      action: expect.stringContaining('NAT gateway'),
    });
  });

  test('to answer, and ends the connection instead, is said in words', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.end()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const { error } = await failureOf(deliver(secretOf(`http://127.0.0.1:${port}/services/x`)));
    server.close();
    expect(error.message).toBe('Slack could not be reached (the connection was closed before the answer)');
  });
});

describe('a Slack that refuses', () => {
  test.each([
    [400, 'invalid_payload', 'defect of Headroom'],
    [400, 'invalid_blocks', 'defect of Headroom'],
    [403, 'action_prohibited', 'administrator'],
    [404, 'channel_not_found', 'existing Slack channel'],
    [410, 'channel_is_archived', 'Unarchive'],
    [418, 'teapot', 'incoming webhook of Slack'],
    [404, 'constructor', 'incoming webhook of Slack'],
  ])('with HTTP %d %s is not asked again, and the error says what to do', async (status, body, action) => {
    const slack = await startSlack({ status, body, headers: { location: 'http://127.0.0.1:1/elsewhere' } });
    const { error } = await failureOf(deliver(secretOf(webhookOf(slack))));
    expect(error).toMatchObject({
      code: 'slack-refused',
      permanent: true,
      action: expect.stringContaining(action),
    });
    expect(error.message).toBe(`Slack refused the message: HTTP ${status}${body === '' ? '' : ` ${body}`}`);
    expect(slack.requests).toHaveLength(1);
  });

  test('a redirect is not followed, and a proxy that finds the message too large is asked with smaller ones', async () => {
    const moved = await startSlack({
      status: 302,
      body: '',
      headers: { location: 'http://127.0.0.1:1/else' },
    });
    expect((await failureOf(deliver(secretOf(webhookOf(moved))))).error).toMatchObject({
      code: 'slack-redirected',
      permanent: true,
      fault: 'destination',
      message: 'Slack answered with a redirect, which Headroom does not follow (HTTP 302)',
    });
    expect(moved.requests).toHaveLength(1);
    const small = await startSlack({ status: 413, body: 'too big' });
    expect((await failureOf(deliver(secretOf(webhookOf(small))))).error).toMatchObject({
      code: 'slack-too-large',
      fault: 'message',
      message: expect.stringMatching(
        /^Slack refused a message of \d KiB for its size \(HTTP 413: too big\)$/,
      ),
      action: 'Let Slack, and any proxy before it, take messages of up to 256 KiB.',
    });
  });

  test('the time of a message is not the time of the run', async () => {
    const slack = await startSlack({ end: 'stall' });
    const timer: Timer = (_, elapsed) => {
      const waiting = setInterval(() => slack.requests.length > 0 && elapsed(), 5);
      return () => clearInterval(waiting);
    };
    const sending = withDeadline(
      30_000,
      null,
      (deadline) => deliver(secretOf(webhookOf(slack)), undefined, deadline),
      timer,
    );
    await expect(sending).rejects.toMatchObject({
      code: 'delivery-aborted',
      message: 'Slack did not accept the message within 30 s',
      action: 'Nothing now: Headroom tries again. If it persists, look at the state of Slack.',
    });
  });

  test('the webhook itself is asked once more with the secret read again: it may have been rotated', async () => {
    const slack = await startSlack({ status: 404, body: 'no_service' }, OK);
    const secret = secretOf(`${slack.url}/services/old`, `${slack.url}/services/new`);
    await deliver(secret);
    expect(slack.requests.map(({ action }) => action)).toEqual(['POST /services/old', 'POST /services/new']);
    expect(secret.forgotten()).toBe(1);
  });

  test('the new one, too, is believed', async () => {
    const slack = await startSlack({ status: 404, body: 'no_service' });
    const { error } = await failureOf(deliver(secretOf(webhookOf(slack))));
    expect(error).toMatchObject({
      code: 'slack-refused',
      permanent: true,
      action: expect.stringContaining('Make a new webhook'),
    });
    expect(slack.requests).toHaveLength(2);
  });
});

describe('the webhook URL', () => {
  test.each([
    ['that fails to parse', () => `not a url ${TOKEN}`],
    ['without TLS to another machine', () => `http://hooks.slack.example/services/${TOKEN}`],
    ['of another kind', () => `file:///services/${TOKEN}`],
  ])('%s is refused before anything is sent, and not shown', async (_, url) => {
    const { error, logged } = await failureOf(deliver(secretOf(url())));
    expect(error).toMatchObject({ code: 'slack-webhook-url-invalid', permanent: true });
    expect(logged).not.toContain('SECRET');
  });

  test('is in no error, whatever goes wrong', async () => {
    const echo = `invalid https://hooks.slack.com/services/${TOKEN}`;
    const failures: readonly (readonly CannedReply[])[] = [
      [{ status: 500, body: echo }],
      [{ status: 400, body: echo }],
      [{ status: 429 }],
      [{ end: 'reset' }],
      [{ status: 404, body: 'no_service' }],
    ];
    for (const replies of failures) {
      const slack = await startSlack(...replies);
      expect((await failureOf(deliver(secretOf(webhookOf(slack))))).logged).not.toContain('SECRET');
    }
    const gone = await startSlack(OK);
    await gone.close();
    expect((await failureOf(deliver(secretOf(webhookOf(gone))))).logged).not.toContain('SECRET');
  });
});

import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { createAlertmanagerNotifier, type PostableAlert } from '../../../shared/notify/alertmanager.ts';
import { createEmailNotifier } from '../../../shared/notify/email.ts';
import { createEventBridgeNotifier, MAX_REQUEST_BYTES } from '../../../shared/notify/eventbridge.ts';
import {
  createPagerDutyNotifier,
  MAX_EVENT_BYTES,
  PAGERDUTY_EVENTS_URLS,
} from '../../../shared/notify/pagerduty.ts';
import { createSlackApp } from '../../../shared/notify/slack-app/slack-app.ts';
import { MAX_MESSAGE_BYTES } from '../../../shared/notify/slack-limits.ts';
import { createSlackNotifier } from '../../../shared/notify/slack-webhook.ts';
import { createSnsNotifier, MAX_PUBLISH_BYTES, type SnsFormat } from '../../../shared/notify/sns-notifier.ts';
import { createTeamsNotifier } from '../../../shared/notify/teams.ts';
import { MAX_TEAMS_BYTES } from '../../../shared/notify/teams-card.ts';
import { createWebhookNotifier, MAX_WEBHOOK_BYTES } from '../../../shared/notify/webhook.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CannedReply, CannedRequest } from '../../fixtures/canned-aws.ts';
import { destinationSuite, documentEffects, type Effect, fixedSecret } from './destination-conformance.ts';

const LOGIN_PAGE: CannedReply = { body: '<!doctype html><title>Sign in to Example Corp</title>' };
const BUSY: CannedReply = { status: 429, headers: { 'retry-after': '1' }, body: '{"error":"rate_limited"}' };
const DOWN: CannedReply = { status: 503, body: 'upstream is down' };

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
const clientOf = (endpoint: string) => ({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });

/** The level that a text begins with: of channels that show a message and know no more of it. */
const shown = (id: string, text: string): Effect => ({
  id,
  does: text.includes('Resolved') ? 'close' : 'open',
});

/** The alert or thread that a text names in its last line. */
const named = (body: string): string =>
  /111122223333\/eu-west-1\/[\w-]+(?:\/[\w-]+)*/.exec(body)?.[0]?.split('/').slice(-2).join('/') ?? '';

destinationSuite({
  name: 'Slack webhook',
  secret: 'T0SECRET/B0SECRET/XSECRETXSECRET',
  notifier: (url, environment) =>
    createSlackNotifier(fixedSecret(`${url}/services/T0SECRET/B0SECRET/XSECRETXSECRET`), environment),
  taken: () => ({ body: 'ok' }),
  passing: { busy: BUSY, down: DOWN },
  refused: { status: 404, body: 'no_service' },
  lies: { 'a login page': LOGIN_PAGE, 'an error body': { body: '{"ok":false,"error":"x"}' } },
  mostBytes: MAX_MESSAGE_BYTES,
  effects: ({ body }) => [shown(named(body), body)],
  markup: /<!(?!date)|<@|<script|<https:\/\/evil/,
});

destinationSuite({
  name: 'Slack app',
  secret: 'xoxb-secret-token',
  notifier: (url, environment) => {
    const { cache } = createMemoryStateStore();
    const now = Date.parse('2026-11-20T14:10:00.000Z');
    return createSlackApp({
      name: 'network',
      channel: 'C0123456789',
      token: fixedSecret('xoxb-secret-token'),
      clock: () => now,
      environment,
      url: `${url}/api/`,
      memory: {
        get: (key, form) => cache.get(key, now, form),
        exchange: (key, expected, value) =>
          cache.exchange(key, { expected, value, now, expiresAt: now + 3_600_000 }),
      },
    });
  },
  taken: () => ({ body: '{"ok":true,"channel":"C0123456789","ts":"1700000000.000001"}' }),
  passing: { busy: BUSY, down: DOWN },
  refused: { body: '{"ok":false,"error":"channel_not_found"}' },
  lies: {
    'a login page': LOGIN_PAGE,
    'an error body': { body: '{"ok":false,"error":"x"}' },
    nothing: { body: '' },
  },
  mostBytes: 2 * MAX_MESSAGE_BYTES,
  // The post of the incident: the last update of it shows how the incident stands.
  effects: ({ action, body }) => {
    if (!/chat\.(?:postMessage|update)$/.test(action)) return [];
    const { thread_ts: thread, blocks } = JSON.parse(body) as { thread_ts?: string; blocks: unknown };
    return thread === undefined ? [shown('post', JSON.stringify(blocks))] : [];
  },
  markup: /<!(?!date)|<@|<script|<https:\/\/evil/,
});

destinationSuite({
  name: 'Teams',
  secret: 'sig=SECRETSECRETSECRET',
  notifier: (url, environment) =>
    createTeamsNotifier(fixedSecret(`${url}/workflows/1?sig=SECRETSECRETSECRET`), environment),
  taken: () => ({ status: 202 }),
  passing: {
    busy: BUSY,
    down: DOWN,
    'an error of Teams in an answer 200': {
      body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=0',
    },
  },
  refused: { status: 404, body: '{"error":{"code":"WorkflowNotFound"}}' },
  lies: {
    'a login page': LOGIN_PAGE,
    'an error body': { status: 202, body: '{"error":{"code":"InvalidRequestContent"}}' },
    'an error of Teams': {
      body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413',
    },
    nothing: { status: 200, body: '' },
  },
  mostBytes: MAX_TEAMS_BYTES,
  effects: ({ body }) => [shown(named(body), body)],
  // Text runs know no markup; a block of text would.
  markup: /"TextBlock"|\{\{/,
});

/** Asks `url` what was for `origin`, and refuses any other address. */
const insteadOf =
  (origin: string, url: string, ask: typeof fetch): typeof fetch =>
  async (input, init) => {
    if (!String(input).startsWith(`${origin}/`)) throw new Error(`${String(input)} is not of ${origin}`);
    return ask(String(input).replace(origin, url), init);
  };

test('the service regions of PagerDuty have addresses of their own', () => {
  expect(PAGERDUTY_EVENTS_URLS).toEqual({
    us: 'https://events.pagerduty.com/v2/enqueue',
    eu: 'https://events.eu.pagerduty.com/v2/enqueue',
  });
});

for (const region of ['us', 'eu'] as const)
  destinationSuite({
    name: `PagerDuty, ${region}`,
    secret: 'R0SECRETROUTINGKEYR0SECRETROUTING',
    notifier: (url, environment) =>
      createPagerDutyNotifier(
        fixedSecret('R0SECRETROUTINGKEYR0SECRETROUTING'),
        {
          ...environment,
          fetch: insteadOf(new URL(PAGERDUTY_EVENTS_URLS[region]).origin, url, environment.fetch),
        },
        PAGERDUTY_EVENTS_URLS[region],
      ),
    taken: () => ({ status: 202, body: '{"status":"success"}' }),
    passing: { busy: BUSY, down: DOWN },
    refused: { status: 400, body: '{"status":"invalid event"}' },
    lies: {
      'a login page': LOGIN_PAGE,
      'an error body': { status: 202, body: '{"status":"invalid event"}' },
    },
    mostBytes: MAX_EVENT_BYTES,
    effects: ({ body }) => {
      const { dedup_key: id, event_action: action } = JSON.parse(body) as Record<string, string>;
      return [{ id: id ?? '', does: action === 'resolve' ? 'close' : 'open' }];
    },
    markup: /javascript:/,
  });

destinationSuite({
  name: 'webhook',
  secret: 'token-in-the-address',
  notifier: (url, environment) =>
    createWebhookNotifier({
      url: { read: async () => `${url}/hook/token-in-the-address` },
      signingSecret: fixedSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
      clock: () => Date.parse('2026-11-20T14:10:00.000Z'),
      environment,
    }),
  taken: () => ({ status: 204 }),
  passing: { busy: BUSY, down: DOWN, 'too early': { status: 425 } },
  refused: { status: 401, body: 'bad signature' },
  lies: {
    'a login page': LOGIN_PAGE,
    'an error body': { body: '{"error":"database is down"}' },
    'a failure in its status': { body: '{"status":"failed"}' },
  },
  mostBytes: MAX_WEBHOOK_BYTES,
  effects: ({ body }) => documentEffects(body),
  // The document keeps names as they are, in ASCII.
  markup: /[^\x20-\x7E]/,
});

destinationSuite({
  name: 'Alertmanager',
  secret: 'bearer-secret-token',
  notifier: (url, environment) =>
    createAlertmanagerNotifier({ urls: [url], token: fixedSecret('bearer-secret-token'), environment }),
  taken: () => ({}),
  passing: { busy: BUSY, down: DOWN },
  refused: { status: 400, body: '"start time must be before end time"' },
  lies: { 'a login page': LOGIN_PAGE, 'an error body': { body: '{"status":"error","error":"x"}' } },
  mostBytes: 1_000_000,
  effects: ({ body }) =>
    (JSON.parse(body) as PostableAlert[]).map(({ labels, startsAt, endsAt }) => ({
      id: JSON.stringify(labels),
      // An end that is near ends it; one that is a year ahead keeps it open.
      does: Date.parse(endsAt) - Date.parse(startsAt) < 30 * 24 * 3_600_000 ? 'close' : 'open',
    })),
  markup: /\\u0000/,
});

const putEventsTaken = ({ body }: CannedRequest): CannedReply => {
  const { Entries } = JSON.parse(body) as { Entries: unknown[] };
  return {
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({
      FailedEntryCount: 0,
      Entries: Entries.map((_, index) => ({ EventId: `e-${index}` })),
    }),
  };
};

const jsonError = (status: number, type: string): CannedReply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
  body: JSON.stringify({ __type: type, message: type }),
});

const partly = (code: string): CannedReply => ({
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ FailedEntryCount: 1, Entries: [{ ErrorCode: code, ErrorMessage: code }] }),
});

destinationSuite({
  name: 'EventBridge',
  notifier: (url) =>
    createEventBridgeNotifier(
      new EventBridgeClient(clientOf(url)),
      'arn:aws:events:eu-west-1:111122223333:event-bus/alerts',
      async () => {},
    ),
  taken: putEventsTaken,
  passing: {
    throttled: jsonError(400, 'ThrottlingException'),
    down: jsonError(500, 'InternalException'),
    'an event that was not taken': partly('ThrottlingException'),
  },
  refused: jsonError(400, 'AccessDeniedException'),
  lies: {
    'an event that was refused': partly('NotAuthorizedForSourceException'),
    'no answer for the events': {
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: '{"FailedEntryCount":0,"Entries":[]}',
    },
    'an empty object': { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{}' },
    'a login page': LOGIN_PAGE,
  },
  mostBytes: 2 * MAX_REQUEST_BYTES,
  effects: ({ body }) =>
    (JSON.parse(body) as { Entries: { Detail: string }[] }).Entries.flatMap(({ Detail }) =>
      documentEffects(Detail),
    ),
  markup: /[^\x20-\x7E]/,
});

const snsError = (status: number, code: string): CannedReply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`,
});

/** What a topic's subscribers get; the text names the alert in its last line, like that of an e-mail. */
const SNS_EFFECTS: Readonly<Record<SnsFormat, (published: string) => readonly Effect[]>> = {
  document: documentEffects,
  text: (published) => [shown(named(published), published)],
  'per-protocol': (published) => documentEffects((JSON.parse(published) as { default: string }).default),
  'amazon-q': (published) => {
    const { content, metadata } = JSON.parse(published) as {
      content: { title: string };
      metadata: { threadId: string };
    };
    return [shown(metadata.threadId, content.title)];
  },
};

const SNS_MARKUP: Readonly<Record<SnsFormat, RegExp>> = {
  document: /[^\x20-\x7E]/,
  text: /https:\/\/evil/,
  'per-protocol': /\bBcc: all@example\.com$/m,
  'amazon-q': /[<>@]|https:\/\/evil/,
};

for (const format of ['document', 'text', 'per-protocol', 'amazon-q'] as const)
  destinationSuite({
    name: `SNS, ${format}`,
    notifier: (url) =>
      createSnsNotifier(new SNSClient(clientOf(url)), 'arn:aws:sns:eu-west-1:111122223333:alerts', format),
    taken: () => ({
      headers: { 'content-type': 'text/xml' },
      body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>',
    }),
    passing: { throttled: snsError(400, 'Throttling'), down: snsError(500, 'InternalError') },
    refused: snsError(403, 'AuthorizationError'),
    lies: {
      'a login page': LOGIN_PAGE,
      'an answer without the id of a message': {
        headers: { 'content-type': 'text/xml' },
        body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult></PublishResult></PublishResponse>',
      },
    },
    // The query protocol encodes the message, which may have this many bytes itself.
    mostBytes: 3 * MAX_PUBLISH_BYTES,
    effects: ({ parameters }) => SNS_EFFECTS[format](parameters.get('Message') ?? ''),
    readable: ({ parameters }) => parameters.get('Message') ?? '',
    markup: SNS_MARKUP[format],
  });

destinationSuite({
  name: 'e-mail',
  notifier: (url) =>
    createEmailNotifier(new SESv2Client(clientOf(url)), {
      from: 'headroom@example.com',
      to: ['network@example.com'],
      home: { accountId: '111122223333', region: 'eu-west-1' },
    }),
  taken: () => ({ headers: { 'content-type': 'application/json' }, body: '{"MessageId":"m-1"}' }),
  passing: {
    throttled: jsonError(429, 'TooManyRequestsException'),
    down: jsonError(500, 'InternalServerException'),
  },
  refused: jsonError(400, 'MessageRejected'),
  lies: {
    'a login page': LOGIN_PAGE,
    'an answer without the id of a message': {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    },
  },
  mostBytes: 1_000_000,
  effects: ({ body }) => {
    const { Simple } = (
      JSON.parse(body) as {
        Content: {
          Simple: {
            Subject: { Data: string };
            Headers: { Name: string; Value: string }[];
          };
        };
      }
    ).Content;
    const thread = Simple.Headers.find(({ Name }) => Name === 'References')?.Value ?? '';
    return [shown(thread, Simple.Subject.Data)];
  },
  markup: /https:\/\/evil/,
});

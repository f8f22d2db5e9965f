import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, test } from 'vitest';
import { createAlertmanagerNotifier, postableAlerts } from '../../../shared/notify/alertmanager.ts';
import { createEventBridgeNotifier } from '../../../shared/notify/eventbridge.ts';
import { defaultHttpEnvironment } from '../../../shared/notify/http-delivery.ts';
import { createWebhookNotifier, webhookSignature } from '../../../shared/notify/webhook.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';
import { fixedSecret } from './destination-conformance.ts';

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const start = async (reply: Parameters<typeof startCannedAws>[0]): Promise<CannedAws> => {
  const server = await startCannedAws(reply);
  servers.push(server);
  return server;
};
const environment = { ...defaultHttpEnvironment, sleep: async () => {} };
const signal = new AbortController().signal;

describe('the signature of a webhook', () => {
  test('is the one of the example of Standard Webhooks', () => {
    expect(
      webhookSignature(
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1_614_265_330,
        '{"test": 2432232314}',
      ),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('can be checked with what the request carries, and an attempt that is repeated has the same id', async () => {
    const server = await start(({ nth }) => (nth === 0 ? { status: 503 } : { status: 200 }));
    const notifier = createWebhookNotifier({
      url: { read: async () => server.url },
      signingSecret: fixedSecret('a plain secret'),
      clock: () => 1_763_647_800_000,
      environment,
    });
    await notifier.send(messageNamed('hostile-names'), signal);
    expect(server.requests).toHaveLength(2);
    for (const { headers, body } of server.requests) {
      const id = String(headers['webhook-id']);
      expect(headers['webhook-timestamp']).toBe('1763647800');
      expect(headers['webhook-signature']).toBe(webhookSignature('a plain secret', id, 1_763_647_800, body));
    }
    expect(new Set(server.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('a webhook that takes no message', () => {
  const failure = async (status: number) => {
    const server = await start(() => ({ status }));
    const notifier = createWebhookNotifier({
      url: { read: async () => server.url },
      signingSecret: fixedSecret('a plain secret'),
      clock: () => 1_763_647_800_000,
      environment,
    });
    return notifier.send(messageNamed('hostile-names'), signal).catch((error: unknown) => error);
  };

  test('because it is too large: the advice says how large messages are', async () => {
    expect(await failure(413)).toMatchObject({
      code: 'webhook-too-large',
      fault: 'message',
      action: 'Let the webhook, and any proxy before it, take messages of up to 256 KiB.',
    });
  });

  test('because it is down: the advice names it as in a sentence', async () => {
    expect(await failure(503)).toMatchObject({
      message: 'The webhook answered HTTP 503',
      action: expect.stringContaining('check the status page of the webhook.'),
    });
  });
});

const finding = exampleFinding(subnetSubject('subnet-0a', 'nodes-a'), {
  kind: 'addresses-low',
  severity: 'critical',
  title: 'nodes-a: 3 of 123 addresses left',
});

describe('the alerts for Alertmanager', () => {
  const escalated = exampleTransition(finding, {
    transition: 'escalated',
    previousSeverity: 'warning',
    announced: ['warning', 'critical'],
  });

  test('end the level that an escalation leaves, and begin the worse one under a name of its own', () => {
    const alerts = postableAlerts(exampleMessage([escalated]));
    expect(alerts.map(({ labels, endsAt }) => [labels['severity'], endsAt])).toEqual([
      ['warning', escalated.at],
      ['critical', '2027-11-21T14:10:00.000Z'],
    ]);
    expect(alerts[1]?.labels).toMatchObject({
      alertname: 'HeadroomAddressesLow',
      account_id: '111122223333',
      region: 'eu-west-1',
      subnet_id: 'subnet-0a',
    });
    expect(alerts[1]?.annotations['summary']).toBe('nodes-a: 3 of 123 addresses left');
  });

  test('have the same labels when the subnet gets another name', () => {
    const renamed = exampleFinding(subnetSubject('subnet-0a', 'nodes-b'), {
      kind: 'addresses-low',
      title: 'x',
    });
    const end = exampleTransition(renamed, {
      transition: 'resolved',
      severity: 'ok',
      previousSeverity: 'critical',
    });
    const [open] = postableAlerts(exampleMessage([exampleTransition(finding)]));
    const [closed] = postableAlerts(exampleMessage([end]));
    expect(closed?.labels).toEqual(open?.labels);
  });

  test('go to every member of a cluster, and one that takes them is enough', async () => {
    const up = await start(() => ({}));
    const down = await start(() => ({ status: 500 }));
    const send = (urls: readonly string[]) =>
      createAlertmanagerNotifier({ urls, token: null, environment }).send(
        exampleMessage([escalated]),
        signal,
      );
    await send([down.url, `${up.url}/prefix/`]);
    expect(up.requests.map(({ action }) => action)).toEqual(['POST /prefix/api/v2/alerts']);
    await expect(send([down.url])).rejects.toMatchObject({ code: 'alertmanager-unavailable' });
  });
});

describe('the events of EventBridge', () => {
  const EVENTS = Array.from({ length: 12 }, (_, index) =>
    exampleTransition(
      exampleFinding(subnetSubject(`subnet-${index}`, null), {
        kind: 'addresses-low',
        title: `subnet-${index}`,
      }),
    ),
  );
  interface Put {
    readonly Entries: readonly { readonly Detail: string; readonly Source: string }[];
  }
  const notifierOf = ({ url }: CannedAws) =>
    createEventBridgeNotifier(
      new EventBridgeClient({
        endpoint: url,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
        maxAttempts: 1,
      }),
      'arn:aws:events:eu-west-1:111122223333:event-bus/alerts',
      async () => {},
    );
  const json = (answer: object): CannedReply => ({
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(answer),
  });

  test('are ten in a request, and those that were not taken are put again alone', async () => {
    const server = await start(({ body, nth }) => {
      const { Entries } = JSON.parse(body) as Put;
      const isRefused = (index: number): boolean => nth === 0 && (index === 3 || index === 7);
      return json({
        FailedEntryCount: nth === 0 ? 2 : 0,
        Entries: Entries.map((_, index) =>
          isRefused(index) ? { ErrorCode: 'InternalFailure' } : { EventId: `e${index}` },
        ),
      });
    });
    await notifierOf(server).send(exampleMessage(EVENTS), signal);
    const puts = server.requests.map(({ body }) =>
      (JSON.parse(body) as Put).Entries.map(
        ({ Detail }) => (JSON.parse(Detail) as { subnetId: string[] }).subnetId[0],
      ),
    );
    expect(puts.map(({ length }) => length)).toEqual([10, 2, 2]);
    expect(puts[1]).toEqual(['subnet-3', 'subnet-7']);
  });

  test('that are never taken fail the message, which names the error', async () => {
    const server = await start(({ body }) =>
      json({
        FailedEntryCount: 1,
        Entries: (JSON.parse(body) as Put).Entries.map((_, index) =>
          index === 0 ? { ErrorCode: 'ThrottlingException' } : { EventId: 'e' },
        ),
      }),
    );
    await expect(notifierOf(server).send(exampleMessage(EVENTS.slice(0, 2)), signal)).rejects.toMatchObject({
      code: 'eventbridge-refused',
      permanent: false,
      message: expect.stringContaining('ThrottlingException'),
    });
    expect(server.requests).toHaveLength(3);
  });
});

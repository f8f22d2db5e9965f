import { afterEach, describe, expect, test } from 'vitest';
import { defaultHttpEnvironment } from '../../../shared/notify/http-delivery.ts';
import {
  createPagerDutyNotifier,
  MAX_EVENT_BYTES,
  pagerDutyEvents,
} from '../../../shared/notify/pagerduty.ts';
import type { Secret } from '../../../shared/notify/secret-reader.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const ROUTING_KEY = '0123456789abcdef0123456789abcdef';
const ACCEPTED: CannedReply = {
  status: 202,
  body: '{"status":"success","message":"Event processed","dedup_key":"k"}',
};

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const startPagerDuty = async (reply: (nth: number) => CannedReply): Promise<CannedAws> => {
  const server = await startCannedAws(({ nth }) => reply(nth));
  servers.push(server);
  return server;
};

const key: Secret = { read: async () => ROUTING_KEY, forget: () => {} };
const environment = { ...defaultHttpEnvironment, sleep: async () => {} };

const deliver = async ({ url }: CannedAws, name: string) =>
  createPagerDutyNotifier(key, environment, `${url}/v2/enqueue`).send(
    messageNamed(name),
    new AbortController().signal,
  );

describe('PagerDuty', () => {
  test('gets one event for each incident of the message, with the integration key from the secret', async () => {
    const pagerDuty = await startPagerDuty(() => ACCEPTED);
    await deliver(pagerDuty, 'many-subnets-of-one-vpc');
    // A few at a time, so they arrive in any order.
    expect(pagerDuty.requests.map(({ body }) => body).toSorted()).toEqual(
      pagerDutyEvents(messageNamed('many-subnets-of-one-vpc'), ROUTING_KEY)
        .map((event) => JSON.stringify(event))
        .toSorted(),
    );
    expect(new Set(pagerDuty.requests.map(({ action }) => action))).toEqual(new Set(['POST /v2/enqueue']));
  });

  test('that is busy is asked again', async () => {
    const pagerDuty = await startPagerDuty((nth) => (nth === 0 ? { status: 429 } : ACCEPTED));
    await deliver(pagerDuty, 'surge');
    expect(pagerDuty.requests).toHaveLength(2);
  });

  test('that refuses one event still gets the others, and the failure is reported without the key', async () => {
    const refusal = {
      status: 400,
      body: `{"status":"invalid event","errors":["bad routing_key ${ROUTING_KEY}"]}`,
    };
    const pagerDuty = await startPagerDuty((nth) => (nth === 3 ? refusal : ACCEPTED));
    const message = messageNamed('many-subnets-of-one-vpc');
    const transitions = message.transitions.map((transition, index) => ({
      ...transition,
      cause: `vpc/${index}`,
    }));
    const error: unknown = await createPagerDutyNotifier(key, environment, `${pagerDuty.url}/v2/enqueue`)
      .send({ ...message, transitions }, new AbortController().signal)
      .catch((thrown: unknown) => thrown);
    expect(pagerDuty.requests).toHaveLength(18);
    expect(error).toMatchObject({
      code: 'pagerduty-refused',
      permanent: true,
      message: expect.stringContaining('HTTP 400'),
    });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(ROUTING_KEY);
  });

  test('gets two thousand alerts as one event with a list', async () => {
    const alerts = Array.from({ length: 2_000 }, (_, index) => {
      const subject = subnetSubject(`subnet-${index}`, null);
      return exampleTransition(
        exampleFinding(subject, { kind: 'addresses-low', title: `${subject.id} is low` }),
      );
    });
    const pagerDuty = await startPagerDuty(() => ACCEPTED);
    await createPagerDutyNotifier(key, environment, `${pagerDuty.url}/v2/enqueue`).send(
      { ...exampleMessage(alerts), threadId: '111122223333/eu-west-1/digest' },
      new AbortController().signal,
    );
    expect(pagerDuty.requests).toHaveLength(1);
    const body = pagerDuty.requests[0]?.body ?? '';
    expect(JSON.parse(body)).toMatchObject({
      event_action: 'trigger',
      dedup_key: '111122223333/eu-west-1/digest',
      payload: {
        custom_details: { Alerts: expect.arrayContaining([expect.stringContaining('and 1900 more')]) },
      },
    });
    expect(body.length).toBeLessThan(MAX_EVENT_BYTES);
  });

  test('that fails makes the delivery fail, so that it is tried again', async () => {
    const pagerDuty = await startPagerDuty(() => ({ status: 502 }));
    await expect(deliver(pagerDuty, 'surge')).rejects.toMatchObject({
      code: 'pagerduty-unavailable',
      permanent: false,
    });
  });

  test.each(['<html>Sign in</html>', '', '{"status":"invalid event"}', '[]', 'null'])(
    'an answer 202 that does not say success is a failure, with advice',
    async (body) => {
      const pagerDuty = await startPagerDuty(() => ({ status: 202, body }));
      await expect(deliver(pagerDuty, 'surge')).rejects.toMatchObject({
        code: 'pagerduty-refused',
        action: expect.stringContaining('login page'),
      });
    },
  );
});

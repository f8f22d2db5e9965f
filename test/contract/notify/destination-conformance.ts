import { afterEach, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { identityOf, incidentOf } from '../../../shared/model/result/identity.ts';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import { defaultHttpEnvironment, type HttpEnvironment } from '../../../shared/notify/http-delivery.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import type { Secret } from '../../../shared/notify/secret-reader.ts';
import { sendTestMessages } from '../../../shared/pipeline/send-test-messages.ts';
import {
  type CannedAws,
  type CannedReply,
  type CannedRequest,
  startCannedAws,
} from '../../fixtures/canned-aws.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  HOSTILE_NAME,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

/** What a destination that is under the suite can do, and how its service answers. */
export interface DestinationUnderTest {
  readonly name: string;
  /** The credential that must appear in no error. */
  readonly secret?: string;
  readonly notifier: (url: string, environment: HttpEnvironment) => Notifier;
  /** The answer of a service that took the request. */
  readonly taken: (request: CannedRequest) => CannedReply;
  /** Answers after which the same request may be taken. */
  readonly passing: Readonly<Record<string, CannedReply>>;
  /** An answer that stays the same until a person acts. */
  readonly refused: CannedReply;
  /** Answers that say 200 and are none of a service that took the message. */
  readonly lies: Readonly<Record<string, CannedReply>>;
  /** Most bytes of the body of one request. */
  readonly mostBytes: number;
  /** What identifies the things that a request opens and closes at the receiver. */
  readonly effects: (request: CannedRequest) => readonly Effect[];
  /** What people or programs read of a request; absent: its body. */
  readonly readable?: (request: CannedRequest) => string;
  /** Characters that a receiver could take for markup, in what it shows of a hostile name. */
  readonly markup: RegExp;
}

export interface Effect {
  /** The receiver keeps one thing for each id. */
  readonly id: string;
  readonly does: 'open' | 'close';
}

export const fixedSecret = (value: string): Secret => ({ read: async () => value, forget: () => {} });

const FAST: HttpEnvironment = { ...defaultHttpEnvironment, sleep: async () => {} };

const subject = subnetSubject('subnet-0a1b2c3d4e5f60718', 'prod-pods-eu-west-1a');
const finding = exampleFinding(subject, {
  kind: 'addresses-low',
  severity: 'critical',
  title: 'prod-pods-eu-west-1a: 3 of 123 addresses left',
});
const firing = exampleTransition(finding);
const incident = incidentOf(firing);
const FIRING = exampleMessage([firing], { threadId: incident, messageId: 'message-1' });
const WORSE = exampleMessage(
  [
    exampleTransition(finding, {
      sequence: 2,
      transition: 'escalated',
      severity: 'critical',
      previousSeverity: 'warning',
      announced: ['warning', 'critical'],
      at: '2026-11-20T14:20:00.000Z',
    }),
  ],
  { threadId: incident, messageId: 'message-2' },
);
const MILD = exampleMessage(
  [exampleTransition({ ...finding, severity: 'warning' }, { severity: 'warning' })],
  {
    threadId: incident,
    messageId: 'message-0',
  },
);
const RESOLVED = exampleMessage(
  [
    exampleTransition(finding, {
      sequence: 3,
      transition: 'resolved',
      severity: 'ok',
      previousSeverity: 'critical',
      announced: ['warning', 'critical'],
      clear: '83 of 123 addresses available',
      at: '2026-11-20T15:00:00.000Z',
    }),
  ],
  {
    threadId: incident,
    messageId: 'message-3',
    quietThreads: [incident],
    incidents: [{ id: incident, level: 'ok' }],
  },
);

/** 1,500 alerts of one cause, each with long texts and hostile names. */
const HUGE: AlertMessage = exampleMessage(
  Array.from({ length: 1_500 }, (_, index) => {
    const one = subnetSubject(`subnet-${String(index).padStart(17, '0')}`, `${HOSTILE_NAME} ${index}`);
    return exampleTransition(
      exampleFinding(one, {
        kind: 'addresses-low',
        title: `${HOSTILE_NAME} ${index}: 3 of 123 addresses left`,
        explanation: '\u{1F525} "<>&'.repeat(500),
        remedies: [
          {
            title: 'Add a subnet',
            effect: '\u{1F525}'.repeat(500),
            commands: [`aws ec2 create-subnet --vpc-id ${'x'.repeat(900)}`],
            preconditions: [],
          },
        ],
      }),
      { cause: 'vpc/vpc-0f3a1c5e7b9d2468a' },
    );
  }),
  { threadId: '111122223333/eu-west-1/vpc/vpc-0f3a1c5e7b9d2468a', messageId: 'huge' },
);

/** Names of pods, workloads and namespaces, and the text of an event, in every place of a message that may hold them. */
const hostilePods = exampleFinding(
  {
    ...subnetSubject('subnet-0a1b2c3d4e5f60718', HOSTILE_NAME, [HOSTILE_NAME]),
    vpcName: HOSTILE_NAME,
    namespaces: [HOSTILE_NAME],
    tags: { [HOSTILE_NAME]: HOSTILE_NAME },
  },
  {
    kind: 'pods-waiting',
    severity: 'critical',
    title: `${HOSTILE_NAME}: 2 pods wait for an address on 1 node in ${HOSTILE_NAME}`,
    explanation: `Workloads: ${HOSTILE_NAME}/Deployment/${HOSTILE_NAME} (2 pods). Nodes: ${HOSTILE_NAME}. The event says: ${HOSTILE_NAME}`,
    evidence: [
      { name: 'waitingPods', value: 2, unit: 'pods' },
      { name: 'waitingSince', value: HOSTILE_NAME },
      { name: `available in ${HOSTILE_NAME}`, value: 3, unit: HOSTILE_NAME },
    ],
    owners: [{ kind: 'cluster-nodes', name: HOSTILE_NAME, interfaces: 1, addresses: 9 }],
    also: [{ kind: 'addresses-low', title: `${HOSTILE_NAME}: 3 addresses left` }],
    remedies: [
      {
        title: `Scale ${HOSTILE_NAME} down`,
        effect: `${HOSTILE_NAME} gives back 9 addresses.`,
        afterwards: `Start ${HOSTILE_NAME} again.`,
        price: `${HOSTILE_NAME} is slower.`,
        when: `${HOSTILE_NAME} can wait`,
        commands: ['kubectl scale deployment web --replicas 1'],
        preconditions: [{ text: `${HOSTILE_NAME} is not needed`, holds: null }],
      },
    ],
  },
);
const HOSTILE_MESSAGES: Readonly<Record<string, AlertMessage>> = {
  'of a subnet': messageNamed('hostile-names'),
  'of pods': exampleMessage([exampleTransition(hostilePods)], { threadId: incident, messageId: 'pods' }),
  'of pods that no longer wait': exampleMessage(
    [
      exampleTransition(hostilePods, {
        sequence: 2,
        transition: 'resolved',
        severity: 'ok',
        previousSeverity: 'critical',
        announced: ['critical'],
        clear: `${HOSTILE_NAME}: no pod waits for an address`,
        changes: [{ name: `available in ${HOSTILE_NAME}`, before: HOSTILE_NAME, now: HOSTILE_NAME }],
      }),
    ],
    { threadId: incident, messageId: 'no-pods' },
  ),
};

/** What every destination must do, whatever answers at the other end. */
export const destinationSuite = (destination: DestinationUnderTest): void => {
  const servers: CannedAws[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  /** Answers in turn, and from then on as a service that takes everything. */
  const start = async (...replies: readonly CannedReply[]) => {
    let count = 0;
    const server = await startCannedAws((request) => replies[count++] ?? destination.taken(request));
    servers.push(server);
    return { server, notifier: destination.notifier(server.url, FAST) };
  };
  const always = async (reply: CannedReply) => {
    const server = await startCannedAws(() => reply);
    servers.push(server);
    return { server, notifier: destination.notifier(server.url, FAST) };
  };
  const signal = new AbortController().signal;
  const failureOf = async (sending: Promise<void>): Promise<DeliveryError> => {
    const error: unknown = await sending.then(
      () => new Error('It was delivered.'),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof DeliveryError)) throw error;
    const logged = [error, error.cause].map((each) =>
      each instanceof Error ? `${each.stack} ${each.message}` : String(each),
    );
    if (destination.secret !== undefined)
      expect(`${logged.join()} ${JSON.stringify(error)} ${error.action}`).not.toContain(destination.secret);
    expect(error.action).toMatch(/\.$/);
    return error;
  };

  describe(destination.name, () => {
    test('delivers a message', async () => {
      const { server, notifier } = await start();
      await notifier.send(FIRING, signal);
      expect(server.requests.length).toBeGreaterThan(0);
    });

    test.each(Object.entries(destination.passing))(
      'a failure that may pass (%s) is tried again, or left to the outbox, and then delivered',
      async (_, reply) => {
        const { notifier } = await start(reply);
        const outcome = await notifier.send(FIRING, signal).catch((error: unknown) => error);
        if (outcome !== undefined) {
          expect(outcome).toBeInstanceOf(DeliveryError);
          expect(outcome).toMatchObject({ permanent: false });
          await notifier.send(FIRING, signal);
        }
        const down = await always(reply);
        expect(await failureOf(down.notifier.send(FIRING, signal))).toMatchObject({ permanent: false });
      },
    );

    test('a refusal is permanent, and is not asked for again and again', async () => {
      const { server, notifier } = await always(destination.refused);
      expect(await failureOf(notifier.send(FIRING, signal))).toMatchObject({ permanent: true });
      expect(server.requests.length).toBeLessThanOrEqual(2);
    });

    test('a service that hangs is left when the time is over, and the message may be sent again', async () => {
      const { server, notifier } = await always({ end: 'stall' });
      const ended = new AbortController();
      const sending = failureOf(notifier.send(FIRING, ended.signal));
      while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      ended.abort();
      expect(await sending).toMatchObject({ permanent: false });
    });

    test('a connection that breaks in mid-answer is no delivery', async () => {
      const { notifier } = await always({ body: '{"ok":', end: 'reset' });
      await failureOf(notifier.send(FIRING, signal));
    });

    test.each(Object.entries(destination.lies))(
      'an answer 200 that is a lie (%s) is no delivery',
      async (_, reply) => {
        const { notifier } = await always(reply);
        await failureOf(notifier.send(FIRING, signal));
      },
    );

    test('the same message twice names the same thing twice', async () => {
      const { server, notifier } = await start();
      await notifier.send(FIRING, signal);
      const first = server.requests.flatMap(destination.effects);
      await notifier.send(FIRING, signal);
      const ids = new Set(server.requests.flatMap(destination.effects).map(({ id }) => id));
      expect(ids).toEqual(new Set(first.map(({ id }) => id)));
      expect(ids.size).toBeGreaterThan(0);
    });

    test('a resolve closes all that warning, escalation and repeats have opened', async () => {
      const { server, notifier } = await start();
      for (const message of [MILD, WORSE, WORSE, RESOLVED]) await notifier.send(message, signal);
      const open = new Set<string>();
      let opened = 0;
      for (const { id, does } of server.requests.flatMap(destination.effects)) {
        if (does === 'open') {
          open.add(id);
          opened += 1;
        } else open.delete(id);
      }
      expect(opened).toBeGreaterThan(0);
      expect([...open]).toEqual([]);
    });

    test('a test message arrives, says that it is one, and closes what it opened', async () => {
      const { server, notifier } = await start();
      const [tested] = await sendTestMessages({
        destinations: ['on-call'],
        severity: 'critical',
        home: { accountId: '111122223333', region: 'eu-west-1' },
        notifier,
        id: 'test-1',
        pause: async () => {},
        clock: () => Date.parse('2026-11-20T14:10:00.000Z'),
      });
      expect(tested).toEqual({ destination: 'on-call', status: 'sent', problem: null });
      const said = server.requests.map((request) => destination.readable?.(request) ?? request.body);
      expect(said.join()).toMatch(/this[ +]is[ +]a[ +]test|this%20is%20a%20test|a[ +]test[ +]message/);
      const open = new Set<string>();
      const effects = server.requests.flatMap(destination.effects);
      expect(effects.some(({ does }) => does === 'open')).toBe(true);
      for (const { id, does } of effects) open[does === 'open' ? 'add' : 'delete'](id);
      expect([...open]).toEqual([]);
    });

    test('a test message that is refused says why, and one whose end is refused says that it is open', async () => {
      const input = {
        destinations: ['on-call'],
        severity: 'warning',
        home: { accountId: '111122223333', region: 'eu-west-1' },
        id: 'test-1',
        pause: async () => {},
        clock: () => Date.parse('2026-11-20T14:10:00.000Z'),
      } as const;
      const refused = await always(destination.refused);
      expect(await sendTestMessages({ ...input, notifier: refused.notifier })).toMatchObject([
        {
          status: 'failed',
          problem: { message: expect.stringMatching(/./), action: expect.stringMatching(/\.$/) },
        },
      ]);
      for (const passing of Object.values(destination.passing)) {
        const { notifier } = await always(passing);
        const [tested] = await sendTestMessages({ ...input, notifier });
        expect(tested).toMatchObject({ status: 'failed', problem: { action: expect.stringMatching(/\.$/) } });
        // Of an alert that is so, and nothing sends a test again.
        expect(tested?.problem?.action).toMatch(
          /^Test it again\.|^(?!.*(Headroom tries again|If it persists))/,
        );
      }
      let isEnding = false;
      const server = await startCannedAws((request) =>
        isEnding ? destination.refused : destination.taken(request),
      );
      servers.push(server);
      const pause = async () => {
        isEnding = true;
      };
      const notifier = destination.notifier(server.url, FAST);
      expect(await sendTestMessages({ ...input, notifier, pause })).toMatchObject([{ status: 'left-open' }]);
    });

    test('no request is larger than the service takes', async () => {
      const { server, notifier } = await start();
      await notifier.send(HUGE, signal);
      expect(server.requests.length).toBeGreaterThan(0);
      for (const { body } of server.requests)
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(destination.mostBytes);
    });

    test.each(Object.entries(HOSTILE_MESSAGES))(
      'hostile names %s carry neither markup nor control characters',
      async (_, message) => {
        const { server, notifier } = await start();
        await notifier.send(message, signal);
        expect(server.requests.length).toBeGreaterThan(0);
        for (const request of server.requests) {
          const text = destination.readable?.(request) ?? request.body;
          expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
          expect(text).not.toMatch(destination.markup);
        }
      },
    );
  });
};

/** The identities of the alerts in an alert document. */
export const documentEffects = (document: string): readonly Effect[] => {
  const { transitions } = JSON.parse(document) as {
    transitions: { transition: string; key: string; subject: { accountId: string; region: string } }[];
  };
  return transitions.map((each) => ({
    id: identityOf(each),
    does: each.transition === 'resolved' ? 'close' : 'open',
  }));
};

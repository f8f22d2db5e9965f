import { SNSClient } from '@aws-sdk/client-sns';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { evaluateMonitor } from '../../../shared/alerts/evaluate.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { OUTBOX_TIMING } from '../../../shared/model/alert/outbox.ts';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import { createRoutedNotifier } from '../../../shared/notify/routed-notifier.ts';
import { createSnsNotifier } from '../../../shared/notify/sns-notifier.ts';
import type { DeliveryReport } from '../../../shared/pipeline/deliver-outbox.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { Inbox, type Levels, MINUTE, run, StandingClock, target } from './rehearsal.ts';
import { type SnsTopics, startSnsTopics } from './sns-topics.ts';

const ONE: Levels = { 'subnet-0a': 'critical' };
const ID = 'addresses-low/subnet/subnet-0a#1';

const TOPIC = 'arn:aws:sns:eu-west-1:111111111111:alerts';
const OTHER_TOPIC = 'arn:aws:sns:eu-west-1:111111111111:pager';

describe('delivery to SNS', () => {
  let topics: SnsTopics;
  let sns: SNSClient;
  let notifier: Notifier;
  let clock: StandingClock;
  let store: ReturnType<typeof createMemoryStateStore>['alerts'];
  let runs = 0;

  beforeEach(async () => {
    topics = await startSnsTopics();
    sns = new SNSClient({
      endpoint: topics.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      // The SDK's own retries, without the waits that are meant for a real network.
      retryStrategy: new ConfiguredRetryStrategy(3, 1),
    });
    notifier = newNotifier();
    clock = new StandingClock();
    store = createMemoryStateStore().alerts;
    runs = 0;
  });
  afterEach(async () => {
    sns.destroy();
    await topics.stop();
  });

  /** What a new process has: it remembers nothing of what was sent. */
  const newNotifier = (): Notifier =>
    createRoutedNotifier(
      new Map([
        ['default', createSnsNotifier(sns, TOPIC)],
        ['pager', createSnsNotifier(sns, OTHER_TOPIC)],
      ]),
      'default',
    );

  const scan = async (
    levels: Levels,
    options: Partial<Parameters<typeof run>[0]> = {},
  ): Promise<DeliveryReport> => {
    runs += 1;
    return run({ levels, store, notifier, clock, runId: `run-${runs}`, ...options });
  };

  const monitorSays = ({ undelivered }: DeliveryReport) =>
    evaluateMonitor(
      { home: target, coverage: null, unknownVpcs: null, left: null, undelivered, deadLetters: null },
      DEFAULT_POLICY,
    ).find(({ rule }) => rule === 'delivery-failing');

  test('a topic that takes messages gets each transition once, and the monitor is content', async () => {
    const report = await scan(ONE);
    expect(topics.received(TOPIC)).toEqual([ID]);
    expect(report).toMatchObject({ sent: 1, undelivered: [], problems: [], postponed: 0 });
    expect(report.delivered.map(({ id }) => id)).toEqual([ID]);
    expect(monitorSays(report)).toMatchObject({ raise: 'ok' });
  });

  test.each([
    ['throttled', 'Throttling', 400],
    ['failing', 'InternalError', 500],
  ])(
    'while SNS is %s nothing is lost, the monitor says so, and once it recovers everything comes once',
    async (_, error, status) => {
      topics.behaviour = () => ({ error, status });
      const report = await scan(ONE);
      expect(report.sent).toBe(0);
      expect(report.problems).toHaveLength(1);
      expect(monitorSays(report)).toMatchObject({ raise: 'critical', finding: { kind: 'delivery-failing' } });

      clock.now += 5 * MINUTE;
      const still = await scan({ 'subnet-0a': 'warning' });
      expect(monitorSays(still)).toMatchObject({ raise: 'critical' });

      topics.behaviour = () => 'takes';
      clock.now += 5 * MINUTE;
      const recovered = await scan({ 'subnet-0a': 'ok' });
      expect(topics.received(TOPIC)).toEqual([ID, ID.replace('#1', '#2'), ID.replace('#1', '#3')]);
      expect(monitorSays(recovered)).toMatchObject({ raise: 'ok' });
    },
  );

  test('during an outage of a day the topic is asked every quarter of an hour', async () => {
    topics.behaviour = () => ({ error: 'InternalError', status: 500 });
    for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
      clock.now += 5 * MINUTE;
      await scan(ONE);
    }
    // After the first half hour it is tried every 15 minutes, up to three times each by the SDK.
    expect(topics.requests).toBeLessThanOrEqual(3 * (24 * 4 + 4));
    expect(topics.requests).toBeGreaterThanOrEqual(24 * 4);
    topics.behaviour = () => 'takes';
    clock.now += 15 * MINUTE;
    await scan(ONE);
    expect(topics.received(TOPIC)).toEqual([ID]);
  });

  test('a topic that is slow, and takes every message after all, gets it at most twice', async () => {
    // It answers after three times as long as the first attempt is given.
    const timing = { ...OUTBOX_TIMING, sendTimeout: 40, patientSendTimeout: 5000 };
    topics.behaviour = () => ({ takesAfter: 120 });
    const first = await scan(ONE, { timing });
    expect(monitorSays(first)).toMatchObject({ raise: 'critical' });
    expect(first.problems).toMatchObject([{ code: expect.stringMatching(/timeout|deadline|abort/) }]);
    for (let scans = 0; scans < 6; scans += 1) {
      clock.now += 5 * MINUTE;
      await scan(ONE, { timing });
    }
    await topics.settled();
    expect(topics.received(TOPIC)).toEqual([ID, ID]);
    expect((await store.list(target)).flatMap(({ alert }) => alert.outbox)).toEqual([]);
  });

  test('a receiver that never answers is left behind, and others are notified', async () => {
    const timing = { ...OUTBOX_TIMING, sendTimeout: 30 };
    const inbox = new Inbox();
    const deaf: Notifier = {
      send: (message, signal) =>
        message.transitions.some(({ subject }) => subject.id === 'subnet-0a')
          ? new Promise<void>(() => {})
          : inbox.notifier.send(message, signal),
    };
    const report = await scan(
      { 'subnet-0a': 'critical', 'subnet-0b': 'critical' },
      { timing, notifier: deaf },
    );
    expect(inbox.received).toEqual(['addresses-low/subnet/subnet-0b#1']);
    expect(report.problems).toMatchObject([
      {
        code: 'delivery-timeout',
        message: 'The default destination did not take the message in the time it was given',
      },
    ]);
    expect(report.undelivered.map(({ subject }) => subject.id)).toEqual(['subnet-0a']);
  });

  test('what a destination gets an hour late says of when its figures are', async () => {
    const timings: (string | undefined)[] = [];
    let isDown = true;
    const recovering: Notifier = {
      send: async (message) => {
        if (isDown)
          throw new DeliveryError('slack-unavailable', 'Slack answered HTTP 503', 'Wait.', {
            permanent: false,
          });
        timings.push(composeMessage(message).entries[0]?.timing.value);
      },
    };
    const notifying = { notifier: recovering };
    await scan(ONE, notifying);
    clock.now += 60 * MINUTE;
    isDown = false;
    await scan(ONE, notifying);
    clock.now += 5 * MINUTE;
    await scan({ ...ONE, 'subnet-0b': 'warning' }, notifying);
    expect(timings).toEqual([
      'Thu 15 Jan 2026 10:00 UTC (1 hour), figures of Thu 15 Jan 2026 10:00 UTC',
      'Thu 15 Jan 2026 11:05 UTC',
    ]);
  });

  test('what fails names its destination, since two may be of one service', async () => {
    const timing = { ...OUTBOX_TIMING, sendTimeout: 30 };
    const failing: Notifier = {
      send: ({ destinations }) =>
        destinations.includes('chat')
          ? Promise.reject(
              new DeliveryError('slack-unavailable', 'Slack answered HTTP 500', 'Wait.', {
                permanent: false,
              }),
            )
          : new Promise<void>(() => {}),
    };
    const report = await scan(ONE, { timing, notifier: failing, destinations: ['chat', 'pager'] });
    expect(report.problems.map(({ message }) => message)).toEqual([
      'chat: Slack answered HTTP 500',
      'pager did not take the message in the time it was given',
    ]);
    expect(monitorSays(report)?.finding?.explanation).toContain('chat: Slack answered HTTP 500.');
  });

  test('a topic that was deleted is reported with what to do, and served within a quarter of an hour once it is back', async () => {
    topics.behaviour = () => ({ error: 'NotFound', status: 404 });
    const report = await scan(ONE);
    expect(report.problems).toMatchObject([{ code: 'topic-missing' }]);
    expect(monitorSays(report)?.finding?.explanation).toContain(TOPIC);
    for (let minutes = 5; minutes < 60; minutes += 5) {
      clock.now += 5 * MINUTE;
      const still = await scan(ONE);
      expect(monitorSays(still)).toMatchObject({ raise: 'critical' });
    }
    // At once, with the next scans, and then every quarter of an hour.
    expect(topics.requests).toBe(7);
    topics.behaviour = () => 'takes';
    clock.now += 15 * MINUTE;
    await scan(ONE);
    expect(topics.received(TOPIC)).toEqual([ID]);
  });

  test('where one of two topics was deleted, the other gets each message once, across restarts', async () => {
    topics.behaviour = (topic) => (topic === OTHER_TOPIC ? { error: 'NotFound', status: 404 } : 'takes');
    const destinations = ['default', 'pager'];
    for (let hours = 0; hours < 5; hours += 1) {
      notifier = newNotifier();
      const report = await scan(ONE, { destinations });
      expect(monitorSays(report)).toMatchObject({ raise: 'critical' });
      clock.now += 61 * MINUTE;
    }
    expect(topics.received(TOPIC)).toEqual([ID]);
    topics.behaviour = () => 'takes';
    const fixed = await scan(ONE, { destinations });
    expect(topics.received(TOPIC)).toEqual([ID]);
    expect(topics.received(OTHER_TOPIC)).toEqual([ID]);
    expect(monitorSays(fixed)).toMatchObject({ raise: 'ok' });
  });

  test('a message that SNS refuses for its content does not hold up others, and is tried again with growing pauses', async () => {
    // One thread, one message: the poisoned transition is in it with the others of its subnet.
    topics.behaviour = (_, body) =>
      body.includes('#2') ? { error: 'InvalidParameter', status: 400 } : 'takes';
    topics.offline = true;
    await scan(ONE);
    clock.now += 5 * MINUTE;
    await scan({ 'subnet-0a': 'warning' });
    clock.now += 5 * MINUTE;
    topics.offline = false;
    const report = await scan({ 'subnet-0a': 'ok', 'subnet-0b': 'critical' });
    expect(topics.received(TOPIC).toSorted()).toEqual([
      'addresses-low/subnet/subnet-0a#1',
      'addresses-low/subnet/subnet-0a#3',
      'addresses-low/subnet/subnet-0b#1',
    ]);
    expect(report.undelivered.flatMap(({ outbox }) => outbox.map(({ transition }) => transition.id))).toEqual(
      ['addresses-low/subnet/subnet-0a#2'],
    );
    expect(monitorSays(report)).toMatchObject({ raise: 'critical' });
    const asked = topics.requests;
    for (let minutes = 0; minutes < 60; minutes += 5) {
      clock.now += 5 * MINUTE;
      await scan({ 'subnet-0a': 'ok', 'subnet-0b': 'critical' });
    }
    expect(topics.requests - asked).toBeLessThanOrEqual(6);
  });

  test('a defect that one alert causes does not hold up others', async () => {
    const inbox = new Inbox();
    const defective: Notifier = {
      send: async (message, signal) => {
        if (message.transitions.some(({ subject }) => subject.id === 'subnet-0a'))
          throw new TypeError('cannot read name of null');
        await inbox.notifier.send(message, signal);
      },
    };
    const report = await scan({ 'subnet-0a': 'critical', 'subnet-0b': 'critical' }, { notifier: defective });
    expect(inbox.received).toEqual(['addresses-low/subnet/subnet-0b#1']);
    expect(report.problems).toMatchObject([{ code: 'delivery-defect' }]);
  });

  test('what is silenced is kept; back where it was, no notification is sent, and otherwise the state of then is sent', async () => {
    const isSilenced = () => true;
    await scan({ 'subnet-0a': 'warning', 'subnet-0b': 'warning' }, { isSilenced });
    clock.now += 5 * MINUTE;
    await scan({ 'subnet-0a': 'ok', 'subnet-0b': 'critical' }, { isSilenced });
    expect(topics.requests).toBe(0);
    clock.now += 5 * MINUTE;
    await scan({ 'subnet-0a': 'ok', 'subnet-0b': 'critical' });
    expect(topics.received(TOPIC)).toEqual(['addresses-low/subnet/subnet-0b#2']);
    expect(topics.documents(TOPIC)[0]).toMatchObject({
      transitions: [{ transition: 'firing', severity: 'critical' }],
    });
  });

  test('a destination that failed twice in a row is asked no more in this run, and holds up no other', async () => {
    const asked: string[] = [];
    const notifier: Notifier = {
      send: async ({ destinations }) => {
        asked.push(...destinations);
        if (destinations.includes('pager'))
          throw new DeliveryError('down', 'It is down', 'Wait.', { permanent: false });
      },
    };
    const levels = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`subnet-${index}`, 'critical' as const]),
    );
    const report = await scan(levels, { notifier, destinations: ['pager', 'chat'] });
    expect(asked.filter((name) => name === 'pager')).toHaveLength(2);
    expect(asked.filter((name) => name === 'chat')).toHaveLength(10);
    expect(report.undelivered).toHaveLength(10);
    clock.now += 5 * MINUTE;
    await scan(levels, {
      notifier: { send: async ({ destinations }) => void asked.push(...destinations) },
      destinations: ['pager', 'chat'],
    });
    expect(asked.filter((name) => name === 'chat')).toHaveLength(10);
    expect((await store.list(target)).flatMap(({ alert }) => alert.outbox)).toEqual([]);
  });

  test('each destination that fails, and each way in which it does, is a cause of its own', async () => {
    const failing = (codes: Readonly<Record<string, string>>): Notifier => ({
      send: async ({ destinations }) => {
        const code = codes[destinations[0] ?? ''];
        if (code !== undefined) throw new DeliveryError(code, 'It fails', 'Wait.', { permanent: false });
      },
    });
    const causes = async (codes: Readonly<Record<string, string>>) => {
      const report = await scan(ONE, { notifier: failing(codes), destinations: ['pager', 'chat'] });
      clock.now += 20 * MINUTE;
      return monitorSays(report)?.causes;
    };
    expect(await causes({ pager: 'down' })).toEqual(['pager: down']);
    expect(await causes({ pager: 'revoked' })).toEqual(['pager: revoked']);
    const others = { 'subnet-0b': 'critical', 'subnet-0c': 'critical', 'subnet-0d': 'critical' } as const;
    const report = await scan(
      { ...ONE, ...others },
      { notifier: failing({ pager: 'down', chat: 'slow' }), destinations: ['pager', 'chat'] },
    );
    // That a destination was not asked again is no cause.
    expect(monitorSays(report)?.causes).toEqual(['chat: slow', 'pager: down']);
  });

  test('two thousand alerts at once are one message to each destination, and so is their end', async () => {
    const inbox = new Inbox();
    const sent: number[] = [];
    const notifier: Notifier = {
      send: async (message, signal) => {
        sent.push(message.transitions.length);
        await inbox.notifier.send(message, signal);
      },
    };
    const all = (level: 'critical' | 'ok') =>
      Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`subnet-${index}`, level]));
    await scan(all('critical'), { notifier });
    expect(sent).toEqual([2_000]);
    clock.now += 5 * MINUTE;
    await scan(all('ok'), { notifier });
    expect(sent).toEqual([2_000, 2_000]);
    expect(inbox.distinct).toHaveLength(4_000);
  });

  test('after a day without the topic people hear how things are, and not what came and went meanwhile', async () => {
    topics.offline = true;
    for (let hours = 0; hours < 24; hours += 1) {
      await scan({
        'subnet-0a': hours % 2 === 0 ? 'critical' : 'ok',
        'subnet-0b': hours === 3 ? 'critical' : 'ok',
      });
      clock.now += 60 * MINUTE;
    }
    topics.offline = false;
    await scan({ 'subnet-0a': 'critical', 'subnet-0b': 'ok' });
    const told = topics.documents(TOPIC).flatMap(({ transitions }) => transitions);
    expect(told).toMatchObject([
      { subject: { id: 'subnet-0a' }, severity: 'critical' },
      { subject: { id: 'subnet-0b' }, transition: 'resolved' },
    ]);
  }, 120_000);

  test('a run whose time is up begins nothing more, and the next one takes over', async () => {
    const timing = { ...OUTBOX_TIMING, claimFor: OUTBOX_TIMING.sendTimeout };
    const report = await scan(ONE, { timing });
    expect(report).toMatchObject({ sent: 0, postponed: 1 });
    clock.now += 5 * MINUTE;
    await scan(ONE);
    expect(topics.received(TOPIC)).toEqual([ID]);
  });
});

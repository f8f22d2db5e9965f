import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LabSlack, startLabSlack } from '../../../lab/slack.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertLevel } from '../../../shared/model/alert/alert.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import { defaultHttpEnvironment } from '../../../shared/notify/http-delivery.ts';
import { createPagerDutyNotifier } from '../../../shared/notify/pagerduty.ts';
import { createRoutedNotifier } from '../../../shared/notify/routed-notifier.ts';
import type { Secret } from '../../../shared/notify/secret-reader.ts';
import { createSlackApp } from '../../../shared/notify/slack-app/slack-app.ts';
import {
  acknowledgeAndShow,
  muteAndShow,
  showActs,
  unmuteAndShow,
} from '../../../shared/pipeline/acts-of-people.ts';
import { picturesOf } from '../../../shared/pipeline/incident-picture.ts';
import { planRun } from '../../../shared/pipeline/plan.ts';
import { raiseForDelivery } from '../../../shared/pipeline/raise-and-deliver.ts';
import {
  answerSlackInteraction,
  MAX_AGE,
  slackSignature,
} from '../../../shared/pipeline/slack-interaction.ts';
import { withStoredMutes } from '../../../shared/pipeline/stored-mutes.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { startCannedAws } from '../../fixtures/canned-aws.ts';
import { anObservation } from '../../fixtures/observations.ts';

const TOKEN = 'token-of-the-lab';
const SIGNING_SECRET = 'signing-secret-of-the-lab';
const MINUTE = 60_000;
const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const INCIDENT = '111111111111/eu-west-1/subnet/subnet-0a';

const secret = (value: string): Secret => ({ read: async () => value, forget: () => {} });
const signal = new AbortController().signal;

let slack: LabSlack;
let store: StateStore;
let now: number;
beforeEach(async () => {
  slack = await startLabSlack(TOKEN);
  store = createMemoryStateStore();
  now = Date.parse('2026-11-27T10:00:00.000Z');
  await store.assessments.putLatest(anAssessment());
});
afterEach(() => slack.close());

const app = () =>
  createSlackApp({
    name: 'network',
    channel: 'C0123456789',
    token: secret(TOKEN),
    clock: () => now,
    environment: { ...defaultHttpEnvironment, sleep: async () => {} },
    url: slack.url,
    picture: picturesOf(store, () => now),
    memory: {
      get: (key, form) => store.cache.get(key, now, form),
      exchange: (key, expected, value) =>
        store.cache.exchange(key, { expected, value, now, expiresAt: now + 90 * 24 * 3_600_000 }),
    },
  });

/** All waiting is left out: a level counts at once. */
const POLICY: AlertPolicy = {
  ...DEFAULT_POLICY,
  rules: {
    ...DEFAULT_POLICY.rules,
    'addresses-low': { ...DEFAULT_POLICY.rules['addresses-low'], pendingFor: 0, clearFor: 0 },
  },
};

let runs = 0;
/** A scan that finds the subnet at this level, five minutes after the last. */
const scan = async (level: AlertLevel, available: number) => {
  now += 5 * MINUTE;
  runs += 1;
  const { deliver } = await raiseForDelivery({
    target: TARGET,
    observations: [
      {
        ...anObservation(level, { available, cause: 'subnet/subnet-0a' }),
        key: 'addresses/subnet/subnet-0a',
      },
    ],
    policy: await withStoredMutes(POLICY, store.cache, now),
    stored: await store.alerts.list(TARGET),
    isGone: () => false,
    links: { dashboard: null },
    store: store.alerts,
    notifier: app(),
    now,
    clock: () => now,
    runId: `run-${runs}`,
  });
  return deliver();
};

const clickBody = (action: string, value = `network\n${INCIDENT}`): string =>
  new URLSearchParams({
    payload: JSON.stringify({
      type: 'block_actions',
      user: { id: 'U0ADA', username: 'ada' },
      actions: [{ action_id: action, value }],
    }),
  }).toString();

interface Sending {
  readonly at?: number;
  readonly signedWith?: string;
  readonly value?: string;
}

const click = (action: string, { at = now, signedWith = SIGNING_SECRET, value }: Sending = {}) => {
  const body = clickBody(action, value);
  const timestamp = String(Math.floor(at / 1000));
  return answerSlackInteraction({
    request: {
      headers: {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': slackSignature(signedWith, timestamp, body),
      },
      body,
    },
    destinations: new Map([
      ['network', { app: app(), signingSecret: secret(SIGNING_SECRET), timeZone: 'Europe/Berlin' }],
    ]),
    store,
    now,
    signal,
  });
};

const roots = () => slack.messages.filter(({ thread }) => thread === null);
const thread = () => slack.messages.filter(({ thread: of }) => of === roots()[0]?.ts);
const alert = async () => (await store.alerts.list(TARGET))[0]?.alert;

describe('an incident in Slack', () => {
  test('that gets worse, is acknowledged from a button, eases and ends is one message with five steps in its thread', async () => {
    await scan('warning', 12);
    await scan('critical', 4);
    expect((await click('headroom:acknowledge')).status).toBe(200);
    expect((await alert())?.acknowledged?.by).toBe('ada (Slack U0ADA)');
    expect(roots()[0]?.blocks).toContain('Acknowledged by <@U0ADA>');
    await scan('warning', 12);
    await scan('ok', 120);
    expect(roots()).toHaveLength(1);
    expect(thread().map(({ text }) => text.replace(/[:,].*/s, ''))).toEqual([
      'Warning',
      'Now critical',
      '\u{1F440} Acknowledged by <@U0ADA>',
      'Eased to a warning',
      'Resolved',
    ]);
    expect(thread().map(({ isBroadcast }) => isBroadcast)).toEqual([false, true, false, false, false]);
    expect(roots()[0]?.text).toContain('Resolved');
    expect(roots()[0]?.blocks).not.toContain('"type":"actions"');
  });

  test('that begins again after its end has a post of its own', async () => {
    await scan('critical', 4);
    await scan('ok', 120);
    await scan('critical', 4);
    expect(roots()).toHaveLength(2);
  });

  test('that begins again when its alert was forgotten has a post of its own, too', async () => {
    await scan('critical', 4);
    await scan('ok', 120);
    now += 8 * 24 * 3_600_000;
    await scan('ok', 120);
    expect(await alert()).toBeUndefined();
    await scan('critical', 4);
    expect(roots()).toHaveLength(2);
  });

  test.each(['chat.postMessage'])('is not posted twice when the answer to %s is lost', async (method) => {
    slack.breakAfter(method);
    const { problems } = await scan('critical', 4).catch(() => ({ problems: [] }));
    now += 5 * MINUTE;
    await scan('critical', 4);
    expect(problems.length).toBeLessThanOrEqual(1);
    expect(roots()).toHaveLength(1);
    expect(thread()).toHaveLength(1);
  });
});

describe('a click', () => {
  beforeEach(() => scan('critical', 4));

  test.each([
    ['signed with another secret', () => click('headroom:acknowledge', { signedWith: 'another' })],
    ['older than five minutes', () => click('headroom:acknowledge', { at: now - MAX_AGE - 1000 })],
    ['from the future', () => click('headroom:acknowledge', { at: now + MAX_AGE + 2000 })],
    [
      'on a button of another destination',
      () => click('headroom:acknowledge', { value: `other\n${INCIDENT}` }),
    ],
  ])('%s does nothing', async (_name, send) => {
    expect((await send()).status).toBe(401);
    expect((await alert())?.acknowledged).toBeNull();
    expect(thread()).toHaveLength(1);
  });

  test('that comes a second time does nothing', async () => {
    expect((await click('headroom:mute-4h')).status).toBe(200);
    expect((await click('headroom:mute-4h')).status).toBe(401);
    expect((await withStoredMutes(POLICY, store.cache, now)).mutes).toHaveLength(1);
  });

  test('on a button that is none of ours is refused', async () => {
    expect((await click('somebody:else')).status).toBe(400);
  });

  test('that mutes keeps the subnet quiet until the end, and no other one', async () => {
    await click('headroom:mute-4h');
    const { mutes } = await withStoredMutes(POLICY, store.cache, now);
    expect(mutes).toMatchObject([
      {
        match: { account: ['111111111111'], region: ['eu-west-1'], subnet: ['subnet-0a'] },
        until: new Date(now + 4 * 3_600_000).toISOString(),
        by: 'ada (Slack U0ADA)',
      },
    ]);
    const before = thread().length;
    await scan('ok', 120);
    expect(thread()).toHaveLength(before);
    expect((await withStoredMutes(POLICY, store.cache, now + 4 * 3_600_000)).mutes).toEqual([]);
  });

  test('shows the owners of the addresses to the person alone', async () => {
    const before = slack.messages.length;
    expect((await click('headroom:owners')).status).toBe(200);
    expect(slack.whispers.map(({ user }) => user)).toEqual(['U0ADA']);
    expect(slack.messages).toHaveLength(before);
  });
});

describe('the picture of a post', () => {
  beforeEach(async () => {
    const hours = 14 * 24;
    await store.history.backfill(
      TARGET,
      Array.from({ length: hours }, (_, hour) => ({
        at: now - (hours - hour) * 3_600_000,
        samples: [
          { subnetId: 'subnet-0a', available: 251 - Math.floor((hour * 247) / hours), freePrefixes: null },
        ],
      })),
    );
  });
  const pictureOf = () => /"slack_file":\{"id":"(\w+)"\},"alt_text":"([^"]+)"/.exec(roots()[0]?.blocks ?? '');

  test('shows the last fourteen days and the map, as PNG, and is drawn again with each step', async () => {
    await scan('warning', 12);
    const [, first = '', alt] = pictureOf() ?? [];
    expect(alt).toBe('200 of 251 addresses are available. The lowest of the last 14 days was 5.');
    const png = slack.files.get(first);
    expect(png?.subarray(1, 4).toString()).toBe('PNG');
    expect(png?.length).toBeLessThan(20_000);
    await scan('critical', 4);
    const [, second = ''] = pictureOf() ?? [];
    expect(second).not.toBe(first);
    expect(thread()).toHaveLength(2);
  });

  test('is waited for where Slack still works on the file', async () => {
    slack.fileSettings.refusals = 2;
    expect((await scan('critical', 4)).problems).toEqual([]);
    expect(pictureOf()).not.toBeNull();
  });

  test('is left out without the scope, or while the file is not ready, and the message is sent once', async () => {
    slack.fileSettings.isAllowed = false;
    expect((await scan('warning', 12)).problems).toEqual([]);
    slack.fileSettings.isAllowed = true;
    slack.fileSettings.refusals = 99;
    expect((await scan('critical', 4)).problems).toEqual([]);
    expect(pictureOf()).toBeNull();
    expect(roots()).toHaveLength(1);
    expect(thread()).toHaveLength(2);
  });

  test('whose file was deleted is left out of the next step', async () => {
    await scan('warning', 12);
    (slack.files as Map<string, Buffer>).clear();
    slack.fileSettings.isAllowed = false;
    expect((await scan('ok', 120)).problems).toEqual([]);
    expect(roots()[0]?.text).toContain('Resolved');
    expect(pictureOf()).toBeNull();
  });
});

describe('what people do by command or on the live page', () => {
  const ALERT = `${TARGET.accountId}/${TARGET.region}/addresses/subnet/subnet-0a`;
  const HOME = { accountId: '999999999999', region: 'eu-west-1' };
  /** The next run of the planner, five minutes later. */
  const plan = async () => {
    now += 5 * MINUTE;
    runs += 1;
    return planRun({
      home: HOME,
      runId: `run-${runs}`,
      resolved: { targets: [{ ...TARGET, accountName: null, roleArn: null }], unresolved: [] },
      policy: POLICY,
      vpcIds: null,
      subnetSeries: 0,
      links: { dashboard: null },
      store,
      notifier: createRoutedNotifier(new Map([['network', app()]]), 'network'),
      enqueue: async () => {},
      deadLetters: null,
      clock: () => now,
    });
  };
  const lines = () =>
    slack.messages.filter(({ thread: of }) => of !== null).map(({ text }) => text.replace(/[:,].*/s, ''));

  beforeEach(() => scan('critical', 4));

  test('is in the post of the incident after the next plan, and once in its thread', async () => {
    await acknowledgeAndShow(store, ALERT, { by: 'mia', isWithdrawn: false }, now);
    expect(roots()[0]?.blocks).not.toContain('Acknowledged by');
    await plan();
    expect(roots()[0]?.blocks).toContain('Acknowledged by mia');
    await acknowledgeAndShow(store, ALERT, { by: 'mia', isWithdrawn: true }, now);
    const until = new Date(now + 4 * 3_600_000).toISOString();
    const { number } = await muteAndShow(
      store,
      { match: { subnet: ['subnet-0a'] }, reason: 'load test', until, by: 'zoe' },
      now,
    );
    await plan();
    expect(roots()[0]?.blocks).not.toContain('Acknowledged by');
    expect(roots()[0]?.blocks).toContain('headroom:acknowledge');
    expect(roots()[0]?.blocks).toContain('Muted by zoe until');
    await unmuteAndShow(store, number, 'zoe', now);
    await plan();
    await plan();
    expect(roots()[0]?.blocks).not.toContain('Muted by');
    expect(lines().slice(1)).toEqual([
      '\u{1F440} Acknowledged by mia',
      'Acknowledgement taken back by mia',
      expect.stringContaining('Muted by zoe until'),
      '\u{1F514} Mute ended by zoe',
    ]);
  });

  test('is shown once when the answer of Slack is lost, and later when Slack is down', async () => {
    await acknowledgeAndShow(store, ALERT, { by: 'mia', isWithdrawn: false }, now);
    slack.breakAfter('chat.postMessage');
    expect((await plan()).problems.map(({ code }) => code)).toEqual(['slack-unreachable']);
    expect((await plan()).problems).toEqual([]);
    expect(lines().slice(1)).toEqual(['\u{1F440} Acknowledged by mia']);
    slack.breakAfter('chat.update');
    await acknowledgeAndShow(store, ALERT, { by: 'mia', isWithdrawn: true }, now);
    await plan();
    await plan();
    expect(roots()[0]?.blocks).not.toContain('Acknowledged by');
    expect(lines()).toHaveLength(3);
  });

  test('is not shown where another mute still holds the incident, and nothing is shown of an incident that is over', async () => {
    const mute = { match: { subnet: ['subnet-0a'] }, reason: 'x', by: 'zoe' };
    const until = new Date(now + 4 * 3_600_000).toISOString();
    const { number } = await muteAndShow(store, { ...mute, until }, now);
    await muteAndShow(store, { ...mute, match: { account: [TARGET.accountId] }, until }, now);
    await unmuteAndShow(store, number, 'zoe', now);
    await plan();
    expect(roots()[0]?.blocks).toContain('Muted by zoe until');
    expect(lines().filter((line) => line.includes('Mute ended'))).toEqual([]);
  });

  test('a click in one channel shows in the posts of other channels with the next plan, and not twice in its own', async () => {
    await click('headroom:acknowledge');
    await plan();
    expect(lines().filter((line) => line.includes('Acknowledged'))).toHaveLength(1);
  });

  test('is acknowledged at PagerDuty too', async () => {
    const pagerDuty = await startCannedAws(() => ({ status: 202, body: '{"status":"success"}' }));
    const notifier = createRoutedNotifier(
      new Map([
        ['network', app()],
        ['pager', createPagerDutyNotifier(secret('key'), undefined, pagerDuty.url)],
      ]),
      'network',
    );
    await acknowledgeAndShow(store, ALERT, { by: 'mia', isWithdrawn: false }, now);
    expect(await showActs(store.cache, notifier, now, signal)).toEqual([]);
    expect(await showActs(store.cache, notifier, now, signal)).toEqual([]);
    expect(pagerDuty.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { routing_key: 'key', event_action: 'acknowledge', dedup_key: INCIDENT },
    ]);
    await pagerDuty.close();
  });
});

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startServer } from '../../../cli/serve/http-server.ts';
import { LatestScans } from '../../../cli/serve/latest-scans.ts';
import { createPages } from '../../../cli/serve/pages.ts';
import { type LabSlack, startLabSlack } from '../../../lab/slack.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertLevel } from '../../../shared/model/alert/alert.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import { defaultHttpEnvironment } from '../../../shared/notify/http-delivery.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import { createRoutedNotifier } from '../../../shared/notify/routed-notifier.ts';
import type { Secret } from '../../../shared/notify/secret-reader.ts';
import { createSlackApp } from '../../../shared/notify/slack-app/slack-app.ts';
import { createTeamsNotifier } from '../../../shared/notify/teams.ts';
import { picturesOf } from '../../../shared/pipeline/incident-picture.ts';
import { raiseForDelivery } from '../../../shared/pipeline/raise-and-deliver.ts';
import { answerSlackInteraction } from '../../../shared/pipeline/slack-interaction.ts';
import { storedMutes, withStoredMutes } from '../../../shared/pipeline/stored-mutes.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { openBrowser } from './browser.ts';
import { type ChannelPage, startChannelPage } from './channel-page.ts';

/** One incident in a channel: a person reads and clicks in a browser, and Headroom has its own server, store and destinations. */

const TOKEN = 'token-of-the-lab';
const SECRET = 'signing-secret-of-the-lab';
const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const secret = (value: string): Secret => ({ read: async () => value, forget: () => {} });
const environment = { ...defaultHttpEnvironment, sleep: async () => {} };
const POLICY: AlertPolicy = {
  ...DEFAULT_POLICY,
  rules: {
    ...DEFAULT_POLICY.rules,
    'addresses-low': { ...DEFAULT_POLICY.rules['addresses-low'], pendingFor: 0, clearFor: 0 },
  },
  routes: [{ match: {}, to: ['network', 'teams'], continue: false }],
};

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

let slack: LabSlack;
let teams: CannedAws;
let store: StateStore;
let channel: ChannelPage;
let page: Page;
let notifier: Notifier;
let runs: number;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  runs = 0;
  slack = await startLabSlack(TOKEN);
  teams = await startCannedAws(() => ({ status: 202 }));
  store = createMemoryStateStore();
  await store.assessments.putLatest(anAssessment());
  const app = createSlackApp({
    name: 'network',
    channel: 'C0123456789',
    token: secret(TOKEN),
    clock: Date.now,
    environment,
    url: slack.url,
    picture: picturesOf(store, Date.now),
    memory: {
      get: (key, form) => store.cache.get(key, Date.now(), form),
      exchange: (key, expected, value) =>
        store.cache.exchange(key, { expected, value, now: Date.now(), expiresAt: Date.now() + 3_600_000 }),
    },
  });
  notifier = createRoutedNotifier(
    new Map([
      ['network', app],
      ['teams', createTeamsNotifier(secret(teams.url), environment)],
    ]),
    'network',
  );
  const server = await startServer(
    { host: '127.0.0.1', port: 0 },
    {
      ...createPages({ latest: new LatestScans(), now: Date.now }),
      slack: (request) =>
        answerSlackInteraction({
          request,
          destinations: new Map([['network', { app, signingSecret: secret(SECRET), timeZone: 'UTC' }]]),
          store,
          now: Date.now(),
          signal: new AbortController().signal,
        }),
    },
  );
  channel = await startChannelPage(slack, new URL('/slack/interactivity', server.url).href, SECRET);
  page = await browser.newPage();
  ends.push(
    () => page.close(),
    () => channel.close(),
    () => server.close(),
    () => slack.close(),
    () => teams.close(),
  );
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A scan that finds the subnet at this level. Each is a moment later than the last. */
const scan = async (level: AlertLevel, available: number): Promise<void> => {
  runs += 1;
  const { deliver } = await raiseForDelivery({
    target: TARGET,
    observations: [
      {
        ...anObservation(level, { available, cause: 'subnet/subnet-0a' }),
        key: 'addresses/subnet/subnet-0a',
      },
    ],
    policy: await withStoredMutes(POLICY, store.cache, Date.now()),
    stored: await store.alerts.list(TARGET),
    isGone: () => false,
    links: { dashboard: null },
    store: store.alerts,
    notifier,
    now: Date.now(),
    clock: Date.now,
    runId: `run-${runs}`,
  });
  await deliver();
  await page.goto(channel.url);
};

const click = async (name: string): Promise<string> => {
  await page.getByRole('button', { name }).click();
  await page.waitForFunction("document.title.startsWith('answered')");
  const answer = (await page.title()).replace('answered ', '');
  await page.goto(channel.url);
  return answer;
};

const thread = async (): Promise<readonly string[]> =>
  (await page.locator('ol li').allTextContents()).map((line) => line.replace(/[:,].*/s, ''));
const acknowledgedBy = async () => (await store.alerts.list(TARGET))[0]?.alert.acknowledged?.by;

test('an incident that gets worse, is acknowledged from its button, eases and ends is one message with five steps', async () => {
  await scan('warning', 12);
  await scan('critical', 4);
  expect(await click('Acknowledge')).toBe('200');
  expect(await page.locator('.post').textContent()).toContain('Acknowledged by <@U0ADA>');
  expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
  expect(await acknowledgedBy()).toBe('ada (Slack U0ADA)');
  await scan('warning', 12);
  await scan('ok', 120);
  expect(await page.locator('article').count()).toBe(1);
  expect(await thread()).toEqual([
    'Warning',
    'Now critical',
    '\u{1F440} Acknowledged by <@U0ADA>',
    'Eased to a warning',
    'Resolved',
  ]);
  expect(await page.getByRole('button').count()).toBe(0);
  // Teams has no message that changes: a card for each step, and none for the click.
  const cards = teams.requests.map(({ body }) => body);
  expect(cards).toHaveLength(4);
  for (const [index, word] of ['Warning', 'Now critical', 'Eased to a warning', 'Resolved'].entries())
    expect(cards[index]).toContain(`${word}: `);
});

test('an unsigned, an old and a repeated click do nothing', async () => {
  await scan('critical', 4);
  channel.sealing.secret = '';
  expect(await click('Acknowledge')).toBe('401');
  channel.sealing.secret = 'another';
  expect(await click('Acknowledge')).toBe('401');
  channel.sealing.secret = SECRET;
  channel.sealing.age = 301;
  expect(await click('Mute 24 h')).toBe('401');
  expect(await acknowledgedBy()).toBeUndefined();
  expect(await storedMutes(store.cache, Date.now())).toEqual([]);
  expect(await thread()).toEqual(['Critical']);
  channel.sealing.age = 0;
  expect(await click('Mute 4 h')).toBe('200');
  expect(await channel.repeat()).toBe(401);
  expect(await storedMutes(store.cache, Date.now())).toHaveLength(1);
});

import { beforeEach, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import type { Target } from '../../../shared/model/aws/inventory.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../../shared/notify/pagerduty.ts';
import { planRun } from '../../../shared/pipeline/plan.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

/** A target leaves the selection while its alerts fire: a mistake must not look like an all-clear, and no incident stays open for ever. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BEGIN = Date.parse('2026-01-05T10:00:00Z');
const HOME: Target = { accountId: '999999999999', region: 'eu-west-1' };
const SPOKE: Target = { accountId: '111111111111', region: 'eu-west-1' };

let store: StateStore;
let now: number;
let messages: AlertMessage[];
let runs = 0;

const assess = (target: Target): Promise<unknown> =>
  store.assessments.putLatest(
    anAssessment({
      target: { ...target, status: 'ok', errors: [] },
      scannedAt: new Date(now).toISOString(),
    }),
  );

beforeEach(async () => {
  store = createMemoryStateStore();
  now = BEGIN;
  messages = [];
  await assess(SPOKE);
  const alert = alertAfter(anObservation('critical'));
  await store.alerts.commit(SPOKE, { ...alert, outbox: [] }, 0);
});

const plan = async (...targets: readonly Target[]) => {
  for (const target of targets) await assess(target);
  return planOf(...targets);
};

const planOf = (...targets: readonly Target[]) => {
  runs += 1;
  return planRun({
    home: HOME,
    runId: `run-${runs}`,
    resolved: {
      targets: targets.map((target) => ({ ...target, accountName: null, roleArn: null })),
      unresolved: [],
    },
    policy: DEFAULT_POLICY,
    vpcIds: null,
    subnetSeries: 0,
    links: { dashboard: null },
    store,
    notifier: {
      send: async (message) => {
        messages.push(message);
      },
    },
    enqueue: async () => {},
    deadLetters: null,
    clock: () => now,
  });
};

test('a target that cannot be read is named with what fixes it', async () => {
  const action = 'Allow ec2:DescribeSubnets in the policy of the role.';
  for (const minutes of [0, 31]) {
    now = BEGIN + minutes * MINUTE;
    await store.assessments.putLatest(
      anAssessment({
        target: {
          ...SPOKE,
          status: 'failed',
          errors: [{ code: 'access-denied', message: 'Listing subnets is not allowed', action }],
        },
        scannedAt: new Date(now).toISOString(),
      }),
    );
    await planOf(HOME, SPOKE);
  }
  const [message] = messages.map(composeMessage);
  expect(message?.headline).toBe('Warning: Headroom: account 111111111111 in eu-west-1 is not watched');
  expect(message?.entries[0]?.remedy).toMatchObject({
    title: action.replace(/\.$/, ''),
    effect: 'Fixes: Listing subnets is not allowed.',
  });
});

const stored = async () => (await store.alerts.list(SPOKE)).map(({ alert: { status } }) => status);
const headlines = (): readonly string[] => messages.map((message) => composeMessage(message).headline);

test('its alerts go on for a day, and people are notified that it left', async () => {
  await plan(HOME);
  now += 31 * MINUTE;
  await plan(HOME);
  expect(headlines()).toEqual([
    'Warning: Headroom: account 111111111111 in eu-west-1 is no longer selected, and its alerts still fire',
  ]);
  now = BEGIN + DAY - MINUTE;
  await plan(HOME);
  expect(await stored()).toEqual(['firing']);
});

test('after a day each alert closes once, where it is open, and nothing says that it is over', async () => {
  now += DAY;
  await plan(HOME);
  now += MINUTE;
  await plan(HOME);
  expect(await stored()).toEqual(['resolved']);
  expect(headlines()).toEqual(['No longer monitored: private-a: addresses low, and not known to be over']);
  const [message] = messages;
  const events = pagerDutyEvents(message as AlertMessage, 'key').map(({ event_action }) => event_action);
  expect(new Set(events)).toEqual(new Set(['resolve']));
  expect(JSON.stringify(composeMessage(message as AlertMessage))).toContain(
    'It is not known whether it is over.',
  );
});

test('one that comes back within the day goes on as if nothing had been', async () => {
  await plan(HOME);
  now += 10 * MINUTE;
  await plan(HOME, SPOKE);
  now += DAY;
  await plan(HOME, SPOKE);
  expect([await stored(), headlines()]).toEqual([['firing'], []]);
});

test('a second target that leaves makes the alert about the first one worse', async () => {
  const other: Target = { accountId: '222222222222', region: 'eu-west-1' };
  await plan(HOME, other);
  const alert = alertAfter(anObservation('critical'));
  await store.alerts.commit(other, { ...alert, subject: { ...alert.subject, ...other }, outbox: [] }, 0);
  now += 31 * MINUTE;
  await plan(HOME, other);
  now += MINUTE;
  await plan(HOME);
  now += 31 * MINUTE;
  await plan(HOME);
  expect(headlines()).toEqual([
    'Warning: Headroom: account 111111111111 in eu-west-1 is no longer selected, and its alerts still fire',
    'Worse, still a warning: Headroom: 2 accounts or Regions are no longer selected, and their alerts still fire',
  ]);
});

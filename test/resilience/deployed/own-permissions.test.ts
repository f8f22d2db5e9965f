import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accessDenied, failing } from '../../../lab/faults/catalogue.ts';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import {
  FULL,
  HUB,
  THREE_ACCOUNTS_REGION as REGION,
  THREE_ACCOUNTS_YML,
  threeAccounts,
} from '../../fixtures/three-accounts.ts';

/** What the functions themselves lean on fails, one service at a time: the rest of a run goes on, and its log says what did not. */

let headroom: DeployedHeadroom;
beforeEach(async () => {
  headroom = await deployHeadroom({
    estate: threeAccounts,
    accountId: HUB,
    configuration: THREE_ACCOUNTS_YML,
  });
});
afterEach(async () => {
  await headroom.close();
});

/** Everything that the functions logged as a warning or an error. */
const logged = (): string =>
  [console.warn, console.error].flatMap((log) => vi.mocked(log).mock.calls.flat()).join('\n');

const published = (name: string) =>
  headroom.lab.metrics.filter((datum) => datum.name === name).flatMap(({ values }) => values);

const NO_FAILURES = Array.from({ length: 3 }, () => ({ batchItemFailures: [] }));

describe('CloudWatch takes no metrics', () => {
  beforeEach(() => {
    headroom.lab.faults.inject({ service: 'cloudwatch', action: 'PutMetricData' }, accessDenied());
  });

  test('every target is scanned once anyway, remembered and alerted on, and no run is repeated', async () => {
    await headroom.plan();
    expect(await headroom.drain()).toEqual(NO_FAILURES);
    expect(await headroom.waiting('targets')).toBe(0);
    expect(headroom.lab.sns).toHaveLength(1);
    expect((await headroom.store.assessments.targets()).map(({ status }) => status)).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
    expect(headroom.lab.metrics).toEqual([]);
  });

  test('the log of both functions says so; the absence of what a run says of itself is what the alarm waits for', async () => {
    await headroom.plan();
    expect(logged()).toContain('CloudWatch did not take');
    vi.mocked(console.warn).mockClear();
    await headroom.drain();
    expect(logged()).toContain('CloudWatch did not take');
    expect(logged()).toContain('cloudwatch:PutMetricData');
  });
});

describe.each([
  ['cannot be used', 'AccessDeniedException', 'state-access-denied'],
  ['does not exist', 'ResourceNotFoundException', 'state-table-missing'],
])('the table %s', (_, error, code) => {
  const forbidden = () => {
    headroom.dynamo.fates = () => ({ error, status: 400 });
  };

  test('a plan still queues every target, once, and does not claim to know how well they are watched', async () => {
    forbidden();
    await headroom.plan();
    expect(await headroom.waiting('targets')).toBe(3);
    expect(published('TargetsPlanned')).toEqual([3]);
    for (const name of ['TargetsStale', 'TargetsNew', 'TargetsGone', 'AlertsUndelivered'])
      expect([name, published(name)]).toEqual([name, []]);
    expect(logged()).toContain(code);
    expect(logged()).toContain('"unknown"');
  });

  test('each target is measured and published, and counts as failed: its alerts cannot be sent', async () => {
    await headroom.plan();
    forbidden();
    expect(await headroom.drain()).toEqual(NO_FAILURES);
    expect(published('AvailableAddresses').length).toBeGreaterThanOrEqual(3);
    expect(published('TargetsSucceeded')).toEqual([0, 0, 0]);
    expect(published('TargetsFailed')).toEqual([1, 1, 1]);
    expect(headroom.lab.sns).toEqual([]);
    expect(logged()).toContain(code);
  });

  test('once it can, the next run tells what there is to tell', async () => {
    forbidden();
    await headroom.plan();
    await headroom.drain();
    headroom.dynamo.fates = () => 'answered';
    await headroom.plan();
    expect(await headroom.drain()).toEqual(NO_FAILURES);
    expect(headroom.lab.sns).toHaveLength(1);
    expect(published('TargetsSucceeded')).toEqual([0, 0, 0, 1, 1, 1]);
  });
});

test('a secret cannot be read: its channel waits, the topic gets the alert, and the log names the secret', async () => {
  await headroom.close();
  headroom = await deployHeadroom({
    estate: threeAccounts,
    accountId: HUB,
    configuration: `${THREE_ACCOUNTS_YML}    delivery-failing: { for: 0s }
routes:
  - to: [on-call, default]
    match: { rule: addresses-low }
destinations:
  on-call:
    pagerduty: { parameter: /headroom/on-call-key }
`,
  });
  await headroom.plan();
  expect(await headroom.drain()).toEqual(NO_FAILURES);
  const told = () => headroom.lab.sns.map(({ message }) => message).join('\n');
  expect(told()).toContain('addresses-low');
  expect(published('AlertsUndelivered').toSorted()).toEqual([0, 0, 0, 1]);
  expect(published('TargetsSucceeded').toSorted()).toEqual([0, 1, 1]);
  expect(logged()).toContain('/headroom/on-call-key');
});

test('the topic refuses: the message waits, the metric counts it, and the log names the permission', async () => {
  headroom.lab.faults.inject({ service: 'sns', action: 'Publish' }, accessDenied());
  await headroom.plan();
  expect(await headroom.drain()).toEqual(NO_FAILURES);
  expect(published('AlertsUndelivered').toSorted()).toEqual([0, 0, 0, 1]);
  expect(logged()).toContain('SNS:Publish');
  const [stored] = await headroom.store.alerts.list({ accountId: FULL, region: REGION });
  expect(stored?.alert.outbox).toHaveLength(1);
});

test('the queue refuses one batch of two: the targets of the other are scanned, and the plan fails aloud', async () => {
  await headroom.close();
  const accounts = Array.from({ length: 9 }, (_, index) => String(800_000_000_000 + index));
  headroom = await deployHeadroom({
    estate: threeAccounts,
    accountId: HUB,
    configuration: THREE_ACCOUNTS_YML.replace(`"${HUB}"`, `"${HUB}", "${accounts.join('", "')}"`),
  });
  headroom.lab.faults.inject(
    { service: 'sqs', action: 'SendMessageBatch' },
    failing('AWS.SimpleQueueService.BatchRequestTooLong', 'Too long.'),
    { times: 1 },
  );
  await expect(headroom.plan()).rejects.toMatchObject({
    code: 'targets-not-queued',
    message: expect.stringContaining('10 targets could not be put on the queue'),
  });
  const bodies = (await headroom.receive()).map(({ body }) => body);
  expect(bodies).toHaveLength(2);
  expect(bodies.join()).toContain('800000000008');
});

test('the configuration cannot be read: nothing is scanned by a guess, and the message says what to allow', async () => {
  headroom.lab.faults.inject({ service: 'ssm', action: 'GetParameter' }, accessDenied());
  await expect(headroom.plan()).rejects.toMatchObject({
    code: 'access-denied',
    action: expect.stringContaining('ssm:GetParameter'),
  });
  expect(await headroom.waiting('targets')).toBe(0);
});

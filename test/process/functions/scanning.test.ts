import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXTERNAL_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import {
  DENIED_ACCOUNT,
  HUB_ACCOUNT,
  organization,
  ROLELESS_ACCOUNT,
  SANDBOX_ACCOUNT,
} from '../../../lab/estates/organization.ts';
import { accessDenied, hanging, vanishedRole } from '../../../lab/faults/catalogue.ts';
import { noteStart } from '../../../shared/pipeline/scan-starts.ts';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import { callEvent, REFUSED_CALLS } from '../../fixtures/events/call-events.ts';
import {
  FULL,
  HUB,
  THREE_ACCOUNTS_REGION as REGION,
  ROOMY,
  THREE_ACCOUNTS_YML,
  threeAccounts,
} from '../../fixtures/three-accounts.ts';

/** SQS hands a message out again after this long, as infra/lambda/queues.yml has it. */
const VISIBILITY_TIMEOUT = 1_800_000;

let headroom: DeployedHeadroom;
beforeEach(async () => {
  headroom = await deployHeadroom({
    estate: threeAccounts,
    accountId: HUB,
    configuration: THREE_ACCOUNTS_YML,
  });
  // The functions log each failure, as they should; a test's output is not the place for it.
});
afterEach(async () => {
  await headroom.close();
});

const accountsOf = (bodies: readonly { readonly body: string }[]): readonly unknown[] =>
  bodies.map(({ body }): unknown => (JSON.parse(body) as { accountId: unknown }).accountId);

const request = (accountId: string, runId = 'run-1') =>
  JSON.stringify({
    schema: 'headroom/scan-request@1',
    runId,
    accountId,
    region: REGION,
    subnetSeries: 500,
  });

const published = (name: string) =>
  headroom.lab.metrics.filter((datum) => datum.name === name).flatMap(({ values }) => values);

const headlines = () =>
  headroom.lab.sns.map(
    ({ message }) =>
      (JSON.parse((JSON.parse(message) as { default: string }).default) as { headline: string }).headline,
  );

describe('events of CloudTrail', () => {
  /** As Lambda hands over a batch of the queue that EventBridge writes to. */
  const deliver = (events: readonly object[]) =>
    headroom.scan(
      events.map(
        (event, index) =>
          ({
            messageId: `event-${index}`,
            body: JSON.stringify(event),
            eventSourceARN: `arn:aws:sqs:${REGION}:${HUB}:headroom-prod-call-events`,
          }) as SQSRecord,
      ),
    );

  test('about refused calls become the alert of the account that they are about', async () => {
    await headroom.close();
    headroom = await deployHeadroom({
      estate: threeAccounts,
      accountId: HUB,
      configuration: `${THREE_ACCOUNTS_YML}    findings: { for: 0s }\n`,
    });
    const refused = (index: number) =>
      callEvent({
        account: ROOMY,
        region: REGION,
        at: new Date(Date.now() - index * 60_000).toISOString(),
        detail: REFUSED_CALLS['a prefix'] ?? {},
      });
    expect(await deliver([refused(3), refused(2), refused(1)])).toEqual({ batchItemFailures: [] });
    await headroom.plan();
    await headroom.drain();
    expect(headlines()).toContainEqual(
      expect.stringContaining('3 calls of EC2 caller payments-nodes failed, no free prefix'),
    );
    expect(headlines().filter((headline) => headline.includes('payments-nodes'))).toHaveLength(1);
  });

  test('that cannot be read are dropped, and do not come again', async () => {
    expect(await deliver([{ source: 'my.app' }, {}])).toEqual({ batchItemFailures: [] });
  });
});

describe('a run', () => {
  test('plan-scan puts every account and Region on the queue', async () => {
    await headroom.plan();
    expect(accountsOf(await headroom.receive())).toEqual([HUB, FULL, ROOMY]);
    expect(published('TargetsPlanned')).toEqual([3]);
    expect(published('TargetsNew')).toEqual([3]);
  });

  test('scan-target scans each through its role, publishes, remembers and alerts', async () => {
    await headroom.plan();
    expect(await headroom.drain()).toEqual(Array.from({ length: 3 }, () => ({ batchItemFailures: [] })));
    expect(await headroom.waiting('targets')).toBe(0);

    expect(
      headroom.lab.calls
        .filter(({ action }) => action === 'AssumeRole')
        .map(({ parameters }) => parameters['ExternalId']),
    ).toEqual([EXTERNAL_ID, EXTERNAL_ID]);
    const available = headroom.lab.metrics.filter(({ name }) => name === 'AvailableAddresses');
    expect(new Map(available.map(({ dimensions, values }) => [dimensions['AccountId'], values[0]]))).toEqual(
      new Map([
        [HUB, 241],
        [FULL, 1],
        [ROOMY, 248],
      ]),
    );
    expect(published('TargetsSucceeded')).toEqual([1, 1, 1]);
    const latest = await headroom.store.assessments.latest({ accountId: FULL, region: REGION });
    expect(latest?.subnets).toMatchObject([{ name: 'full-a', available: 1, confidence: 'exact' }]);
    const alerts = await headroom.store.alerts.list({ accountId: FULL, region: REGION });
    expect(alerts.map(({ alert }) => [alert.rule, alert.status, alert.outbox])).toEqual([
      ['addresses-low', 'firing', []],
    ]);
    expect(headroom.lab.sns).toHaveLength(1);
    expect(headroom.lab.sns[0]).toMatchObject({ topicArn: headroom.topicArn });
  });

  test('the next run finds every target fresh, says nothing twice, and counts nothing as new', async () => {
    await headroom.plan();
    await headroom.drain();
    await headroom.plan();
    await headroom.drain();
    expect(published('TargetsNew')).toEqual([3, 0]);
    expect(published('TargetsStale')).toEqual([0, 0]);
    expect(headroom.lab.sns).toHaveLength(1);
  });
});

describe('messages that come in other ways than they should', () => {
  test('a poisoned message fails alone: the targets in the same batch are scanned', async () => {
    await headroom.send(request(FULL));
    await headroom.send(
      '{"schema":"headroom/scan-request@1","runId":"r","accountId":"12","region":"eu-west-1"}',
    );
    await headroom.send('not json');
    await headroom.send(request(ROOMY));
    const records = await headroom.receive();
    const { batchItemFailures } = await headroom.scan(records);
    expect(batchItemFailures).toEqual([
      { itemIdentifier: records[1]?.messageId },
      { itemIdentifier: records[2]?.messageId },
    ]);
    expect(published('TargetsSucceeded')).toEqual([1, 1]);
  });

  test('a message that fails three times goes to the dead letters, and the next run tells people', async () => {
    await headroom.send('not json');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const records = await headroom.receive();
      expect((await headroom.scan(records)).batchItemFailures).toHaveLength(1);
      headroom.lab.clock.advance(VISIBILITY_TIMEOUT);
    }
    expect(await headroom.receive()).toEqual([]);
    expect([await headroom.waiting('targets'), await headroom.waiting('dead-letters')]).toEqual([0, 1]);

    await headroom.plan();
    expect(headlines()).toEqual([expect.stringContaining('1 scan failed repeatedly')]);
  });

  test('the same message three times alerts once', async () => {
    await headroom.send(request(FULL));
    const records = await headroom.receive();
    for (let delivery = 0; delivery < 3; delivery += 1) {
      expect(await headroom.scan(records)).toEqual({ batchItemFailures: [] });
    }
    expect(headroom.lab.sns).toHaveLength(1);
    const [stored] = await headroom.store.alerts.list({ accountId: FULL, region: REGION });
    expect(stored?.alert.outbox).toEqual([]);
  });

  test('the same message to three invocations at the same time alerts once', async () => {
    await headroom.send(request(FULL));
    const records = await headroom.receive();
    const responses = await Promise.all([
      headroom.scan(records),
      headroom.scan(records),
      headroom.scan(records),
    ]);
    expect(responses).toEqual(Array.from({ length: 3 }, () => ({ batchItemFailures: [] })));
    expect(headroom.lab.sns).toHaveLength(1);
  });

  test('runs that arrive in the wrong order leave what was measured last', async () => {
    await headroom.plan('earlier');
    const earlier = await headroom.receive();
    await headroom.plan('later');
    const later = await headroom.receive();
    await headroom.scan(later);
    const scannedAt =
      (await headroom.store.assessments.latest({ accountId: FULL, region: REGION }))?.scannedAt ?? '';
    await headroom.scan(earlier);
    const latest = await headroom.store.assessments.latest({ accountId: FULL, region: REGION });
    // The message is old, but what it makes is a scan of this very moment.
    expect((latest?.scannedAt ?? '') >= scannedAt).toBe(true);
    expect(latest?.subnets).toMatchObject([{ available: 1 }]);
    expect(headroom.lab.sns).toHaveLength(1);
  });

  test('two plan-scans at the same time make two scans of each target, and one alert', async () => {
    await Promise.all([headroom.plan('one'), headroom.plan('two')]);
    expect(await headroom.waiting('targets')).toBe(6);
    expect((await headroom.drain()).flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([]);
    expect(headroom.lab.sns).toHaveLength(1);
  });
});

describe('a target that cannot be scanned', () => {
  test('hides no other, is reported, and says which permission of which role', async () => {
    headroom.lab.faults.inject({ accountId: ROOMY, action: 'DescribeNetworkInterfaces' }, accessDenied());
    await headroom.plan();
    await headroom.drain();
    expect(published('TargetsSucceeded')).toEqual([1, 1, 0]);
    expect(published('TargetsFailed')).toEqual([0, 0, 1]);
    const latest = await headroom.store.assessments.latest({ accountId: ROOMY, region: REGION });
    expect(latest?.target).toMatchObject({ status: 'partial', errors: [{ code: 'access-denied' }] });
    expect(latest?.subnets[0]?.available).toBeNull();
    // Nothing is published of what is not known.
    expect(
      headroom.lab.metrics.filter(
        ({ name, dimensions }) => name === 'AvailableAddresses' && dimensions['AccountId'] === ROOMY,
      ),
    ).toEqual([]);
    const [message] = headroom.lab.sns.filter(({ message }) => message.includes('DescribeNetworkInterfaces'));
    expect(message?.message).toContain(SCAN_ROLE);
    expect(message?.message).toContain(ROOMY);
  });

  test('a role that vanished fails the target as a whole, and the run counts it', async () => {
    headroom.lab.faults.inject({ service: 'sts', action: 'AssumeRole' }, vanishedRole());
    await headroom.plan();
    await headroom.drain();
    expect(published('TargetsFailed')).toEqual([0, 1, 1]);
    await headroom.plan();
    expect(headlines().filter((headline) => headline.includes('are not watched'))).toEqual([
      expect.stringContaining('2 of 3 accounts in eu-west-1 are not watched'),
    ]);
  });

  test('a target that hangs is given up in time, and what is known of it is kept', async () => {
    await headroom.send(request(FULL));
    headroom.lab.faults.inject({ accountId: FULL, action: 'DescribeNetworkInterfaces' }, hanging());
    // Lambda would end the function in 23 s; 20 s of them are kept back.
    const response = await headroom.scan(await headroom.receive(), 23_000);
    expect(response).toEqual({ batchItemFailures: [] });
    const latest = await headroom.store.assessments.latest({ accountId: FULL, region: REGION });
    expect(latest?.target).toMatchObject({ status: 'partial', errors: [{ code: 'deadline-exceeded' }] });
    expect(published('TargetsFailed')).toEqual([1]);
  });
});

test('a scan that was killed is reported by the next plan, with the likely reason', async () => {
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
  // What a function leaves behind that is ended in the middle of a scan.
  await noteStart(
    headroom.store.cache,
    { accountId: FULL, region: REGION },
    { endsBy: minutesAgo(1), memory: () => ({ used: 250, limit: 256 }) },
    () => minutesAgo(6),
  );
  await headroom.plan();
  expect(headlines().filter((headline) => /^Warning: .*not watched/.test(headline))).toHaveLength(1);
  const [message] = headroom.lab.sns;
  expect(message?.message).toContain('it probably ran out of memory, when last seen it used 250 of 256 MB');
  // The scan that ends puts an end to it.
  await headroom.drain();
  await headroom.plan();
  const latest = await headroom.store.alerts.list({ accountId: HUB, region: REGION });
  expect(latest.map(({ alert }) => [alert.rule, alert.status])).toContainEqual(['coverage', 'resolved']);
});

test('an organization: some accounts refuse, the others are scanned, and each run says which', async () => {
  await headroom.close();
  headroom = await deployHeadroom({
    estate: organization,
    accountId: HUB_ACCOUNT,
    configuration: `
targets:
  organization: { exclude: ["${SANDBOX_ACCOUNT}"] }
  regions: enabled
  roleName: ${SCAN_ROLE}
  externalId: ${EXTERNAL_ID}
alerts:
  rules:
    coverage: { for: 0s }
`,
  });
  await headroom.plan();
  expect((await headroom.drain()).flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([]);
  const states = new Map(
    (await headroom.store.assessments.targets()).map(({ target, status }) => [
      `${target.accountId}/${target.region}`,
      status,
    ]),
  );
  // The hub, the huge one, twenty small ones and the one that is denied, in two Regions each. The one without a role
  // cannot be asked for its Regions: it is tried in the Region that Headroom runs in, and says why it failed.
  expect(states.size).toBe(47);
  expect([...states].filter(([, status]) => status !== 'ok').toSorted()).toEqual(
    [
      [`${DENIED_ACCOUNT}/eu-west-1`, 'partial'],
      [`${DENIED_ACCOUNT}/us-east-1`, 'partial'],
      [`${ROLELESS_ACCOUNT}/eu-west-1`, 'failed'],
    ].toSorted(),
  );
  await headroom.plan();
  const [told] = headlines().filter((headline) => /^Warning: .*not watched/.test(headline));
  expect(told).toContain('account 444455556666 in eu-west-1 is not watched');
  expect(headroom.lab.sns.map(({ message }) => message).join()).toContain(ROLELESS_ACCOUNT);
});

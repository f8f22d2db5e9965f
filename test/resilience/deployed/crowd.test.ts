import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXTERNAL_ID, type LabAccount, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { hanging } from '../../../lab/faults/catalogue.ts';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';

/**
 * One huge account beside a hundred small ones: it is scanned in full, and while it hangs, the others do not wait for
 * it.
 */

const HUB = '111122223333';
const REGION = 'eu-west-1';
const INTERFACES = 2500;
const SMALL_ACCOUNTS = 100;
/** As serverless.yml sets it: so many invocations of scan-target run at the same time. */
const CONCURRENCY = 10;

const huge = labAccount('222233334444', 'huge', [REGION]);
const small = Array.from({ length: SMALL_ACCOUNTS }, (_, index) =>
  labAccount(String(700_000_000_000 + index), `team-${index}`, [REGION]),
);

const estate = scenarioEstate({
  name: 'crowd',
  description: 'one huge account beside a hundred small ones',
  accounts: [labAccount(HUB, 'hub', [REGION]), huge, ...small],
  scenarios: [huge, ...small].map(({ accountId, name }: LabAccount) => (world) => {
    const isHuge = accountId === huge.accountId;
    const vpc = world.createVpc({ ownerId: accountId, region: REGION, cidrBlock: '10.60.0.0/16', name });
    const { subnetId } = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: isHuge ? '10.60.0.0/17' : '10.60.0.0/26',
      name,
    });
    for (let index = 0; index < (isHuge ? INTERFACES : 2); index += 1)
      world.createInterface({
        subnetId,
        description: `worker ${index}`,
        secondaryAddresses: isHuge ? 9 : 0,
      });
    return () => undefined;
  }),
});

let headroom: DeployedHeadroom;
beforeEach(async () => {
  headroom = await deployHeadroom({
    estate,
    accountId: HUB,
    configuration: `
targets:
  accounts: [${[huge, ...small].map(({ accountId }) => `"${accountId}"`).join(', ')}]
  regions: [${REGION}]
  roleName: ${SCAN_ROLE}
  externalId: ${EXTERNAL_ID}
alerts:
  rules:
    scan-failed: { for: 0s }
`,
  });
});
afterEach(async () => {
  await headroom.close();
});

/** Empties the queue as Lambda does: so many at once, each in an invocation of its own. Tells who ended in which order. */
const drainAtOnce = async (remainingMilliseconds: number): Promise<readonly string[]> => {
  const ended: string[] = [];
  const worker = async (waiting: Awaited<ReturnType<typeof headroom.receive>>[number][]): Promise<void> => {
    for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
      expect(await headroom.scan([record], remainingMilliseconds)).toEqual({ batchItemFailures: [] });
      ended.push((JSON.parse(record.body) as { accountId: string }).accountId);
    }
  };
  const waiting: Awaited<ReturnType<typeof headroom.receive>>[number][] = [];
  for (let records = await headroom.receive(); records.length > 0; records = await headroom.receive())
    waiting.push(...records);
  await Promise.all(Array.from({ length: CONCURRENCY }, () => worker(waiting)));
  return ended;
};

const statuses = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await headroom.store.assessments.targets()).map(({ target, status }) => [target.accountId, status]),
  );

test('the huge one hangs: all small ones are scanned before it is stopped, it alone is reported, and the next run reads it in full', async () => {
  const fault = headroom.lab.faults.inject(
    { accountId: huge.accountId, action: 'DescribeNetworkInterfaces' },
    hanging(),
  );
  await headroom.plan();
  // Lambda would end each after 40 s, of which 20 s are kept back: a deadline far beyond what the small ones take.
  const ended = await drainAtOnce(40_000);
  expect(ended).toHaveLength(SMALL_ACCOUNTS + 1);
  expect(ended.at(-1)).toBe(huge.accountId);
  expect([...(await statuses())].filter(([, status]) => status !== 'ok')).toEqual([
    [huge.accountId, 'partial'],
  ]);
  expect(headroom.lab.sns).toHaveLength(1);
  expect(headroom.lab.sns[0]?.message).toContain(huge.accountId);

  fault.remove();
  await headroom.plan();
  await drainAtOnce(60_000);
  expect([...(await statuses())].filter(([, status]) => status !== 'ok')).toEqual([]);
  const latest = await headroom.store.assessments.latest({ accountId: huge.accountId, region: REGION });
  expect(latest?.subnets.map(({ used }) => used)).toEqual([INTERFACES * 10]);
  // The end of what people had heard of.
  expect(headroom.lab.sns).toHaveLength(2);
});

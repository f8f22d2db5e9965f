import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { failing } from '../../../lab/faults/catalogue.ts';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';

/** A target whose metrics take two requests to CloudWatch (1,000 values each), of which one is refused. */

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const SUBNETS = 100;

let headroom: DeployedHeadroom;
beforeEach(async () => {
  headroom = await deployHeadroom({
    estate: scenarioEstate({
      name: 'many-subnets',
      description: 'a hundred subnets in one VPC',
      accounts: [labAccount(ACCOUNT, 'hub', [REGION])],
      scenarios: [
        (world) => {
          const vpc = world.createVpc({
            ownerId: ACCOUNT,
            region: REGION,
            cidrBlock: '10.0.0.0/16',
            name: 'many',
          });
          for (let index = 0; index < SUBNETS; index += 1) {
            const subnet = world.createSubnet({
              vpcId: vpc.vpcId,
              cidrBlock: `10.0.${index}.0/24`,
              name: `many-${index}`,
            });
            world.createInterface({ subnetId: subnet.subnetId, description: 'worker' });
          }
          return () => undefined;
        },
      ],
    }),
    accountId: ACCOUNT,
    configuration: `
targets:
  accounts: ["${ACCOUNT}"]
  regions: [${REGION}]
metrics:
  budget: { metrics: 5000 }
`,
  });
});
afterEach(async () => {
  await headroom.close();
});

const published = (name: string) =>
  headroom.lab.metrics.filter((datum) => datum.name === name).flatMap(({ values }) => values);

const run = async (): Promise<void> => {
  await headroom.plan();
  expect(await headroom.drain()).toEqual([{ batchItemFailures: [] }]);
};

test('CloudWatch refuses one of two requests: the other is published, the run counts what was taken, and the next has all', async () => {
  await run();
  const [all = 0] = published('MetricsPublished');
  expect(published('AvailableAddresses').length).toBeGreaterThan(SUBNETS);
  expect([all > 1000, all < 2000]).toEqual([true, true]);

  headroom.lab.faults.inject(
    { service: 'cloudwatch', action: 'PutMetricData' },
    failing('AccessDenied', 'The policy was changed for a moment.'),
    // The first request after that of plan-scan.
    { after: 1, times: 1 },
  );
  const before = headroom.lab.metrics.length;
  await run();
  expect(published('MetricsPublished')).toEqual([all, all - 1000]);
  expect(published('TargetsSucceeded')).toEqual([1, 1]);
  const ofTheRun = headroom.lab.metrics.slice(before).filter(({ dimensions }) => 'VpcId' in dimensions);
  expect(ofTheRun).toHaveLength(all - 1000);
  expect(vi.mocked(console.warn).mock.calls.join()).toContain(`CloudWatch did not take 1000 of ${all}`);

  await run();
  expect(published('MetricsPublished')).toEqual([all, all - 1000, all]);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import type { LabQuota } from '../../../lab/estate/records.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { CallBudget } from '../../../shared/aws/call-budget.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { requestRates } from '../../../shared/model/aws/service-quotas.ts';
import { readQuotas } from '../../../shared/pipeline/read-quotas.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';

const target = { accountId: '111122223333', region: 'eu-west-1' };

const quota = (service: LabQuota['service'], code: string, name: string, value: number): LabQuota => ({
  ownerId: target.accountId,
  region: target.region,
  service,
  code,
  name,
  value,
});

const CAPACITY = 'DescribeSubnets Request bucket maximum capacity';
const REFILL = 'DescribeSubnets Request bucket refill rate';

/** More than a page of EC2's quotas that Headroom does not use, and some of those that it does. */
const QUOTAS: readonly LabQuota[] = [
  ...Array.from({ length: 150 }, (_, index) =>
    quota('ec2', `L-0000${index.toString(16).toUpperCase().padStart(4, '0')}`, `Running hosts ${index}`, 2),
  ),
  quota('ec2', 'L-0263D0A3', 'EC2-VPC Elastic IPs', 40),
  quota('ec2', 'L-AAAA0001', CAPACITY, 400),
  quota('ec2', 'L-AAAA0002', REFILL, 80),
  quota('vpc', 'L-DF5E4CA3', 'Network interfaces per Region', 20_000),
  quota('vpc', 'L-F678F1CE', 'VPCs per Region', 100),
];

let lab: Lab;
beforeEach(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'quotas',
      description: 'an account whose quotas were raised',
      accounts: [labAccount(target.accountId, 'platform', [target.region])],
      scenarios: [
        (world) => {
          for (const each of QUOTAS) world.quotas.set(each.code, each);
          return () => undefined;
        },
      ],
    }),
  });
  for (const [name, value] of Object.entries(awsEnvironment(lab.url, target.accountId)))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab.close();
});

const clients = (budget?: CallBudget) =>
  createTargetClients({ region: target.region, meter: new CallMeter(), budget });

const asked = (): number => lab.calls.filter(({ action }) => action === 'ListServiceQuotas').length;

test('quotas are read over all pages, and those that are of no use are left out', async () => {
  const quotas = await createTargetSources(target, clients()).quotas?.quotas();
  expect(quotas?.map(({ service, name, value }) => [service, name, value])).toEqual([
    ['vpc', 'Network interfaces per Region', 20_000],
    ['ec2', 'EC2-VPC Elastic IPs', 40],
    ['ec2', CAPACITY, 400],
    ['ec2', REFILL, 80],
  ]);
  expect(asked()).toBe(3);
});

test('a refused call gives no quotas, is no problem, and is not repeated for an hour', async () => {
  const cache = createMemoryStateStore().cache;
  const { quotas: source } = createTargetSources(target, clients());
  lab.faults.inject({ action: 'ListServiceQuotas' }, accessDenied());
  expect(await readQuotas({ target, source, cache, now: 0 })).toBeNull();
  const afterRefusal = asked();
  expect(await readQuotas({ target, source, cache, now: 3_500_000 })).toBeNull();
  expect(asked()).toBe(afterRefusal);
});

test('what was read counts for six hours, and its buckets reach the budget of the calls each time', async () => {
  const cache = createMemoryStateStore().cache;
  const { quotas: source } = createTargetSources(target, clients());
  const learned: number[] = [];
  const read = (now: number) =>
    readQuotas({ target, source, cache, now, learnRates: (rates) => learned.push(rates.size) });
  await read(0);
  await read(6 * 3_600_000 - 1);
  expect(asked()).toBe(3);
  await read(6 * 3_600_000 + 1);
  expect(asked()).toBe(6);
  expect(learned).toEqual([1, 1, 1]);
});

test('a source that never asked, as an estate file of an earlier version, has no quotas', async () => {
  expect(await readQuotas({ target, source: undefined, cache: null, now: 0 })).toBeNull();
});

test('a bucket counts where both of its figures are listed', () => {
  const bucket = (name: string, value: number) =>
    ({ service: 'ec2', code: 'L-AAAA0001', name, value }) as const;
  const rates = requestRates([
    bucket(CAPACITY, 400),
    bucket(REFILL, 80),
    bucket('DescribeVpcs request bucket maximum capacity', 90),
    bucket('DescribeInstances request bucket refill rate', 0),
    bucket('DescribeInstances request bucket maximum capacity', 100),
  ]);
  expect([...rates]).toEqual([['DescribeSubnets', { capacity: 400, perSecond: 80 }]]);
});

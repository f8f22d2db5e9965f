import { expect, test } from 'vitest';
import type { ServiceQuota } from '../../../../shared/model/aws/inventory.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { findingsOf, statesOf } from '../../../fixtures/findings-input.ts';

/**
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html (5,000 network interfaces in a Region by default)
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html and the EFS API name the error NetworkInterfaceLimitExceeded.
 */

const quota = (value: number): readonly ServiceQuota[] => [
  { service: 'vpc', code: 'L-DF5E4CA3', name: 'Network interfaces per Region', value },
];

const subnetWith = (interfaces: number, others = 0) =>
  aSubnet({
    owners: [
      { kind: 'cluster-nodes', name: 'shop', interfaces, addresses: interfaces },
      { kind: 'other-account', name: '999999999999', interfaces: others, addresses: others },
    ],
  });

const found = (interfaces: number, quotas: readonly ServiceQuota[] | null, others = 0) =>
  findingsOf('interface-quota', { subnets: [subnetWith(interfaces, others)], quotas }).map(
    ({ severity, title }) => [severity, title],
  );

test('near the default quota is a warning that calls it the default', () => {
  expect(found(4_499, null)).toEqual([]);
  expect(found(4_500, null)).toEqual([
    [
      'warning',
      expect.stringContaining(': 4,500 network interfaces, 500 left in the default quota of 5,000'),
    ],
  ]);
});

test('more than the default shows that the quota was raised, unless Service Quotas says otherwise', () => {
  expect(found(7_000, null)).toEqual([]);
  expect(found(7_000, quota(7_500))).toEqual([
    ['warning', expect.stringContaining(': 7,000 network interfaces, 500 left in the quota of 7,500')],
  ]);
});

test('its evidence says whether the quota is the default', () => {
  const names = (quotas: readonly ServiceQuota[] | null) =>
    findingsOf('interface-quota', { subnets: [subnetWith(4_900)], quotas })[0]?.evidence.map(
      ({ name }) => name,
    );
  expect(names(null)).toEqual(['interfaces', 'defaultQuota']);
  expect(names(quota(5_000))).toEqual(['interfaces', 'quota']);
});

test('at the quota nothing that needs an interface starts: critical', () => {
  expect(found(5_000, null)).toMatchObject([['critical', expect.stringContaining('none left')]]);
  expect(found(300, quota(300))).toMatchObject([['critical', expect.any(String)]]);
});

test('interfaces of other accounts in shared subnets count for those accounts', () => {
  expect(found(10, quota(100), 500)).toEqual([]);
});

test('with a subnet whose interfaces are not known the sum is unknown', () => {
  expect(statesOf('interface-quota', { subnets: [aSubnet({ owners: null })] })).toEqual(['unknown']);
});

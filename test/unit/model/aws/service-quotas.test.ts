import { expect, test } from 'vitest';
import type { ServiceQuota } from '../../../../shared/model/aws/inventory.ts';
import { isUsedQuota, QUOTAS, requestRates } from '../../../../shared/model/aws/service-quotas.ts';

const quota = (changes: Partial<ServiceQuota>): ServiceQuota => ({
  service: 'ec2',
  code: 'L-00000001',
  name: 'DescribeSubnets request bucket maximum capacity',
  value: 50,
  ...changes,
});

const capacity = quota({});
const refill = quota({ name: 'DescribeSubnets request bucket refill rate', value: 10 });

test('a request bucket is known where both of its figures are listed, in any order and case', () => {
  const rate = new Map([['DescribeSubnets', { capacity: 50, perSecond: 10 }]]);
  expect(requestRates([capacity, refill])).toEqual(rate);
  expect(requestRates([refill, capacity])).toEqual(rate);
  expect(requestRates([capacity, { ...refill, name: 'DescribeSubnets Request Bucket REFILL RATE' }])).toEqual(
    rate,
  );
});

test.each([
  ['without a refill rate', [capacity]],
  ['without a capacity', [refill]],
  ['with a capacity of zero', [quota({ value: 0 }), refill]],
  ['with a refill rate of zero', [capacity, { ...refill, value: 0 }]],
  ['of another service', [capacity, { ...refill, service: 'vpc' as const }]],
  ['with another name', [capacity, { ...refill, name: 'all DescribeSubnets request bucket refill rate' }]],
  [
    'with another end',
    [capacity, { ...refill, name: 'DescribeSubnets request bucket refill rate of the Region' }],
  ],
])('a bucket %s is not known', (_, quotas) => {
  expect(requestRates(quotas).size).toBe(0);
});

test('of hundreds of quotas, those that checks name and request buckets are used', () => {
  const [known = expect.fail('there are quotas')] = Object.values(QUOTAS);
  expect(isUsedQuota(quota({ name: 'anything', service: known.service, code: known.code }))).toBe(true);
  expect(isUsedQuota(quota({ name: 'anything', service: known.service, code: `${known.code}X` }))).toBe(
    false,
  );
  const other = known.service === 'ec2' ? ('vpc' as const) : ('ec2' as const);
  expect(isUsedQuota(quota({ name: 'anything', service: other, code: known.code }))).toBe(false);
  expect(isUsedQuota(refill)).toBe(true);
  expect(isUsedQuota({ ...refill, service: 'vpc' })).toBe(false);
});

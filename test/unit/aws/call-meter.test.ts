import { expect, test } from 'vitest';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { tagRecord } from '../../../shared/inventory/tag-record.ts';

test('a meter tells calls, throttles and other failures apart, by action and in all', () => {
  const meter = new CallMeter();
  expect(meter.total()).toEqual({ calls: 0, throttles: 0, failures: 0 });
  meter.count('ec2:DescribeVpcs');
  meter.count('ec2:DescribeSubnets', Object.assign(new Error(), { name: 'RequestLimitExceeded' }));
  meter.count('ec2:DescribeSubnets', Object.assign(new Error(), { name: 'InternalError' }));
  meter.count('ec2:DescribeSubnets');
  expect([...meter.byAction()]).toEqual([
    ['ec2:DescribeSubnets', { calls: 3, throttles: 1, failures: 1 }],
    ['ec2:DescribeVpcs', { calls: 1, throttles: 0, failures: 0 }],
  ]);
  expect(meter.total()).toEqual({ calls: 4, throttles: 1, failures: 1 });
});

test('tags become a record, whatever they are named', () => {
  const tags = tagRecord([
    { Key: 'Name', Value: 'a' },
    { Key: '__proto__', Value: 'b' },
    { Key: 'empty' },
    { Value: 'no key' },
  ]);
  expect(Object.entries(tags)).toEqual([
    ['Name', 'a'],
    ['__proto__', 'b'],
    ['empty', ''],
  ]);
  expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
  expect(tagRecord(undefined)).toEqual({});
});

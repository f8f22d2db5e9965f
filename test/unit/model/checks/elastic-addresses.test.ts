import { expect, test } from 'vitest';
import type { ElasticAddress } from '../../../../shared/model/aws/inventory.ts';
import { findingsOf, statesOf } from '../../../fixtures/findings-input.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html */

const inUse = (index: number): ElasticAddress => ({
  allocationId: `eipalloc-0${index}`,
  name: null,
  associationId: `eipassoc-0${index}`,
  networkInterfaceId: `eni-0${index}`,
  serviceManaged: null,
});
const idle = (index: number): ElasticAddress => ({
  ...inUse(index),
  associationId: null,
  networkInterfaceId: null,
});
const several = (count: number, each: (index: number) => ElasticAddress) =>
  Array.from({ length: count }, (_, index) => each(index));
const found = (elasticAddresses: readonly ElasticAddress[]) =>
  findingsOf('elastic-addresses', { elasticAddresses });

test('none, and some that are in use, are no matter', () => {
  expect(found([])).toEqual([]);
  expect(found(several(3, inUse))).toEqual([]);
});

test('the last one of the default quota is information, and none left a warning', () => {
  expect(found(several(4, inUse))).toMatchObject([
    { severity: 'info', explanation: expect.stringContaining('1 more can be allocated') },
  ]);
  expect(found(several(5, inUse))).toMatchObject([
    {
      severity: 'warning',
      explanation: expect.stringContaining('AWS refuses another one'),
      remedies: [{ title: 'Request a higher quota of EC2-VPC Elastic IPs: 10' }],
    },
  ]);
});

test('more than the default quota says that the quota was raised, and nothing of what is left', () => {
  expect(found(several(40, inUse))).toEqual([]);
  expect(found([...several(40, inUse), idle(41)])).toMatchObject([
    { severity: 'info', explanation: expect.stringContaining('How much is left is not known') },
  ]);
});

test('an idle one can be released, unless a service manages it', () => {
  const [finding] = found([idle(1), inUse(2)]);
  expect(finding).toMatchObject({
    severity: 'info',
    title: expect.stringContaining('1 Elastic IP address associated with nothing'),
    remedies: [{ commands: ['aws ec2 release-address --allocation-id eipalloc-01 --region eu-west-1'] }],
  });
  expect(found([{ ...idle(1), serviceManaged: 'nat' }])).toEqual([]);
});

test('that could not be listed are unknown, and not none', () => {
  expect(statesOf('elastic-addresses', { elasticAddresses: null })).toEqual(['unknown']);
});

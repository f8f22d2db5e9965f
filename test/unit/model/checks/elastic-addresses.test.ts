import { describe, expect, test } from 'vitest';
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
  expect(found([{ ...inUse(1), associationId: null }])).toEqual([]);
  expect(found([{ ...inUse(1), networkInterfaceId: null }])).toEqual([]);
});

test('that could not be listed are unknown, and not none', () => {
  expect(statesOf('elastic-addresses', { elasticAddresses: null })).toEqual(['unknown']);
});

describe('with the quota of the account, as Service Quotas lists it', () => {
  const withQuota = (value: number, elasticAddresses: readonly ElasticAddress[]) =>
    findingsOf('elastic-addresses', {
      elasticAddresses,
      quotas: [{ service: 'ec2', code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', value }],
    });

  test('five of forty are no matter, and 39 are', () => {
    expect(withQuota(40, several(5, inUse))).toEqual([]);
    expect(withQuota(40, several(39, inUse))).toMatchObject([
      {
        severity: 'info',
        title: expect.stringContaining('1 Elastic IP address left in the quota of 40'),
        explanation: '1 more can be allocated. All of them are in use.',
        evidence: expect.arrayContaining([expect.objectContaining({ name: 'quota', value: 40 })]),
      },
    ]);
  });

  test('all of them are a warning, and so are more than a quota that was lowered', () => {
    for (const held of [40, 41]) {
      expect(withQuota(40, several(held, inUse))).toMatchObject([
        {
          severity: 'warning',
          explanation: expect.stringContaining('AWS refuses another one'),
          remedies: [
            { preconditions: [{ text: expect.stringContaining('The quota is 40 now'), holds: true }, {}] },
          ],
        },
      ]);
    }
  });

  test('a listing without this quota leaves the default in force, and calls it so', () => {
    const [finding] = findingsOf('elastic-addresses', { elasticAddresses: several(5, inUse), quotas: [] });
    expect(finding?.title).toContain('the default quota of 5');
  });
});

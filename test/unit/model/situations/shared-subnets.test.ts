import { expect, test } from 'vitest';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * A participant of a shared VPC sees its own interfaces alone, and AWS's count for all.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
 */

const participant = (awsAvailable: number | null, environment: Readonly<Record<string, string>> = {}) => {
  const situation = new Situation();
  situation.subnet('shared', '10.0.0.0/24', { ownerId: '999999999999', awsAvailable });
  situation.cluster({ vpcCni: cniSettings(environment) });
  situation.group({ subnetIds: ['shared'], desiredSize: 1 });
  situation.node('shared', { group: 'g', secondaries: 9 });
  return situation.assess().cluster;
};

const moreNodes = (...question: Parameters<typeof participant>) =>
  participant(...question).capacity[0]?.moreNodes[0];

test('a count that is too small for a node is certain to start none', () => {
  expect(moreNodes(6)).toEqual({
    instanceType: 'm5.large',
    nodes: 0,
    nodesAtBest: 0,
    limitedBy: 'addresses',
    error: 'InsufficientFreeAddressesInSubnet',
  });
  expect(moreNodes(0, { ENABLE_PREFIX_DELEGATION: 'true' })).toMatchObject({
    nodes: 0,
    limitedBy: 'addresses',
  });
});

test('a count that would do says nothing: others may reserve it, or scatter it', () => {
  expect(moreNodes(10)).toMatchObject({ nodes: null, nodesAtBest: null, error: null });
  // Blocks that are reserved for prefixes may not be in the count.
  expect(moreNodes(1, { ENABLE_PREFIX_DELEGATION: 'true' })).toMatchObject({ nodes: null });
});

test('a group that then cannot start a single node is said to be short of all that it may start', () => {
  expect(participant(6).committed).toMatchObject([
    { fits: 0, fitsAtBest: 0, shortfall: 2, error: 'InsufficientFreeAddressesInSubnet' },
  ]);
  expect(participant(30).committed).toMatchObject([{ fits: null, shortfall: null, error: null }]);
  expect(participant(null).committed).toMatchObject([{ fits: null, shortfall: null }]);
});

test('an update of a group that then cannot start a single node does not fit either', () => {
  const atMaximum = (awsAvailable: number) => {
    const situation = new Situation();
    situation.subnet('shared', '10.0.0.0/24', { ownerId: '999999999999', awsAvailable });
    situation.cluster({ vpcCni: cniSettings({}) });
    situation.group({ subnetIds: ['shared'], desiredSize: 1, maxSize: 1 });
    situation.node('shared', { group: 'g', secondaries: 9 });
    const { cluster, findings } = situation.assess();
    return [
      cluster.committed[0]?.update ?? null,
      findings.find(({ kind }) => kind === 'update-surge')?.title ?? null,
    ];
  };
  expect(atMaximum(9)).toEqual([
    { nodes: 2, fits: 0, error: 'InsufficientFreeAddressesInSubnet' },
    'shop/g: an update starts 2 nodes first, and none fits',
  ]);
  expect(atMaximum(10)).toEqual([null, null]);
});

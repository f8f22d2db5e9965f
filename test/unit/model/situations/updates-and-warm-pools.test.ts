import { describe, expect, test } from 'vitest';
import { autoScalingGroupRecord, nodeGroupRecord } from '../../../../shared/clusters/eks-records.ts';
import type { NodeGroup, WarmPool } from '../../../../shared/model/aws/inventory.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * An update of a managed node group starts new nodes before it ends old ones, and a warm pool keeps nodes beside the group.
 * https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html
 * https://docs.aws.amazon.com/eks/latest/userguide/warm-pools-managed-node-groups.html
 * Reported: https://github.com/aws/containers-roadmap/issues/1693 (an update that is refused for want of addresses),
 * https://github.com/falcosecurity/test-infra/issues/1164 (a node group whose subnet has no address for the next node).
 */

/** Five full m5.large in each of two zones, a group at its maximum, and so many addresses left in each subnet. */
const fullGroup = (left: number, changes: Partial<NodeGroup> = {}): Situation => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/25', { zone: 'a' });
  situation.subnet('nodes-b', '10.0.0.128/25', { zone: 'b' });
  situation.cluster();
  situation.group({ subnetIds: ['nodes-a', 'nodes-b'], maxSize: 10, desiredSize: 10, ...changes });
  for (const subnet of ['nodes-a', 'nodes-b']) {
    for (let node = 0; node < 5; node += 1) {
      const instanceId = situation.node(subnet, { group: 'g', secondaries: 9 });
      situation.attach(instanceId, 1, subnet, { secondaries: 9 });
    }
    situation.fill(subnet, left);
  }
  return situation;
};

const updateOf = (situation: Situation) => situation.assess().cluster.committed[0]?.update;

describe('an update of a managed node group at its maximum', () => {
  test('starts two nodes in each zone first, and none of them fits where eight addresses are left', () => {
    const { cluster, findings } = fullGroup(8).assess();
    expect(cluster.committed[0]).toMatchObject({
      shortfall: 0,
      update: { nodes: 4, fits: 0, error: 'InsufficientFreeAddressesInSubnet' },
    });
    expect(findings.filter(({ kind }) => kind === 'update-surge')).toMatchObject([
      {
        severity: 'warning',
        title: 'shop/g: an update starts 4 nodes first, and none fits',
        subject: { type: 'node-group', id: 'shop/g' },
      },
    ]);
  });

  test.each([
    [10, 2, 'info'],
    [19, 2, 'info'],
    [20, 4, null],
  ])('finds room for some of them, with %i addresses left for %i', (left, fits, severity) => {
    expect(updateOf(fullGroup(left))).toMatchObject({ nodes: 4, fits });
    const found = fullGroup(left)
      .assess()
      .findings.find(({ kind }) => kind === 'update-surge');
    expect(found?.severity ?? null).toBe(severity);
  });

  /** One node in each of two zones, and so many addresses left in the first one. */
  const oneInEach = (left: number): Situation => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/25', { zone: 'a' });
    situation.subnet('nodes-b', '10.0.0.128/25', { zone: 'b' });
    situation.cluster();
    situation.group({ subnetIds: ['nodes-a', 'nodes-b'], maxSize: 2, desiredSize: 2 });
    for (const subnet of ['nodes-a', 'nodes-b']) situation.node(subnet, { group: 'g', secondaries: 9 });
    situation.fill('nodes-a', left);
    return situation;
  };

  test('fails where a zone with nodes has no room, although the other one has room for all', () => {
    const { cluster, findings } = oneInEach(9).assess();
    expect(cluster.committed[0]?.update).toEqual({
      nodes: 4,
      fits: 4,
      fullZones: ['eu-west-1a'],
      error: 'InsufficientFreeAddressesInSubnet',
    });
    const found = findings.find(({ kind }) => kind === 'update-surge');
    expect(found).toMatchObject({
      severity: 'warning',
      title: 'shop/g: an update starts 4 nodes first, and none fits in eu-west-1a',
    });
    expect(found?.explanation).toContain('Each zone with nodes needs one, or the update fails.');
    expect(found?.evidence).toContainEqual(
      expect.objectContaining({ name: 'error', value: 'InsufficientFreeAddressesInSubnet' }),
    );
    expect(found?.remedies[0]?.title).toBe('Let updates of g end old nodes first');
  });

  test('goes on where each zone has room for one', () => {
    const { cluster, findings } = oneInEach(10).assess();
    expect(cluster.committed[0]?.update).toEqual({ nodes: 4, fits: 4, error: null });
    expect(findings.filter(({ kind }) => kind === 'update-surge')).toEqual([]);
  });

  test('needs none in a zone without nodes', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/25', { zone: 'a' });
    situation.subnet('nodes-b', '10.0.0.128/25', { zone: 'b' });
    situation.cluster();
    situation.group({ subnetIds: ['nodes-a', 'nodes-b'], maxSize: 1, desiredSize: 1 });
    situation.node('nodes-b', { group: 'g', secondaries: 9 });
    situation.fill('nodes-a', 0);
    expect(updateOf(situation)).toEqual({ nodes: 4, fits: 4, error: null });
  });

  test.each([
    ['as many as may be unavailable', { maxUnavailable: 6, maxUnavailablePercentage: null }, 6],
    [
      'the share that may be unavailable, rounded up',
      { maxUnavailable: null, maxUnavailablePercentage: 45 },
      5,
    ],
    ['two in each zone, where that is more', { maxUnavailable: 3, maxUnavailablePercentage: null }, 4],
    ['a hundred at most', { maxUnavailable: 500, maxUnavailablePercentage: null }, 100],
  ])('starts %s', (_, update, nodes) => {
    expect(updateOf(fullGroup(8, { update: { ...update, strategy: 'DEFAULT' } }))).toMatchObject({ nodes });
  });

  test('starts none first with the strategy MINIMAL, and none where it has no node', () => {
    const minimal = { maxUnavailable: 1, maxUnavailablePercentage: null, strategy: 'MINIMAL' };
    expect(updateOf(fullGroup(8, { update: minimal }))).toBeNull();
    const empty = new Situation();
    empty.subnet('nodes-a', '10.0.0.0/25');
    empty.cluster();
    empty.group({ subnetIds: ['nodes-a'], desiredSize: 0 });
    expect(updateOf(empty)).toBeNull();
  });

  test('never comes for a group that is deleted, which grows no more either', () => {
    const { committed } = fullGroup(30, { status: 'DELETING', maxSize: 50 }).assess().cluster;
    expect(committed).toMatchObject([{ currentNodes: 10, fits: 0, shortfall: 0, update: null }]);
    const degraded = fullGroup(30, { status: 'DEGRADED', maxSize: 50 }).assess().cluster.committed;
    expect(degraded).toMatchObject([{ shortfall: 36, update: { nodes: 4 } }]);
  });

  test('is not known where a subnet of the group is not', () => {
    const { cluster } = fullGroup(8, { subnetIds: ['nodes-a', 'elsewhere'] }).assess();
    expect(cluster.committed[0]).toMatchObject({ fits: null, update: null });
  });
});

describe('a warm pool', () => {
  const pool = (changes: Partial<NodeGroup>): Situation => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.cluster();
    situation.group({ subnetIds: ['nodes-a'], maxSize: 4, desiredSize: 2, ...changes });
    for (const state of ['running', 'running', 'stopped']) {
      situation.node('nodes-a', { group: 'g', secondaries: 9, instance: { state } });
    }
    return situation;
  };

  test.each([
    ['none', null, 2, 4],
    ['its least size beside a full group', { minSize: 3, maxGroupPreparedCapacity: null }, 3, 7],
    ['all that it may prepare', { minSize: 0, maxGroupPreparedCapacity: 12 }, 3, 12],
    ['no less than the group itself', { minSize: 0, maxGroupPreparedCapacity: 3 }, 3, 4],
  ])('commits %s', (_, warmPool, currentNodes, maximumNodes) => {
    expect(pool({ warmPool }).assess().cluster.committed).toMatchObject([{ currentNodes, maximumNodes }]);
  });

  /** An Auto Scaling group of at most four with two instances, and one that is kept ready and in no list of the group. */
  const scaling = (warmPool: WarmPool | undefined, ofCluster: boolean, state = 'stopped') => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.cluster();
    const start = (own: string) =>
      ofCluster
        ? situation.node('nodes-a', {
            secondaries: 9,
            tags: { 'aws:autoscaling:groupName': 'own' },
            instance: { state: own },
          })
        : situation.fleetInstance('nodes-a', 'own', { state: own });
    situation.scalingGroup({
      name: 'own',
      subnetIds: ['nodes-a'],
      instanceTypes: ['m5.large'],
      instanceIds: [start('running'), start('running')],
      maxSize: 4,
      ...(warmPool !== undefined && { warmPool }),
      tags: ofCluster ? { 'kubernetes.io/cluster/shop': 'owned' } : {},
    });
    start(state);
    if (!ofCluster) situation.group({ subnetIds: ['nodes-a'], maxSize: 0 });
    const { cluster } = situation.assess();
    return cluster.committed.find(({ group }) => group === 'own');
  };

  test.each([
    ['none', undefined, 2, 4, undefined],
    ['its least size beside a full group', { minSize: 3, maxGroupPreparedCapacity: null }, 3, 7, 3],
    ['all that it may prepare', { minSize: 0, maxGroupPreparedCapacity: 12 }, 3, 12, 8],
    ['no less than the group itself', { minSize: 0, maxGroupPreparedCapacity: 3 }, 3, 4, undefined],
  ])('of an Auto Scaling group commits %s', (_, warmPool, currentNodes, maximumNodes, warmNodes) => {
    for (const ofCluster of [true, false])
      expect(scaling(warmPool, ofCluster)).toEqual(
        expect.objectContaining({
          currentNodes,
          maximumNodes,
          ...(warmNodes !== undefined && { warmNodes }),
        }),
      );
    expect(scaling(warmPool, true)?.warmNodes).toBe(warmNodes);
  });

  test('of an Auto Scaling group counts its instances while they are there, and those that run once', () => {
    const warmPool = { minSize: 3, maxGroupPreparedCapacity: null };
    const current = (state: string) =>
      [true, false].map((ofCluster) => scaling(warmPool, ofCluster, state)?.currentNodes);
    expect([current('running'), current('terminated')]).toEqual([
      [3, 3],
      [2, 2],
    ]);
  });

  const group = { AutoScalingGroupName: 'own', MinSize: 0, MaxSize: 4, DesiredCapacity: 2 };

  test.each([
    [
      { MinSize: 2, MaxGroupPreparedCapacity: 9 },
      { minSize: 2, maxGroupPreparedCapacity: 9 },
    ],
    [{ MaxGroupPreparedCapacity: -1 }, { minSize: 0, maxGroupPreparedCapacity: null }],
    [{ MinSize: 2, Status: 'PendingDelete' as const }, undefined],
    [undefined, undefined],
  ])('%j is read from Auto Scaling as %j', (WarmPoolConfiguration, warmPool) => {
    const record = autoScalingGroupRecord({ ...group, WarmPoolConfiguration } as never);
    expect(record.warmPool).toEqual(warmPool);
  });

  const scalingConfig = { minSize: 0, maxSize: 4, desiredSize: 2 };

  test.each([
    [
      { enabled: true, minSize: 2, maxGroupPreparedCapacity: 9 },
      { minSize: 2, maxGroupPreparedCapacity: 9 },
    ],
    [
      { enabled: true, maxGroupPreparedCapacity: -1 },
      { minSize: 0, maxGroupPreparedCapacity: null },
    ],
    [{ enabled: true }, { minSize: 0, maxGroupPreparedCapacity: null }],
    [{ enabled: false, minSize: 2 }, null],
    [undefined, null],
  ])('%j is read from EKS as %j', (warmPoolConfig, warmPool) => {
    expect(nodeGroupRecord({ nodegroupName: 'g', scalingConfig, warmPoolConfig })).toMatchObject({
      warmPool,
    });
  });

  test('and the configuration of updates is read beside it', () => {
    const updateConfig = { maxUnavailablePercentage: 33, updateStrategy: 'MINIMAL' } as const;
    expect(nodeGroupRecord({ nodegroupName: 'g', scalingConfig, updateConfig }).update).toEqual({
      maxUnavailable: null,
      maxUnavailablePercentage: 33,
      strategy: 'MINIMAL',
    });
    expect(
      nodeGroupRecord({ nodegroupName: 'g', scalingConfig, updateConfig: { maxUnavailable: 1 } }).update,
    ).toEqual({ maxUnavailable: 1, maxUnavailablePercentage: null, strategy: null });
    expect(nodeGroupRecord({ nodegroupName: 'g', scalingConfig }).update).toBeNull();
  });
});

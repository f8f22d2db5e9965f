import { describe, expect, test } from 'vitest';
import type { EksCluster, Instance } from '../../../../shared/model/aws/inventory.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { clusterOf, clustersOf } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anEksCluster,
  cniSettings,
  nodeInterface,
} from '../../../fixtures/cluster-records.ts';

const ZONES = ['a', 'b', 'c'];

/** A subnet of each zone with so many addresses free, none of them in a free block. */
const subnets = (...free: readonly number[]): readonly SubnetAssessment[] =>
  free.map((available, index) => {
    const zone = ZONES[index] ?? '';
    return aSubnet({
      subnetId: `subnet-0${zone}`,
      availabilityZone: `eu-west-1${zone}`,
      available,
      availableSingle: available,
      prefixes: { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 },
    });
  });

const subnetIds = (zones: number): readonly string[] =>
  ZONES.slice(0, zones).map((zone) => `subnet-0${zone}`);

/** An m5.large in each of these zones, with its first interface full: 10 addresses. */
const nodes = (zones: string, tags?: Instance['tags'], from = 0) =>
  [...zones].map((zone, index) =>
    aNode(`i-${from + index}`, {
      subnetId: `subnet-0${zone}`,
      availabilityZone: `eu-west-1${zone}`,
      ...(tags === undefined ? {} : { tags }),
    }),
  );

const held = (instances: readonly Instance[]) =>
  instances.map(({ instanceId, subnetId }) =>
    nodeInterface(instanceId, { secondaries: 9, subnetId: subnetId ?? '' }),
  );

const eksWith = (maxSize: number, zones: number, changes: Partial<EksCluster> = {}) =>
  anEksCluster({ nodeGroups: [aNodeGroup({ maxSize, subnetIds: subnetIds(zones) })], ...changes });

const failover = (zones: string, free: readonly number[], maxSize = 0, eks: Partial<EksCluster> = {}) => {
  const instances = nodes(zones);
  return clusterOf({
    instances,
    interfaces: held(instances),
    eks: [eksWith(maxSize, free.length, eks)],
    subnets: subnets(...free),
  }).zoneFailover;
};

describe('if a zone goes, its nodes', () => {
  test('start in the other one as far as addresses last: 10 for each m5.large', () => {
    expect(failover('aab', [0, 19])).toMatchObject([
      {
        lostZones: ['eu-west-1a'],
        lostNodes: 2,
        fits: 1,
        shortfall: 1,
        error: 'InsufficientFreeAddressesInSubnet',
        limitedBy: 'addresses',
      },
      { lostZones: ['eu-west-1b'], lostNodes: 1, fits: 0, shortfall: 1 },
    ]);
    expect(failover('aab', [10, 20])?.map(({ shortfall }) => shortfall)).toEqual([0, 0]);
  });

  test('are spread over all zones that remain, and two zones may go where a third remains', () => {
    const losses = failover('aabbc', [100, 10, 10]);
    expect(
      losses?.map(({ lostZones, lostNodes, shortfall }) => [lostZones.join(), lostNodes, shortfall]),
    ).toEqual([
      ['eu-west-1a', 2, 0],
      ['eu-west-1b', 2, 0],
      ['eu-west-1c', 1, 0],
      ['eu-west-1a,eu-west-1b', 4, 3],
      ['eu-west-1a,eu-west-1c', 3, 2],
      ['eu-west-1b,eu-west-1c', 3, 0],
    ]);
  });

  test('need what they hold now where that is more than a new node takes', () => {
    const instances = nodes('ab');
    const full = instances.flatMap(({ instanceId, subnetId }) =>
      [0, 1].map((device) => nodeInterface(instanceId, { device, secondaries: 9, subnetId: subnetId ?? '' })),
    );
    const of = (free: number) =>
      clusterOf({
        instances,
        interfaces: full,
        eks: [eksWith(2, 2)],
        subnets: subnets(free, free),
      }).zoneFailover?.map(({ shortfall }) => shortfall);
    expect(of(19)).toEqual([1, 1]);
    expect(of(20)).toEqual([0, 0]);
  });

  // https://github.com/pytorch/ci-infra/issues/544: the whole fleet is to fit after one zone, or two, are lost.
  test('leave less room for growth: what groups may grow to is counted as well', () => {
    expect(failover('ab', [100, 30], 5)?.map(({ atMaximum }) => atMaximum)).toEqual([
      { nodes: 4, fits: 3, shortfall: 1 },
      { nodes: 4, fits: 4, shortfall: 0 },
    ]);
  });

  test('are counted up to the maximum of their groups as well where two zones go', () => {
    const losses = failover('abc', [100, 100, 35], 7);
    expect(losses?.map(({ lostZones, atMaximum }) => [lostZones.length, atMaximum])).toEqual([
      [1, { nodes: 5, fits: 5, shortfall: 0 }],
      [1, { nodes: 5, fits: 5, shortfall: 0 }],
      [1, { nodes: 5, fits: 5, shortfall: 0 }],
      [2, { nodes: 6, fits: 3, shortfall: 3 }],
      [2, { nodes: 6, fits: 6, shortfall: 0 }],
      [2, { nodes: 6, fits: 6, shortfall: 0 }],
    ]);
  });

  test('find no prefix where none is free, whatever the addresses', () => {
    const prefixes = { vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) };
    expect(failover('ab', [100, 100], 2, prefixes)?.[0]).toMatchObject({
      fits: 0,
      error: 'InsufficientCidrBlocks',
      limitedBy: 'prefixes',
    });
  });

  // https://github.com/aws/karpenter-provider-aws/issues/3380: the fleet shares its subnets with others.
  test('compete with those of other clusters, which lose the zone as well', () => {
    const blueTags = { 'eks:cluster-name': 'blue', 'eks:nodegroup-name': 'workers' };
    const shop = nodes('ab');
    const blue = nodes('ab', blueTags, 10);
    const clusters = clustersOf({
      instances: [...shop, ...blue],
      interfaces: held([...shop, ...blue]),
      eks: [eksWith(2, 2), eksWith(2, 2, { name: 'blue' })],
      subnets: subnets(15, 15),
    });
    expect(clusters.map(({ clusterName, zoneFailover }) => [clusterName, zoneFailover?.[0]?.fits])).toEqual([
      ['blue', 1],
      ['shop', 0],
    ]);
  });

  test('of a node pool move, but how far the pool may grow is not known', () => {
    const tags = { 'eks:cluster-name': 'shop', 'karpenter.sh/nodepool': 'spot' };
    const instances = nodes('ab', tags);
    const { zoneFailover } = clusterOf({
      instances,
      interfaces: held(instances),
      eks: [anEksCluster()],
      subnets: subnets(10, 9),
    });
    expect(zoneFailover).toMatchObject([
      { lostNodes: 1, fits: 0, atMaximum: null, reason: 'EC2 does not know how far node pools may grow.' },
      { lostNodes: 1, fits: 1 },
    ]);
  });
});

// EKS user guide, Auto Mode networking: a /28 prefix, and single addresses where the subnet has none.
describe('nodes of EKS Auto Mode', () => {
  const auto = nodes('ab', { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'default' });
  const ofAuto = auto.map(({ instanceId, subnetId }) =>
    nodeInterface(instanceId, { prefixes: 1, subnetId: subnetId ?? '' }),
  );
  const autoCluster = anEksCluster({ autoMode: true });
  const withBlocks = (free: number, available = 100) =>
    subnets(available, available).map((subnet) => ({
      ...subnet,
      prefixes: { assigned: 1, free, freeInReservation: free, freeUnreserved: 0 },
    }));
  const lossOf = (given: readonly SubnetAssessment[]) =>
    clusterOf({ instances: auto, interfaces: ofAuto, eks: [autoCluster], subnets: given }).zoneFailover?.[0];

  test('move while there are prefixes', () => {
    expect(lossOf(withBlocks(1))).toMatchObject({ fits: 1, shortfall: 0 });
  });

  test('take single addresses where there is no prefix, so how many start is not known', () => {
    expect(lossOf(withBlocks(0))).toMatchObject({
      fits: null,
      fitsAtBest: null,
      shortfall: null,
      error: null,
      limitedBy: null,
      reason:
        'Nodes of EKS Auto Mode take single addresses where no prefix is free, so how many start is not known.',
    });
  });

  test('do not start where not even their own address is free', () => {
    expect(lossOf(withBlocks(0, 0))).toMatchObject({ fits: 0, shortfall: 1, limitedBy: 'addresses' });
  });

  test('leave room of groups beside them unknown, but a shortage certain', () => {
    const workers = nodes('ab', { 'eks:cluster-name': 'blue', 'eks:nodegroup-name': 'workers' }, 10);
    const blue = (free: number) =>
      clustersOf({
        instances: [...auto, ...workers],
        interfaces: [...ofAuto, ...held(workers)],
        eks: [autoCluster, eksWith(2, 2, { name: 'blue' })],
        subnets: withBlocks(0, free),
      }).find(({ clusterName }) => clusterName === 'blue')?.zoneFailover?.[0];
    expect(blue(100)).toMatchObject({
      fits: null,
      reason: 'The type of some nodes, or what is free in their subnets, is not known.',
    });
    expect(blue(9)).toMatchObject({ fits: 0, shortfall: 1 });
  });

  test('of other node pools of the cluster follow the settings of the add-on', () => {
    const instances = nodes('ab', { 'eks:cluster-name': 'shop', 'karpenter.sh/nodepool': 'spot' });
    const { zoneFailover } = clusterOf({
      instances,
      interfaces: held(instances),
      eks: [{ ...autoCluster, vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'false' }) }],
      subnets: subnets(10, 9),
    });
    expect(zoneFailover?.map(({ fits }) => fits)).toEqual([0, 1]);
  });
});

describe('nothing is claimed', () => {
  test('of a cluster in one zone', () => {
    expect(failover('aa', [100])).toEqual([]);
  });

  test('of room elsewhere for groups that may start in one zone alone', () => {
    const instances = nodes('ab');
    const groups = [aNodeGroup({ name: 'workers', maxSize: 4, subnetIds: ['subnet-0a'] })];
    const { zoneFailover } = clusterOf({
      instances: instances.slice(0, 1),
      interfaces: held(instances.slice(0, 1)),
      eks: [
        anEksCluster({ nodeGroups: [...groups, aNodeGroup({ name: 'other', subnetIds: ['subnet-0b'] })] }),
      ],
      subnets: subnets(100, 100),
    });
    expect(zoneFailover).toMatchObject([
      { lostNodes: 1, fits: 0, shortfall: 1, error: null, atMaximum: { nodes: 7, fits: 3, shortfall: 4 } },
    ]);
  });

  test('at the maximum, where one of two groups has nodes of an unknown type', () => {
    const instances = nodes('ab');
    const loss = clusterOf({
      instances,
      interfaces: held(instances),
      eks: [
        anEksCluster({
          nodeGroups: [
            aNodeGroup({ maxSize: 4, subnetIds: subnetIds(2) }),
            aNodeGroup({ name: 'odd', maxSize: 4, subnetIds: subnetIds(2), instanceTypes: ['m99.mega'] }),
          ],
        }),
      ],
      subnets: subnets(100, 100),
    }).zoneFailover;
    expect(loss?.map(({ atMaximum, reason }) => [atMaximum, reason])).toMatchInlineSnapshot(`
      [
        [
          null,
          "The type of some nodes, or what is free in their subnets, is not known.",
        ],
        [
          null,
          "The type of some nodes, or what is free in their subnets, is not known.",
        ],
      ]
    `);
  });

  test('where the type of nodes or a subnet is not known', () => {
    const instances = nodes('ab').map((node) => ({ ...node, instanceType: 'x99.odd' }));
    const unknown = clusterOf({
      instances,
      interfaces: held(instances),
      eks: [
        anEksCluster({ nodeGroups: [aNodeGroup({ instanceTypes: ['x99.odd'], subnetIds: subnetIds(2) })] }),
      ],
      subnets: subnets(100, 100),
    });
    expect(unknown.zoneFailover?.[0]).toMatchObject({
      fits: null,
      shortfall: null,
      atMaximum: null,
      reason: 'The type of some nodes, or what is free in their subnets, is not known.',
    });
    const [first = aSubnet(), second = aSubnet()] = subnets(100, 100);
    const known = nodes('ab');
    const unmeasured = clusterOf({
      instances: known,
      interfaces: held(known),
      eks: [eksWith(2, 2)],
      subnets: [first, { ...second, availableSingle: null, prefixes: null }],
    });
    expect(unmeasured.zoneFailover?.[0]).toMatchObject({ fits: null, shortfall: null, atMaximum: null });
  });
});

test('groups whose nodes find no room are named, with the other zones that they may use', () => {
  const instances = [
    ...nodes('ab', { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'spread' }),
    ...nodes('aa', { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'zonal' }, 2),
  ];
  const { zoneFailover } = clusterOf({
    instances,
    interfaces: held(instances),
    eks: [
      anEksCluster({
        nodeGroups: [
          aNodeGroup({ name: 'spread', maxSize: 2, subnetIds: ['subnet-0a', 'subnet-0b'] }),
          aNodeGroup({ name: 'zonal', maxSize: 2, subnetIds: ['subnet-0a'] }),
        ],
      }),
    ],
    subnets: subnets(0, 9, 100),
  });
  expect(zoneFailover?.[0]?.short).toEqual([
    { group: 'spread', nodes: 1, zones: ['eu-west-1b'] },
    { group: 'zonal', nodes: 2, zones: [] },
  ]);
});

test('no group is named where all lost nodes fit', () => {
  expect(failover('ab', [0, 20])?.[0]).not.toHaveProperty('short');
});

import { describe, expect, test } from 'vitest';
import type { NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import { clusterOf, clustersOf, fullNode } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anAutoScalingGroup,
  anEksCluster,
  cniSettings,
  nodeInterface,
} from '../../../fixtures/cluster-records.ts';

describe('capacity', () => {
  test('counts more pods on the nodes that are there, up to their slots', () => {
    const cluster = clusterOf({ instances: [aNode('i-01')], interfaces: fullNode('i-01') });
    expect(cluster.capacity).toEqual([
      {
        subnetId: 'subnet-0a',
        availabilityZone: 'eu-west-1a',
        mode: 'secondary',
        morePods: 9,
        moreNodes: [
          {
            instanceType: 'm5.large',
            nodes: 20,
            nodesAtBest: 20,
            limitedBy: 'addresses',
            error: 'InsufficientFreeAddressesInSubnet',
          },
        ],
      },
    ]);
  });

  test('stops at the recommended max-pods in prefix mode', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { prefixes: 6 })],
      subnets: [aSubnet({ prefixes: { assigned: 6, free: 100, freeInReservation: 100, freeUnreserved: 0 } })],
    });
    expect(cluster.capacity[0]?.morePods).toBe(110 - 2 - 96);
  });

  test('of a node that cannot take prefixes is in single addresses, though its cluster takes them', () => {
    const vpcCni = cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' });
    const cluster = clusterOf({
      eks: [anEksCluster({ vpcCni })],
      instances: [aNode('i-01', { instanceType: 'm4.large' })],
      interfaces: [nodeInterface('i-01')],
    });
    expect(cluster.capacity[0]).toMatchObject({
      morePods: 18,
      moreNodes: [{ instanceType: 'm4.large', nodes: 20 }],
    });
  });

  test('says that a prefix is missing, though addresses are plenty', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { prefixes: 1 })],
      subnets: [
        aSubnet({
          availableSingle: 200,
          prefixes: { assigned: 1, free: 0, freeInReservation: 0, freeUnreserved: 0 },
        }),
      ],
    });
    expect(cluster.capacity[0]).toMatchObject({
      morePods: 0,
      moreNodes: [{ nodes: 0, nodesAtBest: 0, limitedBy: 'prefixes', error: 'InsufficientCidrBlocks' }],
    });
  });

  test('gives both bounds where EC2 may put primary addresses into free blocks', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { prefixes: 1 })],
      subnets: [
        aSubnet({
          availableSingle: 200,
          prefixes: { assigned: 1, free: 10, freeInReservation: 0, freeUnreserved: 10 },
        }),
      ],
    });
    expect(cluster.capacity[0]?.moreNodes).toMatchObject([{ nodes: 5, nodesAtBest: 10 }]);
  });

  test('is unknown in a subnet whose supply is', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: fullNode('i-01'),
      subnets: [aSubnet({ availableSingle: null })],
    });
    expect(cluster.capacity[0]).toMatchObject({
      morePods: null,
      moreNodes: [{ instanceType: 'm5.large', nodes: null, nodesAtBest: null, limitedBy: null, error: null }],
    });
  });

  test('draws nodes from their subnet and pods from theirs, under custom networking', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [
        nodeInterface('i-01'),
        nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
      ],
      subnets: [aSubnet({ availableSingle: 3 }), aSubnet({ subnetId: 'subnet-0p', availableSingle: 25 })],
    });
    expect(
      cluster.capacity.map(({ subnetId, morePods, moreNodes }) => [subnetId, morePods, moreNodes]),
    ).toEqual([
      [
        'subnet-0a',
        0,
        [
          {
            instanceType: 'm5.large',
            nodes: 2,
            nodesAtBest: 2,
            limitedBy: 'addresses',
            error: 'InvalidParameterValue',
          },
        ],
      ],
      ['subnet-0p', 9, []],
    ]);
  });

  test('is the worst case wherever it is promised: more pods with prefixes lose a block to each address', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01', { instanceType: 'm5.8xlarge' })],
      interfaces: [nodeInterface('i-01', { prefixes: 1 })],
      eks: [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })],
      subnets: [
        aSubnet({
          availableSingle: 200,
          prefixes: { assigned: 1, free: 2, freeInReservation: 0, freeUnreserved: 2 },
        }),
      ],
    });
    expect(cluster.capacity[0]).toMatchObject({ morePods: 32, moreNodes: [{ nodes: 1, nodesAtBest: 2 }] });
  });

  test('covers the types of groups that have no node yet, in every subnet of theirs', () => {
    const cluster = clusterOf({
      eks: [
        anEksCluster({
          nodeGroups: [aNodeGroup({ instanceTypes: ['c5.xlarge'], subnetIds: ['subnet-0a', 'subnet-0b'] })],
        }),
      ],
      instances: [
        aNode('i-01', { subnetId: 'subnet-0c', tags: { 'eks:cluster-name': 'shop' } }),
        aNode('i-02', { state: 'stopped', instanceType: 't3.small', tags: { 'eks:cluster-name': 'shop' } }),
      ],
      interfaces: [nodeInterface('i-01', { subnetId: 'subnet-0c', secondaries: 9 })],
      subnets: ['a', 'b', 'c'].map((letter) =>
        aSubnet({ subnetId: `subnet-0${letter}`, availableSingle: 30 }),
      ),
    });
    expect(
      cluster.capacity.map(({ subnetId, moreNodes }) => [
        subnetId,
        moreNodes.map(({ instanceType, nodes }) => [instanceType, nodes]),
      ]),
    ).toEqual([
      [
        'subnet-0a',
        [
          ['c5.xlarge', 2],
          ['m5.large', 3],
        ],
      ],
      [
        'subnet-0b',
        [
          ['c5.xlarge', 2],
          ['m5.large', 3],
        ],
      ],
      [
        'subnet-0c',
        [
          ['c5.xlarge', 2],
          ['m5.large', 3],
        ],
      ],
    ]);
  });

  test('leaves a stopped node out', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { state: 'stopped', instanceType: 'm99.large' })],
      interfaces: [...fullNode('i-01'), ...fullNode('i-02')],
    });
    expect(cluster.gauges.maxIPAddresses).toBe(27);
    expect(cluster.capacity[0]?.morePods).toBe(9);
  });

  test('of a node of an unknown type is left out, but for a subnet that only such nodes draw on', () => {
    const cluster = clusterOf({
      instances: [
        aNode('i-01'),
        aNode('i-02', { instanceType: 'm99.large' }),
        aNode('i-03', { instanceType: 'm99.large', subnetId: 'subnet-0b' }),
      ],
      interfaces: [
        ...fullNode('i-01'),
        ...fullNode('i-02'),
        nodeInterface('i-03', { subnetId: 'subnet-0b', secondaries: 9 }),
      ],
      subnets: [aSubnet(), aSubnet({ subnetId: 'subnet-0b' })],
    });
    expect(cluster.capacity.map(({ morePods }) => morePods)).toEqual([9, null]);
  });

  test('of a node whose further interfaces may go to an unknown subnet is unknown there, and not of one that has all its interfaces', () => {
    const open = aSubnet({
      subnetId: 'subnet-0b',
      availableSingle: null,
      tags: { 'kubernetes.io/role/cni': '1' },
    });
    const given = (interfaces: readonly NetworkInterface[]) =>
      clusterOf({ instances: [aNode('i-01')], interfaces, subnets: [aSubnet(), open] }).capacity.map(
        ({ morePods }) => morePods,
      );
    expect(given(fullNode('i-01'))).toEqual([null, null]);
    const all = [
      nodeInterface('i-01', { secondaries: 9 }),
      nodeInterface('i-01', { device: 1, secondaries: 9 }),
      nodeInterface('i-01', { device: 2, secondaries: 4 }),
    ];
    expect(given(all)).toEqual([5, 0]);
  });

  test('does not go to a subnet of another VPC, nor to its own where that is closed to the CNI', () => {
    const given = (own: Readonly<Record<string, string>>, other: Parameters<typeof aSubnet>[0]) =>
      clusterOf({
        instances: [aNode('i-01')],
        interfaces: fullNode('i-01'),
        subnets: [
          aSubnet({ tags: own }),
          aSubnet({ subnetId: 'subnet-0b', tags: { 'kubernetes.io/role/cni': '1' }, ...other }),
        ],
      }).capacity.map(({ subnetId, morePods }) => [subnetId, morePods]);
    expect(given({}, { vpcId: 'vpc-02', availableSingle: 900 })).toEqual([['subnet-0a', 9]]);
    expect(given({ 'kubernetes.io/role/cni': '0' }, { availableSingle: 10 })).toEqual([
      ['subnet-0a', 0],
      ['subnet-0b', 9],
    ]);
    expect(given({ 'kubernetes.io/role/cni': '0' }, { availableSingle: 9 })).toEqual([
      ['subnet-0a', 0],
      ['subnet-0b', 0],
    ]);
  });

  test("takes the pods' subnet of the zone, under custom networking", () => {
    const zone = (letter: string, device: number) =>
      nodeInterface(`i-0${letter}`, {
        device,
        subnetId: device === 0 ? `subnet-${letter}` : `subnet-${letter}-pods`,
        secondaries: device === 0 ? 0 : 9,
      });
    const cluster = clusterOf({
      instances: ['a', 'b'].map((letter) =>
        aNode(`i-0${letter}`, { subnetId: `subnet-${letter}`, availabilityZone: `eu-west-1${letter}` }),
      ),
      interfaces: ['a', 'b'].flatMap((letter) => [zone(letter, 0), zone(letter, 1)]),
      subnets: ['a', 'b'].flatMap((letter) => [
        aSubnet({ subnetId: `subnet-${letter}`, availabilityZone: `eu-west-1${letter}` }),
        aSubnet({
          subnetId: `subnet-${letter}-pods`,
          availabilityZone: `eu-west-1${letter}`,
          availableSingle: letter === 'a' ? 10 : 50,
        }),
      ]),
    });
    expect(cluster.zones.map(({ moreNodes }) => moreNodes[0]?.nodes)).toEqual([1, 5]);
  });

  test('covers zones as well, with their subnets together', () => {
    const cluster = clusterOf({
      instances: [
        aNode('i-01'),
        aNode('i-02', { subnetId: 'subnet-0b' }),
        aNode('i-03', { subnetId: 'subnet-0c', availabilityZone: 'eu-west-1c' }),
      ],
      interfaces: [
        ...fullNode('i-01'),
        nodeInterface('i-02', { subnetId: 'subnet-0b', secondaries: 9 }),
        nodeInterface('i-03', { subnetId: 'subnet-0c', secondaries: 9 }),
      ],
      subnets: [
        aSubnet({ availableSingle: 25 }),
        aSubnet({ subnetId: 'subnet-0b', availableSingle: 30 }),
        aSubnet({ subnetId: 'subnet-0c', availabilityZone: 'eu-west-1c', availableSingle: null }),
      ],
    });
    const short = { limitedBy: 'addresses', error: 'InsufficientFreeAddressesInSubnet' };
    expect(cluster.zones).toEqual([
      {
        availabilityZone: 'eu-west-1a',
        subnetIds: ['subnet-0a', 'subnet-0b'],
        morePods: 27,
        moreNodes: [{ instanceType: 'm5.large', nodes: 5, nodesAtBest: 5, ...short }],
      },
      {
        availabilityZone: 'eu-west-1c',
        subnetIds: ['subnet-0c'],
        morePods: null,
        moreNodes: [
          { instanceType: 'm5.large', nodes: null, nodesAtBest: null, limitedBy: null, error: null },
        ],
      },
    ]);
  });

  test('lists zones in the order of their names, and unknown subnets apart', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { subnetId: 'subnet-0b' })],
      interfaces: [
        nodeInterface('i-01', { secondaries: 9 }),
        nodeInterface('i-02', { subnetId: 'subnet-0b', secondaries: 9 }),
        nodeInterface('i-02', { subnetId: 'subnet-0gone', device: 1, secondaries: 9 }),
      ],
      subnets: [
        aSubnet({ availabilityZone: 'eu-west-1c' }),
        aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' }),
      ],
    });
    expect(
      cluster.zones.map(({ availabilityZone, subnetIds, moreNodes }) => [
        availabilityZone,
        subnetIds,
        moreNodes.length,
      ]),
    ).toEqual([
      [null, ['subnet-0gone'], 0],
      ['eu-west-1b', ['subnet-0b'], 1],
      ['eu-west-1c', ['subnet-0a'], 1],
    ]);
  });

  test("counts the pods' subnet of a zone once, where nodes of two subnets share it", () => {
    const node = (instanceId: string, subnetId: string) => [
      nodeInterface(instanceId, { subnetId }),
      nodeInterface(instanceId, { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
    ];
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { subnetId: 'subnet-0b' })],
      interfaces: [...node('i-01', 'subnet-0a'), ...node('i-02', 'subnet-0b')],
      subnets: [
        aSubnet(),
        aSubnet({ subnetId: 'subnet-0b' }),
        aSubnet({ subnetId: 'subnet-0p', availableSingle: 35 }),
      ],
    });
    expect(cluster.capacity.map(({ moreNodes }) => moreNodes[0]?.nodes)).toEqual([3, 3, undefined]);
    expect(cluster.zones.map(({ moreNodes }) => moreNodes[0]?.nodes)).toEqual([3]);
  });

  test('lets further interfaces go to a subnet that is open to discovery in the zone', () => {
    const open = (subnetId: string, zone: string, role: string) =>
      aSubnet({
        subnetId,
        availabilityZone: zone,
        availableSingle: 100,
        tags: { 'kubernetes.io/role/cni': role },
      });
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: fullNode('i-01'),
      subnets: [
        aSubnet({ availableSingle: 0 }),
        open('subnet-0near', 'eu-west-1a', '1'),
        open('subnet-0far', 'eu-west-1b', '1'),
        open('subnet-0shut', 'eu-west-1a', '0'),
      ],
    });
    expect(cluster.capacity.map(({ subnetId, morePods }) => [subnetId, morePods])).toEqual([
      ['subnet-0a', 0],
      ['subnet-0near', 9],
    ]);
  });

  test('keeps to subnets that are named for the cluster, where they are named for one', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: fullNode('i-01'),
      subnets: [
        aSubnet({ availableSingle: 0, tags: { 'kubernetes.io/role/cni': '0' } }),
        aSubnet({
          subnetId: 'subnet-0other',
          tags: { 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/other': 'true' },
        }),
        aSubnet({
          subnetId: 'subnet-0ours',
          tags: { 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/shop': 'true' },
        }),
      ],
    });
    expect(cluster.nodeSubnetIds).toEqual(['subnet-0a', 'subnet-0ours']);
  });
});

describe('committed demand', () => {
  test('is what a managed node group would take at its maximum', () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup({ maxSize: 6 })] })],
      instances: [aNode('i-01')],
      interfaces: fullNode('i-01'),
      subnets: [aSubnet({ availableSingle: 35 })],
    });
    expect(cluster.committed).toEqual([
      {
        clusterName: 'shop',
        group: 'workers',
        kind: 'node-group',
        currentNodes: 1,
        maximumNodes: 6,
        fits: 3,
        fitsAtBest: 3,
        shortfall: 2,
        instanceType: 'm5.large',
        perNode: { addresses: 10, prefixes: 0 },
        error: 'InsufficientFreeAddressesInSubnet',
        limitedBy: 'addresses',
        outsideCluster: false,
        subnetIds: ['subnet-0a'],
        whenFull: {
          podsPerNode: 27,
          perNode: { addresses: 30, prefixes: 0 },
          addresses: 180,
          fits: 1,
          fitsAtBest: 1,
          shortfall: 5,
          error: 'InvalidParameterValue',
        },
        update: { nodes: 2, fits: 2, error: null },
      },
    ]);
  });

  test('has a second bound: sixteen c5.xlarge of a /24 start, and hold 960 addresses when they are full of pods', () => {
    const cluster = clusterOf({
      eks: [
        anEksCluster({
          nodeGroups: [aNodeGroup({ maxSize: 16, desiredSize: 0, instanceTypes: ['c5.xlarge'] })],
        }),
      ],
      subnets: [aSubnet({ availableSingle: 251 })],
    });
    expect(cluster.committed).toMatchObject([
      { fits: 16, shortfall: 0, whenFull: { podsPerNode: 56, addresses: 960, fits: 4, shortfall: 12 } },
    ]);
  });

  test('ends full nodes of a managed group at 110 pods, and those of other groups at what their interfaces hold', () => {
    const cluster = clusterOf({
      eks: [
        anEksCluster({
          nodeGroups: [aNodeGroup({ maxSize: 1, desiredSize: 0, instanceTypes: ['c5.4xlarge'] })],
        }),
      ],
      groups: [
        anAutoScalingGroup({
          name: 'own',
          maxSize: 1,
          desiredCapacity: 0,
          instanceTypes: ['c5.4xlarge'],
          instanceIds: [],
        }),
      ],
      subnets: [aSubnet({ availableSingle: 2000 })],
    });
    expect(
      cluster.committed.map(({ whenFull }) => [whenFull?.podsPerNode, whenFull?.perNode.addresses]),
    ).toEqual([
      [108, 120],
      [232, 240],
    ]);
  });

  test('has no second bound where the nodes that run could not be listed', () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup({ maxSize: 3, desiredSize: 2 })] })],
      subnets: [aSubnet({ availableSingle: 251 })],
    });
    expect(cluster.committed).toMatchObject([{ currentNodes: 2, fits: 1, whenFull: null }]);
  });

  test('has no second bound where the subnet of a running node is not known', () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup({ maxSize: 3 })] })],
      instances: [aNode('i-01', { subnetId: null })],
    });
    expect(cluster.committed).toMatchObject([{ currentNodes: 1, whenFull: null }]);
  });

  test('says of a node pool that its limit is not known to AWS', () => {
    const cluster = clusterOf({
      instances: [
        aNode('i-01', { tags: { 'kubernetes.io/cluster/shop': 'owned', 'karpenter.sh/nodepool': 'spot' } }),
      ],
      interfaces: fullNode('i-01'),
    });
    expect(cluster.unknowns).toContainEqual({
      field: 'committed',
      reason:
        'How far the node pool spot may grow is unknown. Its limits are set in the cluster. The Kubernetes API was not read, or shows none that gives a number of nodes. It has 1 node.',
    });
  });

  test("counts an Auto Scaling group by its tags, and none twice that is a node group's own", () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup()] })],
      instances: [aNode('i-01', { tags: { 'eks:cluster-name': 'shop' } })],
      interfaces: fullNode('i-01'),
      groups: [
        anAutoScalingGroup({ instanceIds: ['i-01'] }),
        anAutoScalingGroup({ name: 'eks-workers-0123' }),
        anAutoScalingGroup({ name: 'autoscaled', tags: { 'k8s.io/cluster-autoscaler/shop': 'owned' } }),
        anAutoScalingGroup({ name: 'elsewhere', tags: { 'kubernetes.io/cluster/other': 'owned' } }),
      ],
    });
    expect(cluster.committed.map(({ group, kind, currentNodes }) => [group, kind, currentNodes])).toEqual([
      ['workers', 'node-group', 0],
      ['self-managed', 'auto-scaling-group', 1],
      ['autoscaled', 'auto-scaling-group', 0],
    ]);
  });

  test('counts no Auto Scaling group that a node group made, though EKS could not be asked for it', () => {
    const tags = { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'workers' };
    expect(clusterOf({ eks: [anEksCluster()], groups: [anAutoScalingGroup({ tags })] }).committed).toEqual(
      [],
    );
  });

  test('counts no Auto Scaling group that another cluster scales', () => {
    const tags = { 'k8s.io/cluster-autoscaler/other': 'owned', 'k8s.io/cluster-autoscaler/shop': 'disabled' };
    expect(clusterOf({ eks: [anEksCluster()], groups: [anAutoScalingGroup({ tags })] }).committed).toEqual(
      [],
    );
  });

  test('goes on in the zone where the group has fewest nodes', () => {
    const inZone = (letter: string) =>
      aSubnet({
        subnetId: `subnet-0${letter}`,
        availabilityZone: `eu-west-1${letter}`,
        availableSingle: letter === 'a' ? 20 : 100,
      });
    const clusters = clustersOf({
      eks: [
        anEksCluster({ nodeGroups: [aNodeGroup({ maxSize: 5, subnetIds: ['subnet-0a', 'subnet-0b'] })] }),
        anEksCluster({ name: 'bound', nodeGroups: [aNodeGroup({ maxSize: 2 })] }),
      ],
      instances: ['i-01', 'i-02', 'i-03'].map((id) =>
        aNode(id, { subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' }),
      ),
      interfaces: ['i-01', 'i-02', 'i-03'].map((id) =>
        nodeInterface(id, { subnetId: 'subnet-0b', secondaries: 9 }),
      ),
      subnets: [inZone('a'), inZone('b')],
    });
    // Three nodes are in b, so that both new ones go to a, where the other cluster then finds room for none but one.
    expect(clusters.map(({ clusterName, committed }) => [clusterName, committed[0]?.fits])).toEqual([
      ['bound', 1],
      ['shop', 2],
    ]);
  });

  test('weighs a prefix as the sixteen addresses that it is', () => {
    const vpcCni = cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' });
    const nodeGroups = [aNodeGroup({ instanceTypes: ['m4.large', 'm5.large'] })];
    const [group] = clusterOf({ eks: [anEksCluster({ vpcCni, nodeGroups })] }).committed;
    expect(group).toMatchObject({ instanceType: 'm5.large', perNode: { addresses: 1, prefixes: 1 } });
  });

  test('weighs both kinds of subnet, where the primary interface serves pods in one and not in the other', () => {
    const closed = aSubnet({
      subnetId: 'subnet-0b',
      tags: { 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/else': '1' },
    });
    const groups = (subnetIds: readonly string[]) =>
      clusterOf({
        eks: [
          anEksCluster({
            nodeGroups: [aNodeGroup({ subnetIds, desiredSize: 0 })],
            vpcCni: {
              version: 'v1.23.0-eksbuild.1',
              configuration: '{"env":{"ENABLE_POD_ENI":"true","MINIMUM_IP_TARGET":"13"}}',
            },
          }),
        ],
        subnets: [aSubnet(), closed],
      }).committed[0]?.perNode;
    // Two interfaces with 13 addresses for pods, and the trunk.
    expect(groups(['subnet-0a'])).toEqual({ addresses: 16, prefixes: 0 });
    expect(groups(['subnet-0b'])).toEqual({ addresses: 12, prefixes: 0 });
    expect(groups(['subnet-0a', 'subnet-0b'])).toEqual({ addresses: 16, prefixes: 0 });
    expect(groups(['subnet-0b', 'subnet-0a'])).toEqual({ addresses: 16, prefixes: 0 });
  });

  test('is in prefixes for a cluster in which some nodes have them and some cannot', () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ vpcCni: null, nodeGroups: [aNodeGroup()] })],
      instances: [aNode('i-01'), aNode('i-02', { instanceType: 'm4.large' })],
      interfaces: [nodeInterface('i-01', { prefixes: 1 }), nodeInterface('i-02', { secondaries: 9 })],
    });
    expect(cluster.committed[0]?.perNode).toEqual({ addresses: 1, prefixes: 1 });
  });

  test('follows the setting as soon as it is known, whatever the nodes that run hold', () => {
    const on = cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' });
    const perNode = (
      vpcCni: typeof on,
      held: { readonly secondaries?: number; readonly prefixes?: number },
    ) =>
      clusterOf({
        eks: [anEksCluster({ vpcCni, nodeGroups: [aNodeGroup()] })],
        instances: [aNode('i-01')],
        interfaces: [nodeInterface('i-01', held)],
      }).committed[0]?.perNode;
    expect(perNode(on, { secondaries: 9 })).toEqual({ addresses: 1, prefixes: 1 });
    expect(perNode(cniSettings({}), { prefixes: 1 })).toEqual({ addresses: 10, prefixes: 0 });
  });

  test('is in single addresses in Auto Mode, where nodes show them', () => {
    const eks = [anEksCluster({ autoMode: true, vpcCni: null, nodeGroups: [aNodeGroup()] })];
    const cluster = clusterOf({ eks, instances: [aNode('i-01')], interfaces: fullNode('i-01') });
    expect(cluster.committed[0]?.perNode).toEqual({ addresses: 10, prefixes: 0 });
  });

  test('is the worst and the best case apart, where they differ', () => {
    const cluster = clusterOf({
      eks: [
        anEksCluster({
          vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }),
          nodeGroups: [aNodeGroup({ maxSize: 9 })],
        }),
      ],
      instances: [aNode('i-0z', { tags: {} })],
      subnets: [
        aSubnet({
          availableSingle: 200,
          prefixes: { assigned: 0, free: 6, freeInReservation: 0, freeUnreserved: 6 },
        }),
      ],
    });
    expect(cluster.committed[0]).toMatchObject({
      fits: 3,
      fitsAtBest: 6,
      shortfall: 6,
      error: 'InsufficientCidrBlocks',
    });
  });

  test('of two clusters in one subnet is met once', () => {
    const clusters = clustersOf({
      eks: [
        anEksCluster({ nodeGroups: [aNodeGroup({ maxSize: 3 })] }),
        anEksCluster({ name: 'other', nodeGroups: [aNodeGroup({ maxSize: 3 })] }),
      ],
      instances: [aNode('i-0z', { tags: {} })],
      subnets: [aSubnet({ availableSingle: 45 })],
    });
    expect(clusters.map(({ committed }) => committed[0]?.fits)).toEqual([2, 2]);
  });

  test('takes the heaviest of several types, since any may be launched', () => {
    const nodeGroups = [aNodeGroup({ instanceTypes: ['m5.large', 'm5.xlarge'] })];
    const [group] = clusterOf({ eks: [anEksCluster({ nodeGroups })] }).committed;
    expect(group).toMatchObject({ instanceType: 'm5.xlarge', perNode: { addresses: 15, prefixes: 0 } });
  });

  test('takes the type of its nodes, where the group tells none', () => {
    const [group] = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup({ instanceTypes: [] })] })],
      instances: [aNode('i-01', { instanceType: 'c5.xlarge' })],
      interfaces: [nodeInterface('i-01', { secondaries: 14 })],
    }).committed;
    expect(group?.instanceType).toBe('c5.xlarge');
  });

  test.each([
    ['a type is not known', aNodeGroup({ instanceTypes: ['m5.large', 'm99.large'] }), aSubnet()],
    ['no type is', aNodeGroup({ instanceTypes: [] }), aSubnet()],
    ['a subnet is not known', aNodeGroup({ subnetIds: ['subnet-0a', 'subnet-0gone'] }), aSubnet()],
    ['its supply is not', aNodeGroup(), aSubnet({ availableSingle: null })],
  ])('is unknown when %s', (_, group, subnet) => {
    const [demand] = clusterOf({ eks: [anEksCluster({ nodeGroups: [group] })], subnets: [subnet] }).committed;
    expect(demand).toMatchObject({ fits: null, fitsAtBest: null, shortfall: null, error: null });
  });

  test('counts the desired size where instances could not be listed', () => {
    const [demand] = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup({ desiredSize: 2 })] })],
    }).committed;
    expect(demand).toMatchObject({ currentNodes: 2, maximumNodes: 3, fits: 1, shortfall: 0 });
  });

  test('is unknown when the mode is unknown', () => {
    const eks = [anEksCluster({ vpcCni: null, nodeGroups: [aNodeGroup()] })];
    const cluster = clusterOf({ eks });
    expect(cluster.committed[0]?.perNode).toBeNull();
    expect(cluster.unknowns.map(({ field }) => field)).toEqual(['committed', 'mode']);
  });

  test('is unknown for a node group of a cluster with Auto Mode, whose own CNI says nothing of that of the group', () => {
    const eks = [anEksCluster({ autoMode: true, vpcCni: null, nodeGroups: [aNodeGroup()] })];
    const { committed, unknowns } = clusterOf({ eks });
    expect(committed[0]).toMatchObject({ perNode: null, fits: null });
    expect(unknowns).toContainEqual(expect.objectContaining({ field: 'committed' }));
  });
});

test('further interfaces go to the subnet that most of them are in, the first by name where two are even', () => {
  const further = (subnetId: string, device: number) =>
    nodeInterface('i-01', { device, subnetId, secondaries: 14 });
  const given = (...interfaces: readonly NetworkInterface[]) =>
    clusterOf({
      instances: [aNode('i-01', { instanceType: 'm5.4xlarge' })],
      interfaces: [nodeInterface('i-01'), ...interfaces],
      subnets: [
        aSubnet(),
        aSubnet({ subnetId: 'subnet-0p', availableSingle: 0 }),
        aSubnet({ subnetId: 'subnet-0q' }),
      ],
    }).nodes[0]?.gauges.maxIPAddresses;
  // What is open for growth tells which subnet the model would use: 0p is full, 0q has 200 addresses.
  expect(given(further('subnet-0q', 1), further('subnet-0p', 2))).toBe(28 + 15);
  expect(given(further('subnet-0p', 1), further('subnet-0q', 2))).toBe(28 + 15);
  expect(given(further('subnet-0q', 1), further('subnet-0p', 2), further('subnet-0q', 3))).toBe(
    42 + 30 + 4 * 29,
  );
});

import { describe, expect, test } from 'vitest';
import type { SubnetAssessment } from '../../../shared/model/assessment.ts';
import { ClusterFold } from '../../../shared/model/cluster-fold.ts';
import { compatGauges } from '../../../shared/model/cni-gauges.ts';
import { limitsOf } from '../../../shared/model/instance-limits.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  Instance,
  NetworkInterface,
} from '../../../shared/model/inventory.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anAutoScalingGroup,
  anEksCluster,
  byId,
  cniSettings,
  nodeInterface,
} from '../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aTarget } from '../../fixtures/inventory-records.ts';

interface Given {
  readonly instances?: readonly Instance[];
  readonly interfaces?: readonly NetworkInterface[];
  readonly eks?: readonly EksCluster[];
  readonly groups?: readonly AutoScalingGroup[];
  readonly subnets?: readonly SubnetAssessment[];
}

const clustersOf = ({
  instances = [],
  interfaces = [],
  eks = [],
  groups = [],
  subnets = [aSubnet()],
}: Given) => {
  const fold = new ClusterFold({
    target: aTarget,
    instances: byId(...instances),
    eksClusters: eks,
    autoScalingGroups: groups,
    limits: (type) => limitsOf(type),
  });
  for (const each of interfaces) fold.add(each);
  return fold.finish(subnets);
};

const clusterOf = (given: Given) => {
  const [cluster, ...others] = clustersOf(given);
  if (cluster === undefined || others.length > 0) throw new Error('expected one cluster');
  return cluster;
};

/** An m5.large as the CNI leaves it with one pod in secondary mode: two interfaces, both full. */
const fullNode = (instanceId: string): NetworkInterface[] => [
  nodeInterface(instanceId, { secondaries: 9 }),
  nodeInterface(instanceId, { device: 1, secondaries: 9 }),
];

describe('a cluster', () => {
  test('is known from EKS even before it has a node', () => {
    expect(clusterOf({ eks: [anEksCluster()] })).toMatchObject({
      clusterName: 'shop',
      source: 'eks',
      vpcId: 'vpc-01',
      version: '1.34',
      mode: 'secondary',
      nodes: [],
      gauges: {
        eniAllocated: 0,
        eniMaxAvailable: 0,
        totalIPAddresses: 0,
        totalIPv4Prefixes: 0,
        maxIPAddresses: 0,
      },
    });
  });

  test('is known from the tags of its nodes alone, when EKS does not run it', () => {
    const tags = { 'kubernetes.io/cluster/own': 'owned' };
    const cluster = clusterOf({ instances: [aNode('i-01', { tags })], interfaces: fullNode('i-01') });
    expect(cluster).toMatchObject({
      clusterName: 'own',
      source: 'tags',
      arn: null,
      vpcId: 'vpc-01',
      mode: 'secondary',
    });
  });

  test('is not made of instances that are gone', () => {
    expect(clustersOf({ instances: [aNode('i-01', { state: 'terminated' })] })).toEqual([]);
  });

  test('has a stopped node, with its addresses, that is in no gauge', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { state: 'stopped' })],
      interfaces: [...fullNode('i-01'), ...fullNode('i-02')],
    });
    expect(cluster.nodes.map(({ instanceId, state, addresses }) => [instanceId, state, addresses])).toEqual([
      ['i-01', 'running', 20],
      ['i-02', 'stopped', 20],
    ]);
    expect(cluster.gauges).toMatchObject({ eniAllocated: 2, totalIPAddresses: 18 });
  });

  test('shares its subnets with what is tagged for it, runs Fargate or holds its control plane', () => {
    const cluster = clusterOf({
      eks: [
        anEksCluster({
          subnetIds: ['subnet-0cp'],
          fargateProfiles: [{ name: 'default', subnetIds: ['subnet-0f'] }],
        }),
      ],
      instances: [aNode('i-01')],
      interfaces: [
        ...fullNode('i-01'),
        anInterfaceRecord({ description: 'Amazon EKS shop', subnetId: 'subnet-0moved' }),
      ],
      subnets: [
        aSubnet(),
        aSubnet({ subnetId: 'subnet-0k', tags: { 'karpenter.sh/discovery': 'shop' } }),
        aSubnet({ subnetId: 'subnet-0t', tags: { 'kubernetes.io/cluster/shop': 'shared' } }),
        aSubnet({ subnetId: 'subnet-0x', vpcId: 'vpc-02', tags: { 'kubernetes.io/cluster/shop': 'shared' } }),
      ],
    });
    expect(cluster.subnetIds).toEqual([
      'subnet-0a',
      'subnet-0cp',
      'subnet-0f',
      'subnet-0k',
      'subnet-0moved',
      'subnet-0t',
    ]);
    expect(cluster.nodeSubnetIds).toEqual(['subnet-0a']);
  });
});

describe("a node's mode", () => {
  const nodeWith = (...interfaces: readonly NetworkInterface[]) => ({
    instances: [aNode('i-01')],
    interfaces,
  });

  test.each([
    ['secondary', [nodeInterface('i-01', { secondaries: 9 })]],
    ['prefix', [nodeInterface('i-01', { prefixes: 1 })]],
    ['mixed', [nodeInterface('i-01', { secondaries: 2, prefixes: 1 })]],
    ['ipv6', [nodeInterface('i-01', { ipv6Prefixes: ['2001:db8::/80'] })]],
    ['unknown', [nodeInterface('i-01')]],
  ] as const)('is %s by what it holds', (mode, interfaces) => {
    expect(clusterOf(nodeWith(...interfaces)).nodes[0]?.mode).toBe(mode);
  });

  test('is told by the add-on while the node holds nothing', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })];
    expect(clusterOf({ ...nodeWith(nodeInterface('i-01')), eks }).nodes[0]?.mode).toBe('prefix');
  });

  test('makes the cluster mixed where nodes differ, as on Nitro and Xen', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { instanceType: 'm4.large' })],
      interfaces: [nodeInterface('i-01', { prefixes: 1 }), nodeInterface('i-02', { secondaries: 9 })],
    });
    expect(cluster.mode).toBe('mixed');
  });

  test('is custom networking when only further interfaces hold addresses for pods', () => {
    const cluster = clusterOf(
      nodeWith(
        nodeInterface('i-01'),
        nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
      ),
    );
    expect(cluster.customNetworking).toBe(true);
    expect(cluster.nodes[0]?.usage).toEqual([
      { subnetId: 'subnet-0p', interfaces: 1, addresses: 10, prefixes: 0 },
      { subnetId: 'subnet-0a', interfaces: 1, addresses: 1, prefixes: 0 },
    ]);
  });

  test('is not custom networking when the primary interface serves pods, too: that is subnet discovery', () => {
    const cluster = clusterOf(
      nodeWith(
        nodeInterface('i-01', { secondaries: 9 }),
        nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
      ),
    );
    expect(cluster.customNetworking).toBe(false);
  });
});

describe('security groups for pods', () => {
  const trunk = nodeInterface('i-01', {
    device: 1,
    interfaceType: 'trunk',
    networkInterfaceId: 'eni-0trunk',
  });
  const branch = (status: string) =>
    anInterfaceRecord({
      interfaceType: 'branch',
      status,
      subnetId: 'subnet-0b',
      privateAddresses: [{ address: '10.0.1.7', primary: true }],
      tags: { 'vpcresources.k8s.aws/trunk-eni-id': 'eni-0trunk', 'kubernetes.io/cluster/shop': 'owned' },
    });

  test("are seen, and their branch interfaces are the node's, in whatever order interfaces come", () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [branch('in-use'), nodeInterface('i-01', { secondaries: 9 }), branch('in-use'), trunk],
    });
    expect(cluster.securityGroupsForPods).toBe(true);
    expect(cluster.nodes[0]).toMatchObject({ branchInterfaces: 2, interfaces: 2, addresses: 13 });
    expect(cluster.nodes[0]?.usage).toContainEqual({
      subnetId: 'subnet-0b',
      interfaces: 2,
      addresses: 2,
      prefixes: 0,
    });
  });

  test('do not count a branch interface that is attached to nothing', () => {
    const cluster = clusterOf({ instances: [aNode('i-01')], interfaces: [trunk, branch('available')] });
    expect(cluster.nodes[0]?.branchInterfaces).toBe(0);
  });
});

describe('the gauges', () => {
  const ample = aSubnet({ available: 200, availableSingle: 200 });

  test("of a secondary-mode m5.large with two full interfaces are the CNI Metrics Helper's", () => {
    const cluster = clusterOf({ instances: [aNode('i-01')], interfaces: fullNode('i-01'), subnets: [ample] });
    const gauges = {
      eniAllocated: 2,
      eniMaxAvailable: 3,
      totalIPAddresses: 18,
      totalIPv4Prefixes: 0,
      maxIPAddresses: 27,
    };
    expect(cluster.gauges).toEqual(gauges);
    expect(compatGauges(cluster)).toEqual(gauges);
  });

  test('count 16 addresses a prefix', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { prefixes: 2 })],
      subnets: [
        aSubnet({
          availableSingle: 5_000,
          prefixes: { assigned: 2, free: 300, freeInReservation: 0, freeUnreserved: 300 },
        }),
      ],
    });
    expect(cluster.gauges).toEqual({
      eniAllocated: 1,
      eniMaxAvailable: 3,
      totalIPAddresses: 32,
      totalIPv4Prefixes: 2,
      maxIPAddresses: 432,
    });
  });

  test('never promise more than the subnet still has', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { secondaries: 4 })],
      subnets: [aSubnet({ availableSingle: 3 })],
    });
    expect(cluster.gauges.maxIPAddresses).toBe(7);
    expect(compatGauges(cluster).maxIPAddresses).toBe(27);
  });

  test('never promise one free address to two nodes', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02')],
      interfaces: [nodeInterface('i-01', { secondaries: 4 }), nodeInterface('i-02', { secondaries: 4 })],
      subnets: [aSubnet({ availableSingle: 5 })],
    });
    expect(cluster.nodes.map(({ gauges }) => gauges.maxIPAddresses)).toEqual([9, 9]);
    expect(cluster.gauges.maxIPAddresses).toBe(13);
  });

  test('lose the primary interface to custom networking, where the helper does not', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [
        nodeInterface('i-01'),
        nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
      ],
      subnets: [ample, aSubnet({ subnetId: 'subnet-0p' })],
    });
    expect(cluster.gauges).toMatchObject({
      eniAllocated: 2,
      eniMaxAvailable: 3,
      totalIPAddresses: 9,
      maxIPAddresses: 18,
    });
    expect(compatGauges(cluster)).toMatchObject({
      eniAllocated: 2,
      eniMaxAvailable: 3,
      totalIPAddresses: 9,
      maxIPAddresses: 27,
    });
  });

  test('do not take interfaces on other network cards off the default card, where the helper does', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01', { instanceType: 'p4d.24xlarge' })],
      interfaces: [
        nodeInterface('i-01', { secondaries: 49 }),
        ...[1, 2, 3].map((networkCard) =>
          nodeInterface('i-01', { device: 1, networkCard, interfaceType: 'efa' }),
        ),
      ],
      subnets: [aSubnet({ availableSingle: 4_000 })],
    });
    const { maxEnis = 0, ipv4PerEni = 0 } = limitsOf('p4d.24xlarge') ?? {};
    expect(cluster.gauges).toMatchObject({
      eniMaxAvailable: maxEnis,
      maxIPAddresses: maxEnis * (ipv4PerEni - 1),
    });
    expect(compatGauges(cluster)).toMatchObject({
      eniMaxAvailable: maxEnis - 3,
      maxIPAddresses: (maxEnis - 3) * (ipv4PerEni - 1),
    });
  });

  test('take an unmanaged interface off both', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [
        ...fullNode('i-01'),
        nodeInterface('i-01', { device: 2, tags: { 'node.k8s.amazonaws.com/no_manage': 'true' } }),
      ],
    });
    expect(cluster.gauges).toMatchObject({ eniAllocated: 2, eniMaxAvailable: 2, maxIPAddresses: 18 });
    expect(compatGauges(cluster)).toMatchObject({ eniAllocated: 2, eniMaxAvailable: 2, maxIPAddresses: 18 });
    expect(cluster.nodes[0]?.interfaces).toBe(3);
  });

  test('are unknown, not smaller, when the limits of one node are', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { instanceType: 'm99.large' })],
      interfaces: [...fullNode('i-01'), ...fullNode('i-02')],
    });
    expect(cluster.gauges).toMatchObject({
      eniAllocated: 4,
      totalIPAddresses: 36,
      eniMaxAvailable: null,
      maxIPAddresses: null,
    });
    expect(cluster.unknowns).toEqual([
      {
        field: 'gauges.maxIPAddresses',
        reason: 'Neither the shipped table nor EC2 told the limits of m99.large.',
      },
    ]);
  });

  test('leave the maximum unknown when the subnet is', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: fullNode('i-01'),
      subnets: [aSubnet({ availableSingle: null, prefixes: null })],
    });
    expect(cluster.gauges).toMatchObject({ eniMaxAvailable: 3, maxIPAddresses: null });
  });
});

describe('warm addresses', () => {
  const warm = (given: Given) => clusterOf(given).nodes.map(({ warmAtLeast }) => warmAtLeast);

  test("are an interface's worth, by the CNI's default", () => {
    expect(warm({ eks: [anEksCluster()], instances: [aNode('i-01')], interfaces: fullNode('i-01') })).toEqual(
      [9],
    );
  });

  test('are assumed so for a self-managed CNI whose interfaces are all full', () => {
    expect(warm({ instances: [aNode('i-01')], interfaces: fullNode('i-01') })).toEqual([9]);
  });

  test('can not be told for a self-managed CNI that fills its interfaces in part', () => {
    expect(
      warm({ instances: [aNode('i-01')], interfaces: [nodeInterface('i-01', { secondaries: 5 })] }),
    ).toEqual([null]);
  });

  test('are what WARM_IP_TARGET says', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ WARM_IP_TARGET: '3' }) })];
    expect(
      warm({ eks, instances: [aNode('i-01')], interfaces: [nodeInterface('i-01', { secondaries: 5 })] }),
    ).toEqual([3]);
  });

  test('are not promised of MINIMUM_IP_TARGET, which says nothing of what is spare', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ MINIMUM_IP_TARGET: '5' }) })];
    expect(
      warm({ eks, instances: [aNode('i-01')], interfaces: [nodeInterface('i-01', { secondaries: 5 })] }),
    ).toEqual([0]);
  });

  test('are a prefix in prefix mode', () => {
    const eks = [anEksCluster()];
    expect(
      warm({ eks, instances: [aNode('i-01')], interfaces: [nodeInterface('i-01', { prefixes: 2 })] }),
    ).toEqual([16]);
  });

  test('may be none on a node that has all its interfaces', () => {
    const interfaces = [...fullNode('i-01'), nodeInterface('i-01', { device: 2, secondaries: 9 })];
    expect(warm({ eks: [anEksCluster()], instances: [aNode('i-01')], interfaces })).toEqual([0]);
  });

  test('may be none where the subnet is full: the CNI could not refill the pool', () => {
    expect(
      warm({
        eks: [anEksCluster()],
        instances: [aNode('i-01')],
        interfaces: fullNode('i-01'),
        subnets: [aSubnet({ availableSingle: 9 })],
      }),
    ).toEqual([0]);
  });

  test('can not be told for a stopped node, or one without IPv4 pods', () => {
    expect(
      warm({
        eks: [anEksCluster({ ipFamily: 'ipv6' })],
        instances: [aNode('i-01'), aNode('i-02', { state: 'stopped' })],
        interfaces: [nodeInterface('i-01', { ipv6Prefixes: ['2001:db8::/80'] }), ...fullNode('i-02')],
      }),
    ).toEqual([null, null]);
  });
});

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
        subnetIds: ['subnet-0a'],
      },
    ]);
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
  ])('can not be told when %s', (_, group, subnet) => {
    const [demand] = clusterOf({ eks: [anEksCluster({ nodeGroups: [group] })], subnets: [subnet] }).committed;
    expect(demand).toMatchObject({ fits: null, fitsAtBest: null, shortfall: null, error: null });
  });

  test('counts the desired size where instances could not be listed', () => {
    const [demand] = clusterOf({
      eks: [anEksCluster({ nodeGroups: [aNodeGroup({ desiredSize: 2 })] })],
    }).committed;
    expect(demand).toMatchObject({ currentNodes: 2, maximumNodes: 3, fits: 1, shortfall: 0 });
  });

  test('can not be told where the mode is not known', () => {
    const eks = [anEksCluster({ vpcCni: null, nodeGroups: [aNodeGroup()] })];
    const cluster = clusterOf({ eks });
    expect(cluster.committed[0]?.perNode).toBeNull();
    expect(cluster.unknowns.map(({ field }) => field)).toEqual(['mode']);
  });

  test('assumes prefixes in Auto Mode, its default', () => {
    const eks = [anEksCluster({ autoMode: true, vpcCni: null, nodeGroups: [aNodeGroup()] })];
    expect(clusterOf({ eks }).committed[0]?.perNode).toEqual({ addresses: 1, prefixes: 1 });
  });
});

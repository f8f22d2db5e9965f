import { describe, expect, test } from 'vitest';
import type { NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import { ClusterAssessor } from '../../../../shared/model/cluster/cluster-assessor.ts';
import { compatGauges, nodeCount } from '../../../../shared/model/cluster/cni-gauges.ts';
import { clusterOf, clustersOf, fullNode } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anEksCluster,
  byId,
  cniSettings,
  nodeInterface,
} from '../../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aTarget } from '../../../fixtures/inventory-records.ts';

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

  test('is kept apart from another one in the same subnet, by name', () => {
    const clusters = clustersOf({
      eks: [
        anEksCluster({ name: 'zeta', autoMode: true, nodeGroups: [aNodeGroup()] }),
        anEksCluster({ name: 'alpha', version: '1.33', nodeGroups: [aNodeGroup({ name: 'small' })] }),
      ],
      instances: [
        aNode('i-01', { tags: { 'eks:cluster-name': 'zeta' } }),
        aNode('i-02', { tags: { 'eks:cluster-name': 'alpha' } }),
        aNode('i-03', { tags: { 'eks:cluster-name': 'mid' } }),
      ],
      interfaces: ['i-01', 'i-02', 'i-03'].flatMap(fullNode),
    });
    expect(
      clusters.map(({ clusterName, source, autoMode, nodes, committed }) => [
        clusterName,
        source,
        autoMode,
        nodes.map(({ instanceId }) => instanceId),
        committed.map(({ group }) => group),
      ]),
    ).toEqual([
      ['alpha', 'eks', false, ['i-02'], ['small']],
      ['mid', 'tags', false, ['i-03'], []],
      ['zeta', 'eks', true, ['i-01'], ['workers']],
    ]);
    expect(clusters[1]?.subnetIds).toEqual(['subnet-0a']);
  });

  test('counts a node that is about to run, as the CNI will', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01', { state: 'pending' })],
      interfaces: fullNode('i-01'),
    });
    expect(cluster.gauges).toMatchObject({ eniAllocated: 2, totalIPAddresses: 18, maxIPAddresses: 27 });
    expect(cluster.capacity[0]).toMatchObject({ morePods: 9, moreNodes: [{ instanceType: 'm5.large' }] });
  });

  test('takes its VPC from the first node that tells it', () => {
    const tags = { 'eks:cluster-name': 'shop' };
    const instances = [aNode('i-01', { vpcId: null, tags }), aNode('i-02', { vpcId: 'vpc-07', tags })];
    expect(clusterOf({ instances }).vpcId).toBe('vpc-07');
  });

  test('has no subnet of a control plane that is only spoken of', () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ subnetIds: [] })],
      interfaces: [anInterfaceRecord({ description: 'next to Amazon EKS shop', subnetId: 'subnet-0b' })],
    });
    expect(cluster.subnetIds).toEqual([]);
  });

  test('is not made of instances that are gone', () => {
    expect(clustersOf({ instances: [aNode('i-01', { state: 'terminated' })] })).toEqual([]);
    expect(clustersOf({ instances: [aNode('i-01', { state: 'shutting-down' })] })).toEqual([]);
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

  test('comes from the add-on while the node has no addresses', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })];
    expect(clusterOf({ ...nodeWith(nodeInterface('i-01')), eks }).nodes[0]?.mode).toBe('prefix');
  });

  test('of a stopped node, or one that shows none, does not make the cluster mixed', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { state: 'stopped' }), aNode('i-03')],
      interfaces: [...fullNode('i-01'), nodeInterface('i-02', { prefixes: 1 }), nodeInterface('i-03')],
    });
    expect(cluster.mode).toBe('secondary');
    expect(cluster.nodes.map(({ mode }) => mode)).toEqual(['secondary', 'prefix', 'unknown']);
  });

  test('is IPv6 in an IPv6 cluster, whatever the node holds beside', () => {
    const eks = [anEksCluster({ ipFamily: 'ipv6' })];
    const interfaces = [nodeInterface('i-01', { secondaries: 2 })];
    expect(clusterOf({ ...nodeWith(...interfaces), eks }).nodes[0]?.mode).toBe('ipv6');
  });

  test('is not IPv6 for an IPv6 prefix beside IPv4 addresses for pods', () => {
    const interfaces = [nodeInterface('i-01', { prefixes: 1, ipv6Prefixes: ['2001:db8::/80'] })];
    expect(clusterOf(nodeWith(...interfaces)).nodes[0]?.mode).toBe('prefix');
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

  test('is custom networking with prefixes as well, and not when the primary interface holds one', () => {
    const inPodSubnet = nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', prefixes: 1 });
    const customNetworking = (primary: NetworkInterface) =>
      clusterOf(nodeWith(primary, inPodSubnet)).customNetworking;
    expect(customNetworking(nodeInterface('i-01'))).toBe(true);
    expect(customNetworking(nodeInterface('i-01', { prefixes: 1 }))).toBe(false);
  });

  test('is not custom networking by an interface in another subnet that serves no pod', () => {
    const elsewhere = nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p' });
    expect(clusterOf(nodeWith(nodeInterface('i-01'), elsewhere)).customNetworking).toBe(false);
  });

  test('is not custom networking while the primary interface has not been seen', () => {
    const elsewhere = nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', secondaries: 9 });
    expect(clusterOf(nodeWith(elsewhere)).customNetworking).toBe(false);
  });

  test('is not custom networking when a pool that shrank left the primary interface empty, in the same subnet', () => {
    const interfaces = [nodeInterface('i-01'), nodeInterface('i-01', { device: 1, secondaries: 3 })];
    expect(clusterOf(nodeWith(...interfaces)).customNetworking).toBe(false);
    const eks = [anEksCluster({ vpcCni: cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' }) })];
    expect(clusterOf({ ...nodeWith(...interfaces), eks }).nodes[0]?.customNetworking).toBe(true);
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

  test('are seen by a trunk alone', () => {
    expect(clusterOf({ instances: [aNode('i-01')], interfaces: [trunk] }).securityGroupsForPods).toBe(true);
    expect(
      clusterOf({ instances: [aNode('i-01')], interfaces: fullNode('i-01') }).securityGroupsForPods,
    ).toBe(false);
  });

  test('count a branch interface that EC2 calls a plain one, by its trunk', () => {
    const plain = { ...branch('in-use'), interfaceType: 'interface' };
    const cluster = clusterOf({ instances: [aNode('i-01')], interfaces: [trunk, plain] });
    expect(cluster.nodes[0]?.branchInterfaces).toBe(1);
  });

  test('pass over a branch interface whose trunk is not there', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [...fullNode('i-01'), branch('in-use')],
    });
    expect(cluster.nodes[0]).toMatchObject({ branchInterfaces: 0, addresses: 20 });
  });

  test('are seen by a branch interface alone, even one that names no trunk', () => {
    const alone = anInterfaceRecord({
      interfaceType: 'branch',
      tags: { 'kubernetes.io/cluster/shop': 'owned' },
    });
    const nobodys = anInterfaceRecord({ interfaceType: 'branch', tags: {} });
    const cluster = clusterOf({ eks: [anEksCluster()], interfaces: [alone, nobodys] });
    expect(cluster).toMatchObject({ securityGroupsForPods: true, nodes: [] });
  });

  test('do not count a branch interface that is attached to nothing', () => {
    const cluster = clusterOf({ instances: [aNode('i-01')], interfaces: [trunk, branch('available')] });
    expect(cluster.nodes[0]?.branchInterfaces).toBe(0);
  });
});

describe('a cluster of which little is known', () => {
  test('is IPv6 by what EKS says, while it has no node', () => {
    const eks = [anEksCluster({ ipFamily: 'ipv6', nodeGroups: [aNodeGroup()] })];
    const cluster = clusterOf({ eks });
    expect(cluster.mode).toBe('ipv6');
    expect(cluster.committed[0]?.perNode).toEqual({ addresses: 1, prefixes: 0 });
  });

  test('is in prefix mode by its add-on, while it has no node', () => {
    expect(
      clusterOf({ eks: [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })] }).mode,
    ).toBe('prefix');
  });

  test('uses custom networking and security groups for pods by its add-on, while it has no node', () => {
    const vpcCni = cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true', ENABLE_POD_ENI: 'true' });
    const cluster = clusterOf({ eks: [anEksCluster({ vpcCni, nodeGroups: [aNodeGroup()] })] });
    expect(cluster).toMatchObject({ customNetworking: true, securityGroupsForPods: true });
  });

  test('has no pod subnet for custom networking that no node shows: what fits is unknown', () => {
    const vpcCni = cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' });
    const cluster = clusterOf({
      eks: [anEksCluster({ vpcCni, nodeGroups: [aNodeGroup()] })],
      instances: [aNode('i-01', { tags: { 'eks:cluster-name': 'shop' } })],
      interfaces: [nodeInterface('i-01')],
    });
    expect(cluster.committed[0]).toMatchObject({ fits: null, perNode: { addresses: 11, prefixes: 0 } });
    expect(cluster.nodeSubnetIds).toEqual(['subnet-0a']);
    expect(cluster.capacity[0]?.moreNodes).toMatchObject([{ instanceType: 'm5.large', nodes: null }]);
  });

  test('has the subnets of its groups among those of its nodes, before a node runs there', () => {
    const eks = [anEksCluster({ subnetIds: [], nodeGroups: [aNodeGroup()] })];
    expect(clusterOf({ eks }).nodeSubnetIds).toEqual(['subnet-0a']);
  });

  test('takes the pod subnet of a node in the same subnet, though EC2 does not tell its zone', () => {
    const cluster = clusterOf({
      eks: [anEksCluster({ vpcCni: null, nodeGroups: [aNodeGroup()] })],
      instances: [aNode('i-01', { availabilityZone: null })],
      interfaces: [
        nodeInterface('i-01'),
        nodeInterface('i-01', { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
      ],
      subnets: [aSubnet(), aSubnet({ subnetId: 'subnet-0p', availableSingle: 11 })],
    });
    // Ten addresses for pods with the warm pool, and the primary one elsewhere: room for one node of two.
    expect(cluster.committed).toMatchObject([{ currentNodes: 1, maximumNodes: 3, fits: 1 }]);
  });

  test('has room for no more pods where nodes are stopped: that is known', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01', { state: 'stopped' })],
      interfaces: fullNode('i-01'),
    });
    expect(cluster.capacity).toMatchObject([{ subnetId: 'subnet-0a', morePods: 0 }]);
  });

  test('takes the pod subnet that a neighbour in the zone shows, for a node that has none yet', () => {
    const vpcCni = cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' });
    const cluster = clusterOf({
      eks: [anEksCluster({ vpcCni })],
      instances: [aNode('i-01', { subnetId: 'subnet-0b' }), aNode('i-02')],
      interfaces: [
        nodeInterface('i-01', { subnetId: 'subnet-0b' }),
        nodeInterface('i-02'),
        nodeInterface('i-02', { device: 1, subnetId: 'subnet-0p', secondaries: 9 }),
      ],
      subnets: [
        aSubnet(),
        aSubnet({ subnetId: 'subnet-0b' }),
        aSubnet({ subnetId: 'subnet-0p', availableSingle: 20 }),
      ],
    });
    expect(cluster.nodes[0]).toMatchObject({ customNetworking: true, gauges: { maxIPAddresses: 18 } });
    expect(cluster.capacity.find(({ subnetId }) => subnetId === 'subnet-0b')?.moreNodes).toMatchObject([
      { nodes: 2 },
    ]);
  });

  test('has a node whose interfaces are not seen yet: its instance tells the subnet', () => {
    const cluster = clusterOf({ instances: [aNode('i-01', { state: 'pending' })] });
    expect(cluster.nodes[0]).toMatchObject({
      subnetId: 'subnet-0a',
      interfaces: 0,
      addresses: 0,
      mode: 'unknown',
    });
    expect(cluster.capacity.map(({ subnetId }) => subnetId)).toEqual(['subnet-0a']);
  });

  test('has a node of which not even the subnet is known', () => {
    const cluster = clusterOf({ instances: [aNode('i-01', { subnetId: null, vpcId: null })] });
    expect(cluster).toMatchObject({ vpcId: null, nodeSubnetIds: [], capacity: [] });
  });

  test('has such a node under custom networking, too: it has no pod subnet, either', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' }) })];
    const cluster = clusterOf({ eks, instances: [aNode('i-01', { subnetId: null })] });
    expect(cluster).toMatchObject({ customNetworking: true, nodeSubnetIds: [] });
  });

  test('says of every figure that it cannot give why', () => {
    const reasons = (given: Parameters<typeof clusterOf>[0]) =>
      clusterOf(given).unknowns.map(({ field, reason }) => `${field}: ${reason}`);
    const eks = (changes: Parameters<typeof anEksCluster>[0]) => [
      anEksCluster({ nodeGroups: [aNodeGroup()], ...changes }),
    ];
    expect(reasons({ eks: eks({}) })).toEqual([]);
    const unmeasured = (awsAvailable: number | null) =>
      reasons({ eks: eks({}), subnets: [aSubnet({ availableSingle: null, awsAvailable })] });
    expect(unmeasured(null)).toEqual(['capacity: The free addresses of subnet-0a are unknown in this scan.']);
    expect(unmeasured(1)).toEqual([
      'capacity: How many more nodes and pods subnet-0a holds is not known. AWS counts 1 free address there.',
    ]);
    expect(reasons({ eks: eks({ nodeGroups: [aNodeGroup({ instanceTypes: ['m99.large'] })] }) })).toEqual([
      'committed: The demand of one more node of workers is unknown, because its type or its mode is.',
    ]);
    expect(reasons({ eks: eks({ vpcCni: null }) })).toEqual([
      'committed: The demand of one more node of workers is unknown, because its type or its mode is.',
      "mode: No node holds an address for pods, and the CNI's settings are not known to EKS.",
    ]);
    const vpcCni = cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' });
    expect(reasons({ eks: eks({ vpcCni }) })).toEqual([
      'committed: Where the pods of workers get their addresses beside subnet-0a is not known: no node shows it, or nodes disagree.',
    ]);
  });

  test('has what could not be asked for among its unknowns', () => {
    const assessor = new ClusterAssessor({
      target: aTarget,
      instances: byId(),
      instancesListed: false,
      eksClusters: [anEksCluster()],
      autoScalingGroups: [],
      limits: () => null,
      unknowns: [{ field: 'nodes', reason: 'Instances could not be listed.' }],
    });
    const [cluster] = assessor.finish([aSubnet()]).clusters;
    expect(cluster?.unknowns).toEqual([{ field: 'nodes', reason: 'Instances could not be listed.' }]);
    // Nothing that nodes hold is zero where no node could be listed.
    expect(cluster?.gauges).toEqual({
      eniAllocated: null,
      eniMaxAvailable: null,
      totalIPAddresses: null,
      totalIPv4Prefixes: null,
      maxIPAddresses: null,
    });
    expect(cluster && nodeCount(cluster)).toBeNull();
    expect(cluster && compatGauges(cluster)).toEqual(cluster?.gauges);
    expect(cluster?.capacity.map(({ morePods }) => morePods)).toEqual(cluster?.capacity.map(() => null));
  });
});

test('a node tells what it holds in each subnet, the most first, then by name', () => {
  const held = (device: number, subnetId: string, prefixes: number) =>
    nodeInterface('i-01', { device, subnetId, prefixes });
  const cluster = clusterOf({
    instances: [aNode('i-01', { instanceType: 'm5.4xlarge' })],
    interfaces: [
      held(0, 'subnet-0c', 1),
      held(1, 'subnet-0b', 1),
      held(2, 'subnet-0a', 1),
      held(3, 'subnet-0d', 2),
      held(4, 'subnet-0d', 1),
    ],
  });
  expect(cluster.nodes[0]).toMatchObject({ interfaces: 5, addresses: 101, prefixes: 6 });
  expect(cluster.nodes[0]?.usage).toEqual([
    { subnetId: 'subnet-0d', interfaces: 2, addresses: 50, prefixes: 3 },
    { subnetId: 'subnet-0a', interfaces: 1, addresses: 17, prefixes: 1 },
    { subnetId: 'subnet-0b', interfaces: 1, addresses: 17, prefixes: 1 },
    { subnetId: 'subnet-0c', interfaces: 1, addresses: 17, prefixes: 1 },
  ]);
});

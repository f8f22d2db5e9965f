import { describe, expect, test } from 'vitest';
import type { EksCluster, NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { clusterOf, fullNode } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anAutoScalingGroup,
  anEksCluster,
  cniSettings,
  nodeInterface,
} from '../../../fixtures/cluster-records.ts';

/** Situations that people reported of the CNI, with what is right in each. Names and addresses are made up. */

const withVersion = (version: string, environment: Readonly<Record<string, string>> = {}) => ({
  version,
  configuration: JSON.stringify({ env: environment }),
});

const eks = (changes: Partial<EksCluster>) => [anEksCluster({ subnetIds: [], ...changes })];

const noBlock = (singles: number, changes: Partial<SubnetAssessment> = {}) =>
  aSubnet({
    availableSingle: singles,
    prefixes: { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 },
    ...changes,
  });

/** The last interface is the trunk. */
const withTrunk = (instanceId: string, onTrunk = 0): NetworkInterface[] => [
  ...fullNode(instanceId),
  nodeInterface(instanceId, { device: 2, interfaceType: 'trunk', secondaries: onTrunk }),
];

describe('room that pods cannot use', () => {
  const podEni = eks({ vpcCni: cniSettings({ ENABLE_POD_ENI: 'true' }) });

  test('is a trunk: an m5.large with one holds 18 addresses for pods at the most', () => {
    const cluster = clusterOf({ eks: podEni, instances: [aNode('i-01')], interfaces: withTrunk('i-01') });
    expect(cluster.gauges).toMatchObject({ totalIPAddresses: 18, maxIPAddresses: 18 });
    expect(cluster.capacity).toMatchObject([{ morePods: 0 }]);
  });

  test('is the slot that the CNI keeps for a trunk', () => {
    const cluster = clusterOf({ eks: podEni, instances: [aNode('i-01')], interfaces: fullNode('i-01') });
    expect(cluster.gauges).toMatchObject({ maxIPAddresses: 18 });
  });

  test('is not what an older CNI put on a trunk: that is held, and nothing is added to it', () => {
    const cluster = clusterOf({ eks: podEni, instances: [aNode('i-01')], interfaces: withTrunk('i-01', 4) });
    expect(cluster.gauges).toMatchObject({ totalIPAddresses: 22, maxIPAddresses: 22 });
  });

  test('is every interface beyond MAX_ENI, and no address is then said to be warm', () => {
    const cluster = clusterOf({
      eks: eks({ vpcCni: cniSettings({ MAX_ENI: '1' }) }),
      instances: ['i-01', 'i-02', 'i-03'].map((id) => aNode(id, { instanceType: 'm5.4xlarge' })),
      interfaces: ['i-01', 'i-02', 'i-03'].map((id) => nodeInterface(id, { secondaries: 29 })),
      subnets: [aSubnet({ availableSingle: 900 })],
    });
    expect(cluster.gauges).toMatchObject({ totalIPAddresses: 87, maxIPAddresses: 87 });
    expect(cluster.capacity).toMatchObject([{ morePods: 0 }]);
    expect(cluster.nodes.map(({ warmAtLeast }) => warmAtLeast)).toEqual([0, 0, 0]);
  });
});

describe("where pods' addresses come from", () => {
  const nodes = (role: string) => aSubnet({ availableSingle: 20, tags: { 'kubernetes.io/role/cni': role } });
  const pods = (changes: Partial<SubnetAssessment> = {}) =>
    aSubnet({
      subnetId: 'subnet-0p',
      availableSingle: 5000,
      tags: { 'kubernetes.io/role/cni': '1' },
      ...changes,
    });
  const old = { instances: [aNode('i-01')], interfaces: [nodeInterface('i-01', { secondaries: 9 })] };
  const group = { nodeGroups: [aNodeGroup({ maxSize: 7 })] };

  test('is the tagged subnet alone where the own one is shut out: each node takes one address there', () => {
    const cluster = clusterOf({
      ...old,
      eks: eks({ ...group, vpcCni: withVersion('v1.22.2-eksbuild.1') }),
      subnets: [nodes('0'), pods()],
    });
    expect(cluster.committed).toMatchObject([{ fits: 6, shortfall: 0, perNode: { addresses: 11 } }]);
    expect(cluster.capacity.find(({ subnetId }) => subnetId === 'subnet-0a')?.moreNodes).toMatchObject([
      { nodes: 20, error: 'InsufficientFreeAddressesInSubnet' },
    ]);
  });

  test('is the own subnet, tag or not, before 1.22.1', () => {
    const cluster = clusterOf({
      ...old,
      eks: eks({ ...group, vpcCni: withVersion('v1.21.1-eksbuild.1') }),
      subnets: [nodes('0')],
    });
    expect(cluster.committed).toMatchObject([{ fits: 2 }]);
  });

  test.each([
    ['discovery is off', withVersion('v1.22.2', { ENABLE_SUBNET_DISCOVERY: 'false' }), {}],
    ['the CNI is older than 1.18', withVersion('v1.17.1-eksbuild.1'), {}],
    ['the tag is empty', withVersion('v1.22.2'), { tags: { 'kubernetes.io/role/cni': '' } }],
    ['the tag is 0', withVersion('v1.22.2'), { tags: { 'kubernetes.io/role/cni': '0' } }],
    ['the subnet has no tag', withVersion('v1.22.2'), { tags: {} }],
    [
      'the subnet is kept to another cluster',
      withVersion('v1.22.2'),
      { tags: { 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/search': 'true' } },
    ],
    ['the subnet is in another zone', withVersion('v1.22.2'), { availabilityZone: 'eu-west-1b' }],
  ])('is no other subnet where %s', (_, vpcCni, changes) => {
    const cluster = clusterOf({
      ...old,
      eks: eks({ vpcCni }),
      subnets: [aSubnet({ availableSingle: 0 }), pods(changes)],
    });
    expect(cluster.gauges.maxIPAddresses).toBe(9);
    expect(cluster.nodeSubnetIds).toEqual(['subnet-0a']);
  });

  test('is a subnet that is kept to another cluster, too, before 1.22.1, which does not know that tag', () => {
    const tags = { 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/search': 'true' };
    const cluster = clusterOf({
      ...old,
      eks: eks({ vpcCni: withVersion('v1.20.4') }),
      subnets: [aSubnet({ availableSingle: 0 }), pods({ tags })],
    });
    expect(cluster.nodeSubnetIds).toEqual(['subnet-0a', 'subnet-0p']);
  });

  test('is said to rest on a default where the settings are not known', () => {
    const fields = (subnets: readonly SubnetAssessment[]) =>
      clusterOf({ ...old, subnets }).unknowns.map(({ reason }) => reason);
    expect(fields([aSubnet(), pods()])).toContainEqual(
      expect.stringContaining('Subnet discovery is taken to be on'),
    );
    expect(fields([aSubnet()])).toEqual([
      "The CNI's settings are not known. New nodes are counted by its defaults.",
    ]);
  });

  test('rests on no default where the settings are known', () => {
    const known = { ...old, eks: eks({ vpcCni: cniSettings({ WARM_ENI_TARGET: '1' }) }) };
    expect(clusterOf(known).unknowns.map(({ field }) => field)).not.toContain('newNodes');
  });

  test.each([[['blue', 'green']], [['green', 'blue']]])(
    'comes from the nodes of the same group, listed as %j, where two ENIConfigs serve one zone',
    (order) => {
      const podSubnet: Readonly<Record<string, string>> = { blue: 'subnet-0blue', green: 'subnet-0green' };
      const cluster = clusterOf({
        eks: eks({
          vpcCni: cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' }),
          nodeGroups: order.map((name) => aNodeGroup({ name, maxSize: 6 })),
        }),
        instances: order.map((name) =>
          aNode(`i-${name}`, { tags: { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': name } }),
        ),
        interfaces: order.flatMap((name) => [
          nodeInterface(`i-${name}`),
          nodeInterface(`i-${name}`, { device: 1, secondaries: 9, subnetId: podSubnet[name] ?? '' }),
        ]),
        subnets: [
          aSubnet({ availableSingle: 200 }),
          aSubnet({ subnetId: 'subnet-0blue', availableSingle: 4 }),
          aSubnet({ subnetId: 'subnet-0green', availableSingle: 4000 }),
        ],
      });
      const fits = new Map(cluster.committed.map((demand) => [demand.group, demand.fits]));
      expect(fits).toEqual(
        new Map([
          ['blue', 0],
          ['green', 5],
        ]),
      );
      expect(cluster.capacity.find(({ subnetId }) => subnetId === 'subnet-0a')?.moreNodes).toMatchObject([
        { nodes: null, error: null },
      ]);
    },
  );

  test('is not known for a subnet of which not even the zone is', () => {
    const cluster = clusterOf({
      eks: eks({
        vpcCni: cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' }),
        nodeGroups: [aNodeGroup()],
      }),
      subnets: [aSubnet({ availabilityZone: null })],
    });
    expect(cluster.committed).toMatchObject([{ fits: null }]);
  });

  test("is named by the add-on's own eniConfig, zone by zone, before a node shows it", () => {
    const zoneB = { availabilityZone: 'eu-west-1b' };
    const cluster = clusterOf({
      eks: eks({
        vpcCni: {
          version: 'v1.20.4-eksbuild.1',
          configuration: JSON.stringify({
            env: {
              AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
              ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
            },
            eniConfig: {
              create: true,
              subnets: { 'eu-west-1a': { id: 'subnet-0p' }, 'eu-west-1b': { id: 'subnet-0q' } },
            },
          }),
        },
        nodeGroups: [aNodeGroup({ desiredSize: 0, maxSize: 9, subnetIds: ['subnet-0a', 'subnet-0b'] })],
      }),
      subnets: [
        aSubnet({ availableSingle: 200 }),
        aSubnet({ subnetId: 'subnet-0b', availableSingle: 200, ...zoneB }),
        aSubnet({ subnetId: 'subnet-0p', availableSingle: 200 }),
        aSubnet({ subnetId: 'subnet-0q', availableSingle: 3, ...zoneB }),
      ],
    });
    expect(cluster.committed).toMatchObject([{ fits: 9 }]);
    expect(cluster.capacity.find(({ subnetId }) => subnetId === 'subnet-0b')?.moreNodes).toMatchObject([
      { nodes: 0, error: 'InvalidParameterValue' },
    ]);
  });
});

describe('each CNI by its own rules', () => {
  test('new nodes take prefixes as soon as the add-on says so, and none starts where no block is free', () => {
    const cluster = clusterOf({
      eks: eks({
        vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }),
        nodeGroups: [aNodeGroup({ maxSize: 7 })],
      }),
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { secondaries: 9 })],
      subnets: [noBlock(210)],
    });
    expect(cluster.mode).toBe('secondary');
    expect(cluster.committed).toMatchObject([{ fits: 0, shortfall: 6, error: 'InsufficientCidrBlocks' }]);
  });

  test('an interface that is new is refused in another way than one that is there', () => {
    const cluster = clusterOf({
      eks: eks({
        vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true', AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' }),
        nodeGroups: [aNodeGroup({ maxSize: 7 })],
      }),
      instances: [aNode('i-01')],
      interfaces: [
        nodeInterface('i-01'),
        nodeInterface('i-01', { device: 1, prefixes: 1, subnetId: 'subnet-0p' }),
      ],
      subnets: [aSubnet({ availableSingle: 200 }), noBlock(893, { subnetId: 'subnet-0p' })],
    });
    expect(cluster.committed).toMatchObject([{ fits: 0, error: 'InvalidParameterValue' }]);
  });

  test('Auto Mode takes single addresses where no prefix is free: how many nodes start is unknown, not none', () => {
    const tags = { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'general-purpose' };
    const cluster = clusterOf({
      eks: eks({ autoMode: true, vpcCni: null }),
      instances: [aNode('i-01', { instanceType: 'c6a.large', tags })],
      interfaces: [nodeInterface('i-01', { prefixes: 1 })],
      subnets: [noBlock(173)],
    });
    expect(cluster.capacity).toMatchObject([
      { morePods: null, moreNodes: [{ nodes: null, nodesAtBest: null, limitedBy: null, error: null }] },
    ]);
    expect(cluster.unknowns.map(({ field }) => field)).toEqual(['capacity', 'committed']);
  });

  test.each([
    ['its platform', { platform: 'windows' }, {}],
    ['the image of its node group', {}, { amiType: 'WINDOWS_CORE_2022_x86_64' }],
    [
      'its name',
      { tags: { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'workers', Name: 'shop-windows' } },
      {},
    ],
  ])('a Windows node, known by %s, has one interface and three warm addresses', (_, node, group) => {
    const cluster = clusterOf({
      eks: eks({ nodeGroups: [aNodeGroup({ maxSize: 20, ...group })] }),
      instances: ['i-01', 'i-02', 'i-03', 'i-04'].map((id) => aNode(id, node)),
      interfaces: ['i-01', 'i-02', 'i-03', 'i-04'].map((id) => nodeInterface(id, { secondaries: 3 })),
      subnets: [aSubnet({ availableSingle: 70 })],
    });
    expect(cluster.gauges).toMatchObject({ totalIPAddresses: 12, maxIPAddresses: 36 });
    expect(cluster.capacity).toMatchObject([{ morePods: 24, moreNodes: [{ nodes: 17 }] }]);
    expect(cluster.committed).toMatchObject([{ fits: 16, perNode: { addresses: 4, prefixes: 0 } }]);
  });

  test('a Windows node takes a prefix where the add-on says so', () => {
    const cluster = clusterOf({
      eks: eks({
        vpcCni: {
          version: null,
          configuration: '{"enableWindowsIpam":true,"enableWindowsPrefixDelegation":true}',
        },
        nodeGroups: [aNodeGroup({ name: 'win-2022', desiredSize: 0 })],
      }),
    });
    expect(cluster.committed).toMatchObject([{ perNode: { addresses: 1, prefixes: 1 } }]);
  });

  test.each([
    ['EC2 says that it is not', { platform: null, tags: { 'eks:cluster-name': 'shop', Name: 'windows' } }, 1],
    [
      'EKS says so of its group',
      { tags: { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'workers' } },
      1,
    ],
    ['it has two interfaces', { tags: { 'eks:cluster-name': 'shop', Name: 'windows' } }, 2],
    ['a name only begins like that', { tags: { 'eks:cluster-name': 'shop', Name: 'winter' } }, 1],
  ])('a node is no Windows node where %s', (_, node, interfaces) => {
    const cluster = clusterOf({
      eks: eks({ nodeGroups: [aNodeGroup({ amiType: 'AL2023_x86_64_STANDARD' })] }),
      instances: [aNode('i-01', node)],
      interfaces: fullNode('i-01').slice(0, interfaces),
      subnets: [aSubnet({ availableSingle: 200 })],
    });
    expect(cluster.gauges.maxIPAddresses).toBe(27);
  });
});

describe('prefixes are taken', () => {
  const prefixes = cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' });

  test("from the subnets of new nodes and of Karpenter's, as soon as the settings say so", () => {
    const karpenter = aSubnet({ subnetId: 'subnet-0k', tags: { 'karpenter.sh/discovery': 'shop' } });
    const tags = { 'eks:cluster-name': 'shop', 'karpenter.sh/nodepool': 'default' };
    const cluster = clusterOf({
      eks: eks({ vpcCni: prefixes, nodeGroups: [aNodeGroup()] }),
      instances: [aNode('i-01', { tags, state: 'stopped' })],
      subnets: [aSubnet(), karpenter],
    });
    expect(cluster.takesPrefixesFrom).toEqual(['subnet-0a', 'subnet-0k']);
  });

  test("from the pods' subnet alone under custom networking, and from none that is not known", () => {
    const custom = cniSettings({
      ENABLE_PREFIX_DELEGATION: 'true',
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
    });
    const shown = clusterOf({
      eks: eks({ vpcCni: custom }),
      instances: [aNode('i-01')],
      interfaces: [
        nodeInterface('i-01'),
        nodeInterface('i-01', { device: 1, prefixes: 1, subnetId: 'subnet-0p' }),
      ],
    });
    expect(shown.takesPrefixesFrom).toEqual(['subnet-0p']);
    expect(clusterOf({ eks: eks({ vpcCni: custom, nodeGroups: [aNodeGroup()] }) }).takesPrefixesFrom).toEqual(
      [],
    );
    const tags = { 'eks:cluster-name': 'shop', 'karpenter.sh/nodepool': 'default' };
    const started = clusterOf({
      eks: eks({ vpcCni: custom }),
      instances: [aNode('i-01', { tags, state: 'stopped' })],
      subnets: [aSubnet({ tags: { 'karpenter.sh/discovery': 'shop' } })],
    });
    expect(started.takesPrefixesFrom).toEqual([]);
  });

  test('from none in secondary mode, in IPv6 mode, and by nodes of Auto Mode', () => {
    const from = (given: Partial<EksCluster>, node = {}, held = {}) =>
      clusterOf({
        eks: eks({ nodeGroups: [aNodeGroup()], ...given }),
        instances: [aNode('i-01', node)],
        interfaces: [nodeInterface('i-01', held)],
      }).takesPrefixesFrom;
    expect(from({})).toEqual([]);
    expect(from({ ipFamily: 'ipv6', vpcCni: prefixes })).toEqual([]);
    const tags = { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'general-purpose' };
    expect(from({ autoMode: true, vpcCni: null, nodeGroups: [] }, { tags }, { prefixes: 1 })).toEqual([]);
  });
});

describe('no claim rests on an unknown setting', () => {
  test('of a self-managed CNI nothing is said to be warm', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01')],
      interfaces: [nodeInterface('i-01', { secondaries: 9 })],
    });
    expect(cluster.nodes).toMatchObject([{ warmAtLeast: null }]);
  });
});

describe('where nodes may start', () => {
  const pool = { 'eks:cluster-name': 'shop', 'karpenter.sh/nodepool': 'default' };
  const discovery = (changes: Partial<SubnetAssessment> = {}) =>
    aSubnet({ tags: { 'karpenter.sh/discovery': 'shop' }, ...changes });
  const second = discovery({ subnetId: 'subnet-0second', availableSingle: 1019 });

  test("is every subnet with Karpenter's discovery tag, empty ones among them", () => {
    const cluster = clusterOf({
      instances: [aNode('i-01', { tags: pool })],
      interfaces: fullNode('i-01'),
      subnets: [discovery({ availableSingle: 7 }), second],
    });
    expect(cluster.capacity.map(({ subnetId, moreNodes }) => [subnetId, moreNodes[0]?.nodes])).toEqual([
      ['subnet-0a', 0],
      ['subnet-0second', 101],
    ]);
  });

  test('is no such subnet of another cluster, of another VPC, or without a node of Karpenter', () => {
    const subnetIds = (tags: Readonly<Record<string, string>>, subnet: SubnetAssessment) =>
      clusterOf({ instances: [aNode('i-01', { tags })], subnets: [aSubnet(), subnet] }).nodeSubnetIds;
    const other = { tags: { 'karpenter.sh/discovery': 'search' } };
    expect(subnetIds(pool, { ...second, ...other })).toEqual(['subnet-0a']);
    expect(subnetIds(pool, { ...second, vpcId: 'vpc-02' })).toEqual(['subnet-0a']);
    expect(subnetIds({ 'eks:cluster-name': 'shop' }, second)).toEqual(['subnet-0a']);
  });

  test('is also where an Auto Scaling group of no cluster starts instances, each with one address', () => {
    const given = (changes: Parameters<typeof anAutoScalingGroup>[0]) =>
      clusterOf({
        eks: eks({ nodeGroups: [aNodeGroup({ maxSize: 11, desiredSize: 1 })] }),
        instances: [aNode('i-01')],
        groups: [anAutoScalingGroup({ name: 'fleet', maxSize: 240, tags: {}, ...changes })],
        subnets: [aSubnet({ availableSingle: 181 })],
      }).committed.filter(({ outsideCluster }) => outsideCluster);
    const instanceIds = Array.from({ length: 30 }, (_, index) => `i-fleet-${index}`);
    expect(given({ instanceIds })).toMatchObject([
      {
        clusterName: 'shop',
        group: 'fleet',
        currentNodes: 30,
        maximumNodes: 240,
        perNode: { addresses: 1, prefixes: 0 },
        fits: 81,
        shortfall: 129,
        limitedBy: 'addresses',
      },
    ]);
    expect(given({ instanceTypes: [], subnetIds: ['subnet-0a', 'subnet-0gone'] })).toMatchObject([
      { instanceType: null, fits: null },
    ]);
    expect(given({ subnetIds: ['subnet-0elsewhere'] })).toEqual([]);
    expect(given({ name: 'eks-workers-0123' })).toEqual([]);
    expect(given({ tags: { 'eks:cluster-name': 'search' } })).toEqual([]);
    expect(given({ tags: { 'k8s.io/cluster-autoscaler/search': 'owned' } })).toEqual([]);
  });

  test('counts an Auto Scaling group only once', () => {
    const cluster = clusterOf({ groups: [anAutoScalingGroup()], instances: [aNode('i-01')] });
    expect(cluster.committed).toHaveLength(1);
  });
});

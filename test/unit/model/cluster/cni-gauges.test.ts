import { describe, expect, test } from 'vitest';
import { compatGauges } from '../../../../shared/model/cluster/cni-gauges.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import type { GivenCluster } from '../../../fixtures/assessed-clusters.ts';
import { clusterOf, fullNode } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNode, anEksCluster, cniSettings, nodeInterface } from '../../../fixtures/cluster-records.ts';

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

  test('know that a prefix fills a slot', () => {
    const supply = {
      availableSingle: 0,
      prefixes: { assigned: 9, free: 5, freeInReservation: 5, freeUnreserved: 0 },
    };
    const maximum = (prefixes: number) =>
      clusterOf({
        instances: [aNode('i-01')],
        interfaces: [nodeInterface('i-01', { prefixes })],
        subnets: [aSubnet(supply)],
      }).gauges.maxIPAddresses;
    expect(maximum(8)).toBe(144);
    // No single address is left for another interface, so that five free prefixes are of no use.
    expect(maximum(9)).toBe(144);
  });

  test('of the helper count 16 addresses a prefix, in every mode but secondary', () => {
    const compat = (interfaces: Parameters<typeof clusterOf>[0]['interfaces']) =>
      compatGauges(clusterOf({ instances: [aNode('i-01')], interfaces: interfaces ?? [] }));
    expect(compat([nodeInterface('i-01', { prefixes: 2 })])).toMatchObject({
      totalIPAddresses: 32,
      totalIPv4Prefixes: 2,
      maxIPAddresses: 432,
    });
    expect(compat([nodeInterface('i-01', { secondaries: 3, prefixes: 2 })])).toMatchObject({
      totalIPAddresses: 35,
      maxIPAddresses: 432,
    });
    expect(compat([nodeInterface('i-01')])).toMatchObject({ totalIPAddresses: 0, maxIPAddresses: 27 });
  });

  test('of the helper are of running nodes alone: a stopped one is not scraped', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01'), aNode('i-02', { state: 'stopped' })],
      interfaces: [...fullNode('i-01'), ...fullNode('i-02')],
    });
    expect(compatGauges(cluster)).toMatchObject({ eniAllocated: 2, eniMaxAvailable: 3, maxIPAddresses: 27 });
  });

  test('of the helper are unknown with the limits of a type, but for what is held', () => {
    const cluster = clusterOf({
      instances: [aNode('i-01', { instanceType: 'm99.large' })],
      interfaces: fullNode('i-01'),
    });
    expect(compatGauges(cluster)).toEqual({
      eniAllocated: 2,
      eniMaxAvailable: null,
      totalIPAddresses: 18,
      totalIPv4Prefixes: 0,
      maxIPAddresses: null,
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
    expect(cluster.unknowns).toContainEqual({
      field: 'gauges.maxIPAddresses',
      reason: 'Neither the built-in table nor EC2 has the limits of m99.large.',
    });
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
  const warm = (given: GivenCluster) => clusterOf(given).nodes.map(({ warmAtLeast }) => warmAtLeast);

  test("are an interface's worth, by the CNI's default", () => {
    expect(warm({ eks: [anEksCluster()], instances: [aNode('i-01')], interfaces: fullNode('i-01') })).toEqual(
      [9],
    );
  });

  test('is unknown for a self-managed CNI: its settings are not known, and none is assumed', () => {
    expect(warm({ instances: [aNode('i-01')], interfaces: fullNode('i-01') })).toEqual([null]);
    expect(
      warm({ instances: [aNode('i-01')], interfaces: [nodeInterface('i-01', { prefixes: 2 })] }),
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
    const eks = [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })];
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

  test('may be none on a node that MAX_ENI keeps from attaching another interface', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ MAX_ENI: '1' }) })];
    const interfaces = [nodeInterface('i-01', { secondaries: 9 })];
    expect(warm({ eks, instances: [aNode('i-01')], interfaces })).toEqual([0]);
  });

  test('may be none where the pool has reached max-pods: the CNI stops to refill it', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }) })];
    const interfaces = (prefixes: number) => [nodeInterface('i-01', { prefixes })];
    const subnets = [
      aSubnet({
        availableSingle: 200,
        prefixes: { assigned: 6, free: 10, freeInReservation: 10, freeUnreserved: 0 },
      }),
    ];
    expect(warm({ eks, instances: [aNode('i-01')], interfaces: interfaces(5), subnets })).toEqual([16]);
    expect(warm({ eks, instances: [aNode('i-01')], interfaces: interfaces(6), subnets })).toEqual([0]);
  });

  test('is unknown for a node of EKS Auto Mode, whose CNI has settings of its own', () => {
    const tags = { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'general-purpose' };
    const interfaces = [nodeInterface('i-01', { prefixes: 2 })];
    expect(warm({ instances: [aNode('i-01', { tags })], interfaces })).toEqual([null]);
  });

  test('is unknown for a stopped node, or one without IPv4 pods', () => {
    expect(
      warm({
        eks: [anEksCluster({ ipFamily: 'ipv6' })],
        instances: [aNode('i-01'), aNode('i-02', { state: 'stopped' })],
        interfaces: [nodeInterface('i-01', { ipv6Prefixes: ['2001:db8::/80'] }), ...fullNode('i-02')],
      }),
    ).toEqual([null, null]);
  });
});

import { describe, expect, test } from 'vitest';
import type { EksCluster } from '../../../../shared/model/aws/inventory.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * Settings beside the warm targets, in the versions that know them.
 * https://github.com/aws/amazon-vpc-cni-k8s/pull/2714 (a discovery that is not set, or set to nothing, is on)
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2984 and /pull/3647 (which tags shut a node's own subnet out)
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/3094 and /1203 (a slot kept for a trunk that never comes)
 * https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-win.html (targets of Windows nodes)
 */

const addOn = (version: string | null, configuration: object): EksCluster['vpcCni'] => ({
  version,
  configuration: JSON.stringify(configuration),
});

interface Parts {
  readonly type?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly amiType?: string;
  readonly nodes?: number;
  readonly secondaries?: number;
}

const clusterWith = (vpcCni: EksCluster['vpcCni'], parts: Parts = {}) => {
  const { type = 'm5.large', tags = {}, amiType = null, nodes = 0, secondaries = 9 } = parts;
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24', { tags });
  situation.subnet('pods-a', '100.64.0.0/24', { tags: { 'kubernetes.io/role/cni': '1' } });
  situation.cluster({ vpcCni });
  situation.group({
    subnetIds: ['nodes-a'],
    maxSize: 90,
    desiredSize: nodes,
    instanceTypes: [type],
    ...(amiType !== null && { amiType }),
  });
  for (let node = 0; node < nodes; node += 1) situation.node('nodes-a', { group: 'g', type, secondaries });
  return situation.assess().cluster;
};

const perNode = (vpcCni: EksCluster['vpcCni'], parts: Parts = {}) =>
  clusterWith(vpcCni, parts).committed[0]?.perNode;

describe('ENABLE_SUBNET_DISCOVERY', () => {
  const podSubnets = (value: unknown, version = 'v1.20.4') =>
    clusterWith(addOn(version, { env: { ENABLE_SUBNET_DISCOVERY: value } })).newNodes?.places[0]
      ?.podSubnetIds;

  test.each([[''], ['yes'], [null], ['TRUE'], [1]])('is on with %j', (value) => {
    expect(podSubnets(value)).toEqual(['nodes-a', 'pods-a']);
  });

  test.each([['false'], ['F'], ['0'], [0], [false]])('is off with %j', (value) => {
    expect(podSubnets(value)).toEqual(['nodes-a']);
  });

  test('does nothing before 1.18', () => {
    expect(podSubnets('true', 'v1.17.1')).toEqual(['nodes-a']);
  });
});

describe("a node's own subnet", () => {
  const serves = (tags: Readonly<Record<string, string>>, version: string | null = 'v1.22.2') =>
    clusterWith(addOn(version, {}), { tags }).newNodes?.places[0]?.primaryServesPods;
  const other = { 'cni.networking.k8s.aws/cluster/other': 'shared' };
  const own = { 'cni.networking.k8s.aws/cluster/shop': 'shared' };

  test.each([
    ['without a tag', {}, true],
    ['tagged for another cluster, without the role tag', other, true],
    ['tagged for another cluster, with an empty role tag', { ...other, 'kubernetes.io/role/cni': '' }, true],
    ['with the role tag and the tag of another cluster', { ...other, 'kubernetes.io/role/cni': '1' }, false],
    [
      'with the role tag and the tags of both clusters',
      { ...other, ...own, 'kubernetes.io/role/cni': '1' },
      true,
    ],
    ['shut by its role tag', { 'kubernetes.io/role/cni': '0' }, false],
    ['shut by its role tag for its own cluster', { ...own, 'kubernetes.io/role/cni': '0' }, false],
  ])('%s serves pods: %#', (_, tags, expected) => {
    expect(serves(tags)).toBe(expected);
  });

  test('cannot be shut before 1.22.1', () => {
    expect(serves({ 'kubernetes.io/role/cni': '0' }, 'v1.22.0')).toBe(true);
    expect(serves({ 'kubernetes.io/role/cni': '0' }, 'v1.22.1-eksbuild.2')).toBe(false);
  });
});

describe('the slot for a trunk', () => {
  const most = (version: string | null, type: string, secondaries: number) =>
    clusterWith(addOn(version, { env: { ENABLE_POD_ENI: 'true' } }), { type, nodes: 1, secondaries }).nodes[0]
      ?.gauges.maxIPAddresses;

  test('is kept on a t3.medium, which cannot have one, until the CNI knows better', () => {
    // Three interfaces of five addresses each, or two of them.
    expect(most('v1.20.1-eksbuild.1', 't3.medium', 5)).toBe(10);
    expect(most('v1.21.0-eksbuild.1', 't3.medium', 5)).toBe(15);
    expect(most(null, 't3.medium', 5)).toBe(10);
  });

  test('is kept on an m5.large in every version', () => {
    expect(most('v1.20.1', 'm5.large', 9)).toBe(18);
    expect(most('v1.23.0', 'm5.large', 9)).toBe(18);
  });
});

describe('a CNI that provisions nothing', () => {
  test.each([
    ['DISABLE_NETWORK_RESOURCE_PROVISIONING', 'v1.20.4'],
    ['ENABLE_IMDS_ONLY_MODE', 'v1.19.6'],
  ])('by %s takes nothing for new nodes, and no node grows', (name, version) => {
    const cluster = clusterWith(addOn(version, { env: { [name]: 'true' } }), { nodes: 2 });
    expect(cluster.committed).toMatchObject([{ perNode: { addresses: 1, prefixes: 0 }, fits: 88 }]);
    expect(cluster.capacity[0]?.morePods).toBe(0);
    expect(cluster.nodes.map(({ gauges }) => gauges.maxIPAddresses)).toEqual([9, 9]);
  });

  test('is none where the version does not know the setting', () => {
    expect(perNode(addOn('v1.19.5', { env: { ENABLE_IMDS_ONLY_MODE: 'true' } }))?.addresses).toBe(10);
  });
});

describe('Windows nodes', () => {
  const windows = (configuration: object) =>
    perNode(addOn('v1.20.4', { enableWindowsIpam: 'true', ...configuration }), {
      amiType: 'WINDOWS_CORE_2022_x86_64',
    });

  test.each([
    ['three addresses by default', {}, { addresses: 4, prefixes: 0 }],
    ['as many as asked', { minimumWindowsIPTarget: 6 }, { addresses: 7, prefixes: 0 }],
    [
      'as many as the warm target, where that is more',
      { warmWindowsIPTarget: 5 },
      { addresses: 6, prefixes: 0 },
    ],
    ['no more than the interface holds', { minimumWindowsIPTarget: 40 }, { addresses: 10, prefixes: 0 }],
    ['a prefix in prefix mode', { enableWindowsPrefixDelegation: 'true' }, { addresses: 1, prefixes: 1 }],
    [
      'prefixes for the addresses asked, which override the prefixes asked',
      { enableWindowsPrefixDelegation: true, minimumWindowsIPTarget: 20, warmWindowsPrefixTarget: 1 },
      { addresses: 1, prefixes: 2 },
    ],
    [
      'the prefixes asked, where no addresses are',
      {
        enableWindowsPrefixDelegation: 'true',
        minimumWindowsIPTarget: 0,
        warmWindowsIPTarget: 0,
        warmWindowsPrefixTarget: 3,
      },
      { addresses: 1, prefixes: 3 },
    ],
  ])('keep %s', (_, configuration, expected) => {
    expect(windows(configuration)).toEqual(expected);
  });

  test('go by no setting of the Linux nodes', () => {
    expect(
      windows({
        env: {
          WARM_IP_TARGET: '8',
          ENABLE_PREFIX_DELEGATION: 'true',
          DISABLE_NETWORK_RESOURCE_PROVISIONING: 'true',
        },
      }),
    ).toEqual({ addresses: 4, prefixes: 0 });
  });
});

/** https://github.com/aws/amazon-vpc-cni-k8s/issues/3189 (p5: 32 network cards), and release 1.20.0 (ENABLE_MULTI_NIC). */
describe('ENABLE_MULTI_NIC', () => {
  const p4 = (env: Readonly<Record<string, string>>, version = 'v1.20.0') =>
    perNode(addOn(version, { env }), { type: 'p4d.24xlarge' });
  const few = { WARM_IP_TARGET: '1', MINIMUM_IP_TARGET: '4' };

  test('takes an interface and one warm address on each of the three other cards', () => {
    expect(p4(few)).toEqual({ addresses: 5, prefixes: 0 });
    expect(p4({ ...few, ENABLE_MULTI_NIC: 'true' })).toEqual({ addresses: 11, prefixes: 0 });
    expect(p4({ ...few, ENABLE_MULTI_NIC: 'true' }, 'v1.19.3')).toEqual({ addresses: 5, prefixes: 0 });
  });

  test('takes a prefix on each card in prefix mode', () => {
    expect(p4({ ENABLE_PREFIX_DELEGATION: 'true', ENABLE_MULTI_NIC: 'true' })).toEqual({
      addresses: 4,
      prefixes: 4,
    });
  });

  test('takes nothing more on a type with one card', () => {
    expect(perNode(addOn('v1.20.0', { env: { ENABLE_MULTI_NIC: 'true' } }))?.addresses).toBe(10);
  });
});

describe('a node that is full of pods', () => {
  const full = (env: Readonly<Record<string, string>>) => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings(env) });
    situation.group({ subnetIds: ['nodes'], maxSize: 2, desiredSize: 0 });
    const { perNode, podsPerNode } = situation.assess().cluster.committed[0]?.whenFull ?? {};
    return [podsPerNode, perNode?.addresses];
  };

  // An m5.large has three interfaces with nine addresses for pods, and max-pods of 29 says nothing of the settings.
  test.each([
    ['none', {}, [27, 30]],
    ['two interfaces', { MAX_ENI: '2' }, [18, 20]],
    ['a trunk', { ENABLE_POD_ENI: 'true' }, [18, 21]],
    ['a ceiling of addresses', { MINIMUM_IP_TARGET: '4' }, [4, 5]],
  ])('runs as many as its settings give addresses: %s', (_, env, expected) => {
    expect(full(env)).toEqual(expected);
  });
});

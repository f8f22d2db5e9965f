import { describe, expect, test } from 'vitest';
import type { EksCluster } from '../../../../shared/model/aws/inventory.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * A setting that is known describes new nodes from the first scan on, whatever the nodes that run hold. Reported:
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/1634 and /2045 (prefix mode works on some nodes only),
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2908 and /3067 (which subnets discovery uses),
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2793 (addresses held beyond what pods can use),
 * https://github.com/aws/karpenter-provider-aws/issues/2273 (pods of a node under custom networking).
 */

const addOn = (version: string | null, configuration: unknown): EksCluster['vpcCni'] => ({
  version,
  configuration: typeof configuration === 'string' ? configuration : JSON.stringify(configuration),
});

/** Four nodes as they were before a change of settings, in a /24 whose every block is spoiled or not. */
const heldBefore = (
  vpcCni: EksCluster['vpcCni'],
  held: { readonly secondaries?: number; readonly prefixes?: number },
  spoiled: boolean,
): Situation => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster({ vpcCni });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 10, desiredSize: 4 });
  for (let node = 0; node < 4; node += 1) situation.node('nodes-a', { group: 'g', ...held });
  if (spoiled) situation.spoil('nodes-a', ...Array.from({ length: 14 }, (_, block) => (block + 1) * 16 + 15));
  return situation;
};

const ON = { ENABLE_PREFIX_DELEGATION: 'true' };

describe('a switch of modes', () => {
  test('to prefixes counts at once: a subnet without a whole block starts no new node', () => {
    const { cluster, subnetOf, findings } = heldBefore(cniSettings(ON), { secondaries: 9 }, true).assess();
    expect(cluster.committed).toMatchObject([{ fits: 0, error: 'InsufficientCidrBlocks' }]);
    expect(cluster.takesPrefixesFrom).toEqual(['nodes-a']);
    expect(subnetOf('nodes-a').usesPrefixes).toBe(true);
    expect(findings.filter(({ severity }) => severity === 'critical')).not.toEqual([]);
  });

  test('back to single addresses counts at once: new nodes need no whole block', () => {
    const { cluster, findings } = heldBefore(cniSettings({}), { prefixes: 1 }, true).assess();
    expect(cluster.committed).toMatchObject([{ fits: 6, perNode: { addresses: 10, prefixes: 0 } }]);
    expect(cluster.takesPrefixesFrom).toEqual([]);
    expect(findings.filter(({ kind }) => kind.startsWith('prefixes'))).toEqual([]);
  });

  test('proves no warm pool on nodes that hold what the earlier mode gave them', () => {
    const warm = (env: Readonly<Record<string, string>>, held: { secondaries?: number; prefixes?: number }) =>
      heldBefore(cniSettings(env), held, false).assess().cluster.nodes[0]?.warmAtLeast;
    expect(warm(ON, { secondaries: 9 })).toBe(0);
    expect(warm({}, { prefixes: 1 })).toBe(0);
    expect(warm(ON, { secondaries: 3, prefixes: 1 })).toBe(16);
    expect(warm({}, { secondaries: 9 })).toBe(9);
    expect(warm(ON, { prefixes: 1 })).toBe(16);
    const { findings } = heldBefore(cniSettings(ON), { secondaries: 9 }, false).assess();
    expect(findings.filter(({ kind }) => kind === 'warm-pool-waste')).toEqual([]);
    const xen = new Situation();
    xen.subnet('nodes-a', '10.0.0.0/24');
    xen.cluster({ vpcCni: cniSettings(ON) });
    xen.node('nodes-a', { secondaries: 9, type: 'm4.large' });
    expect(xen.assess().cluster.nodes[0]?.warmAtLeast).toBe(9);
  });

  test('leaves a subnet one for prefixes where a reservation waits for them, or other nodes take them', () => {
    const reserved = new Situation();
    reserved.subnet('nodes-a', '10.0.0.0/24', { reserved: { '10.0.0.128/26': 'prefix' } });
    reserved.cluster({ vpcCni: cniSettings({}) });
    reserved.node('nodes-a', { prefixes: 1 });
    expect(reserved.assess().subnetOf('nodes-a').usesPrefixes).toBe(true);
    const shared = heldBefore(cniSettings({}), { prefixes: 1 }, false);
    shared.cluster({ name: 'other', vpcCni: cniSettings(ON) });
    shared.group({ subnetIds: ['nodes-a'] }, 'other');
    expect(shared.assess().subnetOf('nodes-a').usesPrefixes).toBe(true);
  });

  test('leaves Xen nodes with single addresses, which have no other way', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings(ON) });
    situation.group({ subnetIds: ['nodes-a'], instanceTypes: ['m4.large'], maxSize: 3, desiredSize: 0 });
    expect(situation.assess().cluster.committed).toMatchObject([
      { fits: 3, perNode: { addresses: 10, prefixes: 0 } },
    ]);
  });
});

describe('settings as they are written', () => {
  const perNode = (vpcCni: EksCluster['vpcCni']) =>
    heldBefore(vpcCni, { secondaries: 9 }, false).assess().cluster.committed[0]?.perNode;

  test.each([
    ['JSON', addOn('v1.20.0', { env: { WARM_IP_TARGET: '2', MINIMUM_IP_TARGET: '5' } }), 6],
    ['JSON with numbers', addOn('v1.20.0', { env: { WARM_IP_TARGET: 2, MINIMUM_IP_TARGET: 5 } }), 6],
    ['nothing at all', addOn('v1.20.0', ''), 10],
    ['an empty object', addOn('v1.20.0', {}), 10],
    ['a target that is no number', addOn('v1.20.0', { env: { WARM_IP_TARGET: 'many' } }), 10],
    ['a negative target', addOn('v1.20.0', { env: { WARM_IP_TARGET: '-1' } }), 10],
    [
      'a target of zero, which the CNI reads as not set',
      addOn('v1.20.0', { env: { WARM_IP_TARGET: '0' } }),
      10,
    ],
    ['MAX_ENI of one, which leaves the first interface', addOn('v1.20.0', { env: { MAX_ENI: '1' } }), 10],
    [
      'MAX_ENI of zero, which the CNI ignores',
      addOn('v1.20.0', { env: { MAX_ENI: '0', WARM_ENI_TARGET: '2' } }),
      20,
    ],
    ['MAX_ENI below the warm target', addOn('v1.20.0', { env: { MAX_ENI: '1', WARM_ENI_TARGET: '2' } }), 10],
    ['two warm interfaces', addOn('v1.20.0', { env: { WARM_ENI_TARGET: '2' } }), 20],
    ['a trunk', addOn('v1.20.0', { env: { ENABLE_POD_ENI: 'True' } }), 11],
  ])('%s: a new m5.large takes %#', (_, vpcCni, addresses) => {
    expect(perNode(vpcCni)).toEqual({ addresses, prefixes: 0 });
  });

  test('what is no mapping is not taken for defaults', () => {
    expect(heldBefore(addOn('v1.20.0', '[1, 2]'), {}, false).assess().cluster.cni).toBe('vpc-cni');
    expect(heldBefore(addOn('v1.20.0', '[1, 2]'), {}, false).assess().cluster.committed).toMatchObject([
      { fits: null, perNode: null },
    ]);
  });
});

describe('subnet discovery', () => {
  /** The nodes' subnet is full; another one of the zone carries these tags. */
  const beside = (
    version: string | null,
    tags: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
    ownTags: Readonly<Record<string, string>> = {},
  ) => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/25', { tags: ownTags });
    situation.subnet('pods-a', '10.0.1.0/24', { tags });
    situation.subnet('pods-b', '10.0.2.0/24', { tags, zone: 'b' });
    situation.cluster({ vpcCni: addOn(version, { env }) });
    situation.group({ subnetIds: ['nodes-a'], maxSize: 4, desiredSize: 4 });
    for (let node = 0; node < 4; node += 1) situation.node('nodes-a', { group: 'g', secondaries: 9 });
    situation.fill('nodes-a', 0);
    const { cluster } = situation.assess();
    return cluster.capacity.find(({ subnetId }) => subnetId === 'pods-a')?.morePods ?? 0;
  };
  const open = { 'kubernetes.io/role/cni': '1' };
  const only = (name: string) => ({ ...open, [`cni.networking.k8s.aws/cluster/${name}`]: '1' });

  test.each([
    ['a tagged subnet of the zone', 'v1.20.4', open, {}, 72],
    ['the first version that has it', 'v1.18.0-eksbuild.1', open, {}, 72],
    ['the last version without it', 'v1.17.9', open, {}, 0],
    ['discovery that is off', 'v1.20.4', open, { ENABLE_SUBNET_DISCOVERY: 'false' }, 0],
    ['discovery that is off, written otherwise', 'v1.20.4', open, { ENABLE_SUBNET_DISCOVERY: '0' }, 0],
    ['an empty tag', 'v1.20.4', { 'kubernetes.io/role/cni': '' }, {}, 0],
    ['a tag that shuts it', 'v1.22.1', { 'kubernetes.io/role/cni': '0' }, {}, 0],
    ['no tag', 'v1.22.1', {}, {}, 0],
    ['a tag for this cluster', 'v1.22.1', only('shop'), {}, 72],
    ['a tag for another cluster', 'v1.22.1', only('else'), {}, 0],
    ['a tag for another cluster, which 1.22.0 does not know', 'v1.22.0', only('else'), {}, 72],
    [
      'custom networking, which ignores tags',
      'v1.22.1',
      open,
      { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' },
      0,
    ],
  ])('with %s', (_, version, tags, env, morePods) => {
    expect(beside(version, tags, env)).toBe(morePods);
  });
});

describe('the order in which EC2 and EKS list things', () => {
  test.each([
    [
      'two ENIConfigs in one zone',
      () => {
        const situation = new Situation();
        situation.subnet('nodes-a', '10.0.0.0/24');
        situation.subnet('blue', '10.0.1.0/26');
        situation.subnet('green', '10.0.2.0/24');
        situation.cluster({ vpcCni: cniSettings({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' }) });
        for (const name of ['blue', 'green']) {
          situation.group({ name, subnetIds: ['nodes-a'], maxSize: 8, desiredSize: 3 });
          for (let node = 0; node < 3; node += 1) {
            const instanceId = situation.node('nodes-a', { group: name });
            situation.attach(instanceId, 1, name, { secondaries: 9 });
          }
        }
        return situation;
      },
    ],
    [
      'discovery in two zones',
      () => {
        const situation = new Situation();
        for (const [index, zone] of ['a', 'b'].entries()) {
          situation.subnet(`nodes-${zone}`, `10.0.${index}.0/25`, { zone });
          situation.subnet(`more-${zone}`, `10.0.${index + 4}.0/25`, {
            zone,
            tags: { 'kubernetes.io/role/cni': '1' },
          });
        }
        situation.cluster();
        situation.group({ subnetIds: ['nodes-a', 'nodes-b'], maxSize: 30, desiredSize: 3 });
        for (const subnet of ['nodes-a', 'nodes-b', 'nodes-a'])
          situation.node(subnet, { group: 'g', secondaries: 9 });
        return situation;
      },
    ],
  ])('changes nothing of %s', (_, make) => {
    const { capacity, zones, committed, gauges } = make().assess().cluster;
    const other = make().assess({ reverse: true }).cluster;
    expect(other).toMatchObject({ zones, gauges });
    expect(new Set(other.capacity)).toEqual(new Set(capacity));
    expect(new Map(other.committed.map((demand) => [demand.group, demand]))).toEqual(
      new Map(
        committed.map((demand) => [
          demand.group,
          expect.objectContaining({ fits: demand.fits, error: demand.error }),
        ]),
      ),
    );
  });
});

describe('a cluster in prefix mode', () => {
  test.each([
    ['Xen types', { instanceTypes: ['m4.large'] }, 'm4.large', undefined],
    ['Windows nodes', { name: 'win', amiType: 'WINDOWS_CORE_2022_x86_64' }, 'm5.large', 'windows'],
  ] as const)('takes no prefix from a subnet where only %s start', (_, group, type, platform) => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings(ON) });
    situation.group({ subnetIds: ['nodes-a'], maxSize: 5, desiredSize: 2, ...group });
    for (let node = 0; node < 2; node += 1)
      situation.node('nodes-a', {
        type,
        group: 'name' in group ? group.name : 'g',
        secondaries: 3,
        instance: { platform: platform ?? null },
      });
    situation.fill('nodes-a', 45);
    const { cluster, findings } = situation.assess();
    expect(cluster.takesPrefixesFrom).toEqual([]);
    expect(findings.filter(({ kind }) => kind.startsWith('prefixes'))).toEqual([]);
  });

  test('takes prefixes where one of the types of a group does, although another one takes more', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings(ON) });
    situation.group({ subnetIds: ['nodes-a'], instanceTypes: ['m4.4xlarge', 'm5.large'] });
    expect(situation.assess().cluster.takesPrefixesFrom).toEqual(['nodes-a']);
  });
});

import { describe, expect, test } from 'vitest';
import type { IpamPool } from '../../../../shared/model/aws/inventory.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { sizeOfLength } from '../../../../shared/model/net/cidr.ts';
import { planSize } from '../../../../shared/model/plan/size.ts';
import type { SizeQuestion } from '../../../../shared/model/plan/size-plan.ts';

const settings = { ...DEFAULT_CNI_SETTINGS, customNetworking: false };

const sized = (changes: Partial<SizeQuestion>) => {
  const question: SizeQuestion = {
    nodes: 10,
    type: 'm5.large',
    podsPerNode: 20,
    zones: 2,
    zonesThatHoldAll: 2,
    growthPercent: 0,
    surgePerZone: 1,
    services: 100,
    loadBalancers: 1,
    settings,
    modes: ['secondary'],
    within: [],
    taken: [],
    ...changes,
  };
  const { ipamPools, modes } = planSize(question, limitsOf);
  const [mode] = modes;
  if (mode === undefined) throw new Error('no mode');
  return { ipamPools, mode };
};

const lengthOf = (purpose: string, changes: Partial<SizeQuestion>) =>
  sized(changes).mode.ranges.find((range) => range.purpose === purpose);

describe('what no subnet holds has no length, and does not fit', () => {
  test.each<[string, Partial<SizeQuestion>]>([
    ['load-balancers', { loadBalancers: 10_000 }],
    ['services', { services: 2_000_000 }],
    ['nodes', { nodes: 100_000 }],
  ])('%s', (purpose, changes) => {
    const within = ['10.0.0.0/8'];
    expect(lengthOf(purpose, { ...changes, within })).toMatchObject({ length: null, cidr: null });
    expect(sized({ ...changes, within }).mode.fits).toBe(false);
  });
});

test('what is larger than a /16 says how many subnets it takes, once for all zones', () => {
  const { addresses, notices, vpcBlock } = sized({ nodes: 100_000, within: ['10.0.0.0/8'] }).mode;
  expect(notices.filter((notice) => notice.includes('of one zone need'))).toMatchInlineSnapshot(`
    [
      "The nodes of one zone need 1,500,030 addresses: 23 subnets of /16.",
    ]
  `);
  // A block around the rest would not hold the nodes.
  expect(vpcBlock).toBeNull();
  const small = sized({}).mode;
  const nodes = sizeOfLength(small.ranges.find(({ purpose }) => purpose === 'nodes')?.length ?? 32);
  const inZones = small.ranges.filter(({ purpose }) => purpose === 'nodes').length;
  expect(addresses).toBe(small.addresses + inZones * (23 * 65_536 - nodes));
});

test('without load balancers there is no subnet for them', () => {
  const purposes = (loadBalancers: number) =>
    sized({ loadBalancers }).mode.ranges.filter(({ purpose }) => purpose === 'load-balancers').length;
  expect(purposes(0)).toBe(0);
  expect(purposes(1)).toBeGreaterThan(0);
});

test('without a block to place the ranges in there is no block around them', () => {
  expect(sized({}).mode.vpcBlock).toBeNull();
});

// EKS API reference, KubernetesNetworkConfigRequest: a private range that overlaps none of the VPC.
test('services have a private range outside the VPC', () => {
  const services = (changes: Partial<SizeQuestion>) => lengthOf('services', changes)?.cidr;
  expect(services({ within: ['10.0.0.0/16'] })).toBe('10.0.4.0/24');
  expect(services({ within: ['10.0.0.0/16'], vpcRanges: ['10.0.0.0/16'] })).toBe('172.16.0.0/24');
  expect(services({ within: ['10.0.0.0/16'], vpcRanges: ['10.0.0.0/16', '172.16.0.0/16'] })).toBe(
    '172.17.0.0/24',
  );
  expect(services({ within: ['100.64.0.0/16'] })).toBe('172.16.0.0/24');
  expect(services({ within: [] })).toBeNull();
});

test('nodes that run no pod with an address of its own make nothing fit', () => {
  const { mode } = sized({ settings: { ...settings, maxEni: 1 }, modes: ['custom-secondary'] });
  expect(mode).toMatchObject({ fits: false, nodes: 0 });
  expect(mode.notices.join(' ')).toContain(
    'In mode custom-secondary, a node of m5.large runs at most 0 pods',
  );
});

test('a type that cannot take prefixes is said to get single addresses', () => {
  const { notices, perNode } = sized({ type: 'm4.large', modes: ['prefix'], within: [] }).mode;
  expect(perNode.prefixes).toBe(0);
  expect(notices).toContain(
    'm4.large cannot take prefixes. In mode prefix the CNI gives its nodes secondary addresses instead.',
  );
  expect(notices.join(' ')).not.toContain('Reserve the prefixes');
});

test('IP targets come with a note on interfaces that stay', () => {
  const { notices } = sized({ settings: { ...settings, warmIpTarget: 2 } }).mode;
  expect(notices.join(' ')).toContain('With IP targets interfaces may stay for single addresses');
});

describe('a pool of IPAM', () => {
  const fitIn = (
    cidrs: readonly string[],
    changes: Partial<SizeQuestion> = {},
    ofPool: Partial<IpamPool> = {},
  ) => {
    const pool: IpamPool = {
      ipamPoolId: 'ipam-pool-1',
      description: null,
      locale: 'eu-west-1',
      cidrs,
      allocations: [{ cidr: '10.0.0.0/17', resource: 'vpc-01' }],
      ...ofPool,
    };
    const taken = [{ range: '10.0.128.0/18', owner: 'vpc-02' }];
    return sized({ ipamPools: [pool], taken, ...changes }).ipamPools[0];
  };

  test('has a block for the cluster in what is neither allocated nor taken', () => {
    expect(fitIn(['10.0.0.0/16'])).toMatchObject({
      allocations: 1,
      freeRanges: ['10.0.192.0/18'],
      fits: [{ mode: 'secondary', cidr: '10.0.192.0/22' }],
    });
  });

  test.each<[Partial<IpamPool>, string | null, readonly string[] | undefined]>([
    [{}, '10.0.192.0/22', undefined],
    [{ largestLength: 22 }, '10.0.192.0/22', ['at most /22']],
    [{ largestLength: 23 }, null, ['at most /23']],
    [{ smallestLength: 22 }, '10.0.192.0/22', ['at least /22']],
    [{ smallestLength: 20 }, '10.0.192.0/20', ['at least /20']],
    [{ largestLength: 20, smallestLength: 20 }, '10.0.192.0/20', ['at most /20', 'at least /20']],
    [{ largestLength: 21, smallestLength: 24 }, '10.0.192.0/22', ['at most /21', 'at least /24']],
    [{ locale: null }, null, ['not for VPCs']],
    [{ public: true }, null, ['not for VPCs']],
  ])('that gives what %j says has the block %s', (ofPool, cidr, limits) => {
    const pool = fitIn(['10.0.0.0/16'], {}, ofPool);
    expect([pool?.fits, pool?.limits]).toEqual([[{ mode: 'secondary', cidr }], limits]);
  });

  test.each<[string, readonly string[], Partial<SizeQuestion>]>([
    ['nothing is free', ['10.0.0.0/17'], {}],
    ['a range has no size', ['10.0.0.0/8'], { loadBalancers: 10_000 }],
    ['the cluster needs more than a VPC block', ['10.0.0.0/8'], { nodes: 4_000, podsPerNode: 20 }],
  ])('has none where %s', (_, cidrs, changes) => {
    expect(fitIn(cidrs, changes)?.fits).toEqual([{ mode: 'secondary', cidr: null }]);
  });
});

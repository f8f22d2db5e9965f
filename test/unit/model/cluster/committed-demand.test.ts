import { describe, expect, test } from 'vitest';
import { committedDemand } from '../../../../shared/model/cluster/committed-demand.ts';
import type { GroupSubnet, GrowingGroup } from '../../../../shared/model/cluster/growing-group.ts';
import type { DemandStep } from '../../../../shared/model/cluster/node-demand.ts';
import { SupplyLedger } from '../../../../shared/model/cluster/supply-ledger.ts';

/** A node that takes this many addresses where it is. */
const step = (singles: number, changes: Partial<DemandStep> = {}): DemandStep => ({
  subnet: 'node',
  singles,
  prefixes: 0,
  addressError: 'InsufficientFreeAddressesInSubnet',
  ...changes,
});

const place = (zone: string, changes: Partial<GroupSubnet> = {}): GroupSubnet => ({
  subnetId: `subnet-${zone}`,
  availabilityZone: zone,
  podSubnetIds: [`subnet-${zone}`],
  primaryServesPods: true,
  nodes: 0,
  ...changes,
});

const group = (changes: Partial<GrowingGroup> = {}): GrowingGroup => ({
  clusterName: 'shop',
  group: 'workers',
  kind: 'node-group',
  currentNodes: 0,
  maximumNodes: 10,
  instanceType: 'm5.large',
  steps: [step(10)],
  full: null,
  subnets: [place('a')],
  ...changes,
});

/** Single addresses by subnet. */
const demand = (singles: Readonly<Record<string, number>>, ...groups: readonly GrowingGroup[]) => {
  const ledgers = () =>
    new Map(
      Object.entries(singles).map(([zone, count]) => [
        `subnet-${zone}`,
        new SupplyLedger({ singles: count, reservedBlocks: 0, unreservedBlocks: 0 }, 'worst'),
      ]),
    );
  return committedDemand(groups, ledgers);
};

describe('a group that goes to its maximum', () => {
  test('takes zones in turn, and goes on in the others when one is full', () => {
    expect(
      demand({ a: 30, b: 95 }, group({ subnets: [place('a'), place('b')], maximumNodes: 12 })),
    ).toMatchObject([{ fits: 12, shortfall: 0, error: null }]);
    expect(
      demand({ a: 30, b: 95 }, group({ subnets: [place('a'), place('b')], maximumNodes: 13 })),
    ).toMatchObject([{ fits: 12, shortfall: 1, error: 'InsufficientFreeAddressesInSubnet' }]);
  });

  test('prefers the zone in which it has fewest nodes, so that a neighbour bound to the other one finds room', () => {
    const both = group({ subnets: [place('a', { nodes: 3 }), place('b')], maximumNodes: 3 });
    const bound = group({ group: 'bound', subnets: [place('a')], maximumNodes: 3 });
    expect(demand({ a: 30, b: 30 }, both, bound).map(({ fits }) => fits)).toEqual([3, 3]);
  });

  test('prefers that zone, however much more room another one has', () => {
    const both = group({ subnets: [place('a'), place('b', { nodes: 3 })], maximumNodes: 2 });
    const bound = group({ group: 'bound', subnets: [place('a')], maximumNodes: 3 });
    expect(demand({ a: 30, b: 100 }, both, bound).map(({ fits }) => fits)).toEqual([2, 1]);
  });

  test('crowds out a neighbour where zones are even: that is what would happen', () => {
    const both = group({ subnets: [place('a'), place('b')], maximumNodes: 2 });
    const bound = group({ group: 'bound', subnets: [place('a')], maximumNodes: 3 });
    expect(demand({ a: 30, b: 30 }, both, bound).map(({ fits }) => fits)).toEqual([2, 2]);
  });

  test.each([[['small', 'large']], [['large', 'small']]])(
    'may start in any subnet of a zone: it is not sure that it leaves the smaller one to a neighbour, listed as %j',
    (names) => {
      const inZone = (name: string) =>
        place('a', { subnetId: `subnet-${name}`, podSubnetIds: [`subnet-${name}`] });
      const free = group({ subnets: names.map(inZone), maximumNodes: 2 });
      const bound = group({ group: 'bound', subnets: [inZone('small')], maximumNodes: 1 });
      expect(demand({ small: 10, large: 40 }, free, bound)).toMatchObject([
        { fits: 2, fitsAtBest: 2 },
        { fits: 0, fitsAtBest: 1 },
      ]);
    },
  );

  test('takes from two subnets where pods are elsewhere, and ends with the one that is full first', () => {
    const steps = [step(1), step(10, { subnet: 'pods', addressError: 'InvalidParameterValue' })];
    const split = group({ steps, subnets: [place('a', { podSubnetIds: ['subnet-p'] })] });
    expect(demand({ a: 100, p: 25 }, split)).toMatchObject([{ fits: 2, error: 'InvalidParameterValue' }]);
    expect(demand({ a: 1, p: 25 }, split)).toMatchObject([
      { fits: 1, error: 'InsufficientFreeAddressesInSubnet' },
    ]);
  });

  test('that is there already, or beyond, wants nothing', () => {
    expect(demand({ a: 0 }, group({ currentNodes: 10 }))).toMatchObject([
      { fits: 0, shortfall: 0, error: null },
    ]);
    expect(demand({ a: 0 }, group({ currentNodes: 12 }))).toMatchObject([
      { fits: 0, shortfall: 0, error: null },
    ]);
  });

  test('without a subnet is unknown, and takes nothing from the others', () => {
    const nowhere = group({ group: 'nowhere', subnets: [] });
    const typeless = group({ group: 'typeless', steps: null, instanceType: null });
    const podless = group({ group: 'podless', subnets: [place('a', { podSubnetIds: null })] });
    const partly = group({ group: 'partly', subnets: [place('a'), place('unknown')] });
    const elsewhere = group({
      group: 'elsewhere',
      subnets: [place('unknown', { podSubnetIds: ['subnet-a'] })],
    });
    const fits = demand({ a: 100 }, nowhere, typeless, podless, partly, elsewhere, group()).map(
      (each) => each.fits,
    );
    expect(fits).toEqual([null, null, null, null, null, 10]);
  });
});

test('a group whose pods get their addresses in a subnet that is not known has no figure', () => {
  const elsewhere = group({ subnets: [place('a', { podSubnetIds: ['subnet-a', 'subnet-gone'] })] });
  expect(demand({ a: 500 }, elsewhere)).toMatchObject([{ fits: null, shortfall: null }]);
});

describe('a group whose nodes are full of pods', () => {
  const full = (changes: Partial<GrowingGroup['full']> = {}): GrowingGroup['full'] => ({
    podsPerNode: 56,
    steps: [step(1), step(59, { subnet: 'pods' })],
    running: [],
    ...changes,
  });

  test('is counted apart from its start: sixteen nodes of a /24 start, and four can be full', () => {
    expect(demand({ a: 251 }, group({ maximumNodes: 16, steps: [step(15)], full: full() }))).toMatchObject([
      {
        fits: 16,
        shortfall: 0,
        whenFull: {
          podsPerNode: 56,
          perNode: { addresses: 60, prefixes: 0 },
          addresses: 960,
          fits: 4,
          fitsAtBest: 4,
          shortfall: 12,
          error: 'InsufficientFreeAddressesInSubnet',
        },
      },
    ]);
  });

  test('lets the nodes that run grow first, and counts them', () => {
    const running = [45, 45].map((more) => ({
      subnetId: 'subnet-a',
      podSubnetIds: ['subnet-a'],
      steps: [step(more, { subnet: 'pods' })],
    }));
    const [demanded] = demand(
      { a: 150 },
      group({ currentNodes: 2, maximumNodes: 4, steps: [step(15)], full: full({ running }) }),
    );
    expect(demanded?.whenFull).toMatchObject({ addresses: 240, fits: 3, shortfall: 1 });
  });

  test('names the error that the first node meets which cannot fill up', () => {
    const running = [
      {
        subnetId: 'subnet-a',
        podSubnetIds: ['subnet-a'],
        steps: [step(45, { addressError: 'InvalidParameterValue' })],
      },
    ];
    const [demanded] = demand(
      { a: 40 },
      group({ currentNodes: 1, maximumNodes: 1, full: full({ running }) }),
    );
    expect(demanded).toMatchObject({
      shortfall: 0,
      whenFull: { fits: 0, shortfall: 1, error: 'InvalidParameterValue' },
    });
  });

  test('is not known where the subnet of a running node is not', () => {
    const running = [{ subnetId: 'subnet-z', podSubnetIds: ['subnet-z'], steps: [step(45)] }];
    expect(demand({ a: 500 }, group({ full: full({ running }) }))).toMatchObject([
      { fits: 10, whenFull: null },
    ]);
  });

  test('counts prefixes with sixteen addresses each', () => {
    const [demanded] = demand(
      { a: 100 },
      group({ maximumNodes: 2, full: full({ steps: [step(1, { prefixes: 7 })] }) }),
    );
    expect(demanded?.whenFull).toMatchObject({
      perNode: { addresses: 1, prefixes: 7 },
      addresses: 226,
      fits: 0,
    });
  });
});

describe('several groups that grow at once', () => {
  test('the last node counts only where it starts in every order: a zone with two small nodes has too little for a second large one', () => {
    const zones = { subnets: [place('a'), place('b')] };
    const small = group({ ...zones, group: 'small', steps: [step(1)], maximumNodes: 3 });
    const large = group({ ...zones, group: 'large', steps: [step(10)], maximumNodes: 4 });
    // Of three small nodes two are in one zone: it has 19 left and takes one large node. The other one takes two.
    expect(demand({ a: 21, b: 21 }, small, large)).toMatchObject([
      { group: 'small', fits: 3 },
      { group: 'large', fits: 3 },
    ]);
  });

  test('what pods may take from any of several subnets is missing in only one of them', () => {
    const pods = { podSubnetIds: ['subnet-p', 'subnet-q'], primaryServesPods: false };
    const steps = [step(1), step(10, { subnet: 'pods' })];
    const both = ['one', 'two'].map((name) =>
      group({ group: name, subnets: [place('a', pods)], steps, maximumNodes: 50 }),
    );
    // Each of the two subnets may end with 9 addresses that are too few for one more interface.
    expect(demand({ a: 100, p: 105, q: 105 }, ...both)).toMatchObject([{ fits: 10 }, { fits: 10 }]);
    expect(demand({ a: 15, p: 105, q: 105 }, ...both)).toMatchObject([{ fits: 8 }, { fits: 7 }]);
  });
});

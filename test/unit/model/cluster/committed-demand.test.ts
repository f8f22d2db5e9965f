import { describe, expect, test } from 'vitest';
import {
  committedDemand,
  type GroupSubnet,
  type GrowingGroup,
} from '../../../../shared/model/cluster/committed-demand.ts';
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
  podSubnetId: `subnet-${zone}`,
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
  return committedDemand(groups, { worst: ledgers(), best: ledgers() });
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
    'prefers, within a zone, the subnet that has most addresses for pods, listed as %j',
    (names) => {
      const inZone = (name: string) =>
        place('a', { subnetId: `subnet-${name}`, podSubnetId: `subnet-${name}` });
      const free = group({ subnets: names.map(inZone), maximumNodes: 2 });
      const bound = group({ group: 'bound', subnets: [inZone('small')], maximumNodes: 1 });
      expect(demand({ small: 10, large: 40 }, free, bound).map(({ fits }) => fits)).toEqual([2, 1]);
    },
  );

  test('takes from two subnets where pods are elsewhere, and ends with the one that is full first', () => {
    const steps = [step(1), step(10, { subnet: 'pods', addressError: 'InvalidParameterValue' })];
    const split = group({ steps, subnets: [place('a', { podSubnetId: 'subnet-p' })] });
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

  test('without a subnet cannot be told, and takes nothing from the others', () => {
    const nowhere = group({ group: 'nowhere', subnets: [] });
    const typeless = group({ group: 'typeless', steps: null, instanceType: null });
    const podless = group({ group: 'podless', subnets: [place('a', { podSubnetId: null })] });
    const partly = group({ group: 'partly', subnets: [place('a'), place('unknown')] });
    const elsewhere = group({ group: 'elsewhere', subnets: [place('unknown', { podSubnetId: 'subnet-a' })] });
    const fits = demand({ a: 100 }, nowhere, typeless, podless, partly, elsewhere, group()).map(
      (each) => each.fits,
    );
    expect(fits).toEqual([null, null, null, null, null, 10]);
  });
});

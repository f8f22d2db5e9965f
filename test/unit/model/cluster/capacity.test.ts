import { describe, expect, test } from 'vitest';
import {
  grow,
  type NodeRoom,
  type NodeSubnets,
  takeAllThatFit,
  takeNodes,
} from '../../../../shared/model/cluster/capacity.ts';
import type { DemandStep } from '../../../../shared/model/cluster/node-demand.ts';
import { SupplyLedger } from '../../../../shared/model/cluster/supply-ledger.ts';

const room = (changes: Partial<NodeRoom> = {}): NodeRoom => ({
  unit: 1,
  slotsPerInterface: 9,
  freeSlots: new Map([['a', 0]]),
  newInterfaces: 2,
  newInterfaceSubnetIds: ['a'],
  cap: 100,
  ...changes,
});

const ledgers = (
  supplies: Readonly<Record<string, readonly [singles: number, reserved: number, unreserved: number]>>,
) =>
  new Map(
    Object.entries(supplies).map(([subnetId, [singles, reservedBlocks, unreservedBlocks]]) => [
      subnetId,
      new SupplyLedger({ singles, reservedBlocks, unreservedBlocks }, 'worst'),
    ]),
  );

const grown = (nodes: readonly NodeRoom[], supplies: Parameters<typeof ledgers>[0]) => {
  const given = grow(nodes, ledgers(supplies));
  return given === null ? null : Object.fromEntries(given);
};

describe('growing nodes', () => {
  test('attaches interfaces whole or not at all in secondary mode: each costs an address of its own', () => {
    expect(grown([room()], { a: [20, 0, 0] })).toEqual({ a: 18 });
    expect(grown([room()], { a: [19, 0, 0] })).toEqual({ a: 9 });
    expect(grown([room()], { a: [9, 0, 0] })).toEqual({ a: 0 });
  });

  test('fills free slots one by one, and before any interface', () => {
    const nodes = [room({ newInterfaces: 1 }), room({ freeSlots: new Map([['a', 4]]), newInterfaces: 0 })];
    expect(grown(nodes, { a: [12, 0, 0] })).toEqual({ a: 4 });
    expect(grown(nodes, { a: [14, 0, 0] })).toEqual({ a: 13 });
    expect(grown(nodes, { a: [3, 0, 0] })).toEqual({ a: 3 });
  });

  test('stops at the cap, and takes no interface beyond it', () => {
    const subnets = ledgers({ a: [100, 0, 0] });
    expect(grow([room({ cap: 5 })], subnets)?.get('a')).toBe(5);
    expect(subnets.get('a')?.singles).toBe(90);
    expect(grown([room({ cap: 0 })], { a: [100, 0, 0] })).toEqual({ a: 0 });
    expect(grown([room({ cap: -3 })], { a: [100, 0, 0] })).toEqual({ a: 0 });
  });

  test('takes prefixes one at a time, an address for each interface beside them', () => {
    const node = room({ unit: 16, slotsPerInterface: 2, freeSlots: new Map([['a', 1]]), newInterfaces: 1 });
    expect(grown([node], { a: [5, 3, 0] })).toEqual({ a: 48 });
    expect(grown([node], { a: [5, 2, 0] })).toEqual({ a: 32 });
    expect(grown([node], { a: [0, 3, 0] })).toEqual({ a: 16 });
    expect(grown([{ ...node, cap: 17 }], { a: [5, 3, 0] })).toEqual({ a: 17 });
  });

  test('puts further interfaces where most addresses are, and into the next subnet when that is full', () => {
    const node = room({ newInterfaceSubnetIds: ['a', 'b'] });
    expect(grown([node], { a: [10, 0, 0], b: [15, 0, 0] })).toEqual({ a: 9, b: 9 });
    expect(grown([node], { a: [3, 0, 0], b: [12, 0, 0] })).toEqual({ a: 0, b: 9 });
  });

  test('attaches one interface in the subnet that has most, and leaves the other alone', () => {
    const node = room({ newInterfaces: 1, newInterfaceSubnetIds: ['a', 'b'] });
    expect(grown([node], { a: [15, 0, 0], b: [20, 0, 0] })).toEqual({ a: 0, b: 9 });
    expect(grown([node], { a: [20, 0, 0], b: [15, 0, 0] })).toEqual({ a: 9 });
  });

  test('takes no prefix more than the cap needs', () => {
    const subnets = ledgers({ a: [5, 9, 0] });
    const node = room({ unit: 16, slotsPerInterface: 9, newInterfaces: 1 });
    expect(grow([{ ...node, cap: 33 }], subnets)?.get('a')).toBe(33);
    expect(subnets.get('a')?.prefixes).toBe(6);
    const filled = ledgers({ a: [5, 9, 0] });
    grow([{ ...node, freeSlots: new Map([['a', 9]]), newInterfaces: 0, cap: 33 }], filled);
    expect(filled.get('a')?.prefixes).toBe(6);
  });

  test('takes no prefix more than the new interface has slots', () => {
    const subnets = ledgers({ a: [5, 9, 0] });
    grow([room({ unit: 16, slotsPerInterface: 2, newInterfaces: 1, cap: 500 })], subnets);
    expect(subnets.get('a')?.prefixes).toBe(7);
  });

  test('is unknown where a subnet is', () => {
    expect(grown([room({ freeSlots: new Map([['gone', 1]]) })], { a: [9, 0, 0] })).toBeNull();
    expect(grown([room({ newInterfaceSubnetIds: ['a', 'gone'] })], { a: [9, 0, 0] })).toBeNull();
  });
});

describe('nodes', () => {
  const steps = [
    { subnet: 'node', singles: 1, prefixes: 0, addressError: 'first' },
    { subnet: 'pods', singles: 4, prefixes: 1, addressError: 'second' },
  ] as const;
  const subnets = (node: number, pods: readonly [number, number]) => ({
    node: new SupplyLedger({ singles: node, reservedBlocks: 0, unreservedBlocks: 0 }, 'worst'),
    pods: [new SupplyLedger({ singles: pods[0], reservedBlocks: pods[1], unreservedBlocks: 0 }, 'worst')],
  });
  const left = ({ node, pods }: NodeSubnets) => [
    node.singles,
    ...pods.flatMap((each) => [each.singles, each.prefixes]),
  ];
  const nodesThatFit = (given: readonly DemandStep[], places: NodeSubnets) => {
    const nodes = takeAllThatFit(given, places);
    return { nodes, shortage: takeNodes(given, places) };
  };

  test('fit until the first step that fails, which tells the error', () => {
    expect(nodesThatFit(steps, subnets(2, [20, 9]))).toEqual({
      nodes: 2,
      shortage: { limitedBy: 'addresses', error: 'first' },
    });
    expect(nodesThatFit(steps, subnets(9, [11, 9]))).toEqual({
      nodes: 2,
      shortage: { limitedBy: 'addresses', error: 'second' },
    });
    expect(nodesThatFit(steps, subnets(9, [20, 1]))).toEqual({
      nodes: 1,
      shortage: { limitedBy: 'prefixes', error: 'InsufficientCidrBlocks' },
    });
  });

  test('that do not fit leave nothing taken, not even by the steps that did', () => {
    const both = subnets(5, [3, 9]);
    expect(takeNodes(steps, both)).toEqual({ limitedBy: 'addresses', error: 'second' });
    expect(left(both)).toEqual([5, 3, 9]);
  });

  test('that fit are taken', () => {
    const both = subnets(5, [10, 9]);
    expect(takeNodes(steps, both, 2)).toBeNull();
    expect(left(both)).toEqual([3, 2, 7]);
  });

  const ledger = (singles: number, blocks = 0) =>
    new SupplyLedger({ singles, reservedBlocks: blocks, unreservedBlocks: 0 }, 'worst');
  const anM5Large: readonly DemandStep[] = [
    { subnet: 'node', singles: 1, prefixes: 0, addressError: 'first' },
    { subnet: 'node', singles: 9, prefixes: 0, addressError: 'second', mayMove: true },
  ];

  test('take from any subnet that is open to their pods, the one with most free addresses first', () => {
    const places = { node: ledger(5), pods: [ledger(6, 1), ledger(9, 2)] };
    expect(nodesThatFit(steps, places)).toEqual({
      nodes: 3,
      shortage: { limitedBy: 'addresses', error: 'second' },
    });
    expect(left(places)).toEqual([2, 2, 0, 1, 0]);
  });

  test('start in a subnet that has no more than their own address, and make their interface for pods in another one', () => {
    const node = ledger(13);
    const other = ledger(100);
    expect(nodesThatFit(anM5Large, { node, pods: [node, other] })).toEqual({
      nodes: 2,
      shortage: { limitedBy: 'addresses', error: 'first' },
    });
    expect(node.singles).toBe(0);
    expect(other.singles).toBe(90);
  });

  test('end where neither their own subnet nor another one has enough', () => {
    const node = ledger(5);
    expect(nodesThatFit(anM5Large, { node, pods: [node, ledger(9)] })).toEqual({
      nodes: 0,
      shortage: { limitedBy: 'addresses', error: 'second' },
    });
    expect(node.singles).toBe(5);
  });

  test('make no further interface where their type or MAX_ENI has no room for one', () => {
    const node = ledger(5);
    const fixed = anM5Large.map((each) => ({ ...each, mayMove: false }));
    expect(nodesThatFit(fixed, { node, pods: [node, ledger(100)] }).nodes).toBe(0);
  });

  test('with a trunk are taken one by one: its address may spoil a block that the next node needs', () => {
    const withTrunk: readonly DemandStep[] = [
      { subnet: 'node', singles: 1, prefixes: 0, addressError: 'first' },
      { subnet: 'node', singles: 0, prefixes: 2, addressError: 'second' },
      { subnet: 'node', singles: 1, prefixes: 0, addressError: 'third' },
    ];
    const node = new SupplyLedger({ singles: 119, reservedBlocks: 0, unreservedBlocks: 6 }, 'worst');
    expect(nodesThatFit(withTrunk, { node, pods: [node] }).nodes).toBe(1);
  });

  test('make an interface with a prefix elsewhere where their own subnet has no free block', () => {
    const node = ledger(5);
    const withPrefix: readonly DemandStep[] = [
      { subnet: 'node', singles: 1, prefixes: 0, addressError: 'first' },
      { subnet: 'node', singles: 0, prefixes: 1, addressError: 'second', mayMove: true },
    ];
    expect(nodesThatFit(withPrefix, { node, pods: [node, ledger(9, 3)] }).nodes).toBe(3);
  });

  test('find no place where no subnet is open to their pods', () => {
    expect(nodesThatFit(steps, { node: ledger(9), pods: [] })).toEqual({
      nodes: 0,
      shortage: { limitedBy: 'addresses', error: 'second' },
    });
  });
});

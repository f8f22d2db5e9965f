import { expect, test } from 'vitest';
import { DESCRIPTIONS_TOLD, OwnerTally } from '../../../../shared/model/owners/owner-tally.ts';

test('owners are numbered as they come, and each keeps its number', () => {
  const tally = new OwnerTally();
  expect(tally.add({ kind: 'cluster-nodes', name: 'blue' })).toBe(0);
  expect(tally.add({ kind: 'cluster-nodes', name: 'green' })).toBe(1);
  expect(tally.add({ kind: 'cluster-nodes', name: 'blue' })).toBe(0);
  expect(tally.size).toBe(2);
});

test('the same name under another kind, and no name, are owners of their own', () => {
  const tally = new OwnerTally();
  tally.add({ kind: 'cluster-nodes', name: 'blue' });
  expect(tally.add({ kind: 'load-balancer', name: 'blue' })).toBe(1);
  expect(tally.add({ kind: 'load-balancer', name: null })).toBe(2);
  expect(tally.add({ kind: 'load-balancer', name: '' })).toBe(3);
  expect(tally.size).toBe(4);
});

test('who holds most comes first; then by kind, then by name', () => {
  const tally = new OwnerTally();
  tally.add({ kind: 'lambda', name: 'b' });
  tally.add({ kind: 'cluster-nodes', name: 'blue' });
  tally.add({ kind: 'lambda', name: 'a' });
  tally.add({ kind: 'lambda', name: null });
  tally.add({ kind: 'efs', name: 'z' });
  tally.add({ kind: 'cluster-nodes', name: 'blue' });
  expect(tally.ranked([5, 9, 5, 5, 5])).toEqual([
    { kind: 'cluster-nodes', name: 'blue', interfaces: 2, addresses: 9, number: 1 },
    { kind: 'efs', name: 'z', interfaces: 1, addresses: 5, number: 4 },
    { kind: 'lambda', name: null, interfaces: 1, addresses: 5, number: 3 },
    { kind: 'lambda', name: 'a', interfaces: 1, addresses: 5, number: 2 },
    { kind: 'lambda', name: 'b', interfaces: 1, addresses: 5, number: 0 },
  ]);
});

test('the order is the same in whatever order they came: no name first, then by code unit', () => {
  const names = [null, '10', '9', 'B', 'a'];
  for (const shift of names.keys()) {
    const tally = new OwnerTally();
    const rotated = [...names.slice(shift), ...names.slice(0, shift)];
    for (const name of rotated) tally.add({ kind: 'lambda', name });
    expect(tally.ranked([]).map(({ name }) => name)).toEqual(names);
    const reversed = new OwnerTally();
    for (const name of rotated.toReversed()) reversed.add({ kind: 'lambda', name });
    expect(reversed.ranked([]).map(({ name }) => name)).toEqual(names);
  }
});

test('only kind and name are kept of what the caller knows of an owner', () => {
  const tally = new OwnerTally();
  tally.add({ kind: 'lambda', name: null, instanceId: 'i-1' } as { kind: string; name: null });
  expect(tally.ranked([])).toEqual([{ kind: 'lambda', name: null, interfaces: 1, addresses: 0, number: 0 }]);
});

test('tells only so many descriptions apart: what anybody writes must not make a list of thousands', () => {
  const tally = new OwnerTally();
  for (let index = 0; index < 500; index++)
    tally.add({ kind: 'unknown', name: `made by ${'x'.repeat(index)}` });
  const ranked = tally.ranked([]);
  expect(ranked).toHaveLength(DESCRIPTIONS_TOLD + 1);
  expect(ranked.find(({ name }) => name === null)?.interfaces).toBe(500 - DESCRIPTIONS_TOLD);
  expect(ranked.reduce((sum, { interfaces }) => sum + interfaces, 0)).toBe(500);
});

test('tells every cluster apart, however many there are', () => {
  const tally = new OwnerTally();
  for (let index = 0; index < 50; index++) tally.add({ kind: 'cluster-nodes', name: `cluster-${index}` });
  expect(tally.ranked([])).toHaveLength(50);
});

import { expect, test } from 'vitest';
import { nearestOf } from '../../../../cli/input/nearest-name.ts';

test('the nearest name is proposed, also one by which the thing is known beside', () => {
  expect(nearestOf('data-b', ['data-a', 'pods'])).toBe(' Did you mean "data-a"?');
  expect(nearestOf('subnet-0b', ['data-a'], ['subnet-0a'])).toBe(' Did you mean "subnet-0a"?');
});

test('without a near one it says what there is, and counts things and not their names', () => {
  const ids = ['subnet-1', 'subnet-2', 'subnet-3', 'subnet-4'];
  expect(nearestOf('zebra', ['a', 'b', 'c', 'd'], ids)).toBe(' There are a, b, c and 1 more.');
  expect(nearestOf('zebra', ['a', 'b', 'c', 'a'], ids)).toBe(' There are a, b, c.');
  expect(nearestOf('zebra', ['a'])).toBe(' There is only a.');
  expect(nearestOf('zebra', [])).toBe(' There is none at all.');
});

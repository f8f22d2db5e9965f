import { expect, test } from 'vitest';
import { type Refusal, waysToRefuse } from '../../../../shared/model/cluster/refusal.ts';

/** A place that refuses a node in any of three ways. */
const place = (first: number): Refusal => ({
  any: [first, first + 1, first + 2].map((atLeast) => ({ demands: [atLeast], atLeast })),
});

const places = [place(1), place(4), place(7)];

test('a node finds no place in one way for each choice among the ways of all places', () => {
  expect(waysToRefuse(places, 27)).toHaveLength(27);
});

test('where that is too many, the first places keep their ways together', () => {
  const ways = waysToRefuse(places, 5);
  expect(ways).toHaveLength(3);
  expect(ways.map((way) => way.slice(0, 2))).toEqual(Array(3).fill(places.slice(0, 2)));
});

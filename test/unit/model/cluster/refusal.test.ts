import { expect, test } from 'vitest';
import {
  conditionsOf,
  type Refusal,
  type Taken,
  waysToRefuse,
} from '../../../../shared/model/cluster/refusal.ts';

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

const taken = (atLeast: number, demands: readonly number[] = [1]): Taken => ({ demands, atLeast });

const [A, B] = [
  [1, 0],
  [0, 1],
];

test('each component adds its alternatives, and what must hold together stays together', () => {
  const both = { all: [taken(3, A), taken(4, B)] };
  expect(waysToRefuse([both], 10)).toEqual([[both]]);
  expect(waysToRefuse([{ any: [taken(3, A), taken(4, B)] }, taken(5, A)], 10)).toEqual([
    [taken(3, A), taken(5, A)],
    [taken(4, B), taken(5, A)],
  ]);
});

test('one condition in brackets is that condition', () => {
  expect(waysToRefuse([{ all: [{ any: [taken(3, A), taken(4, B)] }] }], 10)).toEqual([
    [taken(3, A)],
    [taken(4, B)],
  ]);
});

test('of amounts of one supply the least is enough, and of equal ones the first', () => {
  expect(waysToRefuse([{ any: [taken(5, A), taken(3, A), taken(3, A)] }], 10)).toEqual([[taken(3, A)]]);
});

test('the conditions of a refusal are all that stand in it', () => {
  expect(conditionsOf({ any: [taken(1, A), { all: [taken(2, B), taken(3, A)] }] })).toEqual([
    taken(1, A),
    taken(2, B),
    taken(3, A),
  ]);
});

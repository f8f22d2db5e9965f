import { describe, expect, test } from 'vitest';
import {
  bestDrains,
  chooseDrains,
  type DrainProblem,
  drainGain,
  goodDrains,
} from '../../../../shared/model/plan/drain-choice.ts';

/** Nodes of which each pair shares a block: one without the other wins nothing. */
const inPairs = (nodes: number, changes: Partial<DrainProblem> = {}): DrainProblem => ({
  candidates: Array.from({ length: nodes }, () => ({ addresses: 16, pods: 1 })),
  blocks: Array.from({ length: nodes / 2 }, (_, pair) => [2 * pair, 2 * pair + 1]),
  most: nodes - 1,
  cost: () => 0,
  supply: 'prefixes',
  ...changes,
});

const gainOf = (problem: DrainProblem, drained: readonly number[]) => drainGain(problem, new Set(drained));

describe('a good choice of nodes to drain', () => {
  test('takes nodes together that share a block, as far as the number allows', () => {
    const problem = inPairs(10, { most: 5 });
    expect(gainOf(problem, goodDrains(problem))).toBe(2);
    expect(goodDrains(problem)).toHaveLength(4);
  });

  test('exchanges a node that won most alone for one that wins more beside the others', () => {
    // Node 0 alone wins most, and its pods leave no room for another; 1 and 2 win more together.
    const problem: DrainProblem = {
      candidates: [40, 30, 30].map((addresses) => ({ addresses, pods: 1 })),
      blocks: [],
      most: 2,
      cost: (drained) => (drained.has(0) && drained.size > 1 ? Number.POSITIVE_INFINITY : 0),
      supply: 'addresses',
    };
    expect(goodDrains(problem).toSorted()).toEqual([1, 2]);
    expect(bestDrains(problem).toSorted()).toEqual([1, 2]);
  });

  test('is nothing where no drain wins more than its pods take', () => {
    const problem = inPairs(6, { cost: (drained) => 10 * drained.size });
    expect(goodDrains(problem)).toEqual([]);
  });

  test('is nothing where the pods fit nowhere', () => {
    expect(
      goodDrains(inPairs(6, { cost: ({ size }) => (size === 0 ? 0 : Number.POSITIVE_INFINITY) })),
    ).toEqual([]);
  });

  test('of more than 30 nodes looks at those that hold most for each pod', () => {
    const candidates = Array.from({ length: 60 }, (_, index) => ({ addresses: index, pods: 1 }));
    const problem: DrainProblem = { candidates, blocks: [], most: 3, cost: () => 0, supply: 'addresses' };
    expect(goodDrains(problem).toSorted()).toEqual([57, 58, 59]);
    const heavy = candidates.map((each, index) => (index === 59 ? { ...each, pods: 1_000 } : each));
    expect(goodDrains({ ...problem, candidates: heavy }).toSorted()).toEqual([56, 57, 58]);
  });

  test('of more than 30 nodes counts the blocks that each makes whole', () => {
    const problem = inPairs(40, {
      most: 2,
      blocks: [
        [38, 39],
        [38, 39],
        [0, 1],
      ],
    });
    expect(goodDrains(problem).toSorted()).toEqual([38, 39]);
  });
});

test('every set is looked through where there are at most 20,000, and a good one is chosen of more', () => {
  // Sets of at most 5 of 20 nodes are 21,700, of at most 4 they are 6,196.
  const looked = (most: number): number => {
    let sets = 0;
    const cost = (): number => {
      sets += 1;
      return 0;
    };
    chooseDrains(inPairs(20, { most, cost }));
    return sets;
  };
  expect(looked(4)).toBe(6_196);
  expect(looked(5)).not.toBe(21_700);
});

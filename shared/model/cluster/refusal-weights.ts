import { elementAt } from '../base/element-at.ts';
import { largestOf, smallestOf } from '../base/extremes.ts';
import { conditionsOf, type Refusal, waysToRefuse } from './refusal.ts';

export interface WeightBound {
  readonly weights: readonly number[];
  /** Nodes that leave no place for one more weigh at least so much. */
  readonly least: number;
}

/**
 * So many ways are looked at for all groups together. More of them cost time, fewer make the bound a little lower. Forty kinds of
 * nodes in three zones take about 0.7 s, 150 take 2 s.
 */
const MOST_WAYS_OF_ALL = 512;
const FEWEST_WAYS = 4;

export const boundsOfWays = (
  components: readonly Refusal[],
  groups: number,
): readonly (readonly WeightBound[])[] =>
  waysToRefuse(components, Math.max(FEWEST_WAYS, MOST_WAYS_OF_ALL / groups)).map((way) =>
    boundsOf(way, groups),
  );

/** @param way what refuses a node in each set of places that share subnets */
const boundsOf = (way: readonly Refusal[], groups: number): readonly WeightBound[] => {
  const conditions = way.flatMap(conditionsOf);
  const shares = conditions
    .filter(({ atLeast }) => atLeast > 0)
    .map(({ demands, atLeast }) => demands.map((demand) => demand / atLeast));
  const each = Array.from({ length: groups }, (_, index) => shares.map((share) => elementAt(share, index)));
  const candidates = [
    each.map(() => 1),
    each.map((values) => largestOf([0, ...values])),
    each.map((values) => values.reduce((sum, value) => sum + value, 0)),
    ...conditions.map(({ demands }) => demands),
  ];
  return [...new Set(candidates)].map((weights) => ({
    weights,
    least: way.map((refusal) => leastWeight(refusal, weights)).reduce((sum, least) => sum + least, 0),
  }));
};

/** The least weight of nodes that make it true. */
const leastWeight = (refusal: Refusal, weights: readonly number[]): number => {
  const weightOf = (each: Refusal): number => leastWeight(each, weights);
  if ('all' in refusal) return largestOf(refusal.all.map(weightOf));
  if ('any' in refusal) return smallestOf(refusal.any.map(weightOf));
  if (refusal.atLeast <= 0) return 0;
  let cheapest = Number.POSITIVE_INFINITY;
  let lightest = Number.POSITIVE_INFINITY;
  for (const [index, demand] of refusal.demands.entries()) {
    if (demand === 0) continue;
    cheapest = Math.min(cheapest, elementAt(weights, index) / demand);
    lightest = Math.min(lightest, elementAt(weights, index));
  }
  // Nodes are whole: two places of four addresses are full after two nodes that take four, and not after half of one.
  const nodes = Math.ceil(refusal.atLeast / largestOf(refusal.demands));
  return Math.max(refusal.atLeast * cheapest, nodes * lightest);
};

/** Weights are fractions: their sums are not exact. */
const PRECISION = 1e-9;

export const isSure = (ways: readonly (readonly WeightBound[])[], nodes: readonly number[]): boolean =>
  ways.every((way) => way.some(({ weights, least }) => weigh(weights, nodes) < least * (1 - PRECISION)));

const weigh = (weights: readonly number[], nodes: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * elementAt(nodes, index), 0);

import { elementAt } from '../base/element-at.ts';
import { chooseDrains, type DrainProblem, drainGain, drainYield, rankedDrains } from './drain-choice.ts';
import type { DrainQuestion } from './drain-plan.ts';
import { spareOn } from './drain-problem.ts';
import { growthOf, levelPods } from './fleet.ts';
import type { Amount, NodeDemands } from './node-demands.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';
import { Timeline } from './timeline.ts';

/** The fewest nodes that win what is wanted; all that pay where nothing is wanted. */
const enough = (problem: DrainProblem, { win }: DrainQuestion): readonly number[] => {
  const all = chooseDrains(problem);
  if (win === null || gainOf(problem, all) < win) return all;
  // Few nodes are tried for themselves; of many, the first in their order.
  for (let most = 1; most <= Math.min(problem.most, TRIED_ALONE); most += 1) {
    const chosen = chooseDrains({ ...problem, most });
    if (gainOf(problem, chosen) >= win) return chosen;
  }
  const ordered = inOrder(problem, all);
  const fewest = ordered.findIndex((_, index) => gainOf(problem, ordered.slice(0, index + 1)) >= win);
  return ordered.slice(0, fewest + 1);
};

const TRIED_ALONE = 5;

const gainOf = (problem: DrainProblem, drained: readonly number[]): number =>
  drainGain(problem, new Set(drained));

/** The node that makes most blocks whole comes first, given those before it; of two, the one with fewer pods. */
const inOrder = (problem: DrainProblem, chosen: readonly number[]): readonly number[] => {
  const ordered: number[] = [];
  const left = new Set(chosen);
  while (left.size > 0) {
    const sorted = [...left].toSorted(
      (a, b) =>
        winsOf(problem, [...ordered, b]) - winsOf(problem, [...ordered, a]) ||
        elementAt(problem.candidates, a).pods - elementAt(problem.candidates, b).pods,
    );
    const next = elementAt(sorted, 0);
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
};

/** What these give back, before what moved pods take. */
export const winsOf = (problem: DrainProblem, drained: readonly number[]): number =>
  drainYield(problem, new Set(drained));

interface Played {
  readonly done: readonly number[];
  readonly taken: ReadonlyMap<string, Amount>;
}

/** Smaller plans that are tried where the subnets do not bear the best one. */
const SMALLER_PLANS = 8;

/** Other plans that are tried then, where all of them are known. */
const OTHER_PLANS = 64;

/** The best plan that the subnets bear to its end, or as far as they do: where they do not bear the best one, smaller ones. */
export const bestPlayed = (
  problem: DrainProblem,
  question: DrainQuestion,
  play: (ordered: readonly number[]) => Played,
): Played => {
  const attempt = (most: number): { readonly played: Played; readonly wanted: number } => {
    const limited = { ...problem, most };
    const ordered = inOrder(limited, enough(limited, question));
    return { played: play(ordered), wanted: ordered.length };
  };
  const { played: first, wanted } = attempt(problem.most);
  if (first.done.length === wanted) return first;
  const smaller = Array.from(
    { length: Math.min(SMALLER_PLANS, wanted - 1) },
    (_, index) => attempt(wanted - 1 - index).played,
  );
  // Of plans that win the same, the one with most drains was tried first.
  const { played: best } = elementAt(
    [first, ...smaller]
      .map((played) => ({ played, gain: gainOf(problem, played.done) }))
      .toSorted((a, b) => b.gain - a.gain),
    0,
  );
  return question.win === null ? bestOfOthers(problem, best, play) : best;
};

/** The first of the others that the subnets bear to its end, in either order, if it wins more than what was found. */
const bestOfOthers = (
  problem: DrainProblem,
  found: Played,
  play: (ordered: readonly number[]) => Played,
): Played => {
  for (const drained of rankedDrains(problem, OTHER_PLANS)) {
    if (gainOf(problem, drained) <= gainOf(problem, found.done)) return found;
    for (const ordered of [inOrder(problem, drained), fewestPodsFirst(problem, drained)]) {
      const played = play(ordered);
      if (played.done.length === ordered.length) return played;
    }
  }
  return found;
};

const fewestPodsFirst = ({ candidates }: DrainProblem, drained: readonly number[]): readonly number[] =>
  drained.toSorted((a, b) => elementAt(candidates, a).pods - elementAt(candidates, b).pods);

/**
 * Plays the drains one by one, in the worst case: at the first that the subnets do not bear, the plan ends. All nodes to be
 * drained are cordoned before the first drain, so pods only move to nodes that stay.
 */
export const playable = (
  estate: PlanEstate,
  demands: NodeDemands,
  nodes: readonly PlannedNode[],
  ordered: readonly number[],
): Played => {
  const timeline = new Timeline('worst', estate.input.subnets, estate.maps);
  const cordoned = new Set(ordered);
  const current = new Map(
    nodes.map((node, index) => [index, node] as const).filter(([index]) => !cordoned.has(index)),
  );
  /** Whether the pods of a node find a place and what they need there. */
  const move = (node: PlannedNode): boolean => {
    const staying = [...current];
    // The drains were chosen so that all pods fit on the nodes that stay: none is left over.
    const { each } = levelPods(
      staying.map(([, other]) => ({ pods: other.pods, spare: spareOn(demands, other) })),
      node.pods,
    );
    for (const [place, [number, other]] of staying.entries()) {
      const pods = other.pods + elementAt(each, place);
      if (pods === other.pods) continue;
      const held = timeline.start(growthOf(demands, other, pods));
      if (held === null || 'error' in held) return false;
      current.set(number, { ...other, pods, holdings: [...other.holdings, ...held] });
    }
    timeline.stop(node.holdings);
    return true;
  };
  const done: number[] = [];
  let { taken } = timeline;
  for (const index of ordered) {
    if (!move(elementAt(nodes, index))) break;
    done.push(index);
    taken = timeline.taken;
  }
  return { done, taken };
};

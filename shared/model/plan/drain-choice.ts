import { elementAt } from '../base/element-at.ts';
/** A node that could be drained, by its number in the list. */
export interface DrainCandidate {
  /** Addresses that it holds in the subnets in question, 16 for each prefix. */
  readonly addresses: number;
  readonly pods: number;
}

/** What is to be chosen from. */
export interface DrainProblem {
  readonly candidates: readonly DrainCandidate[];
  /** Of each block that drains can make whole, the candidates that must all go. */
  readonly blocks: readonly (readonly number[])[];
  /** At most so many. */
  readonly most: number;
  /** What the nodes that stay take for the pods that move to them; infinite where these do not fit. */
  readonly cost: (drained: ReadonlySet<number>) => number;
  readonly supply: 'prefixes' | 'addresses';
}

/** What draining these gives back, before what the moved pods take. */
export const drainYield = (
  { blocks, candidates, supply }: Omit<DrainProblem, 'cost'>,
  drained: ReadonlySet<number>,
): number => {
  if (supply === 'prefixes')
    return blocks.filter((needed) => needed.every((each) => drained.has(each))).length;
  let addresses = 0;
  for (const each of drained) addresses += elementAt(candidates, each).addresses;
  return addresses;
};

/** What draining these wins, after what the moved pods take; minus infinity where their pods do not fit. */
export const drainGain = (problem: DrainProblem, drained: ReadonlySet<number>): number =>
  drainYield(problem, drained) - problem.cost(drained);

/** So many subsets are looked through one by one. */
const EXHAUSTIVE = 20_000;

const subsets = (size: number, most: number): number => {
  let total = 0;
  let choose = 1;
  for (let picked = 0; picked <= Math.min(most, size); picked += 1) {
    total += choose;
    choose = (choose * (size - picked)) / (picked + 1);
    if (total > EXHAUSTIVE) return Number.POSITIVE_INFINITY;
  }
  return total;
};

/** The nodes to drain: the best of all sets where there are few enough, else a good one. */
export const chooseDrains = (problem: DrainProblem): readonly number[] =>
  subsets(problem.candidates.length, problem.most) <= EXHAUSTIVE ? bestDrains(problem) : goodDrains(problem);

/** Looks through every set; of two that win as much, the smaller one, and then the one whose pods are fewer. */
export const bestDrains = (problem: DrainProblem): readonly number[] => {
  let best: RankedDrain = { drained: [], gain: 0, pods: 0 };
  eachDrain(problem, (drain) => {
    if (byWorth(drain, best) < 0) best = drain;
  });
  return best.drained;
};

/** The sets that win most, the best first, where there are few enough to look through all of them; else none. */
export const rankedDrains = (problem: DrainProblem, most: number): readonly (readonly number[])[] => {
  if (subsets(problem.candidates.length, problem.most) > EXHAUSTIVE) return [];
  const all: RankedDrain[] = [];
  eachDrain(problem, (drain) => {
    if (drain.gain > 0) all.push(drain);
  });
  return all
    .toSorted(byWorth)
    .slice(0, most)
    .map(({ drained }) => drained);
};

interface RankedDrain {
  readonly drained: readonly number[];
  readonly gain: number;
  readonly pods: number;
}

const byWorth = (a: RankedDrain, b: RankedDrain): number =>
  b.gain - a.gain || a.drained.length - b.drained.length || a.pods - b.pods;

/** Every set whose pods fit elsewhere. */
const eachDrain = (problem: DrainProblem, visit: (drain: RankedDrain) => void): void => {
  const chosen = new Set<number>();
  const search = (from: number, pods: number): void => {
    const gain = drainGain(problem, chosen);
    if (Number.isFinite(gain)) visit({ drained: [...chosen], gain, pods });
    if (chosen.size >= problem.most) return;
    for (let next = from; next < problem.candidates.length; next += 1) {
      chosen.add(next);
      search(next + 1, pods + elementAt(problem.candidates, next).pods);
      chosen.delete(next);
    }
  };
  search(0, 0);
};

/**
 * Adds the node, or all nodes that share a block, that win most for each node; then exchanges nodes while that wins more.
 * Blocks that several nodes share are why single steps are not enough.
 */
export const goodDrains = (problem: DrainProblem): readonly number[] => {
  const isLarge = problem.candidates.length > LARGE;
  const pool = isLarge ? promising(problem) : new Set(problem.candidates.keys());
  const narrowed = {
    ...problem,
    blocks: problem.blocks.filter((needed) => needed.every((each) => pool.has(each))),
  };
  const groups = [
    ...[...pool].map((index) => [index]),
    ...distinct(narrowed.blocks.filter(({ length }) => length > 1 && length <= problem.most)),
  ];
  let best: Step = { set: new Set(), gain: 0 };
  for (const start of [[], ...groups.slice(0, isLarge ? 0 : STARTS)]) {
    const first = new Set(start);
    const gain = drainGain(narrowed, first);
    if (!Number.isFinite(gain) || first.size > problem.most) continue;
    const found = improved(narrowed, { set: first, gain }, groups, !isLarge);
    if (found.gain > best.gain || (found.gain === best.gain && found.set.size < best.set.size)) best = found;
  }
  return [...best.set];
};

/** From so many candidates on, only the most promising ones are looked at, and none is exchanged again. */
const LARGE = 30;
const PROMISING = 32;

/** The candidates that hold most for each pod that would move. */
const promising = (problem: DrainProblem): ReadonlySet<number> => {
  const held = problem.candidates.map(() => 0);
  for (const needed of problem.blocks)
    for (const each of needed) held[each] = elementAt(held, each) + 1 / needed.length;
  const worth = problem.candidates.map(
    ({ addresses, pods }, index) =>
      (problem.supply === 'prefixes' ? elementAt(held, index) : addresses) / (1 + pods),
  );
  return new Set(
    [...problem.candidates.keys()]
      .toSorted((a, b) => elementAt(worth, b) - elementAt(worth, a))
      .slice(0, PROMISING),
  );
};

/** Beginnings that are tried: what wins most at first is not always part of the best. */
const STARTS = 24;

const improved = (
  problem: DrainProblem,
  start: Step,
  groups: readonly (readonly number[])[],
  exchanges: boolean,
): Step => {
  let step = start;
  for (;;) {
    const next =
      bestStep(problem, step.set, step.gain, groups) ??
      (exchanges ? bestExchange(problem, step.set, step.gain) : null);
    if (next === null) return step;
    step = next;
  }
};

interface Step {
  readonly set: ReadonlySet<number>;
  readonly gain: number;
}

const bestStep = (
  problem: DrainProblem,
  chosen: ReadonlySet<number>,
  gain: number,
  groups: readonly (readonly number[])[],
): Step | null => {
  let best: (Step & { readonly rate: number }) | null = null;
  for (const group of groups) {
    const set = new Set([...chosen, ...group]);
    const added = set.size - chosen.size;
    if (added === 0 || set.size > problem.most) continue;
    const after = drainGain(problem, set);
    if (after <= gain) continue;
    const rate = (after - gain) / added;
    if (best === null || rate > best.rate) best = { set, gain: after, rate };
  }
  return best;
};

const bestExchange = (problem: DrainProblem, chosen: ReadonlySet<number>, gain: number): Step | null => {
  let best: Step | null = null;
  for (const out of chosen) {
    for (const [into] of problem.candidates.entries()) {
      if (chosen.has(into)) continue;
      const set = new Set(chosen);
      set.delete(out);
      set.add(into);
      const after = drainGain(problem, set);
      if (after > (best?.gain ?? gain)) best = { set, gain: after };
    }
  }
  return best;
};

const distinct = (groups: readonly (readonly number[])[]): readonly (readonly number[])[] => [
  ...new Map(groups.map((group) => [group.join(), group])).values(),
];

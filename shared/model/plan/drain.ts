import { elementAt } from '../base/element-at.ts';
import { HeadroomError } from '../base/errors.ts';
import { largestOf } from '../base/extremes.ts';
import { count, verb } from '../base/text/numbers.ts';
import { valueAt } from '../base/value-at.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import { changedMap } from './changed-map.ts';
import { chooseDrains, type DrainProblem, drainGain, drainYield, rankedDrains } from './drain-choice.ts';
import { growthOf, levelPods } from './fleet.ts';
import { type Amount, addressesIn, NodeDemands, totalOf } from './node-demands.ts';
import { blockersOf, type NodeBlocks, nodeBlocks } from './occupied-blocks.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';
import { possibleMap } from './possible-map.ts';
import { type PlannedReservation, planReservations } from './reserve.ts';
import { RULES, type Rule } from './rules.ts';
import { Timeline } from './timeline.ts';
import { settingsOf } from './what-if.ts';

export interface DrainQuestion {
  /** Where addresses are to be won; empty: in all subnets of the cluster's nodes and pods. */
  readonly subnetIds: readonly string[];
  readonly supply: 'prefixes' | 'addresses';
  /** Drain at most so many nodes; `null`: as many as it pays. */
  readonly most: number | null;
  /** Stop when so much is won; `null`: win as much as can be. */
  readonly win: number | null;
}

/** One node to drain, in this order. */
export interface DrainStep {
  readonly instanceId: string;
  readonly type: string;
  readonly availabilityZone: string | null;
  /** Pods with an address of their own that move, at the most. */
  readonly pods: number;
  /** Whole blocks, or addresses, that this step gives back, and all steps up to it, before what the moved pods take. */
  readonly wins: number;
  readonly winsSoFar: number;
}

export interface DrainPlan {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  readonly question: DrainQuestion;
  readonly steps: readonly DrainStep[];
  /**
   * What is won at the end, after what the moved pods take on the other nodes: if each runs as many pods as is likely, and
   * the scheduler spreads them evenly.
   */
  readonly wins: number;
  /** The same with as many pods as there can be, however they spread: each node that takes one pod may take another prefix or interface for it. */
  readonly winsAtLeast: number;
  readonly takenByMovedPods: number;
  /** Pods that still find a node after the last step. */
  readonly podsThatStillFit: number;
  /** Made before the first drain, so that single addresses do not fill what is won. */
  readonly reservations: readonly PlannedReservation[];
  /** Nodes that are left out, with the reason. */
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** The plan, and the maps of the subnets after it, for drawing. */
export interface DrainAnswer {
  readonly plan: DrainPlan;
  readonly mapsAfter: ReadonlyMap<string, AddressMap>;
  /** The same without the reservations of the plan. */
  readonly mapsBeforeReserving: ReadonlyMap<string, AddressMap>;
}

/**
 * Which nodes to drain, and in which order. Their pods must fit on the nodes that stay, and at each step the subnets must
 * give what these then take.
 *
 * @throws HeadroomError `plan-impossible` where single addresses are not known
 */
export const planDrain = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  question: DrainQuestion,
): DrainAnswer => {
  if (estate.input.interfaces === null)
    throw new HeadroomError(
      'plan-impossible',
      'A stored scan does not hold single addresses, and a drain is planned from them.',
      'Plan from AWS, or from a file of `headroom collect` with --from.',
    );
  const subnetIds = [
    ...new Set(question.subnetIds.length === 0 ? cluster.nodeSubnetIds : question.subnetIds),
  ];
  const nodes = estate.nodesOf(cluster);
  const held = new Map(nodes.map(({ instanceId }) => [instanceId, nodeBlocks(estate, instanceId)]));
  const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));
  const problem = drainProblem(estate, { nodes, held, demands, subnetIds, question });
  const { done: feasible, taken } = bestPlayed(problem, question, (ordered) =>
    playable(estate, demands, nodes, ordered),
  );
  const steps = stepsOf(problem, nodes, feasible);
  const set = new Set(feasible);
  const released = feasible.flatMap((index) => valueAt(held, elementAt(nodes, index).instanceId));
  const gone = new Set(feasible.map((index) => elementAt(nodes, index).instanceId));
  const mapsAfter = mapsWithout(estate, subnetIds, released);
  const reservations =
    question.supply === 'prefixes' && feasible.length > 0
      ? [...mapsAfter.values()].flatMap((map) => planReservations(estate, map, gone).slice(0, 1))
      : [];
  const staying = nodes.filter((_, index) => !set.has(index));
  const left = estate.unknownNodes(cluster);
  return {
    plan: {
      clusterName: cluster.clusterName,
      accountId: cluster.accountId,
      region: cluster.region,
      question: { ...question, subnetIds },
      steps,
      wins: drainGain(problem, set),
      winsAtLeast: winsOf(problem, feasible) - worstCost(demands, nodes, set, { ...question, subnetIds }),
      takenByMovedPods: problem.cost(set),
      podsThatStillFit: Math.max(
        0,
        roomOn(demands, staying) - podsOf(feasible.map((each) => elementAt(nodes, each))),
      ),
      reservations,
      unknowns:
        left === 0 ? [] : [`${count(left, 'node')} of unknown type or subnet ${verb(left, 'is')} left out.`],
      rules: [RULES.podsAtMost, RULES.maxPods, RULES.pool, RULES.placement, RULES.reserve],
    },
    mapsBeforeReserving: mapsAfter,
    mapsAfter: new Map(
      [...mapsAfter].map(([subnetId, map]) => [
        subnetId,
        possibleMap(
          changedMap(
            map,
            { singles: new Map(), prefixes: [] },
            reservations.filter((each) => each.subnetId === subnetId).map(({ cidr }) => cidr),
          ),
          taken.get(subnetId) ?? { addresses: 0, prefixes: 0 },
        ),
      ]),
    ),
  };
};

interface ProblemInput {
  readonly nodes: readonly PlannedNode[];
  readonly held: ReadonlyMap<string, readonly NodeBlocks[]>;
  readonly demands: NodeDemands;
  readonly subnetIds: readonly string[];
  readonly question: DrainQuestion;
}

const drainProblem = (estate: PlanEstate, input: ProblemInput): DrainProblem => {
  const { nodes, held, subnetIds, question } = input;
  const likely = likelyNodes(input);
  const number = new Map(nodes.map(({ instanceId }, index) => [instanceId, index]));
  const here = new Set(subnetIds);
  return {
    candidates: nodes.map(({ instanceId, pods }) => ({
      pods,
      addresses: valueAt(held, instanceId)
        .filter(({ subnetId }) => here.has(subnetId))
        .reduce(
          (sum, { addresses, prefixes }) => sum + addressesIn({ addresses, prefixes: prefixes.length }),
          0,
        ),
    })),
    blocks: subnetIds.flatMap((subnetId) =>
      blockersOf(estate, subnetId, held).map((ids) => [...ids].map((id) => valueAt(number, id))),
    ),
    // A cluster keeps a node.
    most: Math.min(question.most ?? nodes.length, Math.max(0, nodes.length - 1)),
    cost: (drained) => costOf({ ...input, likely }, here, drained),
    supply: question.supply,
  };
};

/**
 * What the nodes that stay take here for the pods that move, if all run as many pods as is likely and the scheduler spreads
 * them evenly; infinite where the nodes may not run so many as there are at the most.
 */
const costOf = (
  {
    demands,
    nodes,
    likely,
    question: { supply },
  }: ProblemInput & { readonly likely: readonly PlannedNode[] },
  here: ReadonlySet<string>,
  drained: ReadonlySet<number>,
): number => {
  if (!afterMove(demands, nodes, drained).allFit) return Number.POSITIVE_INFINITY;
  let cost = 0;
  for (const { node, pods } of afterMove(demands, likely, drained).takers) {
    if (!node.podSubnetIds.some((subnetId) => here.has(subnetId))) continue;
    cost += costIn(supply, totalOf(growthOf(demands, node, pods).steps));
  }
  return cost;
};

/**
 * The nodes with the pods that they are likely to run. Without IP targets a pool grows by whole prefixes or interfaces, so
 * the last one is half in use on average. With them the pool tells the number of pods.
 */
const likelyNodes = ({ nodes, demands }: ProblemInput): readonly PlannedNode[] => {
  if (hasIpTargets(demands.settings)) return nodes;
  return nodes.map((node) => {
    const slots = demands.limitsOf(node.type).ipv4PerEni - 1;
    const unit = demands.takesPrefixes(node.type) ? ADDRESSES_PER_PREFIX : slots;
    return { ...node, pods: Math.max(0, node.pods - Math.floor(unit / 2)) };
  });
};

/**
 * What the nodes that stay take at the most, wherever the pods go: as many nodes as can get one pod, each with what that
 * first pod costs, and then a prefix or an interface for each time that one is full.
 */
const worstCost = (
  demands: NodeDemands,
  nodes: readonly PlannedNode[],
  drained: ReadonlySet<number>,
  { supply, subnetIds }: DrainQuestion,
): number => {
  const here = new Set(subnetIds);
  const moved = podsOf([...drained].map((index) => elementAt(nodes, index)));
  const staying = nodes.filter(
    (node, index) =>
      !drained.has(index) &&
      spareOn(demands, node) > 0 &&
      node.podSubnetIds.some((subnetId) => here.has(subnetId)),
  );
  const firsts = staying
    .map((node) => costIn(supply, totalOf(growthOf(demands, node, node.pods + 1).steps)))
    .toSorted((a, b) => b - a)
    .slice(0, moved);
  const slots = largestOf([1, ...staying.map(({ type }) => demands.limitsOf(type).ipv4PerEni - 1)]);
  const prefixes = demands.settings.prefixDelegation;
  const full = prefixes
    ? { pods: 16, cost: { addresses: 1, prefixes: 1 } }
    : { pods: slots, cost: { addresses: slots + 1, prefixes: 0 } };
  const rest = Math.ceil((moved - firsts.length) / full.pods);
  return firsts.reduce((sum, cost) => sum + cost, 0) + rest * costIn(supply, full.cost);
};

/** Each new single address may spoil a block. */
const costIn = (supply: DrainQuestion['supply'], amount: Amount): number =>
  supply === 'prefixes' ? amount.prefixes + amount.addresses : addressesIn(amount);

interface AfterMove {
  readonly takers: readonly { readonly node: PlannedNode; readonly pods: number }[];
  /** Whether every pod that moves finds a node. */
  readonly allFit: boolean;
}

/** The nodes that take pods over, with what they then run. */
const afterMove = (
  demands: NodeDemands,
  nodes: readonly PlannedNode[],
  drained: ReadonlySet<number>,
): AfterMove => {
  let moved = 0;
  for (const index of drained) moved += elementAt(nodes, index).pods;
  if (moved === 0) return { takers: [], allFit: true };
  const staying = nodes.filter((_, index) => !drained.has(index));
  const { each, left } = levelPods(
    staying.map((node) => ({ pods: node.pods, spare: spareOn(demands, node) })),
    moved,
  );
  const takers = staying.flatMap((node, index) => {
    const more = elementAt(each, index);
    return more === 0 ? [] : [{ node, pods: node.pods + more }];
  });
  return { takers, allFit: left === 0 };
};

const spareOn = (demands: NodeDemands, node: PlannedNode): number =>
  Math.max(0, demands.podsAtMost(node.type, node.primaryServesPods) - node.pods);

const roomOn = (demands: NodeDemands, nodes: readonly PlannedNode[]): number =>
  nodes.reduce((sum, node) => sum + spareOn(demands, node), 0);

const podsOf = (nodes: readonly PlannedNode[]): number => nodes.reduce((sum, { pods }) => sum + pods, 0);

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
const winsOf = (problem: DrainProblem, drained: readonly number[]): number =>
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
const bestPlayed = (
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
  let best = first;
  if (first.done.length === wanted) return best;
  for (let most = wanted - 1; most >= Math.max(1, wanted - SMALLER_PLANS); most -= 1) {
    const { played } = attempt(most);
    if (gainOf(problem, played.done) > gainOf(problem, best.done)) best = played;
  }
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
const playable = (
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

const stepsOf = (
  problem: DrainProblem,
  nodes: readonly PlannedNode[],
  ordered: readonly number[],
): readonly DrainStep[] =>
  ordered.map((index, position) => {
    const { instanceId, pods, type, zone } = elementAt(nodes, index);
    const winsSoFar = winsOf(problem, ordered.slice(0, position + 1));
    return {
      instanceId,
      type,
      availabilityZone: zone,
      pods,
      wins: winsSoFar - winsOf(problem, ordered.slice(0, position)),
      winsSoFar,
    };
  });

const mapsWithout = (
  estate: PlanEstate,
  subnetIds: readonly string[],
  released: readonly NodeBlocks[],
): ReadonlyMap<string, AddressMap> =>
  new Map(
    subnetIds.flatMap((subnetId) => {
      const map = estate.maps.get(subnetId);
      if (map === undefined) return [];
      const here = released.filter((each) => each.subnetId === subnetId);
      const singles = new Map<number, number>();
      for (const [block, count] of here.flatMap((each) => [...each.singles]))
        singles.set(block, (singles.get(block) ?? 0) + count);
      return [[subnetId, changedMap(map, { singles, prefixes: here.flatMap(({ prefixes }) => prefixes) })]];
    }),
  );

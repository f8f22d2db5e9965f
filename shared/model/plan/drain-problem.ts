import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import { valueAt } from '../base/value-at.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { DrainProblem } from './drain-choice.ts';
import type { DrainQuestion } from './drain-plan.ts';
import { growthOf, levelPods } from './fleet.ts';
import { type Amount, addressesIn, type NodeDemands, totalOf } from './node-demands.ts';
import { blockersOf, type NodeBlocks } from './occupied-blocks.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';

interface ProblemInput {
  readonly nodes: readonly PlannedNode[];
  readonly held: ReadonlyMap<string, readonly NodeBlocks[]>;
  readonly demands: NodeDemands;
  readonly subnetIds: readonly string[];
  readonly question: DrainQuestion;
}

export const drainProblem = (estate: PlanEstate, input: ProblemInput): DrainProblem => {
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
 * first pod costs, and then a prefix or an interface for each time that one is full. No node takes more than with all of the pods, or
 * with as many as it may run.
 */
export const worstCost = (
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
  const byPods = firsts.reduce((sum, cost) => sum + cost, 0) + rest * costIn(supply, full.cost);
  const byNodes = staying
    .map((node) => growthOf(demands, node, node.pods + Math.min(moved, spareOn(demands, node))))
    .reduce((sum, { steps }) => sum + costIn(supply, totalOf(steps)), 0);
  return Math.min(byPods, byNodes);
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

export const spareOn = (demands: NodeDemands, node: PlannedNode): number =>
  Math.max(0, demands.podsAtMost(node.type, node.primaryServesPods, node.maxPods) - node.pods);

export const roomOn = (demands: NodeDemands, nodes: readonly PlannedNode[]): number =>
  nodes.reduce((sum, node) => sum + spareOn(demands, node), 0);

export const podsOf = (nodes: readonly PlannedNode[]): number =>
  nodes.reduce((sum, { pods }) => sum + pods, 0);

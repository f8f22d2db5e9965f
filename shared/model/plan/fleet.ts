import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import type { DemandStep } from '../cluster/node-demand.ts';
import type { ExtraTake } from '../cluster/node-extras.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import type { NodePlace } from '../result/cluster.ts';
import { addressesIn, type NodeDemands, totalOf } from './node-demands.ts';
import type { Holding, NodeStart } from './timeline.ts';

/** A node that a plan starts, or that runs, with the number of pods that it is planned for. */
export interface FleetNode {
  readonly instanceId: string | null;
  readonly type: string;
  readonly zone: string | null;
  readonly subnetId: string;
  /** `null`: not known. */
  readonly podSubnetIds: readonly string[] | null;
  readonly primaryServesPods: boolean;
  readonly pods: number;
  /** Pods that its kubelet admits; left out: as those of its type. */
  readonly maxPods?: number;
  /** Interfaces that it has now. */
  readonly interfaces: number;
  /** What it holds now; empty for a node that is still to start. */
  readonly holdings: readonly Holding[];
  /** What it takes besides what the CNI takes: EFA, Multus, interfaces of its launch template. */
  readonly extras?: readonly ExtraTake[];
}

/** What the node takes from the start until it runs its pods. */
export const startOf = (demands: NodeDemands, node: FleetNode): NodeStart => {
  const steps = demands.steps(node.type, node.pods, node.primaryServesPods);
  const { extras = [], podSubnetIds, subnetId } = node;
  return { steps, subnetId, podSubnetIds, ...(extras.length > 0 && { extras }) };
};

/** What a node of the type takes besides in a place where it starts. */
export const extrasAt = (place: NodePlace | undefined, type: string): Pick<FleetNode, 'extras'> => {
  const takes = place?.extras?.find(({ instanceType }) => instanceType === type)?.takes ?? [];
  return takes.length > 0 ? { extras: takes } : {};
};

/** What a node that runs still takes until it runs so many pods. What it holds already counts, wherever it lies. */
export const growthOf = (demands: NodeDemands, node: FleetNode, pods: number): NodeStart => {
  const steps = demands.steps(node.type, pods, node.primaryServesPods);
  // Its holdings hold the extras as well.
  const wanted = totalOf([...steps, ...(node.extras ?? [])]);
  const held = {
    addresses: node.holdings.reduce((sum, { addresses }) => sum + addresses, 0),
    prefixes: node.holdings.reduce((sum, { prefixes }) => sum + prefixes, 0),
  };
  const prefixes = Math.max(0, wanted.prefixes - held.prefixes);
  // Where a node keeps single addresses from an earlier mode, they serve pods as well.
  const singles =
    wanted.prefixes > 0 && held.addresses > wanted.addresses
      ? 0
      : Math.max(0, wanted.addresses - held.addresses);
  return {
    steps: prefixes + singles === 0 ? [] : [{ ...GROWTH, singles, prefixes }],
    subnetId: node.subnetId,
    podSubnetIds: node.podSubnetIds,
  };
};

/**
 * What the CNI is content with, in this order: all that it asks for, and where that is refused less and less of the warm pool. The
 * last one is for the pods alone: nothing, where they have their addresses. A new interface comes with all of its addresses or not
 * at all; with IP targets the CNI asks for single ones, and for prefixes one by one.
 */
export function* growthsOf(demands: NodeDemands, node: FleetNode, pods: number): Generator<NodeStart> {
  const fewest = demands.poolFor(node.type, pods, node.primaryServesPods);
  for (let count = pods; count >= fewest; count -= 1) yield growthOf(demands, node, count);
  if (podAddressesOf(node) < pods) return;
  const least = growthOf(demands, node, fewest);
  const { addresses, prefixes } = totalOf(least.steps);
  const units = Math.max(prefixes, hasIpTargets(demands.settings) ? addresses : 1);
  for (let fewer = 1; fewer < units; fewer += 1) {
    const part = { singles: Math.max(0, addresses - fewer), prefixes: Math.max(0, prefixes - fewer) };
    yield { ...least, steps: [{ ...GROWTH, ...part }] };
  }
  yield { ...least, steps: [] };
}

/** Addresses for pods that it holds: each interface keeps its own. */
const podAddressesOf = ({ holdings, interfaces }: FleetNode): number =>
  holdings.reduce((sum, held) => sum + addressesIn(held), 0) - interfaces;

const GROWTH: Omit<DemandStep, 'singles' | 'prefixes'> = {
  subnet: 'pods',
  addressError: 'InsufficientFreeAddressesInSubnet',
};

/** Spreads a number of pods over nodes as evenly as their limits allow: how many each gets, and how many find no node. */
export const spreadPods = (
  limits: readonly number[],
  pods: number,
): { readonly each: readonly number[]; readonly left: number } => {
  const each = limits.map(() => 0);
  let left = pods;
  let open = limits.map((limit, index) => ({ limit, index })).filter(({ limit }) => limit > 0);
  while (left > 0 && open.length > 0) {
    const share = Math.max(1, Math.floor(left / open.length));
    for (const { limit, index } of open) {
      const given = Math.min(share, left, limit - elementAt(each, index));
      each[index] = elementAt(each, index) + given;
      left -= given;
    }
    open = open.filter(({ limit, index }) => elementAt(each, index) < limit);
  }
  return { each, left };
};

/** A node that may get more pods. */
interface PodRoom {
  readonly pods: number;
  /** How many more it may run. */
  readonly spare: number;
}

/**
 * Where pods go that move from drained nodes: always to the node that runs the fewest, as the scheduler prefers nodes that are
 * least allocated. How many each gets, and how many find no node. Source: Kubernetes, scheduler configuration, NodeResourcesFit.
 */
export const levelPods = (
  nodes: readonly PodRoom[],
  moved: number,
): { readonly each: readonly number[]; readonly left: number } => {
  const upTo = (level: number) => nodes.map(({ pods, spare }) => Math.min(spare, Math.max(0, level - pods)));
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const room = nodes.reduce((total, { spare }) => total + spare, 0);
  if (room <= moved) return { each: nodes.map(({ spare }) => spare), left: moved - room };
  let [low, high] = [0, largestOf([0, ...nodes.map(({ pods, spare }) => pods + spare)])];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sum(upTo(middle)) <= moved) low = middle;
    else high = middle - 1;
  }
  const each = upTo(low);
  let left = moved - sum(each);
  // Nodes on the level get one pod more each, until all have a place.
  for (const [index, { pods, spare }] of nodes.entries()) {
    const given = elementAt(each, index);
    if (left === 0 || given === spare || pods + given > low) continue;
    each[index] = given + 1;
    left -= 1;
  }
  return { each, left };
};

/** The places of new nodes, as groups spread them: always the zone that has fewest. */
export const spreadNodes = (
  places: readonly NodePlace[],
  running: readonly { readonly zone: string | null }[],
  count: number,
): readonly NodePlace[] => {
  const nodes = new Map<string | null, number>();
  for (const { zone } of running) nodes.set(zone, (nodes.get(zone) ?? 0) + 1);
  const given = new Map<NodePlace, number>();
  const chosen: NodePlace[] = [];
  for (let index = 0; index < count; index += 1) {
    const [next] = places.toSorted(
      (a, b) =>
        (nodes.get(a.availabilityZone) ?? 0) - (nodes.get(b.availabilityZone) ?? 0) ||
        (given.get(a) ?? 0) - (given.get(b) ?? 0),
    );
    if (next === undefined) break;
    chosen.push(next);
    nodes.set(next.availabilityZone, (nodes.get(next.availabilityZone) ?? 0) + 1);
    given.set(next, (given.get(next) ?? 0) + 1);
  }
  return chosen;
};

/** Places by the nodes in their zones, those with fewest first. */
export const fewestFirst = (
  places: readonly NodePlace[],
  running: readonly { readonly zone: string | null }[],
): readonly NodePlace[] => {
  const nodesIn = ({ availabilityZone }: NodePlace): number =>
    running.filter(({ zone }) => zone === availabilityZone).length;
  return places.toSorted((a, b) => nodesIn(a) - nodesIn(b));
};

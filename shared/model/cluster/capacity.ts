import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import { type DemandStep, EXHAUSTION_ERRORS } from './node-demand.ts';
import { largest, type SupplyLedger } from './supply-ledger.ts';

/** By subnet; a subnet whose supply is not known has none. */
export type Ledgers = ReadonlyMap<string, SupplyLedger>;

/** Where a node that exists can still grow. */
export interface NodeRoom {
  /** Addresses that a slot holds: 1, or 16 in prefix mode. */
  readonly unit: number;
  readonly slotsPerInterface: number;
  /** With IP targets a new interface may begin with one address. Without them, in secondary mode, it has all of them or is refused. */
  readonly ipTargets?: boolean;
  /** Free slots on the interfaces that are there, by subnet. */
  readonly freeSlots: ReadonlyMap<string, number>;
  /** Interfaces that it may still attach, and the subnets these may go to. */
  readonly newInterfaces: number;
  readonly newInterfaceSubnetIds: readonly string[];
  /** Addresses that it can use at most beyond those it holds. */
  readonly cap: number;
}

/**
 * Grows nodes until a subnet, a slot or the cap ends it, and says how many addresses each subnet gave. Slots that
 * are there are filled first, over all nodes; then interfaces are attached, as the CNI does: in secondary mode with
 * all their addresses or not at all, with IP targets or in prefix mode with one address or prefix to begin with. `null` if a
 * subnet is not known.
 */
export const grow = (nodes: readonly NodeRoom[], ledgers: Ledgers): ReadonlyMap<string, number> | null => {
  const given = new Map<string, number>();
  const growing = nodes.map((node) => ({ node, left: Math.max(0, node.cap) }));
  const give = (each: { left: number }, subnetId: string, addresses: number): void => {
    const used = Math.min(addresses, each.left);
    each.left -= used;
    given.set(subnetId, (given.get(subnetId) ?? 0) + used);
  };
  for (const each of growing) {
    const { node } = each;
    for (const [subnetId, slots] of node.freeSlots) {
      const ledger = ledgers.get(subnetId);
      if (ledger === undefined) return null;
      const filled = fillSlots(ledger, node, Math.min(slots, unitsFor(each.left, node.unit)));
      give(each, subnetId, filled * node.unit);
    }
  }
  for (const each of growing) {
    const { node } = each;
    for (let attached = 0; attached < node.newInterfaces && each.left > 0; attached += 1) {
      const subnets = roomiest(node.newInterfaceSubnetIds, ledgers);
      if (subnets === null) return null;
      const grown = attachInterface(node, subnets, unitsFor(each.left, node.unit));
      if (grown === null) break;
      give(each, grown.subnetId, grown.units * node.unit);
    }
  }
  return given;
};

const unitsFor = (addresses: number, unit: number): number => Math.ceil(addresses / unit);

const fillSlots = (ledger: SupplyLedger, node: NodeRoom, wanted: number): number => {
  if (node.unit === ADDRESSES_PER_PREFIX) {
    const prefixes = Math.min(wanted, ledger.prefixes);
    ledger.take(0, prefixes);
    return prefixes;
  }
  const singles = Math.min(wanted, ledger.singles);
  ledger.take(singles, 0);
  return singles;
};

/** The CNI tries the subnet with most free addresses first. */
const roomiest = (
  subnetIds: readonly string[],
  ledgers: Ledgers,
): readonly { readonly subnetId: string; readonly ledger: SupplyLedger }[] | null => {
  const known = subnetIds.flatMap((subnetId) => {
    const ledger = ledgers.get(subnetId);
    return ledger === undefined ? [] : [{ subnetId, ledger }];
  });
  return known.length < subnetIds.length ? null : known.sort((a, b) => b.ledger.singles - a.ledger.singles);
};

const attachInterface = (
  node: NodeRoom,
  subnets: readonly { readonly subnetId: string; readonly ledger: SupplyLedger }[],
  wanted: number,
): { readonly subnetId: string; readonly units: number } | null => {
  for (const { subnetId, ledger } of subnets) {
    const { ipTargets = false, slotsPerInterface, unit } = node;
    const takesPrefixes = unit === ADDRESSES_PER_PREFIX;
    const slotsAtFirst = takesPrefixes || ipTargets ? 1 : slotsPerInterface;
    const short = takesPrefixes ? ledger.take(1, slotsAtFirst) : ledger.take(1 + slotsAtFirst, 0);
    if (short !== null) continue;
    const more = Math.max(0, Math.min(slotsPerInterface, wanted) - slotsAtFirst);
    return { subnetId, units: slotsAtFirst + fillSlots(ledger, node, more) };
  }
  return null;
};

/** Which supply ends it, and what people would see. */
export interface Shortage {
  readonly limitedBy: 'addresses' | 'prefixes';
  readonly error: string;
}

/** The ledgers of the subnets that a new node takes from: its own, and those that its pods' interfaces may go to. */
export interface NodeSubnets {
  readonly node: SupplyLedger;
  readonly pods: readonly SupplyLedger[];
  /** What it takes at its start besides, for interfaces that the CNI leaves alone. */
  readonly extras?: readonly LedgerTake[];
}

interface LedgerTake {
  readonly ledger: SupplyLedger;
  readonly singles: number;
  readonly prefixes: number;
}

const markOf = ({ node, pods, extras = [] }: NodeSubnets): (() => void) => {
  const marks = [node, ...pods, ...extras.map(({ ledger }) => ledger)].map((ledger) => ({
    ledger,
    mark: ledger.mark(),
  }));
  return () => {
    for (const { ledger, mark } of marks) ledger.rollBack(mark);
  };
};

type Short = 'addresses' | 'prefixes' | null;

/**
 * Takes from the first of these subnets that has it, the one with most free addresses first, as the CNI does.
 *
 * @param chosen is called with the subnet that gave it
 */
const takeFromAny = (
  ledgers: readonly SupplyLedger[],
  singles: number,
  prefixes: number,
  chosen?: (ledger: SupplyLedger) => void,
): Short => {
  let short: Short = 'addresses';
  for (const ledger of ledgers.toSorted((a, b) => b.singles - a.singles)) {
    short = ledger.take(singles, prefixes);
    if (short !== null) continue;
    chosen?.(ledger);
    break;
  }
  return short;
};

/**
 * The primary interface fills up from the node's own subnet. Where that has not enough, the CNI takes what is left of
 * single addresses and makes a new interface in another subnet that is open to it.
 */
const fillPrimary = (step: DemandStep, { node, pods }: NodeSubnets, count: number): Short => {
  const short = node.take(step.singles * count, step.prefixes * count);
  const others = pods.filter((ledger) => ledger !== node);
  if (short === null || others.length === 0 || step.mayMove !== true) return short;
  if (step.prefixes === 0) node.take(Math.min(step.singles, node.singles), 0);
  return takeFromAny(others, 1 + step.singles, step.prefixes);
};

/** Takes what so many nodes need, step by step as EC2 is called. A shortage is returned, and nothing is then taken. */
export const takeNodes = (steps: readonly DemandStep[], subnets: NodeSubnets, count = 1): Shortage | null => {
  const undo = markOf(subnets);
  for (const { ledger, singles, prefixes } of subnets.extras ?? []) {
    const short = ledger.take(singles * count, prefixes * count);
    if (short === null) continue;
    undo();
    // EC2 makes them with the instance, or like any new interface.
    return { limitedBy: short, error: EXHAUSTION_ERRORS[short] };
  }
  const subnetOfInterface = new Map<number | undefined, SupplyLedger>();
  for (const [index, step] of steps.entries()) {
    const own = step.deviceIndex === undefined ? undefined : subnetOfInterface.get(step.deviceIndex);
    const short =
      step.subnet === 'pods'
        ? takeFromAny(
            own === undefined ? subnets.pods : [own],
            step.singles * count,
            step.prefixes * count,
            (ledger) => subnetOfInterface.set(step.deviceIndex, ledger),
          )
        : index === 0
          ? subnets.node.take(step.singles * count, step.prefixes * count)
          : fillPrimary(step, subnets, count);
    if (short === null) continue;
    undo();
    return {
      limitedBy: short,
      error: short === 'addresses' ? step.addressError : (step.prefixError ?? EXHAUSTION_ERRORS.prefixes),
    };
  }
  return null;
};

/** More than any subnet holds: a /16 has 65,531 addresses. */
const MORE_NODES_THAN_ADDRESSES = 2 ** 16;

/** Whether many nodes can be taken step by step: not where single addresses follow prefixes, and so spoil blocks in between. */
const canTakeTogether = (steps: readonly DemandStep[], { pods, extras = [] }: NodeSubnets): boolean => {
  if (extras.length > 0) return false;
  const firstPrefix = steps.findIndex(({ prefixes }) => prefixes > 0);
  const singlesAfter = firstPrefix >= 0 && steps.slice(firstPrefix + 1).some(({ singles }) => singles > 0);
  return pods.length <= 1 && !singlesAfter;
};

/** Takes as many nodes as fit, and says how many. */
export const takeAllThatFit = (steps: readonly DemandStep[], subnets: NodeSubnets): number => {
  if (!canTakeTogether(steps, subnets)) {
    let nodes = 0;
    while (nodes < MORE_NODES_THAN_ADDRESSES && takeNodes(steps, subnets) === null) nodes += 1;
    return nodes;
  }
  const undo = markOf(subnets);
  const nodes = largest(MORE_NODES_THAN_ADDRESSES, (count) => {
    const short = takeNodes(steps, subnets, count);
    undo();
    return short === null;
  });
  takeNodes(steps, subnets, nodes);
  return nodes;
};

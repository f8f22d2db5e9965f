import type { InstanceLimits } from '../aws/inventory.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressingMode, NodeAssessment } from '../result/cluster.ts';
import { grow, type Ledgers, type NodeRoom } from './capacity.ts';
import type { CniConfiguration } from './cni-configuration.ts';
import { compatNodeGauges, nodeGauges } from './cni-gauges.ts';
import { HOST_NETWORK_PODS, podAddresses, recommendedCap } from './max-pods.ts';
import type { NodeAccumulator } from './node-accumulator.ts';

/** A node of a plan: which one it is, and what it has in common with those that are like it. */
export interface PlannedNode {
  readonly instanceId: string;
  readonly kind: PlannedKind;
}

/** Everything about a node that a plan needs but its name. The nodes of a group differ in little else, so thousands share one. */
export interface PlannedKind {
  /** The first of them. */
  readonly node: NodeAccumulator;
  readonly limits: InstanceLimits | null;
  readonly mode: AddressingMode;
  readonly windows: boolean;
  /**
   * How it takes more addresses: `mixed` nodes take prefixes. `null` when it takes no IPv4 addresses for pods, or when
   * that is unknown.
   */
  readonly takes: 'secondary' | 'prefix' | null;
  readonly customNetworking: boolean;
  /** `WARM_IP_TARGET` or `MINIMUM_IP_TARGET` decides: its pool grows address by address. */
  readonly ipTargets: boolean;
  /** EKS Auto Mode runs its CNI, which falls back to single addresses where no prefix is free: how far it grows is not known. */
  readonly autoMode: boolean;
  /** A slot that the CNI keeps for a trunk that is still to come. */
  readonly keepsTrunkSlot: boolean;
  /** False where its CNI calls EC2 for nothing: the node keeps what it holds. */
  readonly provisions: boolean;
  /** The subnets that its next interface may go to. */
  readonly newInterfaceSubnetIds: readonly string[];
  /** Room for addresses, as far as its slots go; `null`: it takes none, or how many is not known. */
  readonly room: NodeRoom | null;
}

type NodeFacts = Omit<PlannedKind, 'room'>;

/** Asks for the first node of each kind, and gives its answer for all of them. */
export const mapByKind = <Answer extends object>(
  nodes: readonly PlannedNode[],
  answer: (first: PlannedNode) => Answer,
): readonly Answer[] => {
  const known = new Map<PlannedKind, Answer>();
  return nodes.map((node) => {
    const found = known.get(node.kind) ?? answer(node);
    known.set(node.kind, found);
    return found;
  });
};

/** How a node in this mode takes more addresses. Types without prefixes fall back to single addresses, whatever the cluster does. */
export const waysToTake = (mode: AddressingMode, limits: InstanceLimits | null): PlannedKind['takes'] => {
  if (mode === 'secondary') return 'secondary';
  if (mode !== 'prefix' && mode !== 'mixed') return null;
  return limits !== null && !limits.prefixDelegation ? 'secondary' : 'prefix';
};

const NO_ROOM: NodeRoom = {
  unit: 1,
  slotsPerInterface: 0,
  ipTargets: false,
  freeSlots: new Map(),
  newInterfaces: 0,
  newInterfaceSubnetIds: [],
  cap: 0,
};

export const plannedKind = (facts: NodeFacts): PlannedKind => ({ ...facts, room: roomOf(facts) });

const roomOf = (facts: NodeFacts): NodeRoom | null => {
  const { node, limits, takes, customNetworking } = facts;
  if (limits === null || takes === null || facts.autoMode || !node.isLive) return null;
  const slots = limits.ipv4PerEni - 1;
  const pool = node.podInterfaces(customNetworking);
  const held = pool.addresses + pool.prefixes * ADDRESSES_PER_PREFIX;
  if (!facts.provisions) return { ...NO_ROOM, slotsPerInterface: slots };
  return {
    unit: takes === 'prefix' ? ADDRESSES_PER_PREFIX : 1,
    slotsPerInterface: slots,
    ipTargets: facts.ipTargets,
    freeSlots: new Map(
      [...pool.bySubnet].map(([subnetId, { interfaces, slotsUsed }]) => [
        subnetId,
        Math.max(0, interfaces * slots - slotsUsed),
      ]),
    ),
    newInterfaces: Math.max(
      0,
      limits.maxEnis - node.unmanaged - node.managedInterfaces - (facts.keepsTrunkSlot ? 1 : 0),
    ),
    newInterfaceSubnetIds: facts.newInterfaceSubnetIds,
    cap: podAddresses(limits, takes, customNetworking) - held,
  };
};

/** The same for pods: max-pods bounds it as well, the recommended one where the node's own is not known. */
export const roomForPods = ({ customNetworking, limits, node, room }: PlannedKind): NodeRoom | null => {
  if (limits === null || room === null) return null;
  const pool = node.heldForPods(customNetworking);
  const held = pool.addresses + pool.prefixes * ADDRESSES_PER_PREFIX;
  const pods = (node.maxPods ?? recommendedCap(limits)) - HOST_NETWORK_PODS;
  return { ...room, cap: Math.min(room.cap, pods - held) };
};

/** The subnets that a node's growth would draw on. */
export const subnetsOf = (room: NodeRoom): readonly string[] => [
  ...new Set([...room.freeSlots.keys(), ...(room.newInterfaces > 0 ? room.newInterfaceSubnetIds : [])]),
];

/**
 * Addresses of the pool that no pod uses, at the least. The CNI keeps WARM_ENI_TARGET interfaces' worth (or
 * WARM_IP_TARGET addresses, or WARM_PREFIX_TARGET prefixes) free for as long as it can still grow; when it cannot, the
 * pool may be in use to the last address. Unknown without the settings, and for EKS Auto Mode.
 * What an earlier mode left is no part of the pool: pods may have all of it.
 */
const warmAtLeast = (kind: PlannedKind, configuration: CniConfiguration, ledgers: Ledgers): number | null => {
  const { node, takes, customNetworking } = kind;
  const room = roomForPods(kind);
  if (takes === null || room === null || !configuration.known) return null;
  const pool = node.podInterfaces(customNetworking);
  const held = takes === 'prefix' ? pool.prefixes * ADDRESSES_PER_PREFIX : pool.addresses;
  const target = warmTarget(configuration, takes, room.slotsPerInterface);
  if (room.cap < target) return 0;
  const growth = grow([{ ...room, cap: target }], ledgers);
  const canGrow =
    growth !== null && [...growth.values()].reduce((sum, addresses) => sum + addresses, 0) >= target;
  return canGrow ? Math.min(target, held) : 0;
};

const warmTarget = (
  configuration: CniConfiguration,
  takes: 'secondary' | 'prefix',
  slots: number,
): number => {
  const { warmEniTarget, warmPrefixTarget, warmIpTarget } = configuration;
  if (hasIpTargets(configuration)) return warmIpTarget ?? 0;
  return takes === 'prefix' ? warmPrefixTarget * ADDRESSES_PER_PREFIX : warmEniTarget * slots;
};

/**
 * One node of a kind, as if it were alone. The others differ from it in `instanceId`.
 *
 * @param ledgersFor fresh ledgers of these subnets
 */
export const assessNode = (
  { instanceId, kind }: PlannedNode,
  configuration: CniConfiguration,
  ledgersFor: (subnetIds: readonly string[]) => Ledgers,
): NodeAssessment => {
  const { node, limits, mode, room, takes, customNetworking } = kind;
  const subnetIds = room === null ? [] : subnetsOf(room);
  const growth = room === null ? null : grow([room], ledgersFor(subnetIds));
  const more = growth === null ? null : [...growth.values()].reduce((sum, addresses) => sum + addresses, 0);
  const shape = { limits, mode: takes ?? 'secondary', customNetworking } as const;
  return {
    instanceId,
    instanceType: node.instance.instanceType,
    state: node.instance.state,
    availabilityZone: node.instance.availabilityZone,
    subnetId: node.subnetId,
    nodeGroup: node.membership.nodeGroup,
    nodePool: node.membership.nodePool,
    mode,
    ...(kind.windows && { windows: true as const }),
    customNetworking,
    interfaces: node.interfaces,
    branchInterfaces: node.branchInterfaces,
    addresses: node.addresses,
    prefixes: node.prefixes,
    usage: node.usage,
    warmAtLeast: warmAtLeast(kind, configuration, ledgersFor(subnetIds)),
    ...(node.maxPods !== null && { maxPods: node.maxPods }),
    gauges: nodeGauges(node, shape, more),
    compat: compatNodeGauges(node, shape),
  };
};

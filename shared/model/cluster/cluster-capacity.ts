import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { CapacityAssessment, MoreNodes, PlaceExtras, ZoneCapacity } from '../result/cluster.ts';
import { grow, type NodeRoom, type Shortage, takeAllThatFit, takeNodes } from './capacity.ts';
import { type ClusterPlan, demandOf } from './group-demand.ts';
import type { GrowingGroup } from './growing-group.ts';
import { mapByKind, type PlannedKind, roomForPods, subnetsOf } from './node-assessment.ts';
import { extrasOf, NO_EXTRAS, type NodeExtras, type NodesByPlace, nodesByPlace } from './node-extras.ts';
import type { PodPlace } from './pod-subnets.ts';
import { ledgersAtMost, type Placement } from './supply-ledger.ts';
import { mostOf } from './template-extras.ts';
import { isWindowsGroup, isWindowsNode } from './windows-nodes.ts';

/** Where the zone is not known, the empty name, which comes first. */
const zoneName = ({ availabilityZone }: ZoneCapacity): string => availabilityZone ?? '';

/** What started, and why one more would not. */
interface Filled {
  readonly nodes: number;
  readonly shortage: Shortage | null;
}

/** How much more of one cluster its subnets hold, if nothing else grows. */
export class ClusterCapacity {
  readonly #plan: ClusterPlan;
  /** Subnets in which nodes start, as opposed to those for pods alone. */
  readonly #hosts: ReadonlySet<string | null>;
  readonly #groups: readonly GrowingGroup[];
  /** Instance types that groups launch. */
  readonly #launched: ReadonlySet<string>;
  /** Those and the types in use. */
  readonly #types: readonly string[];
  /** The nodes of each type, and what was found of them: each subnet is asked several times. */
  readonly #placed: ReadonlyMap<string, NodesByPlace>;
  readonly #extras = new Map<string, NodeExtras>();
  readonly #windows = new Map<string, boolean>();
  #morePods: ((subnetId: string) => number | null) | null = null;

  constructor(plan: ClusterPlan, groups: readonly GrowingGroup[]) {
    this.#plan = plan;
    this.#groups = groups;
    this.#hosts = new Set([
      ...plan.kinds.map(({ node }) => node.subnetId),
      ...groups.flatMap(({ subnets }) => subnets.map(({ subnetId }) => subnetId)),
      ...plan.startSubnetIds,
    ]);
    const inUse = plan.kinds.filter(({ node }) => node.isLive).map(({ node }) => node.instance.instanceType);
    this.#launched = new Set(groups.flatMap(({ instanceType }) => instanceType ?? []));
    this.#types = [...new Set([...inUse, ...this.#launched])].sort();
    const byType = Map.groupBy(plan.nodes, ({ kind }) => kind.node.instance.instanceType);
    this.#placed = new Map([...byType].map(([type, nodes]) => [type, nodesByPlace(nodes)]));
  }

  /** Subnets in which nodes start, by their ids. */
  get hostSubnetIds(): readonly string[] {
    return [...this.#hosts].filter((subnetId) => subnetId !== null).sort();
  }

  /**
   * The most addresses for pods that the nodes can hold together: what they hold and what their subnets still give, no
   * address promised twice. `null` if some node's limits, or a subnet that it would draw on, are not known.
   */
  maxAddresses(): number | null {
    const live = this.#plan.nodes.filter(({ kind }) => kind.node.isLive);
    const rooms = live.map(({ kind }) => kind.room);
    const known = rooms.filter((room) => room !== null);
    if (known.length < rooms.length) return null;
    const subnetIds = new Set([...new Set(known)].flatMap(subnetsOf));
    const growth = grow(known, this.#plan.ledgers('best', [...subnetIds]));
    if (growth === null) return null;
    const held = mapByKind(live, ({ kind }) => kind.node.heldForPods(kind.customNetworking));
    return (
      sum(held.map(({ addresses, prefixes }) => addresses + prefixes * ADDRESSES_PER_PREFIX)) +
      sum([...growth.values()])
    );
  }

  bySubnet(subnetIds: readonly string[]): readonly CapacityAssessment[] {
    const morePods = this.#morePodsIn();
    return subnetIds.map((subnetId) => ({
      subnetId,
      availabilityZone: this.#zoneOf(subnetId),
      mode: this.#plan.mode,
      morePods: morePods(subnetId),
      moreNodes: this.#hosts.has(subnetId)
        ? this.#types.map((type) => this.#moreNodes([subnetId], type))
        : [],
    }));
  }

  byZone(subnetIds: readonly string[]): readonly ZoneCapacity[] {
    const morePods = this.#morePodsIn();
    const zones = Map.groupBy(subnetIds, (subnetId) => this.#zoneOf(subnetId));
    return [...zones]
      .map(([availabilityZone, here]) => {
        const hosts = here.filter((subnetId) => this.#hosts.has(subnetId));
        return {
          availabilityZone,
          subnetIds: here,
          morePods: sumOfKnown(here.map(morePods)),
          moreNodes: hosts.length === 0 ? [] : this.#types.map((type) => this.#moreNodes(hosts, type)),
        };
      })
      .sort((a, b) => (zoneName(a) < zoneName(b) ? -1 : 1));
  }

  #zoneOf(subnetId: string): string | null {
    return this.#plan.subnets.get(subnetId)?.availabilityZone ?? null;
  }

  /** Subnets and zones rest on the same count, which looks at every node. */
  #morePodsIn(): (subnetId: string) => number | null {
    this.#morePods ??= this.#countMorePods();
    return this.#morePods;
  }

  /** Nodes whose limits or subnets are not known are left out, and a subnet that only such nodes draw on is unknown. */
  #countMorePods(): (subnetId: string) => number | null {
    const { kinds, ledgers, nodes } = this.#plan;
    const rooms = new Map<PlannedKind, NodeRoom>();
    const unknown = new Set<string>();
    for (const kind of kinds) {
      if (!kind.node.isLive) continue;
      const room = roomForPods(kind);
      const subnetIds = room === null ? kind.newInterfaceSubnetIds : subnetsOf(room);
      if (room !== null && ledgers('worst', subnetIds).size === subnetIds.length) rooms.set(kind, room);
      else for (const subnetId of subnetIds) unknown.add(subnetId);
    }
    const drawnOn = new Set([...rooms.values()].flatMap(subnetsOf));
    const given = grow(
      nodes.flatMap(({ kind }) => rooms.get(kind) ?? []),
      ledgers('worst', [...drawnOn]),
    );
    return (subnetId) => {
      if (this.#isForFargateAlone(subnetId))
        return ledgers('worst', [subnetId]).get(subnetId)?.singles ?? null;
      if (given === null || !this.#plan.instancesListed || (unknown.has(subnetId) && !drawnOn.has(subnetId)))
        return null;
      return given.get(subnetId) ?? 0;
    };
  }

  /** A pod on Fargate has an interface of its own, and so takes one address. Source: EKS user guide, Fargate considerations. */
  #isForFargateAlone(subnetId: string): boolean {
    const { eks, kinds } = this.#plan;
    const isNodes =
      this.#hosts.has(subnetId) ||
      kinds.some(({ newInterfaceSubnetIds }) => newInterfaceSubnetIds.includes(subnetId));
    return !isNodes && eks?.fargateProfiles.some(({ subnetIds }) => subnetIds.includes(subnetId)) === true;
  }

  /** Nodes that start in these subnets, one after the other until each is full. */
  #moreNodes(subnetIds: readonly string[], instanceType: string): MoreNodes {
    const worst =
      this.#fill(subnetIds, instanceType, 'worst') ?? this.#noneForCertain(subnetIds, instanceType);
    const best = this.#fill(subnetIds, instanceType, 'best') ?? this.#noneForCertain(subnetIds, instanceType);
    // The CNI of Auto Mode takes single addresses where no prefix is free: more nodes may start than prefixes allow.
    const isUnknown = this.#mayBeAutoMode(instanceType) && worst?.shortage?.limitedBy === 'prefixes';
    return isUnknown
      ? { instanceType, nodes: null, nodesAtBest: null, limitedBy: null, error: null }
      : {
          instanceType,
          nodes: worst?.nodes ?? null,
          nodesAtBest: best?.nodes ?? null,
          limitedBy: worst?.shortage?.limitedBy ?? null,
          error: worst?.shortage?.error ?? null,
        };
  }

  /** In a subnet of another account too small a count of AWS's is certain to start no node; one that is large enough says nothing. */
  #noneForCertain(subnetIds: readonly string[], instanceType: string): Filled | null {
    const filled = this.#fill(subnetIds, instanceType, 'best', (placement, ids) =>
      ledgersAtMost(this.#plan.ledgers(placement, ids), this.#plan.subnets, ids, placement),
    );
    return filled?.nodes === 0 ? filled : null;
  }

  #fill(
    subnetIds: readonly string[],
    instanceType: string,
    placement: Placement,
    ledgersOf: ClusterPlan['ledgers'] = this.#plan.ledgers,
  ): Filled | null {
    if (this.#isUnread(instanceType)) return null;
    const windows = this.#isWindows(instanceType);
    const places = subnetIds.map((subnetId) => ({ subnetId, place: this.#placeOf(subnetId, windows) }));
    const ledgers = ledgersOf(placement, [
      ...new Set(
        places.flatMap(({ subnetId, place }) => [
          subnetId,
          ...(place.subnetIds ?? []),
          ...this.#extrasOf(instanceType, subnetId).takes.map((take) => take.subnetId),
        ]),
      ),
    ]);
    let filled: Filled = { nodes: 0, shortage: null };
    for (const { subnetId, place } of places) {
      const { primaryServesPods } = place;
      const { slots, takes } = this.#extrasOf(instanceType, subnetId);
      const steps = demandOf(this.#plan, {
        autoMode: this.#mayBeAutoMode(instanceType),
        type: instanceType,
        windows,
        primaryServesPods,
        slotsTaken: slots,
      });
      const node = ledgers.get(subnetId);
      const extras = takes.flatMap(({ subnetId: id, singles, prefixes }) => {
        const ledger = ledgers.get(id);
        return ledger === undefined ? [] : [{ ledger, singles, prefixes }];
      });
      const pods = place.subnetIds?.flatMap((id) => ledgers.get(id) ?? []);
      if (
        steps === null ||
        node === undefined ||
        pods?.length !== place.subnetIds?.length ||
        pods === undefined ||
        extras.length < takes.length
      )
        return null;
      const nodes = takeAllThatFit(steps, { node, pods, extras });
      filled = { nodes: filled.nodes + nodes, shortage: takeNodes(steps, { node, pods, extras }) };
    }
    return filled;
  }

  /** What nodes of the type show, and what launch templates of its groups say: interfaces that the CNI leaves alone. */
  #extrasOf(instanceType: string, subnetId: string): NodeExtras {
    const key = `${instanceType} ${subnetId}`;
    const known = this.#extras.get(key) ?? this.#extrasNow(instanceType, subnetId);
    this.#extras.set(key, known);
    return known;
  }

  #extrasNow(instanceType: string, subnetId: string): NodeExtras {
    const ofType = this.#placed.get(instanceType) ?? nodesByPlace([]);
    const shown = extrasOf(ofType, subnetId, this.#zoneOf(subnetId));
    const launching = this.#groups
      .filter((group) => group.instanceType === instanceType)
      .flatMap(({ subnets }) => subnets.filter((subnet) => subnet.subnetId === subnetId));
    return mostOf([
      shown,
      ...launching.map(({ extras = [], slotsTaken = 0 }) => ({ takes: extras, slots: slotsTaken })),
    ]);
  }

  /** Types whose nodes take more in this subnet than the CNI does, or may do so. */
  extrasAt(subnetId: string): readonly PlaceExtras[] {
    return this.#types.flatMap((instanceType): readonly PlaceExtras[] => {
      const unknown = this.#isUnread(instanceType);
      const { slots, takes } = unknown ? NO_EXTRAS : this.#extrasOf(instanceType, subnetId);
      return unknown || takes.length > 0 || slots > 0
        ? [{ instanceType, unknown, takes, ...(slots > 0 && { slots }) }]
        : [];
    });
  }

  /** No node of the type shows what it takes, and a launch template that would say it could not be read. */
  #isUnread(instanceType: string): boolean {
    return (
      this.#groups.some(
        (group) => group.instanceType === instanceType && group.unreadTemplate !== undefined,
      ) && !this.#plan.kinds.some(({ node }) => node.isLive && node.instance.instanceType === instanceType)
    );
  }

  #placeOf(subnetId: string, windows: boolean): PodPlace {
    return windows
      ? { primaryServesPods: true, subnetIds: [subnetId] }
      : this.#plan.podPlaceOf(subnetId, null);
  }

  /** A cluster of EKS Auto Mode may have node groups as well: the CNI of their nodes does not fall back to single addresses. */
  #mayBeAutoMode(instanceType: string): boolean {
    if (this.#plan.eks?.autoMode !== true) return false;
    const live = this.#plan.kinds.filter(
      ({ node }) => node.isLive && node.instance.instanceType === instanceType,
    );
    return live.length === 0 ? !this.#launched.has(instanceType) : live.some(({ autoMode }) => autoMode);
  }

  /**
   * Whether all nodes of the type run Windows, or all groups that launch it where it has no node yet. Each subnet asks, so the
   * nodes are gone through once.
   */
  #isWindows(instanceType: string): boolean {
    const known = this.#windows.get(instanceType) ?? this.#isWindowsNow(instanceType);
    this.#windows.set(instanceType, known);
    return known;
  }

  #isWindowsNow(instanceType: string): boolean {
    const { eks, kinds } = this.#plan;
    const ofType = kinds.filter(({ node }) => node.instance.instanceType === instanceType);
    if (ofType.length > 0) return ofType.every(({ node }) => isWindowsNode(node, eks));
    const launching = this.#groups.filter((group) => group.instanceType === instanceType);
    return launching.length > 0 && launching.every(({ group }) => isWindowsGroup(group, eks));
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A sum with something unknown in it is unknown. */
const sumOfKnown = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : sum(known);
};

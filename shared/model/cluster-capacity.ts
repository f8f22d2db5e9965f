import { grow, type NodeRoom, nodesThatFit } from './capacity.ts';
import type { CapacityAssessment } from './cluster.ts';
import { type ClusterPlan, demandOf } from './cluster-groups.ts';
import type { GrowingGroup } from './committed-demand.ts';
import { ADDRESSES_PER_PREFIX } from './max-pods.ts';
import { roomOf, subnetsOf } from './node-assessment.ts';

type MoreNodes = CapacityAssessment['moreNodes'][number];

/** How much more of one cluster its subnets hold, if nothing else grows. */
export class ClusterCapacity {
  readonly #plan: ClusterPlan;
  readonly #groups: readonly GrowingGroup[];

  constructor(plan: ClusterPlan, groups: readonly GrowingGroup[]) {
    this.#plan = plan;
    this.#groups = groups;
  }

  /**
   * The most addresses for pods that the nodes can hold together: what they hold and what their subnets still give, no
   * address promised twice. `null` if some node's limits, or a subnet that it would draw on, are not known.
   */
  maxAddresses(): number | null {
    const live = this.#plan.nodes.filter(({ node }) => node.isLive);
    const rooms = live.map((planned) => roomOf(planned, 'slots'));
    const known = rooms.filter((room) => room !== null);
    if (known.length < rooms.length) return null;
    const growth = grow(known, this.#plan.ledgers('best', known.flatMap(subnetsOf)));
    if (growth === null) return null;
    const held = live.map(({ node, customNetworking }) => {
      const pool = node.podInterfaces(customNetworking);
      return pool.addresses + pool.prefixes * ADDRESSES_PER_PREFIX;
    });
    return sum(held) + sum([...growth.values()]);
  }

  bySubnet(subnetIds: readonly string[]): readonly CapacityAssessment[] {
    const morePods = this.#morePods();
    return subnetIds.map((subnetId) => ({
      subnetId,
      availabilityZone: this.#plan.subnets.get(subnetId)?.availabilityZone ?? null,
      mode: this.#plan.mode,
      morePods: morePods(subnetId),
      moreNodes: this.#hosts(subnetId) ? this.#types().map((type) => this.#moreNodes(subnetId, type)) : [],
    }));
  }

  /** Nodes whose limits or subnets are not known are left out, and a subnet that only such nodes draw on is unknown. */
  #morePods(): (subnetId: string) => number | null {
    const { nodes, ledgers } = this.#plan;
    const rooms: NodeRoom[] = [];
    const unknown = new Set<string>();
    for (const planned of nodes) {
      if (!planned.node.isLive) continue;
      const room = roomOf(planned, 'max-pods');
      const subnetIds = room === null ? planned.newInterfaceSubnetIds : subnetsOf(room);
      if (room !== null && ledgers('worst', subnetIds).size === subnetIds.length) rooms.push(room);
      else for (const subnetId of subnetIds) unknown.add(subnetId);
    }
    const drawnOn = new Set(rooms.flatMap(subnetsOf));
    const given = grow(rooms, ledgers('worst', [...drawnOn]));
    return (subnetId) => {
      if (given === null || (unknown.has(subnetId) && !drawnOn.has(subnetId))) return null;
      return given.get(subnetId) ?? 0;
    };
  }

  /** Whether nodes start here, as opposed to a subnet for pods alone. */
  #hosts(subnetId: string): boolean {
    return (
      this.#plan.nodes.some(({ node }) => node.subnetId === subnetId) ||
      this.#groups.some(({ subnets }) => subnets.some((subnet) => subnet.subnetId === subnetId))
    );
  }

  #types(): readonly string[] {
    const inUse = this.#plan.nodes
      .filter(({ node }) => node.isLive)
      .map(({ node }) => node.instance.instanceType);
    const launched = this.#groups.flatMap(({ instanceType }) => instanceType ?? []);
    return [...new Set([...inUse, ...launched])].sort();
  }

  #moreNodes(subnetId: string, instanceType: string): MoreNodes {
    const limits = this.#plan.limits(instanceType);
    const steps = limits === null ? null : demandOf(this.#plan, limits);
    const podSubnetId = this.#plan.podSubnetOf(subnetId);
    const unknown: MoreNodes = { instanceType, nodes: null, nodesAtBest: null, limitedBy: null, error: null };
    if (steps === null || podSubnetId === null) return unknown;
    const inSupply = (placement: 'worst' | 'best') => {
      const ledgers = this.#plan.ledgers(placement, [subnetId, podSubnetId]);
      const node = ledgers.get(subnetId);
      const pods = ledgers.get(podSubnetId);
      return node === undefined || pods === undefined ? null : nodesThatFit(steps, { node, pods });
    };
    const worst = inSupply('worst');
    if (worst === null) return unknown;
    return {
      instanceType,
      nodes: worst.nodes,
      nodesAtBest: inSupply('best')?.nodes ?? null,
      limitedBy: worst.shortage?.limitedBy ?? null,
      error: worst.shortage?.error ?? null,
    };
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

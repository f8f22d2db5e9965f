import type { CommittedDemand } from '../result/cluster.ts';
import { type Ledgers, type NodeSubnets, type Shortage, takeNodes } from './capacity.ts';
import type { DemandStep } from './node-demand.ts';

/** A group of nodes that may grow by itself. */
export interface GrowingGroup {
  readonly clusterName: string;
  readonly group: string;
  readonly kind: CommittedDemand['kind'];
  readonly currentNodes: number;
  readonly maximumNodes: number;
  readonly instanceType: string | null;
  /** What one more node takes; `null` where its type or its cluster's mode is not known. */
  readonly steps: readonly DemandStep[] | null;
  /** Where its nodes may go. */
  readonly subnets: readonly GroupSubnet[];
}

export interface GroupSubnet {
  readonly subnetId: string;
  /** Nodes are spread over zones. */
  readonly availabilityZone: string | null;
  /** Where the pods' interfaces of a node here go: the subnet itself, but for custom networking; `null` where that cannot be told. */
  readonly podSubnetId: string | null;
  /** Nodes of the group that are there already. */
  readonly nodes: number;
}

interface Outcome {
  readonly fits: number;
  readonly shortage: Shortage | null;
}

/** A subnet that may still have room for the group's nodes. */
interface Place {
  readonly availabilityZone: string | null;
  readonly ledgers: NodeSubnets;
}

/** A group that takes part: its demand and all its places are known. */
interface KnownGroup {
  readonly group: GrowingGroup;
  readonly steps: readonly DemandStep[];
  readonly places: readonly Place[];
}

/** `null` if what its nodes take, or what one of its subnets holds, is not known. */
const knownGroup = (group: GrowingGroup, ledgers: Ledgers): KnownGroup | null => {
  const places = group.subnets.flatMap(({ availabilityZone, podSubnetId, subnetId }): readonly Place[] => {
    const node = ledgers.get(subnetId);
    const pods = podSubnetId === null ? undefined : ledgers.get(podSubnetId);
    return node === undefined || pods === undefined ? [] : [{ availabilityZone, ledgers: { node, pods } }];
  });
  const complete = places.length > 0 && places.length === group.subnets.length;
  return complete && group.steps !== null ? { group, steps: group.steps, places } : null;
};

/** Where a group stands while all of them grow. */
class Growth {
  readonly group: GrowingGroup;
  readonly #steps: readonly DemandStep[];
  readonly #places: Place[];
  readonly #nodesByZone = new Map<string | null, number>();
  readonly #wanted: number;
  #lastShortage: Shortage | null = null;
  fits = 0;
  shortage: Shortage | null = null;

  constructor({ group, steps, places }: KnownGroup) {
    this.group = group;
    this.#steps = steps;
    this.#places = [...places];
    this.#wanted = wantedNodes(group);
    for (const { availabilityZone, nodes } of group.subnets) {
      this.#nodesByZone.set(availabilityZone, this.#nodesIn(availabilityZone) + nodes);
    }
  }

  get isDone(): boolean {
    return this.shortage !== null || this.fits >= this.#wanted;
  }

  /**
   * One node more, in the zone that has fewest of the group's nodes, or in the next one where that has no room. A subnet
   * that had none will have none later, since nothing is given back: it is not tried again.
   */
  addNode(): void {
    for (let place = this.#preferred(); place !== null; place = this.#preferred()) {
      const short = takeNodes(this.#steps, place.ledgers);
      if (short === null) {
        this.fits += 1;
        this.#nodesByZone.set(place.availabilityZone, this.#nodesIn(place.availabilityZone) + 1);
        return;
      }
      this.#places.splice(this.#places.indexOf(place), 1);
      this.#lastShortage = short;
    }
    this.shortage = this.#lastShortage;
  }

  #nodesIn(zone: string | null): number {
    return this.#nodesByZone.get(zone) ?? 0;
  }

  #preferred(): Place | null {
    let best: Place | null = null;
    for (const place of this.#places) {
      if (best === null || this.#isPreferred(place, best)) best = place;
    }
    return best;
  }

  #isPreferred(place: Place, over: Place): boolean {
    const fewer = this.#nodesIn(place.availabilityZone) - this.#nodesIn(over.availabilityZone);
    return fewer < 0 || (fewer === 0 && place.ledgers.pods.singles > over.ledgers.pods.singles);
  }
}

/**
 * Lets every group go to its maximum at once: a node each in turn, as Auto Scaling spreads them, until all are there or
 * none finds room. Groups of all clusters take from the same ledgers, so no address is promised twice.
 */
const growTogether = (
  groups: readonly GrowingGroup[],
  ledgers: Ledgers,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const growths = groups
    .map((group) => knownGroup(group, ledgers))
    .filter((known) => known !== null)
    .map((known) => new Growth(known));
  let growing = growths.filter(({ isDone }) => !isDone);
  while (growing.length > 0) {
    for (const growth of growing) growth.addNode();
    growing = growing.filter(({ isDone }) => !isDone);
  }
  return new Map(growths.map(({ group, fits, shortage }) => [group, { fits, shortage }]));
};

const wantedNodes = ({ currentNodes, maximumNodes }: GrowingGroup): number =>
  Math.max(0, maximumNodes - currentNodes);

const total = (steps: readonly DemandStep[]): CommittedDemand['perNode'] => ({
  addresses: steps.reduce((sum, { singles }) => sum + singles, 0),
  prefixes: steps.reduce((sum, { prefixes }) => sum + prefixes, 0),
});

/**
 * If every group went to its maximum, would the subnets hold? The ledgers are used up: hand over fresh ones, one set
 * for each placement. A group whose type, mode or subnets are not known is not part of the sum and answers `null`.
 */
export const committedDemand = (
  groups: readonly GrowingGroup[],
  ledgers: { readonly worst: Ledgers; readonly best: Ledgers },
): readonly CommittedDemand[] => {
  const worst = growTogether(groups, ledgers.worst);
  const best = growTogether(groups, ledgers.best);
  return groups.map((group) => {
    const outcome = worst.get(group);
    return {
      clusterName: group.clusterName,
      group: group.group,
      kind: group.kind,
      currentNodes: group.currentNodes,
      maximumNodes: group.maximumNodes,
      fits: outcome?.fits ?? null,
      fitsAtBest: best.get(group)?.fits ?? null,
      instanceType: group.instanceType,
      perNode: group.steps === null ? null : total(group.steps),
      shortfall: outcome === undefined ? null : wantedNodes(group) - outcome.fits,
      error: outcome?.shortage?.error ?? null,
      subnetIds: group.subnets.map(({ subnetId }) => subnetId),
    };
  });
};

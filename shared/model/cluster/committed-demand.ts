import type { LaunchTemplateVersion } from '../aws/inventory.ts';
import { largestOf } from '../base/extremes.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { CommittedDemand, DemandWhenFull, UpdateSurge } from '../result/cluster.ts';
import { type Ledgers, type NodeSubnets, type Shortage, takeNodes } from './capacity.ts';
import { leastTogether } from './least-together.ts';
import type { NodeLocation } from './located-group.ts';
import type { DemandStep } from './node-demand.ts';
import type { ExtraTake } from './node-extras.ts';
import type { Placement } from './supply-ledger.ts';

/** A group of nodes that may grow by itself. */
export interface GrowingGroup {
  readonly clusterName: string;
  readonly group: string;
  readonly kind: CommittedDemand['kind'];
  readonly currentNodes: number;
  readonly maximumNodes: number;
  readonly instanceType: string | null;
  /** What one more node takes, most of all its places; `null` where its type or its cluster's mode is not known. */
  readonly steps: readonly DemandStep[] | null;
  /** What its nodes take when they are full of pods; `null` where `steps` are. */
  readonly full: FullNodes | null;
  /** Where its nodes may go. */
  readonly subnets: readonly GroupSubnet[];
  /** Its nodes that run, with the zone of each and what it holds. */
  readonly standing?: readonly StandingNode[];
  /** Nodes that an update starts before it ends old ones; none where left out. */
  readonly updateSurge?: number;
  /** The launch template that could not be read, where no node shows what it adds: `steps` are then not known. */
  readonly unreadTemplate?: LaunchTemplateVersion;
  /** True for a group of no cluster, whose instances take from the same subnets. */
  readonly outsideCluster?: boolean;
}

/** A node that runs. */
export interface StandingNode {
  readonly availabilityZone: string | null;
  /** Single addresses that the CNI manages, its primary ones among them. */
  readonly singles: number;
  readonly prefixes: number;
}

/** The demand of nodes that are full of pods. */
export interface FullNodes {
  /** Pods with an address of their own. */
  readonly podsPerNode: number;
  /** What a node that is still to come takes until it is full. */
  readonly steps: readonly DemandStep[];
  /** What each node that runs still takes until it is full. */
  readonly running: readonly {
    readonly subnetId: string;
    readonly podSubnetIds: readonly string[] | null;
    readonly steps: readonly DemandStep[];
  }[];
}

export interface GroupSubnet {
  readonly subnetId: string;
  /** Nodes are spread over zones. */
  readonly availabilityZone: string | null;
  /** Where the pods' interfaces of a node here may go; `null` when that is unknown. */
  readonly podSubnetIds: readonly string[] | null;
  /** Whether its primary interface gives addresses to pods. */
  readonly primaryServesPods: boolean;
  /** Nodes of the group that are there already. */
  readonly nodes: number;
  /** What a node here takes besides, for interfaces that the CNI leaves alone. */
  readonly extras?: readonly ExtraTake[];
  /** Interfaces among them that are on the default network card: the CNI has so many fewer. */
  readonly slotsTaken?: number;
}

/** The two bounds. */
type Bound = 'at-start' | 'when-full';

export interface Outcome {
  readonly fits: number;
  readonly shortage: Shortage | null;
}

/** A subnet that may still have room for the group's nodes. */
interface Place {
  readonly availabilityZone: string | null;
  readonly ledgers: NodeSubnets;
  readonly location: NodeLocation;
}

const singlesFor = ({ ledgers }: Place): number =>
  ledgers.pods.reduce((sum, { singles }) => sum + singles, 0);

/** A group that takes part: its demand and all its places are known. */
interface KnownGroup {
  readonly group: GrowingGroup;
  readonly steps: readonly DemandStep[];
  readonly places: readonly Place[];
}

/** The ledgers of a node's subnets; `null` where one of them is not known. */
const ledgersOfNode = (
  ledgers: Ledgers,
  subnetId: string,
  podSubnetIds: readonly string[] | null,
  extraTakes: readonly ExtraTake[] = [],
): NodeSubnets | null => {
  const node = ledgers.get(subnetId);
  if (node === undefined || podSubnetIds === null) return null;
  const pods = podSubnetIds.flatMap((podSubnetId) => ledgers.get(podSubnetId) ?? []);
  const extras = extraTakes.flatMap(({ subnetId: id, singles, prefixes }) => {
    const ledger = ledgers.get(id);
    return ledger === undefined ? [] : [{ ledger, singles, prefixes }];
  });
  return pods.length < podSubnetIds.length || extras.length < extraTakes.length
    ? null
    : { node, pods, extras };
};

/** `null` if what its nodes take, or what one of its subnets holds, is not known. */
const knownGroup = (group: GrowingGroup, ledgers: Ledgers, bound: Bound): KnownGroup | null => {
  const steps = bound === 'at-start' ? group.steps : (group.full?.steps ?? null);
  const places = group.subnets.flatMap(
    ({ availabilityZone, extras = [], podSubnetIds, subnetId }): readonly Place[] => {
      const both = ledgersOfNode(ledgers, subnetId, podSubnetIds, extras);
      if (both === null || podSubnetIds === null) return [];
      return [
        { availabilityZone, ledgers: both, location: { availabilityZone, subnetId, podSubnetIds, extras } },
      ];
    },
  );
  const complete = places.length > 0 && places.length === group.subnets.length;
  return complete && steps !== null ? { group, steps, places } : null;
};

/**
 * Which of two zones with as many nodes of a group gets the next one. Auto Scaling does not say; the choice decides which of
 * several groups finds the last addresses.
 */
type TieBreak = 'most-room' | 'least-room' | 'as-listed';

const TIE_BREAKS: readonly TieBreak[] = ['most-room', 'least-room', 'as-listed'];

/** Where a group stands while all of them grow. */
class Growth {
  readonly group: GrowingGroup;
  readonly #steps: readonly DemandStep[];
  readonly #places: Place[];
  readonly #nodesByZone: Map<string | null, number>;
  readonly #wanted: number;
  readonly #tieBreak: TieBreak;
  #lastShortage: Shortage | null = null;
  fits = 0;
  shortage: Shortage | null = null;

  constructor({ group, steps, places }: KnownGroup, tieBreak: TieBreak) {
    this.#tieBreak = tieBreak;
    this.group = group;
    this.#steps = steps;
    this.#places = [...places];
    this.#wanted = wantedNodes(group);
    this.#nodesByZone = nodesByZone(group);
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
    if (fewer !== 0) return fewer < 0;
    const room = singlesFor(place) - singlesFor(over);
    if (place.availabilityZone === over.availabilityZone || this.#tieBreak === 'most-room') return room > 0;
    return this.#tieBreak === 'least-room' && room < 0;
  }
}

/**
 * Lets every group go to its maximum at once: a node each in turn, as Auto Scaling spreads them, until all are there or
 * none finds room. Groups of all clusters take from the same ledgers, so no address is promised twice.
 */
export const growTogether = (
  groups: readonly GrowingGroup[],
  ledgers: Ledgers,
  bound: Bound,
  tieBreak: TieBreak = 'most-room',
): ReadonlyMap<GrowingGroup, Outcome> => {
  const growths = groups
    .map((group) => knownGroup(group, ledgers, bound))
    .filter((known) => known !== null)
    .map((known) => new Growth(known, tieBreak));
  let growing = growths.filter(({ isDone }) => !isDone);
  while (growing.length > 0) {
    for (const growth of growing) growth.addNode();
    growing = growing.filter(({ isDone }) => !isDone);
  }
  return new Map(growths.map(({ group, fits, shortage }) => [group, { fits, shortage }]));
};

/**
 * As `growTogether`, until every node is full of pods: first those that run, then those still to come. `fits` counts both.
 * A group with a running node in a subnet that is not known is left out.
 */
const fillTogether = (
  groups: readonly GrowingGroup[],
  ledgers: Ledgers,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const filled = groups.map((group) => ({ group, running: fillRunning(group, ledgers) }));
  const grown = growTogether(
    filled.flatMap(({ group, running }) => (running === null ? [] : [group])),
    ledgers,
    'when-full',
  );
  return new Map(
    filled.flatMap(({ group, running }) => {
      const coming = grown.get(group);
      return running === null || coming === undefined
        ? []
        : [[group, { fits: running.fits + coming.fits, shortage: running.shortage ?? coming.shortage }]];
    }),
  );
};

const fillRunning = ({ full }: GrowingGroup, ledgers: Ledgers): Outcome | null => {
  let fits = 0;
  let shortage: Shortage | null = null;
  for (const { subnetId, podSubnetIds, steps } of full?.running ?? []) {
    const both = ledgersOfNode(ledgers, subnetId, podSubnetIds);
    if (both === null) return null;
    const short = takeNodes(steps, both);
    if (short === null) fits += 1;
    shortage ??= short;
  }
  return { fits, shortage };
};

const wantedNodes = ({ currentNodes, maximumNodes }: GrowingGroup): number =>
  Math.max(0, maximumNodes - currentNodes);

const nodesByZone = ({ subnets }: GrowingGroup): Map<string | null, number> => {
  const zones = new Map<string | null, number>();
  for (const { availabilityZone, nodes } of subnets) {
    zones.set(availabilityZone, (zones.get(availabilityZone) ?? 0) + nodes);
  }
  return zones;
};

const total = (steps: readonly DemandStep[]): DemandWhenFull['perNode'] => ({
  addresses: steps.reduce((sum, { singles }) => sum + singles, 0),
  prefixes: steps.reduce((sum, { prefixes }) => sum + prefixes, 0),
});

/** With what a node takes besides, where that is most of all its places. */
const withExtras = (
  { subnets }: GrowingGroup,
  { addresses, prefixes }: DemandWhenFull['perNode'],
): DemandWhenFull['perNode'] => {
  const most = (amount: (extra: ExtraTake) => number): number =>
    largestOf([
      0,
      ...subnets.map(({ extras = [] }) => extras.reduce((sum, extra) => sum + amount(extra), 0)),
    ]);
  return {
    addresses: addresses + most(({ singles }) => singles),
    prefixes: prefixes + most((extra) => extra.prefixes),
  };
};

/** Makes fresh ledgers of every subnet: each bound uses a set up. */
type FreshLedgers = (placement: Placement) => Ledgers;

/**
 * If every group scales to its maximum, would the subnets hold, at the start of its nodes and when they are full of pods?
 * A group whose type, mode or subnets are not known is not part of the sum and answers `null`.
 *
 * @param atMost ledgers of every subnet, those of other accounts with the most that they can hold
 */
export const committedDemand = (
  groups: readonly GrowingGroup[],
  ledgers: FreshLedgers,
  atMost: FreshLedgers = ledgers,
): readonly CommittedDemand[] => {
  const worst = fewestOf(groups, ledgers);
  const best = growTogether(groups, ledgers('best'), 'at-start');
  const fullWorst = fillTogether(groups, ledgers('worst'));
  const fullBest = fillTogether(groups, ledgers('best'));
  return groups.map((group) => {
    const none = worst.has(group) ? undefined : noneForCertain(group, atMost);
    const outcome = worst.get(group) ?? none;
    return {
      clusterName: group.clusterName,
      group: group.group,
      kind: group.kind,
      currentNodes: group.currentNodes,
      maximumNodes: group.maximumNodes,
      fits: outcome?.fits ?? null,
      fitsAtBest: mostOf(outcome, best.get(group) ?? none),
      instanceType: group.instanceType,
      perNode: group.steps === null ? null : withExtras(group, total(group.steps)),
      shortfall: outcome === undefined ? null : wantedNodes(group) - outcome.fits,
      error: outcome?.shortage?.error ?? null,
      limitedBy: outcome?.shortage?.limitedBy ?? null,
      outsideCluster: group.outsideCluster ?? false,
      subnetIds: group.subnets.map(({ subnetId }) => subnetId),
      whenFull: whenFull(group, fullWorst.get(group), fullBest.get(group)),
      update: updateOf(group, ledgers),
    };
  });
};

/** Another order of starts than the one that was played may hold more. */
const mostOf = (...outcomes: readonly (Outcome | undefined)[]): number | null => {
  const known = outcomes.flatMap((outcome) => outcome ?? []);
  return known.length === 0 ? null : largestOf(known.map(({ fits }) => fits));
};

/**
 * For each group the least that fits. One group is played through, in whichever of the zones its nodes go first. With several, the
 * order decides what each of them finds, and a bound over all orders counts as well.
 */
const fewestOf = (
  groups: readonly GrowingGroup[],
  ledgers: FreshLedgers,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const outcomes = TIE_BREAKS.map((tieBreak) => growTogether(groups, ledgers('worst'), 'at-start', tieBreak));
  const bound = boundTogether(groups, ledgers('worst'));
  return new Map(
    groups.flatMap((group) => {
      const [least] = [...outcomes, bound]
        .flatMap((outcome) => outcome.get(group) ?? [])
        .toSorted((a, b) => a.fits - b.fits);
      return least === undefined ? [] : [[group, least]];
    }),
  );
};

/** Empty where fewer than two groups grow. */
const boundTogether = (
  groups: readonly GrowingGroup[],
  ledgers: Ledgers,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const known = groups
    .map((group) => knownGroup(group, ledgers, 'at-start'))
    .filter((each) => each !== null && wantedNodes(each.group) > 0)
    .filter((each) => each !== null);
  if (known.length < 2) return new Map();
  const least = leastTogether(
    known.map(({ group, places, steps }) => ({
      steps,
      locations: places.map(({ location }) => location),
      wanted: wantedNodes(group),
      running: nodesByZone(group),
    })),
    ledgers,
  );
  return new Map(
    known.flatMap(({ group }, index) => {
      const outcome = least[index];
      return outcome === undefined ? [] : [[group, { fits: outcome.nodes, shortage: outcome.shortage }]];
    }),
  );
};

/** A group with a subnet of another account: AWS's count there can be too small for a single node. */
const noneForCertain = (group: GrowingGroup, atMost: FreshLedgers): Outcome | undefined => {
  const outcome = growTogether([group], atMost('best'), 'at-start').get(group);
  return outcome?.fits === 0 && wantedNodes(group) > 0 ? outcome : undefined;
};

/** An update of one group while no other grows: EKS raises its maximum for as long as that takes. */
const updateOf = (group: GrowingGroup, ledgers: FreshLedgers): UpdateSurge | null => {
  const { currentNodes, updateSurge = 0 } = group;
  if (updateSurge === 0 || currentNodes === 0) return null;
  const updated = { ...group, maximumNodes: currentNodes + updateSurge };
  const outcome = growTogether([updated], ledgers('worst'), 'at-start').get(updated);
  return outcome === undefined
    ? null
    : { nodes: updateSurge, fits: outcome.fits, error: outcome.shortage?.error ?? null };
};

const whenFull = (
  group: GrowingGroup,
  worst: Outcome | undefined,
  best: Outcome | undefined,
): DemandWhenFull | null => {
  if (group.full === null || worst === undefined || best === undefined) return null;
  const perNode = withExtras(group, total(group.full.steps));
  const nodes = Math.max(group.maximumNodes, group.currentNodes);
  return {
    podsPerNode: group.full.podsPerNode,
    perNode,
    addresses: nodes * (perNode.addresses + perNode.prefixes * ADDRESSES_PER_PREFIX),
    fits: worst.fits,
    fitsAtBest: best.fits,
    shortfall: Math.max(0, nodes - worst.fits),
    error: worst.shortage?.error ?? null,
  };
};

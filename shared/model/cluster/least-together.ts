import { largestOf, smallestOf } from '../base/extremes.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { Ledgers, Shortage } from './capacity.ts';
import { type DemandStep, EXHAUSTION_ERRORS } from './node-demand.ts';
import type { ExtraTake } from './node-extras.ts';
import { largest } from './supply-ledger.ts';

/** Where a node starts, and where the interfaces of its pods may go. */
export interface NodeLocation {
  readonly availabilityZone: string | null;
  readonly subnetId: string;
  readonly podSubnetIds: readonly string[];
  readonly extras: readonly ExtraTake[];
}

/** A group whose nodes start in any of these places. */
export interface LocatedGroup {
  readonly steps: readonly DemandStep[];
  readonly locations: readonly NodeLocation[];
  /** How many nodes more it may start. */
  readonly wanted: number;
  /** Its nodes that run, by zone: Auto Scaling starts the next one where fewest are. */
  readonly running: ReadonlyMap<string | null, number>;
}

export interface LeastNodes {
  readonly nodes: number;
  /** Why one more node may not start; `null` where all do. */
  readonly shortage: Shortage | null;
}

interface Amount {
  readonly singles: number;
  readonly prefixes: number;
}

const NOTHING: Amount = { singles: 0, prefixes: 0 };

const plus = (a: Amount, b: Amount): Amount => ({
  singles: a.singles + b.singles,
  prefixes: a.prefixes + b.prefixes,
});

/** What a node of each group takes of one supply, at most. */
type Demands = readonly number[];

/** A supply is too small for a node only if other nodes took at least so much of it. */
interface Taken {
  readonly demands: Demands;
  readonly atLeast: number;
}

/** What must be true where a node is refused. Linear conditions alone can be added up over zones. */
type Refusal = Taken | { readonly all: readonly Refusal[] } | { readonly any: readonly Refusal[] };

/**
 * How many nodes of each group start when all grow a node each in turn, in whichever subnets EC2 and the CNI put them. No order is
 * tried. A node counts while one of two rules holds:
 * - no zone can be short: each holds its share of every group, and Auto Scaling keeps to shares while no zone refuses a node;
 * - the node cannot be refused in all of its zones, however the others are spread.
 *
 * A place refuses a node only if other nodes took certain amounts there. Each kind of node gets a weight: the nodes that fill a
 * place weigh at least so much, and while those that are there weigh less, there is room. Any weights give a bound, so the best of
 * several is taken. No node takes from two places, so the weights of places are added up.
 */
export const leastTogether = (groups: readonly LocatedGroup[], ledgers: Ledgers): readonly LeastNodes[] => {
  const supplies = new Supplies(groups, ledgers);
  const roomsByKind = new Map<string, RoomOfGroup>();
  const rooms = groups.map((group) => {
    const kind = JSON.stringify([group.steps, group.locations]);
    const room = roomsByKind.get(kind) ?? new RoomOfGroup(supplies.placesOf(group), groups.length);
    roomsByKind.set(kind, room);
    return room;
  });
  const inZones = (nodes: readonly number[]): boolean => {
    const shares = groups.map(({ running }, index) => sharesOf(running, nodes[index] ?? 0));
    return rooms.every((room, index) =>
      room.isSureInEachZone(index, (component) =>
        shares.map((share, group) => share(rooms[group]?.zonesIn(component) ?? [])),
      ),
    );
  };
  const { nodes, next } = mostInTurn(groups, inZones);
  const inTurn = groups.map((group, index) => ({ group, index }));
  let growing = [...inTurn.slice(next), ...inTurn.slice(0, next)];
  while (growing.length > 0) {
    growing = growing.filter(({ group, index }) => {
      const started = nodes[index] ?? 0;
      if (started >= group.wanted || rooms[index]?.isSureSomewhere(nodes) !== true) return false;
      nodes[index] = started + 1;
      return true;
    });
  }
  return groups.map(({ steps, wanted }, index) => {
    const started = nodes[index] ?? 0;
    return { nodes: started, shortage: started < wanted ? likelyShortage(steps) : null };
  });
};

/** The most nodes, started in turn, for which `holds` is true, and whose turn is next: it is true up to some number of starts and false after. */
const mostInTurn = (
  groups: readonly LocatedGroup[],
  holds: (nodes: readonly number[]) => boolean,
): { readonly nodes: number[]; readonly next: number } => {
  /** After so many whole rounds, and the turns of so many groups in the next one. */
  const after = (rounds: number, turns: number): number[] =>
    groups.map(({ wanted }, index) => Math.min(wanted, index < turns ? rounds + 1 : rounds));
  const rounds = largest(largestOf([0, ...groups.map(({ wanted }) => wanted)]), (count) =>
    holds(after(count, 0)),
  );
  const next = largest(groups.length, (count) => holds(after(rounds, count)));
  return { nodes: after(rounds, next), next };
};

/** How many of so many new nodes are in these zones at most, where the next one always starts in a zone with fewest. */
const sharesOf = (
  running: ReadonlyMap<string | null, number>,
  nodes: number,
): ((zones: readonly (string | null)[]) => number) => {
  const most = largestOf([0, ...running.values()]) + nodes;
  const above = (level: number, zone: string | null): number => Math.max(0, level - (running.get(zone) ?? 0));
  const startedUpTo = (level: number): number =>
    [...running.keys()].reduce((sum, zone) => sum + above(level, zone), 0);
  const level = largest(most, (each) => each === 0 || startedUpTo(each - 1) < nodes);
  return (zones) =>
    Math.min(
      nodes,
      zones.reduce((sum, zone) => sum + above(level, zone), 0),
    );
};

/** Weights are fractions: their sums are not exact. */
const PRECISION = 1e-9;

/** What EC2 most likely answers: the prefixes are short, or else the addresses. */
const likelyShortage = (steps: readonly DemandStep[]): Shortage => {
  const step = steps.find(({ prefixes }) => prefixes > 0);
  return step === undefined
    ? { limitedBy: 'addresses', error: EXHAUSTION_ERRORS.addresses }
    : { limitedBy: 'prefixes', error: step.prefixError ?? EXHAUSTION_ERRORS.prefixes };
};

const weigh = (weights: readonly number[], nodes: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * (nodes[index] ?? 0), 0);

/** The places of a group that share subnets with one another, and what refuses a node in each. */
interface Component {
  readonly id: string;
  readonly places: readonly { readonly zone: string | null; readonly refusal: Refusal }[];
}

/** What must have been taken before a node of one group is refused. */
class RoomOfGroup {
  readonly #components: readonly Component[];
  /** In each zone: for every way to refuse a node there, its bounds. */
  readonly #inZones: readonly {
    readonly component: string;
    readonly ways: readonly (readonly WeightBound[])[];
  }[];
  /** The same for all zones at once; `null` until it is asked for. */
  #anywhere: readonly (readonly WeightBound[])[] | null = null;
  readonly #groups: number;

  constructor(components: readonly Component[], groups: number) {
    this.#components = components;
    this.#groups = groups;
    this.#inZones = components.flatMap(({ id, places }) =>
      [...Map.groupBy(places, ({ zone }) => zone).values()].map((inZone) => ({
        component: id,
        ways: boundsOfWays([allOf(inZone)], groups),
      })),
    );
  }

  zonesIn(component: string): readonly (string | null)[] {
    const places = this.#components.find(({ id }) => id === component)?.places ?? [];
    return [...new Set(places.map(({ zone }) => zone))];
  }

  /** Whether the last of its nodes is sure of room in each zone, with so many nodes of each group in a component. */
  isSureInEachZone(own: number, nodesIn: (component: string) => readonly number[]): boolean {
    return this.#inZones.every(({ component, ways }) => {
      const nodes = nodesIn(component);
      const mine = nodes[own] ?? 0;
      return mine === 0 || isSure(ways, nodes.with(own, mine - 1));
    });
  }

  /** Whether one more is sure of room in some zone, wherever the others are. */
  isSureSomewhere(nodes: readonly number[]): boolean {
    this.#anywhere ??= boundsOfWays(
      this.#components.map(({ places }) => allOf(places)),
      this.#groups,
    );
    return isSure(this.#anywhere, nodes);
  }
}

const allOf = (places: Component['places']): Refusal => ({ all: places.map(({ refusal }) => refusal) });

const isSure = (ways: readonly (readonly WeightBound[])[], nodes: readonly number[]): boolean =>
  ways.every((way) => way.some(({ weights, least }) => weigh(weights, nodes) < least * (1 - PRECISION)));

interface WeightBound {
  readonly weights: readonly number[];
  /** Nodes that leave no place for one more weigh at least so much. */
  readonly least: number;
}

/**
 * So many ways are looked at for all groups together. More of them cost time, fewer make the bound a little lower. Forty kinds of
 * nodes in three zones take about 0.7 s, 150 take 2 s.
 */
const MOST_WAYS_OF_ALL = 512;
const FEWEST_WAYS = 4;

const boundsOfWays = (components: readonly Refusal[], groups: number): readonly (readonly WeightBound[])[] =>
  waysToRefuse(components, Math.max(FEWEST_WAYS, MOST_WAYS_OF_ALL / groups)).map((way) =>
    boundsOf(way, groups),
  );

/** In which ways a node finds no place anywhere: one alternative for each of the components. */
const waysToRefuse = (components: readonly Refusal[], most: number): readonly (readonly Refusal[])[] => {
  const choices = components.map(alternativesOf);
  const ways = (): number => choices.reduce((product, { length }) => product * length, 1);
  for (let index = 0; index < choices.length && ways() > most; index += 1) {
    choices.splice(index, 1, components.slice(index, index + 1));
  }
  return choices.reduce<readonly (readonly Refusal[])[]>(
    (all, alternatives) => all.flatMap((way) => alternatives.map((each) => [...way, each])),
    [[]],
  );
};

/** Of amounts of the same supply the least is enough: a subnet that lacks more lacks that too. */
const alternativesOf = (refusal: Refusal): readonly Refusal[] => {
  const flat = flattened(refusal);
  return flat.filter(
    (each, index) =>
      !flat.some(
        (other, at) =>
          at !== index &&
          'demands' in each &&
          'demands' in other &&
          other.demands === each.demands &&
          (other.atLeast < each.atLeast || (other.atLeast === each.atLeast && at < index)),
      ),
  );
};

const flattened = (refusal: Refusal): readonly Refusal[] => {
  if ('any' in refusal) return refusal.any.flatMap(flattened);
  const [only] = 'all' in refusal ? refusal.all : [];
  return only !== undefined && 'all' in refusal && refusal.all.length === 1 ? flattened(only) : [refusal];
};

/** @param way what refuses a node in each set of places that share subnets */
const boundsOf = (way: readonly Refusal[], groups: number): readonly WeightBound[] => {
  const conditions = way.flatMap(conditionsOf);
  const shares = conditions
    .filter(({ atLeast }) => atLeast > 0)
    .map(({ demands, atLeast }) => demands.map((demand) => demand / atLeast));
  const each = Array.from({ length: groups }, (_, index) => shares.map((share) => share[index] ?? 0));
  const candidates = [
    each.map(() => 1),
    each.map((values) => largestOf([0, ...values])),
    each.map((values) => values.reduce((sum, value) => sum + value, 0)),
    ...conditions.map(({ demands }) => demands),
  ];
  return [...new Set(candidates)].map((weights) => ({
    weights,
    least: way.map((refusal) => leastWeight(refusal, weights)).reduce((sum, least) => sum + least, 0),
  }));
};

const conditionsOf = (refusal: Refusal): readonly Taken[] => {
  if ('demands' in refusal) return [refusal];
  return ('all' in refusal ? refusal.all : refusal.any).flatMap(conditionsOf);
};

/** The least weight of nodes that make it true. */
const leastWeight = (refusal: Refusal, weights: readonly number[]): number => {
  const weightOf = (each: Refusal): number => leastWeight(each, weights);
  if ('all' in refusal) return largestOf(refusal.all.map(weightOf));
  if ('any' in refusal) return smallestOf(refusal.any.map(weightOf));
  if (refusal.atLeast <= 0) return 0;
  let cheapest = Number.POSITIVE_INFINITY;
  let lightest = Number.POSITIVE_INFINITY;
  for (const [index, demand] of refusal.demands.entries()) {
    if (demand === 0) continue;
    cheapest = Math.min(cheapest, (weights[index] ?? 0) / demand);
    lightest = Math.min(lightest, weights[index] ?? 0);
  }
  // Nodes are whole: two places of four addresses are full after two nodes that take four, and not after half of one.
  const nodes = Math.ceil(refusal.atLeast / largestOf(refusal.demands));
  return Math.max(refusal.atLeast * cheapest, nodes * lightest);
};

/** What the subnets hold, and what a node of each group takes of them at most, wherever it starts. */
class Supplies {
  readonly #groups: readonly LocatedGroup[];
  readonly #ledgers: Ledgers;
  readonly #components: ReadonlyMap<string, string>;
  readonly #takes = new Map<string, readonly Amount[]>();
  /** Equal demands are one object, so that they are weighed once. */
  readonly #demands = new Map<string, Demands>();

  constructor(groups: readonly LocatedGroup[], ledgers: Ledgers) {
    this.#groups = groups;
    this.#ledgers = ledgers;
    this.#components = componentsOf(groups);
  }

  placesOf({ locations, steps }: LocatedGroup): readonly Component[] {
    const components = this.#components;
    const byComponent = Map.groupBy(locations, ({ subnetId }) => components.get(subnetId) ?? subnetId);
    return [...byComponent].map(([id, places]) => ({
      id,
      places: places.map((location) => ({
        zone: location.availabilityZone,
        refusal: this.#refusalAt(location, steps),
      })),
    }));
  }

  #refusalAt(location: NodeLocation, steps: readonly DemandStep[]): Refusal {
    const { subnetId, podSubnetIds, extras } = location;
    const others = podSubnetIds.filter((id) => id !== subnetId);
    /** What the node itself may have taken from each subnet before. */
    const before = new Map<string, Amount>();
    const add = (id: string, amount: Amount): void => {
      before.set(id, plus(before.get(id) ?? NOTHING, amount));
    };
    const alternatives: Refusal[] = [];
    for (const extra of extras) {
      alternatives.push(this.#short(extra.subnetId, extra, before));
      add(extra.subnetId, extra);
    }
    for (const [index, step] of steps.entries()) {
      const moved = { singles: 1 + step.singles, prefixes: step.prefixes };
      if (step.subnet === 'pods') {
        alternatives.push(this.#shortInAll(podSubnetIds, step, before));
        for (const id of podSubnetIds) add(id, step);
        continue;
      }
      const short = this.#short(subnetId, step, before);
      const mayMove = index > 0 && step.mayMove === true && others.length > 0;
      alternatives.push(mayMove ? { all: [short, this.#shortInAll(others, moved, before)] } : short);
      add(subnetId, step);
      if (mayMove) for (const id of others) add(id, moved);
    }
    return { any: alternatives };
  }

  /** One subnet has too little. */
  #short(subnetId: string, wanted: Amount, before: ReadonlyMap<string, Amount>): Refusal {
    const singles = this.#shortOfSingles(subnetId, wanted, before);
    return wanted.prefixes === 0
      ? singles
      : { any: [singles, this.#shortOfBlocks(subnetId, wanted, before)] };
  }

  /** As a ledger counts: prefixes come from reservations first, then each takes sixteen single addresses. */
  #shortOfSingles(subnetId: string, { singles }: Amount, before: ReadonlyMap<string, Amount>): Refusal {
    if (singles === 0) return { any: [] };
    const supply = this.#supplyOf(subnetId);
    const own = before.get(subnetId) ?? NOTHING;
    const takes = this.#takesOf([subnetId]);
    const left = supply.singles - singles - own.singles + 1;
    const ofReserved = (supply.reservedBlocks - own.prefixes) * ADDRESSES_PER_PREFIX;
    return {
      any: [
        { demands: this.#demand(takes, (take) => take.singles), atLeast: left },
        { demands: this.#demand(takes, addressesOf), atLeast: left + ofReserved },
      ],
    };
  }

  /** Each single address costs at most one block outside reservations. */
  #shortOfBlocks(
    subnetId: string,
    { singles, prefixes }: Amount,
    before: ReadonlyMap<string, Amount>,
  ): Refusal {
    const { reservedBlocks, unreservedBlocks } = this.#supplyOf(subnetId);
    const own = before.get(subnetId) ?? NOTHING;
    const takes = this.#takesOf([subnetId]);
    const left = reservedBlocks - prefixes - own.prefixes + 1;
    return {
      all: [
        { demands: this.#demand(takes, (take) => take.prefixes), atLeast: left },
        {
          demands: this.#demand(takes, blocksOf),
          atLeast: left + unreservedBlocks - singles - own.singles,
        },
      ],
    };
  }

  /**
   * None of these subnets has enough. Then each of them lacks something; and either one of them lacks addresses, or all together
   * hold less than makes one of them sure to have a place.
   */
  #shortInAll(subnetIds: readonly string[], wanted: Amount, before: ReadonlyMap<string, Amount>): Refusal {
    const [only] = subnetIds;
    if (only !== undefined && subnetIds.length === 1) return this.#short(only, wanted, before);
    const together = this.#shortTogether(subnetIds, wanted, before);
    const lacking =
      wanted.prefixes === 0
        ? together
        : { any: [together, ...subnetIds.map((id) => this.#shortOfSingles(id, wanted, before))] };
    return { all: [lacking, ...subnetIds.map((id) => this.#short(id, wanted, before))] };
  }

  #shortTogether(
    subnetIds: readonly string[],
    { singles, prefixes }: Amount,
    before: ReadonlyMap<string, Amount>,
  ): Refusal {
    let left = 0;
    for (const id of subnetIds) {
      const supply = this.#supplyOf(id);
      const own = before.get(id) ?? NOTHING;
      left +=
        prefixes === 0
          ? supply.singles - addressesOf(own) - (singles - 1)
          : supply.reservedBlocks +
            supply.unreservedBlocks -
            own.singles -
            own.prefixes -
            (singles + prefixes - 1);
    }
    const takes = this.#takesOf(subnetIds, prefixes > 0);
    const demands = this.#demand(takes, prefixes === 0 ? addressesOf : blocksOf);
    return { demands, atLeast: left };
  }

  #supplyOf(subnetId: string) {
    return this.#ledgers.get(subnetId)?.mark() ?? { singles: 0, reservedBlocks: 0, unreservedBlocks: 0 };
  }

  #demand(takes: readonly Amount[], amount: (take: Amount) => number): Demands {
    const demands = takes.map(amount);
    const key = demands.join();
    const known = this.#demands.get(key) ?? demands;
    this.#demands.set(key, known);
    return known;
  }

  /**
   * What a node of each group takes from these subnets at most, of all its places.
   * @param blocksAlone single addresses count only where they can spoil a block
   */
  #takesOf(subnetIds: readonly string[], blocksAlone = false): readonly Amount[] {
    const key = `${blocksAlone} ${subnetIds.join()}`;
    const counts = (id: string): boolean => !blocksAlone || this.#supplyOf(id).unreservedBlocks > 0;
    const takes =
      this.#takes.get(key) ??
      this.#groups.map(({ locations, steps }) => {
        const each = locations.map((location) => takeOf(location, steps, subnetIds, counts));
        return {
          singles: largestOf([0, ...each.map(({ singles }) => singles)]),
          prefixes: largestOf([0, ...each.map(({ prefixes }) => prefixes)]),
        };
      });
    this.#takes.set(key, takes);
    return takes;
  }
}

/** Subnets of places that take from one another, by the first of them. */
const componentsOf = (groups: readonly LocatedGroup[]): ReadonlyMap<string, string> => {
  const first = new Map<string, string>();
  for (const { locations } of groups) {
    for (const location of locations) {
      const ids = subnetsOf(location);
      const merged = new Set(ids.flatMap((id) => first.get(id) ?? []));
      const root = [...merged].sort()[0] ?? location.subnetId;
      for (const [id, of] of first) if (merged.has(of)) first.set(id, root);
      for (const id of ids) first.set(id, root);
    }
  }
  return first;
};

/** Each single address may cost a block. */
const blocksOf = ({ singles, prefixes }: Amount): number => singles + prefixes;

const addressesOf = ({ singles, prefixes }: Amount): number => singles + prefixes * ADDRESSES_PER_PREFIX;

const subnetsOf = ({ subnetId, podSubnetIds, extras }: NodeLocation): readonly string[] => [
  subnetId,
  ...podSubnetIds,
  ...extras.map((extra) => extra.subnetId),
];

/** The most that one node there takes from these subnets together. */
const takeOf = (
  { subnetId, podSubnetIds, extras }: NodeLocation,
  steps: readonly DemandStep[],
  from: readonly string[],
  countsSingles: (subnetId: string) => boolean,
): Amount => {
  const others = podSubnetIds.filter((id) => id !== subnetId);
  const within = (ids: readonly string[]): readonly string[] => ids.filter((id) => from.includes(id));
  const amount = (ids: readonly string[], { singles, prefixes }: Amount): Amount => {
    const inside = within(ids);
    if (inside.length === 0) return NOTHING;
    return { singles: inside.some(countsSingles) ? singles : 0, prefixes };
  };
  let sum = NOTHING;
  for (const extra of extras) sum = plus(sum, amount([extra.subnetId], extra));
  for (const [index, step] of steps.entries()) {
    if (step.subnet === 'pods') {
      sum = plus(sum, amount(podSubnetIds, step));
      continue;
    }
    const own = amount([subnetId], step);
    const mayMove = index > 0 && step.mayMove === true && others.length > 0;
    const moved = mayMove ? amount(others, { singles: 1 + step.singles, prefixes: step.prefixes }) : NOTHING;
    // Prefixes that were refused in one subnet were not taken there; single addresses were, as far as there were any.
    sum = plus(sum, {
      singles: own.singles + moved.singles,
      prefixes: Math.max(own.prefixes, moved.prefixes),
    });
  }
  return sum;
};

import { valueAt } from '../base/value-at.ts';
import { type Ledgers, type NodeSubnets, type Shortage, takeNodes } from './capacity.ts';
import type { GrowingGroup } from './growing-group.ts';
import type { NodeLocation } from './located-group.ts';
import type { DemandStep } from './node-demand.ts';
import type { ExtraTake } from './node-extras.ts';

/** The two bounds. */
export type Bound = 'at-start' | 'when-full';

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
export const knownGroup = (group: GrowingGroup, ledgers: Ledgers, bound: Bound): KnownGroup | null => {
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
export type TieBreak = 'most-room' | 'least-room' | 'as-listed';

export const TIE_BREAKS: readonly TieBreak[] = ['most-room', 'least-room', 'as-listed'];

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
    return valueAt(this.#nodesByZone, zone);
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
export const fillTogether = (
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

/**
 * The outcomes that hold although some nodes fall back to single addresses: where prefixes end these go on, and how many start is
 * not known. What they take then is missing to the groups beside them, so of those a shortage is certain, and room is not.
 */
export const certainOutcomes = (
  outcomes: ReadonlyMap<GrowingGroup, Outcome>,
): ReadonlyMap<GrowingGroup, Outcome> => {
  const goesOn = ({ fallsBack }: GrowingGroup, { shortage }: Outcome): boolean =>
    fallsBack === true && shortage?.limitedBy === 'prefixes';
  const contested = new Set(
    [...outcomes].flatMap(([group, outcome]) => (goesOn(group, outcome) ? subnetsOf(group) : [])),
  );
  return new Map(
    [...outcomes].filter(
      ([group, outcome]) =>
        !goesOn(group, outcome) &&
        (outcome.shortage !== null ||
          wantedNodes(group) === 0 ||
          !subnetsOf(group).some((id) => contested.has(id))),
    ),
  );
};

/** Of a group with an outcome: all of its subnets are known. */
const subnetsOf = ({ subnets }: GrowingGroup): readonly (string | null)[] =>
  subnets.flatMap(({ podSubnetIds, subnetId }) => [subnetId, podSubnetIds].flat());

export const wantedNodes = ({ currentNodes, maximumNodes }: GrowingGroup): number =>
  Math.max(0, maximumNodes - currentNodes);

export const nodesByZone = ({ subnets }: GrowingGroup): Map<string | null, number> => {
  const zones = new Map<string | null, number>();
  for (const { availabilityZone, nodes } of subnets) {
    zones.set(availabilityZone, (zones.get(availabilityZone) ?? 0) + nodes);
  }
  return zones;
};

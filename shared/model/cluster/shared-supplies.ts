import { largestOf } from '../base/extremes.ts';
import { valueAt } from '../base/value-at.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { Ledgers } from './capacity.ts';
import type { LocatedGroup, NodeLocation } from './located-group.ts';
import type { DemandStep } from './node-demand.ts';
import { type Amount, addressesOf, blocksOf, NOTHING, plus, subnetsOf, takeOf } from './node-takes.ts';
import type { Demands, Refusal } from './refusal.ts';
import type { Component } from './room-of-group.ts';

/** What the subnets hold, and what a node of each group takes of them at most, wherever it starts. */
export class Supplies {
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
    const byComponent = Map.groupBy(locations, ({ subnetId }) => valueAt(components, subnetId));
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
    return valueAt(this.#ledgers, subnetId).mark();
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

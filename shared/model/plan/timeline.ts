import { valueAt } from '../base/value-at.ts';
import { type NodeSubnets, type Shortage, takeNodes } from '../cluster/capacity.ts';
import type { DemandStep } from '../cluster/node-demand.ts';
import type { ExtraTake } from '../cluster/node-extras.ts';
import { freeSupplyOf, type Placement, SupplyLedger } from '../cluster/supply-ledger.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import type { Amount } from './node-demands.ts';
import { type Regained, SubnetBlocks } from './subnet-blocks.ts';

/** Where a node takes its addresses from, and what it takes. */
export interface NodeStart {
  readonly steps: readonly DemandStep[];
  readonly subnetId: string;
  /** `null`: not known. */
  readonly podSubnetIds: readonly string[] | null;
  /** What it takes besides, for interfaces that the CNI leaves alone. */
  readonly extras?: readonly ExtraTake[];
}

/** What a node holds in one subnet. */
export interface Holding {
  readonly subnetId: string;
  /** Single addresses, the interfaces' primary ones among them. */
  readonly addresses: number;
  readonly prefixes: number;
  /** Of those prefixes, how many are in `prefix` reservations; `null` where it is not known. */
  readonly reservedPrefixes: number | null;
  /** How many of the single addresses are in each block, by its number; `null` where it is not known. */
  readonly blocks: ReadonlyMap<number, number> | null;
}

/** A node did not find what it needs. */
export interface StartFailure extends Shortage {
  readonly subnetIds: readonly string[];
}

/** What one subnet has at a moment. */
export interface SubnetMoment {
  readonly used: number;
  readonly singles: number;
  readonly prefixes: number;
}

const NOTHING: Amount = { addresses: 0, prefixes: 0 };

interface Supply {
  readonly ledger: SupplyLedger;
  /** Made when something of known places changes: most questions change none, and decoding a map is most of their cost. */
  readonly blocks: () => SubnetBlocks | null;
  used: number;
  /** Single addresses that found no whole block to spoil: each may sit in a block that would be whole later. */
  hidden: number;
  lowest: SubnetMoment;
  /** All that nodes took here, whether or not it came back. */
  taken: Amount;
}

/**
 * The supplies of subnets while nodes start and end. `worst`: each single address spoils a whole block, now or as soon as
 * one would come back. `best`: none does while there is another place. What EC2 really does lies between the two.
 */
export class Timeline {
  readonly placement: Placement;
  readonly #supplies = new Map<string, Supply>();

  constructor(
    placement: Placement,
    subnets: Iterable<SubnetAssessment>,
    maps: Pick<ReadonlyMap<string, AddressMap>, 'get'>,
  ) {
    this.placement = placement;
    for (const subnet of subnets) {
      const supply = freeSupplyOf(subnet);
      const { used } = subnet;
      if (supply === null || used === null) continue;
      const ledger = new SupplyLedger(supply, placement);
      const map = maps.get(subnet.subnetId);
      this.#supplies.set(subnet.subnetId, {
        ledger,
        blocks: blocksOf(map),
        used,
        hidden: 0,
        lowest: momentOf(ledger, used),
        taken: NOTHING,
      });
    }
  }

  now(subnetId: string): SubnetMoment | null {
    const supply = this.#supplies.get(subnetId);
    return supply === undefined ? null : momentOf(supply.ledger, supply.used);
  }

  /** All that was taken from each subnet since the beginning, whether or not it came back. */
  get taken(): ReadonlyMap<string, Amount> {
    return new Map([...this.#supplies].map(([subnetId, { taken }]) => [subnetId, taken]));
  }

  /** The least of each supply since the beginning, or since `resetLowest`. */
  lowest(subnetId: string): SubnetMoment | null {
    return this.#supplies.get(subnetId)?.lowest ?? null;
  }

  resetLowest(): void {
    for (const supply of this.#supplies.values()) supply.lowest = momentOf(supply.ledger, supply.used);
  }

  /** The ledgers that a node here would take from; `null` where one of them is not known. */
  ledgersOf({ subnetId, podSubnetIds, extras = [] }: Omit<NodeStart, 'steps'>): NodeSubnets | null {
    if (podSubnetIds === null) return null;
    const node = this.#supplies.get(subnetId)?.ledger;
    const pods = podSubnetIds.flatMap((id) => this.#supplies.get(id)?.ledger ?? []);
    const others = extras.flatMap((take) => {
      const ledger = this.#supplies.get(take.subnetId)?.ledger;
      return ledger === undefined ? [] : [{ ledger, singles: take.singles, prefixes: take.prefixes }];
    });
    const isKnown =
      node !== undefined && pods.length === podSubnetIds.length && others.length === extras.length;
    return isKnown ? { node, pods, ...(others.length > 0 && { extras: others }) } : null;
  }

  /**
   * A node takes all that it needs, or nothing.
   *
   * @returns what it then holds; what it is short of; `null` where a subnet, or what it has, is not known
   */
  start(node: NodeStart): readonly Holding[] | StartFailure | null {
    const { extras = [], podSubnetIds, subnetId } = node;
    const ledgers = this.ledgersOf(node);
    if (ledgers === null || podSubnetIds === null) return null;
    const ids = [...new Set([subnetId, ...podSubnetIds, ...extras.map((take) => take.subnetId)])];
    const before = ids.map((id) => {
      const supply = valueAt(this.#supplies, id);
      return { id, supply, mark: supply.ledger.mark() };
    });
    const short = takeNodes(node.steps, ledgers);
    if (short !== null) {
      const subnetIds = short.error === 'InsufficientFreeAddressesInSubnet' ? [subnetId] : ids;
      return { ...short, subnetIds };
    }
    return before.flatMap(({ id, mark, supply }): Holding[] => {
      const after = supply.ledger.mark();
      const reservedPrefixes = mark.reservedBlocks - after.reservedBlocks;
      const gone = mark.singles - after.singles;
      const { addresses, unreserved } = split(node, id, gone);
      if (gone === 0 && reservedPrefixes === 0) return [];
      const spoilt = mark.unreservedBlocks - after.unreservedBlocks - unreserved;
      supply.hidden += Math.max(0, addresses - spoilt);
      this.#change(supply, gone + reservedPrefixes * ADDRESSES_PER_PREFIX);
      supply.taken = {
        addresses: supply.taken.addresses + addresses,
        prefixes: supply.taken.prefixes + unreserved + reservedPrefixes,
      };
      return [
        { subnetId: id, addresses, prefixes: unreserved + reservedPrefixes, reservedPrefixes, blocks: null },
      ];
    });
  }

  /** A node ends, or gives a part back. */
  stop(holdings: readonly Holding[]): void {
    for (const holding of holdings) {
      const supply = this.#supplies.get(holding.subnetId);
      if (supply === undefined) continue;
      const reserved = this.#reservedOf(holding);
      supply.ledger.give({
        singles: 0,
        reservedBlocks: reserved,
        unreservedBlocks: holding.prefixes - reserved,
      });
      this.#regain(supply, this.#regained(supply, holding));
      this.#change(supply, -(holding.addresses + holding.prefixes * ADDRESSES_PER_PREFIX));
    }
  }

  /** Lays a `prefix` reservation; false where the range is not free to be one. */
  reserve(subnetId: string, range: string): boolean {
    const supply = this.#supplies.get(subnetId);
    const change = supply?.blocks()?.reserve(range) ?? null;
    if (supply === undefined || change === null) return false;
    const { singles, reservedBlocks, unreservedBlocks } = change;
    supply.ledger.give({
      singles: singles - unreservedBlocks * ADDRESSES_PER_PREFIX,
      reservedBlocks,
      unreservedBlocks,
    });
    this.#change(supply, 0);
    return true;
  }

  /** A prefix that may be in a reservation counts as outside in the worst case: there, it can be spoilt. */
  #reservedOf({ prefixes, reservedPrefixes }: Holding): number {
    return reservedPrefixes ?? (this.placement === 'worst' ? 0 : prefixes);
  }

  #regained({ blocks }: Supply, { addresses, blocks: known }: Holding): Regained {
    const regained = known === null ? undefined : blocks()?.giveBack(known);
    if (regained !== undefined) return regained;
    // Without their places, single addresses make no block whole for sure, and at best each makes one.
    return {
      singles: addresses,
      reservedBlocks: 0,
      unreservedBlocks: this.placement === 'worst' ? 0 : Math.floor(addresses / ADDRESSES_PER_PREFIX),
    };
  }

  #regain(supply: Supply, { singles, reservedBlocks, unreservedBlocks }: Regained): void {
    const spoilt = this.placement === 'worst' ? Math.min(supply.hidden, unreservedBlocks) : 0;
    supply.hidden -= spoilt;
    const whole = unreservedBlocks - spoilt;
    supply.ledger.give({
      singles: singles - whole * ADDRESSES_PER_PREFIX,
      reservedBlocks,
      unreservedBlocks: whole,
    });
  }

  #change(supply: Supply, used: number): void {
    supply.used += used;
    const now = momentOf(supply.ledger, supply.used);
    supply.lowest = {
      used: Math.max(supply.lowest.used, now.used),
      singles: Math.min(supply.lowest.singles, now.singles),
      prefixes: Math.min(supply.lowest.prefixes, now.prefixes),
    };
  }
}

const blocksOf = (map: AddressMap | undefined): (() => SubnetBlocks | null) => {
  let made: SubnetBlocks | null = null;
  return () => {
    if (map !== undefined) made ??= new SubnetBlocks(map);
    return made;
  };
};

const momentOf = (ledger: SupplyLedger, used: number): SubnetMoment => ({
  used,
  singles: ledger.singles,
  prefixes: ledger.prefixes,
});

/** Beside prefixes the CNI takes one address for each interface, of which it has fewer than 16. */
const split = (
  { steps, extras = [] }: NodeStart,
  subnetId: string,
  gone: number,
): { addresses: number; unreserved: number } => {
  const here = extras.filter((take) => take.subnetId === subnetId);
  if ([...steps, ...here].every(({ prefixes }) => prefixes === 0)) return { addresses: gone, unreserved: 0 };
  const besides = here.reduce((sum, { singles }) => sum + singles, 0);
  const ofPool = Math.max(0, gone - besides);
  return {
    addresses: Math.min(gone, besides) + (ofPool % ADDRESSES_PER_PREFIX),
    unreserved: Math.floor(ofPool / ADDRESSES_PER_PREFIX),
  };
};

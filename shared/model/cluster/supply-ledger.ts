import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { SubnetAssessment } from '../result/assessment.ts';

/**
 * Where EC2 puts single addresses is random, and one of them in a free block takes that block from the prefixes.
 * `worst`: each single address spoils a free block while there is one. `best`: none does while there is another place.
 * What really happens lies between the two.
 */
export type Placement = 'worst' | 'best';

/** What one subnet still holds: the same numbers that its assessment reports. */
export interface FreeSupply {
  /** Free addresses outside every reservation, the ones in free blocks among them. */
  readonly singles: number;
  /** Free blocks in `prefix` reservations: AWS takes prefixes from these first. */
  readonly reservedBlocks: number;
  /** Free blocks outside every reservation. */
  readonly unreservedBlocks: number;
  /** Addresses in use that no visible interface holds: they may lie in any of these blocks. Left out where there are none. */
  readonly unseen?: number;
}

/** A subnet's free supply as the scan found it; `null` where it is not known. */
export const freeSupplyOf = (subnet: SubnetAssessment): FreeSupply | null => {
  if (subnet.availableSingle === null || subnet.prefixes === null) return null;
  return {
    singles: subnet.availableSingle,
    reservedBlocks: subnet.prefixes.freeInReservation,
    unreservedBlocks: subnet.prefixes.freeUnreserved,
    unseen: Math.max(0, subnet.unaccounted ?? 0),
  };
};

/** A /16 has so many blocks of 16 addresses. */
const BLOCKS_OF_LARGEST_SUBNET = 4096;

/**
 * These ledgers, and one for each subnet without its own that holds what AWS counts: the most single addresses that there can
 * be. AWS's count need not hold what is reserved for prefixes, so these may be as many as a subnet has room for.
 */
export const ledgersAtMost = (
  known: ReadonlyMap<string, SupplyLedger>,
  subnets: ReadonlyMap<string, SubnetAssessment>,
  subnetIds: readonly string[],
  placement: Placement,
): ReadonlyMap<string, SupplyLedger> => {
  const ledgers = new Map(known);
  for (const subnetId of subnetIds) {
    const singles = subnets.get(subnetId)?.awsAvailable ?? null;
    if (ledgers.has(subnetId) || singles === null) continue;
    const supply = { singles, reservedBlocks: BLOCKS_OF_LARGEST_SUBNET, unreservedBlocks: 0 };
    ledgers.set(subnetId, new SupplyLedger(supply, placement));
  }
  return ledgers;
};

/** A ledger's state at a moment, to go back to. */
export interface LedgerMark {
  readonly singles: number;
  readonly reservedBlocks: number;
  readonly unreservedBlocks: number;
}

/** Keeps account of what a plan takes from one subnet. */
export class SupplyLedger {
  readonly #placement: Placement;
  #singles: number;
  #reservedBlocks: number;
  #unreservedBlocks: number;

  constructor(supply: FreeSupply, placement: Placement) {
    this.#placement = placement;
    this.#singles = supply.singles;
    this.#reservedBlocks = supply.reservedBlocks;
    this.#unreservedBlocks = Math.min(
      Math.max(0, supply.unreservedBlocks - (placement === 'worst' ? (supply.unseen ?? 0) : 0)),
      Math.floor(supply.singles / ADDRESSES_PER_PREFIX),
    );
  }

  /** Single addresses that are left; taking them takes free blocks with them. */
  get singles(): number {
    return this.#singles;
  }

  get prefixes(): number {
    return this.#reservedBlocks + this.#unreservedBlocks;
  }

  mark(): LedgerMark {
    return {
      singles: this.#singles,
      reservedBlocks: this.#reservedBlocks,
      unreservedBlocks: this.#unreservedBlocks,
    };
  }

  rollBack(mark: LedgerMark): void {
    this.#singles = mark.singles;
    this.#reservedBlocks = mark.reservedBlocks;
    this.#unreservedBlocks = mark.unreservedBlocks;
  }

  /**
   * Takes single addresses, then prefixes, as a node does.
   * @returns which supply is short, and then nothing is taken; `null` if there was enough
   */
  take(singles: number, prefixes: number): 'addresses' | 'prefixes' | null {
    if (singles > this.#singles) return 'addresses';
    const mark = this.mark();
    this.#singles -= singles;
    this.#unreservedBlocks -= this.#spoiledBy(singles, mark);
    const fromReserved = Math.min(prefixes, this.#reservedBlocks);
    const fromUnreserved = prefixes - fromReserved;
    if (fromUnreserved > this.#unreservedBlocks) {
      this.rollBack(mark);
      return 'prefixes';
    }
    this.#reservedBlocks -= fromReserved;
    this.#unreservedBlocks -= fromUnreserved;
    this.#singles -= fromUnreserved * ADDRESSES_PER_PREFIX;
    return null;
  }

  /** Gives back single addresses, and whole blocks in and outside reservations. The addresses of the blocks outside are not among the single ones. */
  give({ singles, reservedBlocks, unreservedBlocks }: FreeSupply): void {
    this.#singles += singles + unreservedBlocks * ADDRESSES_PER_PREFIX;
    this.#reservedBlocks += reservedBlocks;
    this.#unreservedBlocks += unreservedBlocks;
  }

  /** How many free blocks lose an address to these. */
  #spoiledBy(singles: number, before: LedgerMark): number {
    if (this.#placement === 'worst') return Math.min(before.unreservedBlocks, singles);
    const elsewhere = before.singles - before.unreservedBlocks * ADDRESSES_PER_PREFIX;
    return Math.ceil(Math.max(0, singles - elsewhere) / ADDRESSES_PER_PREFIX);
  }
}

/** The largest count up to `limit` for which `holds` is true, by bisection: it is true up to some count and false after. */
export const largest = (limit: number, holds: (count: number) => boolean): number => {
  let low = 0;
  let high = Math.max(0, limit);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
};

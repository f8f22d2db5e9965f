import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { BlockCounts, PrefixSupply } from '../result/assessment.ts';
import { type AddressSpace, countAddresses, usableAddresses } from './address-space.ts';

/**
 * The two supplies of a subnet: single addresses and /28 prefixes, each with and without reservations.
 *
 * AWS never assigns from an `explicit` reservation by itself and keeps `prefix` reservations for prefixes, so what a
 * new interface can take and what can become a prefix are two different sets. Prefixes come from `prefix` reservations
 * first; whether AWS goes on outside them once they are full is not documented, so both parts are counted separately.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html
 */
export interface Supply {
  readonly total: number;
  /** All but AWS's own five. */
  readonly usable: number;
  /** Usable addresses outside every reservation. */
  readonly usableSingle: number;
  readonly used: number;
  /** Not in use and not AWS's own, reserved or not: `usable - used`. */
  readonly free: number;
  /** Free outside `explicit` reservations. */
  readonly available: number;
  /** Free outside every reservation. */
  readonly availableSingle: number;
  readonly prefixes: PrefixSupply;
  readonly blocks: BlockCounts;
}

/** Counts a subnet's supplies, in one pass over its blocks. */
export const measureSupply = (space: AddressSpace): Supply => {
  const blocks = { free: 0, prefix: 0, full: 0, fragmented: 0, awsReserved: 0 };
  let used = 0;
  let usableSingle = 0;
  let available = 0;
  let availableSingle = 0;
  let freeInReservation = 0;
  let freeUnreserved = 0;
  for (let block = 0; block < space.blockCount; block += 1) {
    const state = space.stateOf(block);
    blocks[state] += 1;
    const inUse = space.usedIn(block);
    used += countAddresses(inUse);
    const free = space.freeIn(block);
    const explicit = space.reservedIn(block, 'explicit');
    const forPrefixes = space.reservedIn(block, 'prefix');
    usableSingle += countAddresses((free | inUse) & ~explicit & ~forPrefixes);
    available += countAddresses(free & ~explicit);
    availableSingle += countAddresses(free & ~explicit & ~forPrefixes);
    // A block that a reservation cuts through is in neither count: it is not documented whether AWS would take it.
    if (state !== 'free' || explicit !== 0) continue;
    if (forPrefixes === 0) freeUnreserved += 1;
    else if (countAddresses(forPrefixes) === ADDRESSES_PER_PREFIX) freeInReservation += 1;
  }
  const usable = usableAddresses(space.cidr);
  return {
    total: space.size,
    usable,
    usableSingle,
    used,
    free: usable - used,
    available,
    availableSingle,
    prefixes: {
      assigned: blocks.prefix,
      free: freeInReservation + freeUnreserved,
      freeInReservation,
      freeUnreserved,
    },
    blocks,
  };
};

import { type Cidr, sizeOfLength } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { AddressSpace } from './address-space.ts';
import type { Supply } from './supply.ts';

/**
 * Fragmentation is measured over the available addresses - free, and outside `explicit` reservations - because those
 * are what AWS could still hand out, as single addresses or as prefixes. So all of these agree with each other:
 *
 *     stranded            = available - 16 x prefixes.free
 *     fragmentationIndex  = stranded / available
 *
 * An empty /24 has an index of 27/251, not 0: AWS's own five addresses spoil its first block and its last.
 */
type AvailableSupply = Pick<Supply, 'available' | 'prefixes'>;

/** Available addresses in blocks that cannot become a prefix as they stand. */
export const strandedAddresses = (supply: AvailableSupply): number =>
  supply.available - ADDRESSES_PER_PREFIX * supply.prefixes.free;

/** 0: every available address can be part of a prefix; 1: none can. `null` when nothing is available. */
export const fragmentationIndex = (supply: AvailableSupply): number | null =>
  supply.available === 0 ? null : strandedAddresses(supply) / supply.available;

/**
 * The largest aligned range whose every address is available, the one with the lowest address if there are several.
 * Ranges inside `prefix` reservations count, ranges touching `explicit` ones do not. `null` when nothing is available.
 */
export const largestFreeBlock = (space: AddressSpace): Cidr | null => {
  let largest: Cidr | null = null;
  // From single addresses up: a range of twice the size is free where both its halves are.
  let free = availableAddresses(space);
  for (let length = 32; ; length -= 1) {
    const first = free.indexOf(1);
    if (first < 0) return largest;
    largest = { base: space.cidr.base + first * sizeOfLength(length), length };
    free = pairsOf(free);
  }
};

const availableAddresses = (space: AddressSpace): Uint8Array => {
  const addresses = new Uint8Array(space.size);
  for (let block = 0; block < space.blockCount; block += 1) {
    const available = space.freeIn(block) & ~space.reservedIn(block, 'explicit');
    for (let index = 0; index < ADDRESSES_PER_PREFIX; index += 1) {
      addresses[block * ADDRESSES_PER_PREFIX + index] = (available >>> index) & 1;
    }
  }
  return addresses;
};

const pairsOf = (halves: Uint8Array): Uint8Array => {
  const pairs = new Uint8Array(halves.length >>> 1);
  for (let index = 0; index < pairs.length; index += 1) {
    pairs[index] = (halves[2 * index] as number) & (halves[2 * index + 1] as number);
  }
  return pairs;
};

/** Blocks that could be prefixes if nothing else used the subnet: all but those with AWS's own addresses. */
export const possibleBlocks = ({ blocks }: Pick<SubnetAssessment, 'blocks'>): number | null =>
  blocks === null ? null : blocks.free + blocks.prefix + blocks.full + blocks.fragmented;

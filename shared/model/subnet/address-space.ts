import type { ReservationType } from '../aws/inventory.ts';
import { HeadroomError } from '../base/errors.ts';
import { type Cidr, cidrContains, cidrSize, formatCidr, parseCidr } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX, PREFIX_LENGTH } from '../net/prefix.ts';

/**
 * AWS makes subnets from /28 to /16 and keeps the first four addresses and the last of each for itself.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
const LARGEST_SUBNET_LENGTH = 16;
const SMALLEST_SUBNET_LENGTH = 28;
const AWS_RESERVED_FIRST = 4;
const AWS_RESERVED_LAST = 1;

const ALL = 0xffff;
const NO_OWNERS = new Uint16Array(0);
const FIRST_OF_AWS = 2 ** AWS_RESERVED_FIRST - 1;
const LAST_OF_AWS = ALL & ~(ALL >>> AWS_RESERVED_LAST);

/** What became of an address or a prefix that an interface says it holds. Only `placed` counts. */
export type Placement = 'placed' | 'outside' | 'aws-reserved' | 'not-a-block';

export type BlockState = 'free' | 'prefix' | 'full' | 'fragmented' | 'awsReserved';

/** Reads a subnet's IPv4 range; `null` where AWS could not have made such a subnet. */
export const parseSubnetCidr = (text: string): Cidr | null => {
  const cidr = parseCidr(text);
  return cidr !== null && isSubnetLength(cidr.length) ? cidr : null;
};

const isSubnetLength = (length: number): boolean =>
  length >= LARGEST_SUBNET_LENGTH && length <= SMALLEST_SUBNET_LENGTH;

/** How many addresses of a subnet can ever be assigned: all but AWS's own. */
export const usableAddresses = (cidr: Cidr): number =>
  cidrSize(cidr) - AWS_RESERVED_FIRST - AWS_RESERVED_LAST;

/** Indices here come from loops over the array's own length or are checked before, so there is always a value. */
const at = (words: Uint8Array | Uint16Array | Uint32Array, index: number): number => words[index] as number;

/**
 * One subnet's addresses as a bit set, with reservations as layers above it and the owner of every address in use.
 *
 * A block - an aligned /28, the unit of prefixes - is one 16-bit word: bit `i` is its address `i`, `0` is a free block
 * and `0xffff` a full one, so the state of a block is a comparison and a whole /16 is 8 KB.
 * An address is used once, however many say that they hold it; the first to say so owns it.
 */
export class AddressSpace {
  readonly cidr: Cidr;
  readonly size: number;
  readonly blockCount: number;
  readonly #used: Uint16Array;
  readonly #heldAsPrefix: Uint8Array;
  readonly #reserved: Readonly<Record<ReservationType, Uint16Array>>;
  /** Owner + 1 of every address, 0 for none. It takes 128 KB for a /16, so an empty subnet has none. */
  #owners: Uint16Array | null = null;

  /** @throws HeadroomError `invalid-subnet-range` for a range that AWS could not have made a subnet of. */
  constructor(cidr: Cidr) {
    if (!isSubnetLength(cidr.length)) {
      throw new HeadroomError(
        'invalid-subnet-range',
        `${formatCidr(cidr)} cannot be a subnet: AWS makes subnets from /${LARGEST_SUBNET_LENGTH} to /${SMALLEST_SUBNET_LENGTH}.`,
        'Check the CidrBlock that DescribeSubnets answers for this subnet.',
      );
    }
    this.cidr = cidr;
    this.size = cidrSize(cidr);
    this.blockCount = this.size / ADDRESSES_PER_PREFIX;
    this.#used = new Uint16Array(this.blockCount);
    this.#heldAsPrefix = new Uint8Array(this.blockCount);
    this.#reserved = { prefix: new Uint16Array(this.blockCount), explicit: new Uint16Array(this.blockCount) };
  }

  /** Marks an address as in use. `owner` is an index of the caller's, below 65,535. */
  takeAddress(address: number, owner: number): Placement {
    const offset = address - this.cidr.base;
    if (offset < 0 || offset >= this.size) return 'outside';
    if (offset < AWS_RESERVED_FIRST || offset >= this.size - AWS_RESERVED_LAST) return 'aws-reserved';
    this.#take(offset, owner);
    return 'placed';
  }

  /** Marks a whole block as in use, as a prefix. Addresses of it that are in use already keep their owner. */
  takePrefix(prefix: Cidr, owner: number): Placement {
    if (!cidrContains(this.cidr, prefix)) return 'outside';
    if (prefix.length !== PREFIX_LENGTH) return 'not-a-block';
    const offset = prefix.base - this.cidr.base;
    const block = offset / ADDRESSES_PER_PREFIX;
    if (this.#awsIn(block) !== 0) return 'aws-reserved';
    for (let index = 0; index < ADDRESSES_PER_PREFIX; index += 1) this.#take(offset + index, owner);
    this.#heldAsPrefix[block] = 1;
    return 'placed';
  }

  /** Whether the block is held as a prefix. */
  isPrefix(prefix: Cidr): boolean {
    if (!cidrContains(this.cidr, prefix) || prefix.length !== PREFIX_LENGTH) return false;
    return this.#heldAsPrefix[(prefix.base - this.cidr.base) / ADDRESSES_PER_PREFIX] === 1;
  }

  #take(offset: number, owner: number): void {
    const block = offset >>> 4;
    const word = at(this.#used, block);
    const bit = 1 << (offset & 15);
    if ((word & bit) !== 0) return;
    this.#used[block] = word | bit;
    this.#owners ??= new Uint16Array(this.size);
    this.#owners[offset] = owner + 1;
  }

  /** Lays a reservation over the subnet. One that reaches beyond it is `outside`, and nothing is reserved. */
  reserve(range: Cidr, type: ReservationType): Placement {
    if (!cidrContains(this.cidr, range)) return 'outside';
    const layer = this.#reserved[type];
    this.#eachBlockOf(range, (block, mask) => {
      layer[block] = at(layer, block) | mask;
    });
    return 'placed';
  }

  /** How many addresses in a part of the subnet are free. */
  freeWithin(range: Cidr): number {
    let free = 0;
    this.#eachBlockOf(range, (block, mask) => {
      free += countAddresses(this.freeIn(block) & mask);
    });
    return free;
  }

  #eachBlockOf(range: Cidr, visit: (block: number, mask: number) => void): void {
    const offset = range.base - this.cidr.base;
    const size = cidrSize(range);
    if (size < ADDRESSES_PER_PREFIX) {
      visit(offset >>> 4, (2 ** size - 1) << (offset & 15));
      return;
    }
    for (let block = offset >>> 4; block < (offset + size) >>> 4; block += 1) visit(block, ALL);
  }

  /** AWS's own addresses in a block. A /28 subnet has both ends in its one block. */
  #awsIn(block: number): number {
    return (block === 0 ? FIRST_OF_AWS : 0) | (block === this.blockCount - 1 ? LAST_OF_AWS : 0);
  }

  /** The addresses of a block that interfaces hold, as a mask. */
  usedIn(block: number): number {
    return at(this.#used, block);
  }

  /** The addresses of a block that are not in use and not AWS's own, reserved or not, as a mask. */
  freeIn(block: number): number {
    return ALL & ~(at(this.#used, block) | this.#awsIn(block));
  }

  /** The addresses of a block that are in a reservation of this type, as a mask. */
  reservedIn(block: number, type: ReservationType): number {
    return at(this.#reserved[type], block);
  }

  stateOf(block: number): BlockState {
    if (this.#awsIn(block) !== 0) return 'awsReserved';
    if (at(this.#heldAsPrefix, block) !== 0) return 'prefix';
    const used = at(this.#used, block);
    if (used === 0) return 'free';
    return used === ALL ? 'full' : 'fragmented';
  }

  /** Who holds the address at this distance from the subnet's first; `null` when it has none. */
  ownerAt(offset: number): number | null {
    const stored = this.#owners?.[offset] ?? 0;
    return stored === 0 ? null : stored - 1;
  }

  /** How many addresses each of the owners 0 to `owners - 1` holds; they sum to the addresses in use. */
  addressesByOwner(owners: number): Uint32Array {
    const counts = new Uint32Array(owners + 1);
    const stored = this.#owners ?? NO_OWNERS;
    for (let offset = 0; offset < stored.length; offset += 1) {
      const owner = at(stored, offset);
      counts[owner] = at(counts, owner) + 1;
    }
    return counts.subarray(1);
  }
}

/** How many addresses a block's mask names: its set bits, summed in pairs, fours, eights. */
export const countAddresses = (mask: number): number => {
  const pairs = mask - ((mask >>> 1) & 0x5555);
  const fours = (pairs & 0x3333) + ((pairs >>> 2) & 0x3333);
  const eights = (fours + (fours >>> 4)) & 0x0f0f;
  return (eights + (eights >>> 8)) & 0x1f;
};

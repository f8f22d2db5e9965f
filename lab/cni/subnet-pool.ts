import type { ReservationType } from '../../shared/model/aws/inventory.ts';
import { AllocationError } from './allocation-error.ts';
import { type Ipv4Range, rangeOf } from './ipv4-range.ts';
import type { SeededRandom } from './seeded-random.ts';

/** EC2 keeps the first four addresses of a subnet and its last (EC2 API, CreateSubnet). */
const AWS_FIRST = 4;
const AWS_LAST = 1;
/** A prefix is a /28, aligned on 16 addresses. */
export const PREFIX_SIZE = 16;
/** Random tries before the free addresses are counted through; in a subnet that is 90 % full one in ten tries succeeds. */
const RANDOM_TRIES = 32;

const FREE = 0;
const USED = 1;
const NO_RESERVATION = 0;
const PREFIX_RESERVATION = 1;
const EXPLICIT_RESERVATION = 2;

export interface PoolReservation {
  readonly cidr: string;
  readonly type: ReservationType;
}

/**
 * One subnet's IPv4 addresses as EC2 hands them out: single addresses at random, prefixes as whole aligned /28 blocks,
 * `prefix` reservations first, nothing by itself from `explicit` ones. Every request is granted whole or refused.
 *
 * Two rules are not documented by AWS; the pool follows the only reports there are and says so here:
 * - unused reserved addresses do not count as available (`reservedCountsAsAvailable` turns that round);
 * - when a `prefix` reservation is full, prefixes come from the rest of the subnet.
 */
export class SubnetPool {
  readonly cidr: string;
  readonly reservedCountsAsAvailable: boolean;
  readonly #range: Ipv4Range;
  readonly #random: SeededRandom;
  readonly #state: Uint8Array;
  readonly #reserved: Uint8Array;
  readonly #reservations: PoolReservation[] = [];
  #free: number;
  #freeUnreserved: number;

  constructor(
    cidr: string,
    random: SeededRandom,
    options: { readonly reservedCountsAsAvailable?: boolean } = {},
  ) {
    this.cidr = cidr;
    this.reservedCountsAsAvailable = options.reservedCountsAsAvailable ?? false;
    this.#random = random;
    this.#range = rangeOf(cidr);
    this.#state = new Uint8Array(this.#range.size);
    this.#reserved = new Uint8Array(this.#range.size);
    this.#state.fill(USED, 0, AWS_FIRST);
    this.#state.fill(USED, this.#range.size - AWS_LAST);
    this.#free = this.#range.size - AWS_FIRST - AWS_LAST;
    this.#freeUnreserved = this.#free;
  }

  get reservations(): readonly PoolReservation[] {
    return this.#reservations;
  }

  /** What EC2 would answer as `AvailableIpAddressCount`. */
  get availableIpAddressCount(): number {
    return this.reservedCountsAsAvailable ? this.#free : this.#freeUnreserved;
  }

  /** Free addresses that a new interface, or a secondary address, can take. */
  get freeAddresses(): number {
    return this.#freeUnreserved;
  }

  /** Whole free /28 blocks that EC2 could hand out as prefixes. */
  get freePrefixes(): number {
    return this.#freeBlocks(PREFIX_RESERVATION).length + this.#freeBlocks(NO_RESERVATION).length;
  }

  /** @throws RangeError when the range is not inside the subnet or overlaps another reservation. */
  reserve(cidr: string, type: ReservationType): void {
    const { base, size } = rangeOf(cidr);
    const start = base - this.#range.base;
    if (start < 0 || start + size > this.#range.size) {
      throw new RangeError(`The reservation ${cidr} is not inside the subnet ${this.cidr}.`);
    }
    const layer = this.#reserved.subarray(start, start + size);
    if (layer.some((kind) => kind !== NO_RESERVATION)) {
      throw new RangeError(`The reservation ${cidr} overlaps another one of the subnet ${this.cidr}.`);
    }
    layer.fill(type === 'prefix' ? PREFIX_RESERVATION : EXPLICIT_RESERVATION);
    for (let index = start; index < start + size; index += 1) {
      if (this.#state[index] === FREE) this.#freeUnreserved -= 1;
    }
    this.#reservations.push({ cidr, type });
  }

  /** Takes a reservation back. Returns whether there was one with exactly this range. */
  unreserve(cidr: string): boolean {
    const index = this.#reservations.findIndex((each) => each.cidr === cidr);
    if (index < 0) return false;
    this.#reservations.splice(index, 1);
    const { base, size } = rangeOf(cidr);
    const start = base - this.#range.base;
    this.#reserved.fill(NO_RESERVATION, start, start + size);
    for (let each = start; each < start + size; each += 1) {
      if (this.#state[each] === FREE) this.#freeUnreserved += 1;
    }
    return true;
  }

  /** @throws AllocationError `InsufficientFreeAddressesInSubnet` */
  takeAddresses(count: number): readonly number[] {
    if (count > this.#freeUnreserved) {
      throw new AllocationError(
        'InsufficientFreeAddressesInSubnet',
        'The specified subnet does not have enough free addresses to satisfy the request.',
      );
    }
    return Array.from({ length: count }, () => {
      const index = this.#pickAddress();
      this.#mark(index);
      return this.#range.base + index;
    });
  }

  /** Takes one address that the caller chose, wherever it lies: the only way into an `explicit` reservation. */
  takeAddress(address: number): number {
    const index = address - this.#range.base;
    if (index < AWS_FIRST || index >= this.#range.size - AWS_LAST) {
      throw new AllocationError(
        'InvalidParameterValue',
        `Address does not fall within the subnet's address range ${this.cidr}`,
      );
    }
    if (this.#state[index] === USED) {
      throw new AllocationError('InvalidIPAddress.InUse', 'Address is in use.');
    }
    this.#mark(index);
    return address;
  }

  /**
   * The first addresses of `count` blocks.
   * @throws AllocationError `InsufficientCidrBlocks`, however many single addresses are free
   */
  takePrefixes(count: number): readonly number[] {
    const inReservations = this.#freeBlocks(PREFIX_RESERVATION);
    const elsewhere = this.#freeBlocks(NO_RESERVATION);
    if (count > inReservations.length + elsewhere.length) {
      throw new AllocationError(
        'InsufficientCidrBlocks',
        'The specified subnet does not have enough free cidr blocks to satisfy the request.',
      );
    }
    return Array.from({ length: count }, () => {
      const blocks = inReservations.length > 0 ? inReservations : elsewhere;
      const [start = 0] = blocks.splice(this.#random.below(blocks.length), 1);
      for (let index = start; index < start + PREFIX_SIZE; index += 1) this.#mark(index);
      return this.#range.base + start;
    });
  }

  releaseAddress(address: number): void {
    this.#unmark(address - this.#range.base);
  }

  releasePrefix(base: number): void {
    for (let offset = 0; offset < PREFIX_SIZE; offset += 1) this.#unmark(base - this.#range.base + offset);
  }

  /** First addresses, relative to the subnet, of whole free blocks that lie in this kind of reservation entirely. */
  #freeBlocks(reservation: number): number[] {
    const starts: number[] = [];
    for (let start = 0; start < this.#range.size; start += PREFIX_SIZE) {
      let whole = true;
      for (let index = start; whole && index < start + PREFIX_SIZE; index += 1) {
        whole = this.#state[index] === FREE && this.#reserved[index] === reservation;
      }
      if (whole) starts.push(start);
    }
    return starts;
  }

  #isTakeable(index: number): boolean {
    return this.#state[index] === FREE && this.#reserved[index] === NO_RESERVATION;
  }

  #pickAddress(): number {
    for (let attempt = 0; attempt < RANDOM_TRIES; attempt += 1) {
      const index = this.#random.below(this.#range.size);
      if (this.#isTakeable(index)) return index;
    }
    let skip = this.#random.below(this.#freeUnreserved);
    for (let index = 0; ; index += 1) {
      if (this.#isTakeable(index)) {
        if (skip === 0) return index;
        skip -= 1;
      }
    }
  }

  #mark(index: number): void {
    this.#state[index] = USED;
    this.#free -= 1;
    if (this.#reserved[index] === NO_RESERVATION) this.#freeUnreserved -= 1;
  }

  #unmark(index: number): void {
    if (this.#state[index] !== USED) return;
    this.#state[index] = FREE;
    this.#free += 1;
    if (this.#reserved[index] === NO_RESERVATION) this.#freeUnreserved += 1;
  }
}

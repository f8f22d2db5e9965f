import { elementAt } from '../base/element-at.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap } from '../result/assessment.ts';
import { decodeAddressMap, type MapBlock } from './address-map.ts';

/** A range worth reserving for prefixes, and what it would hold. */
export interface ReservationRange {
  readonly cidr: string;
  /** Blocks that could be prefixes at once. */
  readonly freeBlocks: number;
  /** Blocks that could be prefixes once the single addresses in it are given back: reserved addresses are not handed out again. */
  readonly blocks: number;
  /** Those single addresses. */
  readonly singles: number;
}

/** At least this many single addresses, and this share of the free ones, stay outside: nodes and load balancers need them. */
const SINGLES_TO_LEAVE = 16;
const SHARE_TO_LEAVE = 0.25;

/** What a block is worth that can become a prefix some day, against one that can at once, when it is empty but for one address. */
const WORTH_OF_SOME_DAY = 0.5;

/** A quarter of a subnet is the largest range that holds none of AWS's own addresses, which are at both its ends. */
const QUARTERS = 4;

/**
 * The range of a subnet that is best reserved for prefixes: an aligned one without AWS's own addresses or another
 * reservation, which leaves enough single addresses, and of these the one that gives most prefixes - at once first, and
 * some day - with fewest addresses in the way. `null` where there is none, or the reservations are not known.
 */
export const bestReservation = (map: AddressMap): ReservationRange | null => {
  const blocks = decodeAddressMap(map);
  const freeSingles = blocks.reduce((sum, block) => sum + freeIn(block), 0);
  const toLeave = Math.max(SINGLES_TO_LEAVE, Math.ceil(freeSingles * SHARE_TO_LEAVE));
  const candidates: { readonly range: ReservationRange; readonly worth: number }[] = [];
  for (let size = Math.floor(blocks.length / QUARTERS); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start + size <= blocks.length; start += size) {
      const range = blocks.slice(start, start + size);
      const taken = range.reduce((sum, block) => sum + freeIn(block), 0);
      if (taken === 0 || !range.every(isReservable) || freeSingles - taken < toLeave) continue;
      candidates.push({
        range: describe(range),
        worth: range.reduce((sum, block) => sum + worthOf(block), 0),
      });
    }
  }
  candidates.sort((a, b) => b.worth - a.worth || a.range.singles - b.range.singles);
  return candidates[0]?.range ?? null;
};

const worthOf = (block: MapBlock): number =>
  block.state === 'free' ? 1 : (freeIn(block) / ADDRESSES_PER_PREFIX) * WORTH_OF_SOME_DAY;

const freeIn = (block: MapBlock): number =>
  block.state === 'awsReserved' || block.reservation !== 'none' ? 0 : ADDRESSES_PER_PREFIX - block.used;

const isReservable = (block: MapBlock): boolean =>
  block.state !== 'awsReserved' && block.reservation === 'none';

const describe = (range: readonly MapBlock[]): ReservationRange => {
  const length = 32 - Math.log2(range.length * ADDRESSES_PER_PREFIX);
  const singles = range.filter(({ state }) => state === 'fragmented' || state === 'full');
  return {
    cidr: elementAt(range, 0).cidr.replace(/\/\d{1,2}$/, `/${length}`),
    freeBlocks: range.filter(({ state }) => state === 'free').length,
    blocks: range.length,
    singles: singles.reduce((sum, { used }) => sum + used, 0),
  };
};

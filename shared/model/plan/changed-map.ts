import { elementAt } from '../base/element-at.ts';
import { cidrContains } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressMap } from '../result/assessment.ts';
import { decodeAddressMap } from '../subnet/address-map.ts';
import { rangesAmong } from './held-addresses.ts';

/** What goes from a subnet. */
export interface Release {
  /** Single addresses, by the number of their block. */
  readonly singles: ReadonlyMap<number, number>;
  /** Blocks that were prefixes. */
  readonly prefixes: readonly number[];
}

const USED_BASE = ADDRESSES_PER_PREFIX + 1;

/** A subnet's map after some addresses have gone back, and with ranges reserved for prefixes. */
export const changedMap = (
  map: AddressMap,
  { singles, prefixes }: Release,
  reservations: readonly string[] = [],
): AddressMap => {
  const states = [...map.states];
  const used = [...map.used];
  const owner = [...map.owner];
  const reserved = [...map.reserved];
  const gone = new Map(singles);
  for (const block of prefixes) gone.set(block, ADDRESSES_PER_PREFIX);
  for (const [block, count] of gone) {
    const left = Math.max(0, Number.parseInt(elementAt(used, block), USED_BASE) - count);
    used[block] = left.toString(USED_BASE);
    if (states[block] !== 'a') states[block] = left === 0 ? '.' : '+';
    if (left === 0) owner[block] = '-';
  }
  const ranges = rangesAmong(reservations);
  const blocks = rangesAmong(decodeAddressMap(map).map(({ cidr }) => cidr));
  for (const [block, inner] of blocks.entries())
    if (ranges.some((range) => cidrContains(range, inner))) reserved[block] = 'P';
  return {
    ...map,
    states: states.join(''),
    used: used.join(''),
    owner: owner.join(''),
    reserved: reserved.join(''),
  };
};

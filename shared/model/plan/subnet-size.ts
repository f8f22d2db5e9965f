import { formatCidr, parseCidr, sizeOfLength } from '../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import { LARGEST_SUBNET_LENGTH, SMALLEST_SUBNET_LENGTH } from './new-subnet.ts';
import type { Amount } from './node-demands.ts';

/** AWS keeps the first four addresses of a subnet and the last one. */
export const AWS_ADDRESSES = 5;

/** Only a whole block without an address of AWS can be a prefix: neither the first nor the last one of a subnet. */
const AWS_BLOCKS = 2;

/** Whether a subnet of this length holds so much, if its prefixes are reserved. */
const holds = (length: number, { addresses, prefixes }: Amount): boolean => {
  const size = sizeOfLength(length);
  const blocks = size / ADDRESSES_PER_PREFIX;
  return (
    size - prefixes * ADDRESSES_PER_PREFIX - AWS_ADDRESSES >= addresses &&
    (prefixes === 0 || prefixes <= blocks - AWS_BLOCKS)
  );
};

/** The smallest subnet that holds so much; `null`: not even a /16 does. */
export const smallestSubnet = (amount: Amount): number | null => {
  for (let length = SMALLEST_SUBNET_LENGTH; length >= LARGEST_SUBNET_LENGTH; length -= 1)
    if (holds(length, amount)) return length;
  return null;
};

/**
 * The ranges to reserve in an empty subnet, so that exactly so many blocks are kept for prefixes: the two inner quarters
 * first, then the two eighths beside them, and so on. None holds an address of AWS.
 */
export const reservationsFor = (subnet: string, prefixes: number): readonly string[] => {
  const range = parseCidr(subnet);
  if (range === null) return [];
  const ranges: string[] = [];
  let left = prefixes;
  for (let length = range.length + 2; length <= SMALLEST_SUBNET_LENGTH; length += 1) {
    const size = sizeOfLength(length);
    const blocks = size / ADDRESSES_PER_PREFIX;
    const end = range.base + sizeOfLength(range.length);
    for (const base of [range.base + size, end - 2 * size]) {
      if (left < blocks) continue;
      ranges.push(formatCidr({ base, length }));
      left -= blocks;
    }
  }
  return ranges;
};

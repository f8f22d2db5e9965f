/**
 * A count of a subnet's addresses that shares nothing with the model: text addresses in a set, one by one, made from what
 * the API answered.
 */

const LAST_OF_BLOCK = 15;

const numberOf = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const textOf = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

const rangeOf = (
  cidr: string,
): { readonly first: number; readonly last: number; readonly length: number } => {
  const [base = '', length = ''] = cidr.split('/');
  const first = numberOf(base);
  return { first, last: first + 2 ** (32 - Number(length)) - 1, length: Number(length) };
};

export interface Counted {
  readonly total: number;
  readonly usable: number;
  readonly used: number;
  readonly available: number;
  readonly availableSingle: number;
  readonly freePrefixes: number;
  readonly largestFreeBlock: string | null;
}

export const countByHand = (
  cidrBlock: string,
  usedAddresses: readonly string[],
  reservations: readonly { readonly cidr: string; readonly type: string }[],
): Counted => {
  const { first, last, length } = rangeOf(cidrBlock);
  const all = new Set<string>();
  for (let address = first; address <= last; address += 1) all.add(textOf(address));
  const aws = new Set([first, first + 1, first + 2, first + 3, last].map(textOf));
  const used = new Set(usedAddresses);
  const within = (type: string | null): Set<string> => {
    const inside = new Set<string>();
    for (const reservation of reservations) {
      if (type !== null && reservation.type !== type) continue;
      const range = rangeOf(reservation.cidr);
      for (let address = range.first; address <= range.last; address += 1) inside.add(textOf(address));
    }
    return inside;
  };
  const explicit = within('explicit');
  const reserved = within(null);
  const free = [...all].filter((address) => !aws.has(address) && !used.has(address));
  const available = new Set(free.filter((address) => !explicit.has(address)));
  const isWhole = (start: number, size: number): boolean => {
    for (let address = start; address < start + size; address += 1) {
      if (!available.has(textOf(address))) return false;
    }
    return true;
  };
  let freePrefixes = 0;
  for (let block = first; block + LAST_OF_BLOCK <= last; block += 16)
    if (isWhole(block, 16)) freePrefixes += 1;
  let largestFreeBlock: string | null = null;
  for (let size = length; size <= 32 && largestFreeBlock === null; size += 1) {
    const step = 2 ** (32 - size);
    for (let start = first; start <= last && largestFreeBlock === null; start += step) {
      if (isWhole(start, step)) largestFreeBlock = `${textOf(start)}/${size}`;
    }
  }
  return {
    total: all.size,
    usable: all.size - 5,
    used: used.size,
    available: available.size,
    availableSingle: free.filter((address) => !reserved.has(address)).length,
    freePrefixes,
    largestFreeBlock,
  };
};

import { formatIpv4, parseIpv4 } from './ipv4.ts';

/** A range of 2^(32 - length) IPv4 addresses from `base` on, which is a multiple of that size. */
export interface Cidr {
  readonly base: number;
  readonly length: number;
}

const LENGTH = /^(?:[0-9]|[12][0-9]|3[0-2])$/;

/** How many addresses a range of this prefix length holds. */
export const sizeOfLength = (length: number): number => 2 ** (32 - length);

/** How many addresses the range holds. */
export const cidrSize = (cidr: Cidr): number => sizeOfLength(cidr.length);

/**
 * Reads `10.0.1.0/24`; `null` for anything else. Host bits are refused (`10.0.1.7/24` names no range), as are lengths
 * over 32 and lengths with a leading zero.
 */
export const parseCidr = (text: string): Cidr | null => {
  const slash = text.indexOf('/');
  const lengthText = text.slice(slash + 1);
  if (!LENGTH.test(lengthText)) return null;
  const base = parseIpv4(text.slice(0, slash));
  if (base === null) return null;
  const length = Number(lengthText);
  return base % sizeOfLength(length) === 0 ? { base, length } : null;
};

export const formatCidr = (cidr: Cidr): string => `${formatIpv4(cidr.base)}/${cidr.length}`;

export const cidrContainsAddress = (cidr: Cidr, address: number): boolean =>
  address >= cidr.base && address < cidr.base + cidrSize(cidr);

/** Whether every address of `inner` is in `outer`. A range contains itself. */
export const cidrContains = (outer: Cidr, inner: Cidr): boolean =>
  inner.length >= outer.length && cidrContainsAddress(outer, inner.base);

/** Whether the two share an address. Aligned ranges either nest or are apart, so one then contains the other. */
export const cidrsOverlap = (a: Cidr, b: Cidr): boolean => cidrContains(a, b) || cidrContains(b, a);

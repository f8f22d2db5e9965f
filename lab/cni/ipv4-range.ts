/**
 * The lab's own IPv4 arithmetic. Deliberately not Headroom's: the lab is what the model is checked against, and a
 * mistake that both shared would show in no test.
 */
export interface Ipv4Range {
  /** The first address as an unsigned 32-bit number. */
  readonly base: number;
  readonly size: number;
}

export const addressNumber = (text: string): number => {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    throw new RangeError(`"${text}" is not an IPv4 address.`);
  }
  return parts.reduce((number, part) => number * 256 + part, 0);
};

export const addressText = (number: number): string =>
  [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join('.');

/** @throws RangeError for anything that is not an aligned IPv4 CIDR */
export const rangeOf = (cidr: string): Ipv4Range => {
  const [text = '', length = ''] = cidr.split('/');
  const base = addressNumber(text);
  const size = 2 ** (32 - Number(length));
  if (!/^\d+$/.test(length) || !Number.isInteger(size) || base % size !== 0) {
    throw new RangeError(`"${cidr}" is not an IPv4 CIDR.`);
  }
  return { base, size };
};

import { containsCidr, overlapCidr, parseCidr as parseWithCidrTools } from 'cidr-tools';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Cidr,
  cidrContains,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  parseCidr,
} from '../../../shared/model/net/cidr.ts';
import { formatIpv4, parseIpv4 } from '../../../shared/model/net/ipv4.ts';

/** Ranges of any size; with few bits to choose from, so that pairs often nest or touch. */
const range = fc
  .record({
    length: fc.integer({ min: 0, max: 32 }),
    bits: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    near: fc.boolean(),
  })
  .map(({ length, bits, near }): Cidr => {
    const size = 2 ** (32 - length);
    const address = near ? 0xc0a80000 + (bits % 64) : bits;
    return { base: Math.floor(address / size) * size, length };
  });

test('an address reads back as it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (address) => {
      expect(parseIpv4(formatIpv4(address))).toBe(address);
    }),
    { numRuns: 2_000 },
  );
});

test('any text that reads as an address is written exactly so', () => {
  const digits = fc.string({
    unit: fc.constantFrom('0', '1', '2', '5', '6', '9', '.', '.', ' '),
    maxLength: 15,
  });
  fc.assert(
    fc.property(fc.oneof(digits, fc.ipV4(), fc.ipV4Extended(), fc.string()), (text) => {
      const address = parseIpv4(text);
      if (address !== null) expect(formatIpv4(address)).toBe(text);
    }),
    { numRuns: 5_000 },
  );
});

test('a range reads back as it was written, and spans what cidr-tools says', () => {
  fc.assert(
    fc.property(range, (cidr) => {
      const text = formatCidr(cidr);
      expect(parseCidr(text)).toEqual(cidr);
      const peer = parseWithCidrTools(text);
      expect(BigInt(cidr.base)).toBe(peer.start);
      expect(BigInt(cidr.base + cidrSize(cidr) - 1)).toBe(peer.end);
    }),
    { numRuns: 2_000 },
  );
});

test('ranges contain and overlap each other as cidr-tools says', () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      expect(cidrContains(a, b)).toBe(containsCidr(formatCidr(a), formatCidr(b)));
      expect(cidrsOverlap(a, b)).toBe(overlapCidr(formatCidr(a), formatCidr(b)));
    }),
    { numRuns: 3_000 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Cidr,
  cidrContains,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  parseCidr,
} from '../../../shared/model/net/cidr.ts';
import { freeRange } from '../../../shared/model/net/free-ranges.ts';
import type { AddressMap } from '../../../shared/model/result/assessment.ts';
import { decodeAddressMap } from '../../../shared/model/subnet/address-map.ts';
import { bestReservation } from '../../../shared/model/subnet/reservation-range.ts';

const VPC = '10.0.0.0/20';
const base = parseCidr(VPC)?.base ?? 0;

const subnets = fc.array(
  fc
    .record({
      length: fc.integer({ min: 22, max: 28 }),
      position: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    .map(({ length, position }): Cidr => {
      const size = 2 ** (32 - length);
      return { base: base + Math.floor((position * 4_096) / size) * size, length };
    }),
  { maxLength: 12 },
);

test('a free range is the lowest one that a search over all of them finds', () => {
  fc.assert(
    fc.property(subnets, fc.integer({ min: 21, max: 28 }), (taken, length) => {
      const size = 2 ** (32 - length);
      let naive: string | null = null;
      for (let at = base; naive === null && at < base + 4_096; at += size) {
        if (!taken.some((each) => cidrsOverlap(each, { base: at, length })))
          naive = formatCidr({ base: at, length });
      }
      expect(freeRange([VPC], taken.map(formatCidr), length)).toBe(naive);
    }),
    { numRuns: 1_000 },
  );
});

const maps = fc.constantFrom(24, 25, 26, 23).chain((length) => {
  const blocks = 2 ** (28 - length);
  const block = fc.record({
    state: fc.constantFrom('.', '.', '+', '#', 'p'),
    used: fc.integer({ min: 1, max: 15 }),
    reserved: fc.constantFrom('-', '-', '-', '-', 'P', 'E'),
  });
  return fc.array(block, { minLength: blocks - 2, maxLength: blocks - 2 }).map(
    (inner): AddressMap => ({
      subnetId: 'subnet-0a',
      cidrBlock: `10.0.0.0/${length}`,
      states: `a${inner.map(({ state }) => state).join('')}a`,
      reserved: `-${inner.map(({ reserved }) => reserved).join('')}-`,
      used: `0${inner.map(({ state, used }) => (state === '.' ? '0' : state === '+' ? used.toString(17) : 'g')).join('')}0`,
      owner: '-'.repeat(blocks),
      owners: [],
    }),
  );
});

describe('the range to reserve', () => {
  test("lies aligned in the subnet, apart from AWS's own addresses and other reservations, and says what it holds", () => {
    fc.assert(
      fc.property(maps, (map) => {
        const range = bestReservation(map);
        if (range === null) return;
        const cidr = parseCidr(range.cidr);
        if (cidr === null) throw new Error(`${range.cidr} is no range`);
        const blocks = decodeAddressMap(map).filter((block) => {
          const inner = parseCidr(block.cidr);
          return inner !== null && cidrContains(cidr, inner);
        });
        expect(blocks).toHaveLength(cidrSize(cidr) / 16);
        expect(
          blocks.every(({ reservation, state }) => reservation === 'none' && state !== 'awsReserved'),
        ).toBe(true);
        expect(range.freeBlocks).toBe(blocks.filter(({ state }) => state === 'free').length);
        expect(range.blocks).toBe(blocks.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

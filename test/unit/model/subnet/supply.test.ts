import { describe, expect, test } from 'vitest';
import type { ReservationType } from '../../../../shared/model/aws/inventory.ts';
import { type Cidr, formatCidr, parseCidr } from '../../../../shared/model/net/cidr.ts';
import { parseIpv4 } from '../../../../shared/model/net/ipv4.ts';
import { AddressSpace } from '../../../../shared/model/subnet/address-space.ts';
import {
  fragmentationIndex,
  largestFreeBlock,
  strandedAddresses,
} from '../../../../shared/model/subnet/fragmentation.ts';
import { measureSupply } from '../../../../shared/model/subnet/supply.ts';

const cidr = (text: string): Cidr => parseCidr(text) ?? expect.fail(`${text} should be a range`);
const address = (text: string): number => parseIpv4(text) ?? expect.fail(`${text} should be an address`);

interface Contents {
  readonly addresses?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly reservations?: readonly (readonly [string, ReservationType])[];
}

const spaceOf = (
  text: string,
  { addresses = [], prefixes = [], reservations = [] }: Contents = {},
): AddressSpace => {
  const space = new AddressSpace(cidr(text));
  for (const held of addresses) expect(space.takeAddress(address(held), 0)).toBe('placed');
  for (const held of prefixes) expect(space.takePrefix(cidr(held), 0)).toBe('placed');
  for (const [range, type] of reservations) expect(space.reserve(cidr(range), type)).toBe('placed');
  return space;
};

const hosts = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `10.0.0.${from + index}`);

const largest = (space: AddressSpace): string | null => {
  const block = largestFreeBlock(space);
  return block === null ? null : formatCidr(block);
};

describe('an empty subnet', () => {
  test('an empty /24 has 251 available addresses and 14 free prefixes', () => {
    const supply = measureSupply(spaceOf('10.0.0.0/24'));
    expect(supply).toEqual({
      total: 256,
      usable: 251,
      usableSingle: 251,
      used: 0,
      free: 251,
      available: 251,
      availableSingle: 251,
      prefixes: { assigned: 0, free: 14, freeInReservation: 0, freeUnreserved: 14 },
      blocks: { free: 14, prefix: 0, full: 0, fragmented: 0, awsReserved: 2 },
    });
  });

  test('an empty /28 has 11 available addresses and no free prefix', () => {
    const supply = measureSupply(spaceOf('10.0.0.0/28'));
    expect(supply.available).toBe(11);
    expect(supply.prefixes.free).toBe(0);
    expect(supply.blocks).toEqual({ free: 0, prefix: 0, full: 0, fragmented: 0, awsReserved: 1 });
  });

  test.each([
    [16, 65_531, 4_094],
    [19, 8_187, 510],
    [20, 4_091, 254],
    [27, 27, 0],
    [26, 59, 2],
  ])('an empty /%i has %i available addresses and %i free prefixes', (length, available, free) => {
    const supply = measureSupply(spaceOf(`10.0.0.0/${length}`));
    expect(supply).toMatchObject({ available, prefixes: { free } });
  });
});

describe('where other tools go wrong', () => {
  test('free prefixes are inside the subnet: an empty 10.0.0.0/24 does not offer 10.0.1.0/28', () => {
    const space = spaceOf('10.0.0.0/24');
    expect(space.blockCount).toBe(16);
    expect(space.takePrefix(cidr('10.0.1.0/28'), 0)).toBe('outside');
    expect(measureSupply(space).prefixes.free).toBe(14);
  });

  test('an explicit reservation of half of an empty /24 leaves 7 free prefixes, not 14', () => {
    const supply = measureSupply(spaceOf('10.0.0.0/24', { reservations: [['10.0.0.128/25', 'explicit']] }));
    expect(supply.prefixes).toEqual({ assigned: 0, free: 7, freeInReservation: 0, freeUnreserved: 7 });
    expect(supply.available).toBe(124);
    expect(supply.free).toBe(251);
  });

  test('AWS keeps five addresses of a subnet, not two', () => {
    expect(measureSupply(spaceOf('10.0.0.0/25')).usable).toBe(123);
  });
});

describe('addresses in use', () => {
  test('one address anywhere in a block spoils it as a prefix', () => {
    const supply = measureSupply(spaceOf('10.0.0.0/24', { addresses: ['10.0.0.37'] }));
    expect(supply).toMatchObject({
      used: 1,
      available: 250,
      prefixes: { free: 13 },
      blocks: { fragmented: 1, free: 13 },
    });
  });

  test("one in AWS's blocks spoils none", () => {
    const supply = measureSupply(spaceOf('10.0.0.0/24', { addresses: ['10.0.0.4', '10.0.0.254'] }));
    expect(supply).toMatchObject({ used: 2, available: 249, prefixes: { free: 14 } });
  });

  test('a prefix is sixteen addresses, and an address inside it counts once', () => {
    const supply = measureSupply(
      spaceOf('10.0.0.0/24', { prefixes: ['10.0.0.32/28'], addresses: ['10.0.0.33', '10.0.0.64'] }),
    );
    expect(supply).toMatchObject({
      used: 17,
      available: 234,
      prefixes: { assigned: 1, free: 12 },
      blocks: { prefix: 1, fragmented: 1, free: 12 },
    });
  });

  test('a block full of single addresses is full, not a prefix', () => {
    const supply = measureSupply(spaceOf('10.0.0.0/24', { addresses: hosts(16, 31) }));
    expect(supply).toMatchObject({ prefixes: { assigned: 0, free: 13 }, blocks: { full: 1, prefix: 0 } });
  });
});

describe('reservations divide the two supplies', () => {
  test('a prefix reservation keeps its addresses from single use and its blocks for prefixes', () => {
    const supply = measureSupply(spaceOf('10.0.0.0/24', { reservations: [['10.0.0.64/26', 'prefix']] }));
    expect(supply).toMatchObject({
      available: 251,
      availableSingle: 187,
      prefixes: { free: 14, freeInReservation: 4, freeUnreserved: 10 },
    });
  });

  test('addresses in use in a reservation are free in no count', () => {
    const supply = measureSupply(
      spaceOf('10.0.0.0/24', {
        reservations: [
          ['10.0.0.64/26', 'prefix'],
          ['10.0.0.128/26', 'explicit'],
        ],
        addresses: ['10.0.0.65', '10.0.0.129', '10.0.0.130'],
        prefixes: ['10.0.0.80/28'],
      }),
    );
    expect(supply).toMatchObject({
      used: 19,
      free: 232,
      available: 232 - 62,
      availableSingle: 232 - 62 - 47,
      prefixes: { assigned: 1, free: 8, freeInReservation: 2, freeUnreserved: 6 },
    });
  });

  test('a block that a reservation cuts through is not promised', () => {
    const cut = measureSupply(spaceOf('10.0.0.0/24', { reservations: [['10.0.0.32/29', 'prefix']] }));
    expect(cut).toMatchObject({
      prefixes: { free: 13, freeInReservation: 0 },
      blocks: { free: 14 },
      availableSingle: 243,
    });
    const explicit = measureSupply(spaceOf('10.0.0.0/24', { reservations: [['10.0.0.47/32', 'explicit']] }));
    expect(explicit).toMatchObject({ prefixes: { free: 13 }, blocks: { free: 14 }, available: 250 });
  });

  test('where types overlap, explicit wins: nothing is assigned from there by itself', () => {
    const supply = measureSupply(
      spaceOf('10.0.0.0/24', {
        reservations: [
          ['10.0.0.64/26', 'prefix'],
          ['10.0.0.64/28', 'explicit'],
        ],
      }),
    );
    expect(supply).toMatchObject({
      available: 235,
      availableSingle: 187,
      prefixes: { freeInReservation: 3, free: 13 },
    });
  });
});

describe('fragmentation', () => {
  const figures = (space: AddressSpace) => {
    const supply = measureSupply(space);
    return {
      index: fragmentationIndex(supply),
      stranded: strandedAddresses(supply),
      largest: largest(space),
    };
  };

  test("an empty /24 has only AWS's blocks stranded, and its largest free block is the second /26", () => {
    expect(figures(spaceOf('10.0.0.0/24'))).toEqual({
      index: 27 / 251,
      stranded: 27,
      largest: '10.0.0.64/26',
    });
  });

  test('an empty /28 can hold no prefix at all', () => {
    expect(figures(spaceOf('10.0.0.0/28'))).toEqual({ index: 1, stranded: 11, largest: '10.0.0.4/30' });
  });

  test('one address in each block: plenty of addresses, no prefix', () => {
    const addresses = Array.from({ length: 14 }, (_, block) => `10.0.0.${16 * (block + 1) + 5}`);
    expect(figures(spaceOf('10.0.0.0/24', { addresses }))).toEqual({
      index: 1,
      stranded: 237,
      largest: '10.0.0.8/29',
    });
  });

  test('index 0 where whatever is available can be a prefix', () => {
    const space = spaceOf('10.0.0.0/24', { addresses: [...hosts(4, 15), ...hosts(240, 254)] });
    expect(figures(space)).toEqual({ index: 0, stranded: 0, largest: '10.0.0.64/26' });
  });

  test('the index is unknown when nothing is available, and there is no free block', () => {
    const space = spaceOf('10.0.0.0/28', { addresses: hosts(4, 14) });
    expect(figures(space)).toEqual({ index: null, stranded: 0, largest: null });
  });

  test('explicit reservations are not available, so they take no part in it; prefix reservations do', () => {
    const explicit = spaceOf('10.0.0.0/24', { reservations: [['10.0.0.64/26', 'explicit']] });
    expect(figures(explicit)).toEqual({ index: 27 / 187, stranded: 27, largest: '10.0.0.128/26' });
    const prefix = spaceOf('10.0.0.0/24', { reservations: [['10.0.0.64/26', 'prefix']] });
    expect(figures(prefix)).toEqual({ index: 27 / 251, stranded: 27, largest: '10.0.0.64/26' });
  });

  test('of equal blocks the lowest is the largest, and one address is a /32', () => {
    expect(largest(spaceOf('10.0.0.0/28', { addresses: hosts(5, 13) }))).toBe('10.0.0.4/32');
    expect(largest(spaceOf('10.0.0.0/28', { addresses: hosts(6, 13) }))).toBe('10.0.0.4/31');
    expect(largest(spaceOf('10.0.0.0/16'))).toBe('10.0.64.0/18');
  });
});

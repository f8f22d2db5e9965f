import { describe, expect, test } from 'vitest';
import type { AddressMap } from '../../../../shared/model/result/assessment.ts';
import { bestReservation } from '../../../../shared/model/subnet/reservation-range.ts';

/** A subnet by its blocks' states; fragmented blocks hold `used` addresses each. */
const map = (
  cidrBlock: string,
  states: string,
  { used = 1, reserved = '-'.repeat(states.length) } = {},
): AddressMap => ({
  subnetId: 'subnet-0a',
  cidrBlock,
  states,
  reserved,
  used: [...states]
    .map((state) => (state === '+' ? used.toString(17) : state === '#' || state === 'p' ? 'g' : '0'))
    .join(''),
  owner: '-'.repeat(states.length),
  owners: [],
});

describe('the range to reserve for prefixes', () => {
  test("of an empty /24 is a quarter of it: the ends hold AWS's own addresses", () => {
    expect(bestReservation(map('10.0.0.0/24', 'a..............a'))).toEqual({
      cidr: '10.0.0.64/26',
      freeBlocks: 4,
      blocks: 4,
      singles: 0,
    });
  });

  test('is where most blocks are free', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a...++++.......a'))?.cidr).toBe('10.0.0.128/26');
  });

  test('is where fewest addresses are in the way, when no block is free', () => {
    const fragmented = { ...map('10.0.0.0/24', 'a++++++++++++++a'), used: '0555888833335550' };
    expect(bestReservation(fragmented)).toEqual({
      cidr: '10.0.0.128/26',
      freeBlocks: 0,
      blocks: 4,
      singles: 12,
    });
  });

  test('is smaller where the rest needs the addresses', () => {
    const tight = map('10.0.0.0/24', 'a###..#+######+a');
    expect(bestReservation(tight)).toEqual({ cidr: '10.0.0.64/27', freeBlocks: 2, blocks: 2, singles: 0 });
  });

  test('is not one of full blocks, which would never become prefixes while their owners live', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a##.####+++++++a'))?.cidr).toBe('10.0.0.128/26');
  });

  test('leaves a quarter of the single addresses, and sixteen at the least', () => {
    // Of 80 free addresses twenty must stay; a whole quarter of the subnet would leave sixteen.
    expect(bestReservation(map('10.0.0.0/24', 'a###....####.##a'))?.cidr).toBe('10.0.0.64/27');
    expect(bestReservation(map('10.0.0.0/24', 'a##.....####.##a'))?.cidr).toBe('10.0.0.64/26');
    expect(bestReservation(map('10.0.0.0/26', 'a..a'))?.cidr).toBe('10.0.0.16/28');
    expect(bestReservation(map('10.0.0.0/26', 'a#.a'))).toBeNull();
  });

  test('prefers blocks that are free at once to more that may be some day', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a###++++....###a', { used: 8 }))).toMatchObject({
      cidr: '10.0.0.128/26',
    });
    expect(bestReservation(map('10.0.0.0/24', 'a###++++.###+++a', { used: 2 }))).toMatchObject({
      cidr: '10.0.0.64/26',
    });
  });

  test('weighs a free block twice as much as one that is empty but for its last address', () => {
    const threeFree = { ...map('10.0.0.0/24', 'a+++...#+++++++a'), used: '0333000g33333330' };
    expect(bestReservation(threeFree)).toEqual({
      cidr: '10.0.0.64/26',
      freeBlocks: 3,
      blocks: 4,
      singles: 16,
    });
    const oneFree = { ...map('10.0.0.0/24', 'a+++.###+++++++a'), used: '0ccc0ggg9999ccc0' };
    expect(bestReservation(oneFree)).toEqual({ cidr: '10.0.0.64/28', freeBlocks: 1, blocks: 1, singles: 0 });
  });

  test('does not count the addresses of prefixes as in the way: they are prefixes already', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a+++p...+++++++a', { used: 5 }))).toEqual({
      cidr: '10.0.0.64/26',
      freeBlocks: 3,
      blocks: 4,
      singles: 0,
    });
  });

  test('counts what is in the way: addresses of full blocks as well as of fragmented ones', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a+..#+..++..+..a', { used: 3 }))).toMatchObject({
      singles: 6,
      freeBlocks: 2,
    });
    expect(bestReservation(map('10.0.0.0/24', 'a+..#+..##..+..a', { used: 3 }))).toMatchObject({
      cidr: '10.0.0.64/26',
      singles: 19,
    });
  });

  test('is none in a subnet that has nothing to spare', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a##############a'))).toBeNull();
    expect(bestReservation(map('10.0.0.0/28', 'a'))).toBeNull();
  });

  test('keeps away from other reservations', () => {
    const reserved = '----PPPP--------';
    expect(bestReservation(map('10.0.0.0/24', 'a..............a', { reserved }))?.cidr).toBe('10.0.0.128/26');
    const inPart = '----P-----------';
    expect(bestReservation(map('10.0.0.0/24', 'a..............a', { reserved: inPart }))?.cidr).toBe(
      '10.0.0.128/26',
    );
  });

  test('does not count on single addresses that are reserved already', () => {
    // Sixteen addresses must stay: in a /26 without a reservation the second free block leaves the third.
    expect(bestReservation(map('10.0.0.0/26', 'a..a'))?.cidr).toBe('10.0.0.16/28');
    expect(bestReservation(map('10.0.0.0/26', 'a..a', { reserved: '--P-' }))).toBeNull();
  });

  test('is not proposed where reservations could not be read', () => {
    expect(bestReservation(map('10.0.0.0/24', 'a..............a', { reserved: '?'.repeat(16) }))).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { parseCidr } from '../../../../shared/model/net/cidr.ts';
import { reservationsFor, smallestSubnet } from '../../../../shared/model/plan/subnet-size.ts';

describe('the smallest subnet', () => {
  // AWS keeps five addresses of each subnet, in its first and in its last block.
  test.each([
    [{ addresses: 11, prefixes: 0 }, 28],
    [{ addresses: 12, prefixes: 0 }, 27],
    [{ addresses: 0, prefixes: 1 }, 26],
    [{ addresses: 0, prefixes: 2 }, 26],
    [{ addresses: 0, prefixes: 3 }, 25],
    [{ addresses: 27, prefixes: 2 }, 26],
    [{ addresses: 28, prefixes: 2 }, 25],
    [{ addresses: 65_531, prefixes: 0 }, 16],
    [{ addresses: 65_532, prefixes: 0 }, null],
    [{ addresses: 0, prefixes: 4_094 }, 16],
    [{ addresses: 0, prefixes: 4_095 }, null],
  ])('for %o has the length %o', (amount, length) => {
    expect(smallestSubnet(amount)).toBe(length);
  });
});

describe('ranges to reserve in an empty subnet', () => {
  test.each([1, 2, 3, 5, 6, 13, 14, 15, 30, 62])(
    'for %i prefixes are so many blocks, apart, and none of AWS',
    (prefixes) => {
      const ranges = reservationsFor('10.0.0.0/22', prefixes).map(
        (range) => parseCidr(range) ?? expect.fail(range),
      );
      const blocks = ranges.flatMap(({ base, length }) =>
        Array.from({ length: 2 ** (28 - length) }, (_, index) => base / 16 + index),
      );
      const first = (parseCidr('10.0.0.0/22')?.base ?? 0) / 16;
      expect(blocks).toHaveLength(prefixes);
      expect(new Set(blocks).size).toBe(prefixes);
      expect(Math.min(...blocks)).toBeGreaterThan(first);
      expect(Math.max(...blocks)).toBeLessThan(first + 63);
    },
  );

  test('are the inner quarters first, and then the eighths beside them', () => {
    expect(reservationsFor('10.0.0.0/24', 8)).toEqual(['10.0.0.64/26', '10.0.0.128/26']);
    expect(reservationsFor('10.0.0.0/24', 12)).toEqual([
      '10.0.0.64/26',
      '10.0.0.128/26',
      '10.0.0.32/27',
      '10.0.0.192/27',
    ]);
  });

  test('are none for no prefix, and none in what is no range', () => {
    expect(reservationsFor('10.0.0.0/24', 0)).toEqual([]);
    expect(reservationsFor('10.0.0/24', 4)).toEqual([]);
  });
});

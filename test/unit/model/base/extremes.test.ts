import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestOf, smallestOf } from '../../../../shared/model/base/extremes.ts';

test('they say what Math.max and Math.min say', () => {
  fc.assert(
    fc.property(fc.array(fc.double()), (values) => {
      expect(largestOf(values)).toBe(Math.max(...values));
      expect(smallestOf(values)).toBe(Math.min(...values));
    }),
  );
});

test('a million values are no problem', () => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => index);
  expect([largestOf(values), smallestOf(values)]).toEqual([999_999, 0]);
});

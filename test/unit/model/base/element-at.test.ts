import { expect, test } from 'vitest';
import { elementAt } from '../../../../shared/model/base/element-at.ts';

test('an element that is there is given, be it nothing much', () => {
  expect(elementAt(['a', ''], 1)).toBe('');
  expect(elementAt([3, 0, Number.NaN], 1)).toBe(0);
  expect(elementAt([3, 0, Number.NaN], 2)).toBeNaN();
});

test('an index past either end is a mistake, and no value takes its place', () => {
  expect(() => elementAt([1, 2], 2)).toThrow(new RangeError('There is no element 2 among 2.'));
  expect(() => elementAt([1, 2], -1)).toThrow(RangeError);
  expect(() => elementAt([], 0)).toThrow(RangeError);
});

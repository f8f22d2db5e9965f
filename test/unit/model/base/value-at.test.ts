import { expect, test } from 'vitest';
import { valueAt } from '../../../../shared/model/base/value-at.ts';

const PORTS = new Map<string, number | null>([
  ['http', 80],
  ['unused', null],
]);

test('a key that is there gives its value, also where that is null', () => {
  expect([valueAt(PORTS, 'http'), valueAt(PORTS, 'unused')]).toEqual([80, null]);
});

test('a key that is not there is a mistake of the program', () => {
  expect(() => valueAt(PORTS, 'https')).toThrow(new RangeError('There is no entry https among 2.'));
});

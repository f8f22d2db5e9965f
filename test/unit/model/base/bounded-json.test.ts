import { expect, test } from 'vitest';
import { excessOf } from '../../../../shared/model/base/bounded-json.ts';

const limits = { characters: 20, values: 3 };

test.each([
  ['{"a":1,"b":2}', null],
  ['[1,2]', null],
  ['"12345678901234567890"', 'it has more than 20 characters'],
  ['[1,2,3]', 'it has more than 3 values'],
  ['[[[[]]]]', 'it has more than 3 values'],
])('%s: %s', (json, excess) => {
  expect(excessOf(json, limits)).toBe(excess);
});

test('a text at both limits may be parsed', () => {
  expect(excessOf(`[1,${'2'.repeat(16)}]`, limits)).toBeNull();
});

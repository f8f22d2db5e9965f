import { expect, test } from 'vitest';
import { withoutEndSlashes } from '../../../../shared/model/base/text/end-slashes.ts';

test.each([
  ['https://example.com/', 'https://example.com'],
  ['https://example.com/a//', 'https://example.com/a'],
  ['a/b', 'a/b'],
  ['///', ''],
  ['', ''],
])('%j without the slashes at its end', (given, expected) => {
  expect(withoutEndSlashes(given)).toBe(expected);
});

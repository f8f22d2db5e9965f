import { expect, test } from 'vitest';
import { hashOf, shareOfLife } from '../../../../shared/model/target/share-of-life.ts';

test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('the hash of "%s" is the one of FNV-1a', (text, hash) => {
  // Vectors of draft-eastlake-fnv.
  expect(hashOf(text)).toBe(hash);
});

test('the share lies between a half and the whole, and is spread over it', () => {
  const shares = Array.from({ length: 2_000 }, (_, index) => shareOfLife(`subnet-${index}`));
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5);
  expect(Math.max(...shares)).toBeLessThan(1);
  for (const from of [0.5, 0.6, 0.7, 0.8, 0.9])
    expect(shares.filter((share) => share >= from && share < from + 0.1).length).toBeGreaterThan(300);
  expect(shareOfLife('')).toBe(0.5 + (0x811c9dc5 % 1000) / 2000);
});

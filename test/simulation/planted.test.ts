import { describe, expect, test } from 'vitest';
import { PLANTS, RARE_PLANTS, READER_PLANTS } from './plants.ts';
import { simulate } from './simulation.ts';

const SEEDS = [1, 2, 3, 4, 5];

describe.each(Object.entries(PLANTS))('planted: %s', (_, { plants, breaks }) => {
  test.each(SEEDS)('is found within the first thousand scans of seed %i', async (seed) => {
    const { violations } = await simulate({ seed, cycles: 1_000, plants });
    expect(violations.map(({ rule }) => rule)).toContain(breaks);
  });
});

describe.each(Object.entries(READER_PLANTS))('planted in the reader: %s', (_, { plants, breaks }) => {
  test.each(SEEDS)('is found within the first thousand scans of seed %i', async (seed) => {
    const { violations } = await simulate({ seed, cycles: 1_000, plants, wireEvery: 1 });
    expect(violations.map(({ rule }) => rule)).toContain(breaks);
  });
});

test('the reader of the product, in every scan, breaks no rule', async () => {
  const { violations, wired } = await simulate({ seed: 1, cycles: 5_000, wireEvery: 1 });
  expect(violations).toEqual([]);
  expect(wired).toBeGreaterThan(4_000);
});

describe.each(Object.entries(RARE_PLANTS))('planted: %s', (_, { plants, breaks }) => {
  test('is found within the first thousand scans of one of five seeds: it takes two runs that overlap', async () => {
    const reports = await Promise.all(SEEDS.map((seed) => simulate({ seed, cycles: 1_000, plants })));
    expect(reports.flatMap(({ violations }) => violations.map(({ rule }) => rule))).toContain(breaks);
  });
});

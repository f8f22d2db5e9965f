import { describe, expect, test } from 'vitest';
import { PLANTS, RARE_PLANTS } from './plants.ts';
import { simulate } from './simulation.ts';

const SEEDS = [1, 2, 3, 4, 5];

describe.each(Object.entries(PLANTS))('planted: %s', (_, { plants, breaks }) => {
  test.each(SEEDS)('is found within the first thousand scans of seed %i', async (seed) => {
    const { violations } = await simulate({ seed, cycles: 1_000, plants });
    expect(violations.map(({ rule }) => rule)).toContain(breaks);
  });
});

describe.each(Object.entries(RARE_PLANTS))('planted: %s', (_, { plants, breaks }) => {
  test('is found within the first thousand scans of one of five seeds: it takes two runs that overlap', async () => {
    const reports = await Promise.all(SEEDS.map((seed) => simulate({ seed, cycles: 1_000, plants })));
    expect(reports.flatMap(({ violations }) => violations.map(({ rule }) => rule))).toContain(breaks);
  });
});

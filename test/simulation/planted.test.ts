import { describe, expect, test } from 'vitest';
import { PLANTS, RARE_PLANTS, READER_PLANTS } from './plants.ts';
import { simulate } from './simulation.ts';
import { levelsByWire } from './wire.ts';

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

test('each damage of a listing leaves it unread, or the simulation would accuse the reader', async () => {
  const target = { accountId: '111111111111', region: 'eu-west-1' };
  const subnets = [
    { subnetId: 'subnet-00', level: 'warning' as const },
    { subnetId: 'subnet-01', level: 'ok' as const },
  ];
  const levels = new Map(subnets.map(({ subnetId, level }) => [subnetId, level]));
  expect(await levelsByWire({ target, subnets, damage: null, pieces: 7 })).toEqual(levels);
  for (let each = 0; each < 1_000; each += 1)
    expect([
      each,
      await levelsByWire({ target, subnets, damage: each / 1_000, pieces: 1 + ((each * 37) % 997) }),
    ]).toEqual([each, null]);
});

describe.each(Object.entries(RARE_PLANTS))('planted: %s', (_, { plants, breaks }) => {
  test('is found within the first thousand scans of one of five seeds: it takes two runs that overlap', async () => {
    const reports = await Promise.all(SEEDS.map((seed) => simulate({ seed, cycles: 1_000, plants })));
    expect(reports.flatMap(({ violations }) => violations.map(({ rule }) => rule))).toContain(breaks);
  });
});

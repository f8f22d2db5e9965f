import { afterAll, describe, expect, test } from 'vitest';
import { PLANTS, RARE_PLANTS, READER_PLANTS, SDK_PLANTS } from './plants.ts';
import { mishapOf, SdkReader, truthOf } from './sdk.ts';
import { simulate } from './simulation.ts';
import { levelsByWire } from './wire.ts';

const SEEDS = [1, 2, 3, 4, 5];

/** After how many scans each planted defect was found. */
const found = new Map<string, number[]>();
const note = (planted: string, cycles: number): void => {
  found.set(planted, [...(found.get(planted) ?? []), cycles]);
};
afterAll(() => {
  for (const [planted, cycles] of found) console.log(`${planted}: found after ${cycles.join(', ')} scans`);
});

describe.each(Object.entries(PLANTS))('planted: %s', (planted, { plants, breaks }) => {
  test.each(SEEDS)('is found within the first thousand scans of seed %i', async (seed) => {
    const { violations, cycles } = await simulate({ seed, cycles: 1_000, plants });
    expect(violations.map(({ rule }) => rule)).toContain(breaks);
    note(planted, cycles);
  });
});

describe.each(Object.entries(READER_PLANTS))('planted in the reader: %s', (planted, { plants, breaks }) => {
  test.each(SEEDS)('is found within the first thousand scans of seed %i', async (seed) => {
    const { violations, cycles } = await simulate({ seed, cycles: 1_000, plants, wireEvery: 1 });
    expect(violations.map(({ rule }) => rule)).toContain(breaks);
    note(planted, cycles);
  });
});

describe.each(Object.entries(SDK_PLANTS))('planted behind the SDK: %s', (planted, { plants, breaks }) => {
  test.each([1, 2])('is found within the first thousand scans of seed %i', async (seed) => {
    const { violations, cycles } = await simulate({ seed, cycles: 1_000, plants, sdkEvery: 1 });
    expect(violations.map(({ rule }) => rule)).toContain(breaks);
    note(planted, cycles);
  });
});

test('the SDK and the inventory of the product, in every scan, break no rule', async () => {
  const { violations, bySdk } = await simulate({ seed: 1, cycles: 3_000, sdkEvery: 1 });
  expect(violations).toEqual([]);
  expect(bySdk).toBeGreaterThan(2_900);
});

test('each way in which a request of the SDK fails leaves unread exactly what it asked for', async () => {
  const reader = new SdkReader();
  const target = { accountId: '111111111111', region: 'eu-west-1' };
  const subnets = [
    { subnetId: 'subnet-00', level: 'warning' as const },
    { subnetId: 'subnet-01', level: 'critical' as const },
  ];
  const seen = new Set<string>();
  for (let each = 0; each < 1_000; each += 1) {
    const mishap = mishapOf(each / 1_000);
    const reading = { target, subnets, mishap, pieces: 1 + ((each * 37) % 997) };
    const truth = truthOf(reading);
    seen.add(JSON.stringify(truth === null ? null : [...truth.values()]));
    expect([each, await reader.read(reading)]).toEqual([each, truth]);
  }
  expect(seen).toEqual(new Set(['null', '[null,null]', '["warning","critical"]']));
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

/** Runs that stand still and messages that come twice: most targets are scanned by two runs at once. */
const OVERLAPPING = { stall: 0.3, queueRepeats: 0.5 };

describe.each(Object.entries(RARE_PLANTS))('planted: %s', (planted, { plants, breaks }) => {
  test('is found within the first thousand scans of one of five seeds in which runs overlap', async () => {
    for (const seed of SEEDS) {
      const { violations, cycles } = await simulate({ seed, cycles: 1_000, plants, rates: OVERLAPPING });
      if (violations.length === 0) continue;
      expect(violations.map(({ rule }) => rule)).toContain(breaks);
      note(planted, cycles);
    }
    expect(found.get(planted)).not.toBeUndefined();
  });
});

test('runs that overlap all the time break no rule', async () => {
  for (const seed of SEEDS)
    expect((await simulate({ seed, cycles: 1_000, rates: OVERLAPPING })).violations).toEqual([]);
});

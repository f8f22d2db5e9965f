import { describe, expect, test } from 'vitest';
import { noteStart, readAllStarts, unfinishedAmong } from '../../../shared/pipeline/scan-starts.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const START = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;

const iso = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();

interface Begun {
  readonly at?: number;
  readonly used?: number;
  readonly limit?: number | null;
  /** Minutes and interfaces of each sign of life. */
  readonly seen?: readonly (readonly [number, number])[];
}

/** A function that may run for five minutes and has 512 MB. */
const begin = async (
  cache: ReturnType<typeof createMemoryStateStore>['cache'],
  { at = 0, used = 100, limit = 512, seen = [] }: Begun = {},
): Promise<void> => {
  let now = START + at * MINUTE;
  const life = { endsBy: now + 5 * MINUTE, memory: () => ({ used, limit }) };
  const progress = await noteStart(cache, TARGET, life, () => now);
  for (const [minutes, interfaces] of seen) {
    now = START + minutes * MINUTE;
    progress(interfaces);
  }
  await new Promise((resolve) => setImmediate(resolve));
};

const reported = async (
  cache: ReturnType<typeof createMemoryStateStore>['cache'],
  minutes: number,
  lastScannedAt: string | null = null,
) => {
  const now = START + minutes * MINUTE;
  const starts = await readAllStarts(cache, [TARGET], now);
  return unfinishedAmong([...starts.values()].flat(), lastScannedAt, now);
};

describe('a scan that began', () => {
  test('is not reported while it may still be running', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache);
    expect(await reported(cache, 4)).toBeNull();
  });

  test('is not reported once it, or a later one, has ended', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache);
    expect(await reported(cache, 6, iso(0))).toBeNull();
    expect(await reported(cache, 6, iso(5))).toBeNull();
  });

  test('and was killed is reported, although the next one is under way', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache, { at: 0 });
    await begin(cache, { at: 5 });
    expect(await reported(cache, 7, iso(-5))).toMatchObject({
      code: 'scan-killed',
      message: expect.stringMatching(/^The scan that began at 2026-01-01 00:00 UTC did not end: /),
    });
    expect(await reported(cache, 12, iso(5))).toBeNull();
  });

  test('is forgotten when it is old: the target is stale by then', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache);
    expect(await reported(cache, 7 * 60)).toBeNull();
  });
});

describe('signs of life', () => {
  const MINUTES_OF_A_LONG_SCAN = 15;

  /** Requests to the store of a scan that reads for so long, with the memory that it uses at each second. */
  const notesOf = async (used: (second: number) => number): Promise<number> => {
    const { cache } = createMemoryStateStore();
    let notes = 0;
    const counting = {
      ...cache,
      put: (...entry: Parameters<typeof cache.put>) => {
        notes += 1;
        return cache.put(...entry);
      },
    };
    let second = 0;
    const life = {
      endsBy: START + MINUTES_OF_A_LONG_SCAN * MINUTE,
      memory: () => ({ used: used(second), limit: 256 }),
    };
    const progress = await noteStart(counting, TARGET, life, () => START + second * 1000);
    for (; second < MINUTES_OF_A_LONG_SCAN * 60; second += 1) progress(second * 500);
    return notes;
  };

  test('are few, however long a scan takes', async () => {
    expect(await notesOf(() => 100)).toBe(6);
  });

  test('come at once where memory gets scarce, and not again while it stays so', async () => {
    expect(await notesOf((second) => (second < 100 ? 100 : 240))).toBe(6);
    const { cache } = createMemoryStateStore();
    let [second, used] = [0, 100];
    const life = { endsBy: START + 5 * MINUTE, memory: () => ({ used, limit: 256 }) };
    const progress = await noteStart(cache, TARGET, life, () => START + second * 1000);
    [second, used] = [3, 240];
    progress(7_000);
    expect(await reported(cache, 6)).toMatchObject({
      message: expect.stringContaining('it used 240 of 256 MB and had read 7,000 interfaces'),
    });
  });
});

describe('the likely reason', () => {
  test('is memory where nearly all of it was in use', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache, { used: 500, seen: [[1, 40_000]] });
    expect(await reported(cache, 6)).toMatchObject({
      message: expect.stringContaining(
        'it probably ran out of memory, when last seen it used 500 of 512 MB and had read 40,000 interfaces',
      ),
      action: expect.stringContaining('memorySize'),
    });
  });

  test('is time where it was seen shortly before its end', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache, {
      seen: [
        [1, 500],
        [4.9, 9_000],
      ],
    });
    expect(await reported(cache, 6)).toMatchObject({
      message: expect.stringContaining('it probably ran out of time'),
      action: expect.stringContaining('larger scan-target, which has more time'),
    });
  });

  test('is left open when both are unknown', async () => {
    const { cache } = createMemoryStateStore();
    await begin(cache, { limit: null });
    expect(await reported(cache, 6)).toMatchObject({
      message: expect.stringContaining(
        'its process was ended, most often for want of memory; when last seen it used 100 MB',
      ),
      action: expect.stringContaining('log'),
    });
  });
});

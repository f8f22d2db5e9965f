import { describe, expect, test } from 'vitest';
import {
  lossInStairs,
  lossOfLows,
  noiseOf,
  trendSegmentOf,
} from '../../../../shared/model/forecast/trend-segment.ts';

/** Six-hour means of a supply, the newest first, from what it was so many days ago. */
const blocksOf = (days: number, available: (daysAgo: number) => number): number[] =>
  Array.from({ length: days * 4 }, (_, index) => available(index / 4));

describe('the loss of daily lows', () => {
  test('is the middle of the slopes between all pairs of days', () => {
    expect(lossOfLows([70, 80, 90])).toBe(10);
    expect(lossOfLows([70, 80, 500, 100, 110])).toBe(10);
  });

  test('passes over a day that was not measured', () => {
    expect(lossOfLows([70, Number.NaN, 90])).toBe(10);
  });

  test('is not known from a single day, or from none', () => {
    expect(lossOfLows([70])).toBeNaN();
    expect(lossOfLows([70, Number.NaN])).toBeNaN();
    expect(lossOfLows([])).toBeNaN();
  });
});

describe('a loss in stairs', () => {
  const stairs = (daysAgo: number) => 400 + 40 * Math.floor(daysAgo / 2);

  test('is what two weeks lost, by the day', () => {
    expect(lossInStairs(blocksOf(20, stairs), 1)).toBe(20);
  });

  test('is none where one pair of days lost more than half of it', () => {
    expect(
      lossInStairs(
        blocksOf(20, (daysAgo) => (daysAgo < 7 ? 400 : 900)),
        1,
      ),
    ).toBeNull();
  });

  test('is none where it ended, or where it does not stand out of the noise', () => {
    expect(
      lossInStairs(
        blocksOf(20, (daysAgo) => stairs(Math.max(6, daysAgo))),
        1,
      ),
    ).toBeNull();
    expect(lossInStairs(blocksOf(20, stairs), 70)).toBe(20);
    expect(lossInStairs(blocksOf(20, stairs), 71)).toBeNull();
  });

  test('is none where a day of the sixteen is missing, and needs no seventeenth', () => {
    expect(lossInStairs(blocksOf(16, stairs), 1)).toBe(20);
    expect(lossInStairs(blocksOf(15, stairs), 1)).toBeNull();
    const holed = blocksOf(20, stairs).fill(Number.NaN, 8, 12);
    expect(lossInStairs(holed, 1)).toBeNull();
    const oneLeft = blocksOf(20, stairs).fill(Number.NaN, 9, 12);
    expect(lossInStairs(oneLeft, 1)).toBe(20);
  });
});

describe('a jump', () => {
  const jumped = (daysAgo: number) => (daysAgo < 4 ? 300 : 340) + 2 * Math.sin(daysAgo * 7);

  test('is no climb: only what came after it counts', () => {
    const segment = trendSegmentOf(blocksOf(8, jumped), 12);
    expect(segment?.days).toBe(4);
    expect(Math.abs(segment?.lossPerDay ?? Number.NaN)).toBeLessThan(2);
    expect(segment?.level).toBeCloseTo(300, -1);
  });

  test('is seen through hours without a measurement', () => {
    const segment = trendSegmentOf(blocksOf(8, jumped).fill(Number.NaN, 9, 11), 12);
    expect(segment?.days).toBe(4);
    expect(segment?.level).toBeCloseTo(300, -1);
  });
});

test('noise is a quarter of an address at the least, and two in a thousand of what there could be', () => {
  expect(
    noiseOf(
      blocksOf(10, () => 50),
      0,
    ),
  ).toBe(0.25);
  expect(
    noiseOf(
      blocksOf(10, () => 50),
      1000,
    ),
  ).toBe(2);
  expect(noiseOf([], 100)).toBe(0.25);
});

describe('noise', () => {
  const ofSteps = 5 / 0.6745;

  test('is how far a block lies from the next, as a rule', () => {
    expect(noiseOf([0, 10, 30, 40, 60], 0)).toBeCloseTo(ofSteps / Math.SQRT2);
    expect(noiseOf([0, 10, 30, Number.NaN, 50, 60, 80], 0)).toBeCloseTo(ofSteps / Math.SQRT2);
  });

  test('is how far a day lies from the next, where that is more, from five days on', () => {
    const days = (...means: readonly number[]) => means.flatMap((mean) => [mean, mean, mean, mean]);
    expect(noiseOf(days(0, 10, 30, 40, 60), 0)).toBeCloseTo((2 * ofSteps) / Math.SQRT2);
    expect(noiseOf(days(0, 10, 30, 40), 0)).toBe(0.25);
    const hardlySeen = [5000, Number.NaN, Number.NaN, Number.NaN];
    expect(noiseOf([...days(0, 10, 30, 40, 60), ...hardlySeen], 0)).toBeCloseTo((2 * ofSteps) / Math.SQRT2);
  });
});

describe('a trend segment', () => {
  test('is the line through all that it explains, with its error', () => {
    const segment = trendSegmentOf(
      blocksOf(10, (daysAgo) => 300 + 10 * daysAgo),
      1,
    );
    expect(segment).toMatchObject({ days: 10, settled: true });
    expect(segment?.lossPerDay).toBeCloseTo(10);
    expect(segment?.level).toBeCloseTo(300);
    // The spread of the numbers 0 to n - 1 is n (n² - 1) / 12; there are four blocks to a day.
    expect(segment?.error).toBeCloseTo(4 / Math.sqrt((40 * 1599) / 12));
    expect(segment?.lossIfClimbing).toBeCloseTo(10);
    expect(segment?.errorIfClimbing).toBeCloseTo(4 / Math.sqrt((8 * 63) / 12));
  });

  test('needs two days, of which one block may be missing', () => {
    const twoDays = blocksOf(2, () => 300);
    expect(trendSegmentOf(twoDays, 1)).toMatchObject({ days: 2, level: 300, lossPerDay: 0, settled: true });
    expect(trendSegmentOf(twoDays.slice(1), 1)).toBeNull();
    expect(trendSegmentOf(twoDays.with(3, Number.NaN), 1)?.days).toBe(2);
    expect(trendSegmentOf(twoDays.with(3, Number.NaN).with(5, Number.NaN), 1)).toBeNull();
    expect(trendSegmentOf([], 1)).toBeNull();
  });

  test('goes back to where the supply took another course, and no further', () => {
    const bent = blocksOf(12, (daysAgo) => 300 + 60 * Math.max(0, daysAgo - 5));
    const segment = trendSegmentOf(bent, 1);
    expect(segment?.lossPerDay).toBeLessThan(5);
    expect(segment?.days).toBeGreaterThanOrEqual(5);
    expect(segment?.days).toBeLessThan(6.5);
  });

  test('of a level that changed within two days is unsettled: it is where the newest two blocks are', () => {
    const dropped = [Number.NaN, 198, 202, 260, 300, 300, 300, 300, 300, 300];
    const segment = trendSegmentOf(dropped, 1);
    expect(segment).toMatchObject({ lossPerDay: 0, level: 200, days: 2, settled: false });
    expect(segment?.lossIfClimbing).toBeGreaterThan(40);
    // Seven points, 1 to 7.
    expect(segment?.error).toBeCloseTo(4 / Math.sqrt((7 * 48) / 12));
    expect(segment?.errorIfClimbing).toBeGreaterThan(10);
  });
});

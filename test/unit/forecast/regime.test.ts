import { describe, expect, test } from 'vitest';
import { lossInStairs, lossOfLows, noiseOf, regimeOf } from '../../../shared/model/forecast/regime.ts';

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
    const regime = regimeOf(blocksOf(8, jumped), 12);
    expect(regime?.days).toBe(4);
    expect(Math.abs(regime?.lossPerDay ?? Number.NaN)).toBeLessThan(2);
    expect(regime?.level).toBeCloseTo(300, -1);
  });

  test('is seen through hours that nobody measured', () => {
    const regime = regimeOf(blocksOf(8, jumped).fill(Number.NaN, 9, 11), 12);
    expect(regime?.days).toBe(4);
    expect(regime?.level).toBeCloseTo(300, -1);
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

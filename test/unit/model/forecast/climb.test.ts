import { describe, expect, test } from 'vitest';
import { climbOf } from '../../../../shared/model/forecast/climb.ts';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { outlookOf } from '../../../../shared/model/forecast/outlook.ts';
import { trendSegmentOf } from '../../../../shared/model/forecast/trend-segment.ts';
import { DAY, daily, HOUR, historyAfter, START, scatter } from '../../../fixtures/supply-series.ts';

/** Six-hour means of a supply, the newest first, with what it lost by so many blocks after the loss began. */
const blocksOf = (began: number, lost: (blocks: number) => number, before = 20): number[] =>
  Array.from({ length: began + before }, (_, index) => 600 - lost(Math.max(0, began - index - 0.5)));

const steady = (blocks: number): number => 10 * blocks;

describe('a climb after a level', () => {
  test('is found after a day of it, as steep as it is', () => {
    const climb = climbOf(blocksOf(4, steady), 1);
    expect(climb).toMatchObject({ days: 1 });
    expect(climb?.lossPerDay).toBeCloseTo(40);
    expect(climb?.level).toBeCloseTo(560);
    // Blocks that have lost for 0.5, 1.5, 2.5 and 3.5 of their length, and eight that have not.
    expect(climb?.error).toBeCloseTo(4 / Math.sqrt(21 - 8 ** 2 / 12));
  });

  test('is steeper than a line through it and the level before', () => {
    for (const began of [8, 12, 16]) {
      const blocks = blocksOf(began, steady).map((block, index) => block + 4 * scatter(index));
      expect(climbOf(blocks, 4)?.lossPerDay).toBeGreaterThan(36);
      expect(climbOf(blocks, 4)?.lossPerDay).toBeLessThan(44);
    }
    // With as much noise as a daily rhythm leaves behind, the line takes the level before for a part of it.
    expect(trendSegmentOf(blocksOf(12, steady), 12)?.lossPerDay).toBeLessThan(36);
  });

  test('is none before a day of it, and none after a week', () => {
    expect(climbOf(blocksOf(3, steady), 1)).toBeNull();
    expect(climbOf(blocksOf(27, steady), 1)?.days).toBe(6.75);
    expect(climbOf(blocksOf(28, steady), 1)).toBeNull();
    expect(climbOf(blocksOf(60, steady), 1)).toBeNull();
  });

  test('needs a day of the level before it', () => {
    expect(climbOf(blocksOf(6, steady, 4), 1)?.lossPerDay).toBeCloseTo(40);
    expect(climbOf(blocksOf(6, steady, 3), 1)).toBeNull();
    expect(climbOf([], 1)).toBeNull();
  });

  test('is none where two levels explain it: a jump, or a step of half a day', () => {
    for (const takes of [0.1, 1, 2])
      for (const began of [4, 5, 6, 8])
        expect(
          climbOf(
            blocksOf(began, (blocks) => 80 * Math.min(1, blocks / takes)),
            1,
          ),
        ).toBeNull();
  });

  test('is none once it has stopped', () => {
    const stops = (blocks: number): number => steady(Math.min(8, blocks));
    expect(climbOf(blocksOf(8, stops), 1)?.lossPerDay).toBeCloseTo(40);
    expect(climbOf(blocksOf(10, stops), 3)).toBeNull();
    expect(climbOf(blocksOf(12, stops), 3)).toBeNull();
  });

  test('is none where its pace is within its error, or where no climb fits', () => {
    expect(climbOf(blocksOf(4, steady), 4)).not.toBeNull();
    expect(climbOf(blocksOf(4, steady), 8)).toBeNull();
    expect(
      climbOf(
        blocksOf(12, (blocks) => steady(blocks) + 60 * Math.sin(blocks)),
        2,
      ),
    ).toBeNull();
    expect(
      climbOf(
        blocksOf(12, (blocks) => -steady(blocks)),
        1,
      ),
    ).toBeNull();
  });

  test('is found with two blocks that were not measured, and not with three', () => {
    const blocks = blocksOf(6, steady);
    expect(climbOf(blocks.with(2, Number.NaN).with(9, Number.NaN), 1)?.lossPerDay).toBeCloseTo(40);
    expect(climbOf(blocks.fill(Number.NaN, 2, 5), 1)).toBeNull();
  });
});

describe('the forecast of a growth that began late', () => {
  const began = 20.4;
  const late = (day: number): number =>
    600 - 75 * Math.max(0, day - began) + daily(day, 120) + 10 * scatter(day);
  const hoursAfter = (hours: number): number => began + hours / 24;

  test('expects the end a day and a half after the growth began', () => {
    const days = hoursAfter(38);
    const outcome = forecast(historyAfter(days, late), 1000, START + days * DAY);
    // What is left at the daily low goes at 75 a day.
    const end = began + (600 - 60) / 75;
    const expected = (Date.parse(outcome.exhaustionAt ?? '') - START) / DAY;
    expect(Math.abs(expected - end)).toBeLessThan(1.5);
    expect(outcome.isTrendFirm).toBe(true);
  });

  test('does not expect it half a day after', () => {
    const days = hoursAfter(14);
    expect(forecast(historyAfter(days, late), 1000, START + days * DAY).exhaustionAt).toBeNull();
  });

  test('says how long the growth has lasted, not how long the level before it did', () => {
    const days = hoursAfter(36);
    const outlook = outlookOf(historyAfter(days, late), 1000, START + days * DAY);
    if (!outlook.known) throw new Error('nothing is known');
    expect(outlook.segment.days).toBeGreaterThanOrEqual(1.25);
    expect(outlook.segment.days).toBeLessThanOrEqual(2.25);
    expect(outlook.lossPerDay).toBeGreaterThan(68);
    expect(outlook.lossPerDay).toBeLessThan(82);
    expect(outlook.from % HOUR).toBe(0);
  });
});

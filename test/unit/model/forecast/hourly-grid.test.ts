import { describe, expect, test } from 'vitest';
import {
  GRID_DAYS,
  hourlyGrid,
  median,
  RunningMeans,
  robustDeviation,
} from '../../../../shared/model/forecast/hourly-grid.ts';
import { DAY, HOUR, historyAfter, START } from '../../../fixtures/supply-series.ts';

describe("a supply's past by the hour", () => {
  const point = (hours: number, mean: number) => ({
    hour: START + hours * HOUR,
    minimum: mean - 1,
    mean,
    last: mean,
    count: 12,
  });

  test('has a value for each hour that is over, and none for an hour without a measurement', () => {
    const history = { hourly: [point(0, 10), point(2, 8), point(3, 7)], recent: [] };
    expect(hourlyGrid(history, START + 3.5 * HOUR)).toEqual({
      firstHour: START / HOUR,
      mean: [10, Number.NaN, 8],
      low: [9, Number.NaN, 7],
    });
  });

  test('ends where now is, though nothing was measured lately', () => {
    expect(hourlyGrid({ hourly: [point(0, 10)], recent: [] }, START + 3 * HOUR)?.mean).toEqual([
      10,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test('is none before the first hour is over', () => {
    expect(hourlyGrid({ hourly: [], recent: [] }, START)).toBeNull();
    expect(hourlyGrid({ hourly: [point(0, 10)], recent: [] }, START + 0.9 * HOUR)).toBeNull();
    expect(hourlyGrid({ hourly: [point(0, 10)], recent: [] }, START + HOUR)?.mean).toEqual([10]);
  });

  test('goes back five weeks, and what is older does not count', () => {
    const grid = hourlyGrid(
      historyAfter(40, (day) => 1000 - 10 * Math.floor(day)),
      START + 40 * DAY,
    );
    expect(grid?.mean).toHaveLength(GRID_DAYS * 24);
    expect(grid?.firstHour).toBe((START + 5 * DAY) / HOUR);
    expect(grid?.mean[0]).toBe(950);
    expect(grid?.mean.at(-1)).toBe(610);
  });
});

describe('a running mean', () => {
  const means = new RunningMeans([4, 6, Number.NaN, 8, Number.NaN, Number.NaN]);

  test('is of the known values of a stretch', () => {
    expect(means.mean(0, 2)).toBe(5);
    expect(means.mean(0, 4)).toBe(6);
    expect(means.mean(1, 3)).toBe(6);
  });

  test('is not known where fewer than half of the values are, nor of no stretch at all', () => {
    expect(means.mean(3, 5)).toBe(8);
    expect(means.mean(3, 6)).toBeNaN();
    expect(means.mean(4, 6)).toBeNaN();
    expect(means.mean(2, 2)).toBeNaN();
  });
});

test('a median is the middle value or the mean of the two, and of nothing there is none', () => {
  const values = [9, 1, 10];
  expect(median(values)).toBe(9);
  expect(values).toEqual([9, 1, 10]);
  expect(median([10, 9, 1, 2])).toBe(5.5);
  expect(median([])).toBeNaN();
});

test('a robust deviation is what a normal distribution would have, whatever one outlier says', () => {
  expect(robustDeviation([1, 2, 3, 4, 5])).toBeCloseTo(1 / 0.6745);
  expect(robustDeviation([1, 2, 3, 4, 5000])).toBeCloseTo(1 / 0.6745);
  expect(robustDeviation([7, 7, 7])).toBe(0);
});

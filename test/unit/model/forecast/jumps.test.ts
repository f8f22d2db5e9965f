import { describe, expect, test } from 'vitest';
import { hourlyGrid } from '../../../../shared/model/forecast/hourly-grid.ts';
import {
  type Falls,
  fallsOf,
  jumpChances,
  jumpChanceWithin,
  pooled,
} from '../../../../shared/model/forecast/jumps.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { DAY, daily, historyAfter, START, series } from '../../../fixtures/supply-series.ts';

const fallsAfter = (days: number, available: (day: number) => number): Falls => {
  const grid = hourlyGrid(historyAfter(days, available), START + days * DAY);
  if (grid === null) throw new RangeError('no hour is over');
  return fallsOf(grid);
};
const noPast: Falls = { fromDay: [[], [], []], fromWeek: [[], [], []], atThisWeekday: null, days: 0 };
const chances = (left: number, falls: Falls) => jumpChances({ day: left, week: left }, 1000, falls, null);

describe('falls of the past', () => {
  test('are those from one daily low to another: a rhythm is none', () => {
    expect(Math.max(...fallsAfter(21, (day) => 500 + daily(day, 600)).fromDay.flat())).toBeLessThan(5);
  });

  test('are none from week to week where only the days of the week differ', () => {
    const weekly = fallsAfter(28, (day) => (day % 7 < 5 ? 200 : 800));
    expect(Math.max(...weekly.fromDay.flat())).toBe(600);
    expect(Math.max(...weekly.fromWeek.flat())).toBe(0);
    expect(chances(200, weekly)[2]).toBeLessThan(chances(200, { ...weekly, days: 13 })[2]);
  });

  test('hold each jump once for every window that contains it', () => {
    const { fromDay: byHorizon, days } = fallsAfter(21, (day) => (day < 10 ? 900 : 500));
    expect(days).toBe(21);
    expect(byHorizon.map((falls) => falls.filter((fall) => fall === 400).length)).toEqual([3, 9, 21]);
    expect(byHorizon.map((falls) => Math.max(...falls))).toEqual([400, 400, 400]);
  });

  test('are none where a day was not measured', () => {
    const holed = historyOf(
      series(12, () => 500).filter(({ at }) => at < START + 4 * DAY || at >= START + 7 * DAY),
    );
    const grid = hourlyGrid(holed, START + 12 * DAY);
    expect(grid === null ? [] : fallsOf(grid).fromDay[0]?.every((fall) => fall === 0)).toBe(true);
  });
});

describe('the chance that a jump takes what is left', () => {
  test('is small with much left and large with little, before any past is known', () => {
    const [, , week] = chances(700, noPast);
    expect(week).toBeLessThan(0.03);
    expect(chances(10, noPast)[2]).toBeGreaterThan(0.7);
  });

  test('grows with the time and falls with what is left', () => {
    const falls = fallsAfter(25, (day) => 800 - (Math.floor(day / 3) % 2 === 0 ? 0 : 250));
    for (const left of [20, 100, 300, 700]) {
      const [day, threeDays, week] = chances(left, falls);
      expect(day).toBeLessThanOrEqual(threeDays);
      expect(threeDays).toBeLessThanOrEqual(week);
      expect(chances(left + 50, falls)[2]).toBeLessThan(week);
    }
  });

  test('is a number where the last low was zero', () => {
    expect(
      chances(
        0,
        fallsAfter(20, (day) => Math.max(0, 300 - 20 * day)),
      )[2],
    ).toBeGreaterThan(0.9);
    expect(
      chances(
        0,
        fallsAfter(20, () => 0),
      )[2],
    ).toBeLessThan(1);
  });

  test('is higher where such jumps were seen, and lower where none was', () => {
    const jumpy = fallsAfter(28, (day) => 950 - 9 * day - (day % 9 < 4 ? 0 : 250));
    const calm = fallsAfter(28, () => 800);
    expect(chances(150, jumpy)[2]).toBeGreaterThan(1.5 * chances(150, calm)[2]);
    expect(chances(150, calm)[2]).toBeLessThan(chances(150, noPast)[2]);
  });

  test('of a subnet with no past is that of the others of its target', () => {
    const pool = (jump: number) =>
      pooled(
        Array.from({ length: 12 }, (_, index) => ({
          falls: fallsAfter(20, (day) => 800 - (day % 4 < 2 ? jump + index : 0)),
          capacity: 1000,
        })),
      );
    const beside = (jump: number) => jumpChances({ day: 200, week: 200 }, 1000, noPast, pool(jump))[2];
    expect(beside(300)).toBeGreaterThan(2 * beside(0));
  });

  test('a pool of many supplies is no larger than one of thirty', () => {
    const falls = fallsAfter(12, (day) => 800 - 10 * day);
    const { byHorizon, supplies } = pooled(Array.from({ length: 400 }, () => ({ falls, capacity: 1000 })));
    expect(supplies).toBe(400);
    expect(Math.max(...byHorizon.map((horizon) => horizon.length))).toBeLessThanOrEqual(240);
  });

  test('between the horizons grows evenly, and is not claimed to grow beyond a week', () => {
    const at = (days: number) => jumpChanceWithin([0.1, 0.3, 0.5], days);
    expect([-1, 0, 0.5, 1, 2, 3, 5, 7, 30].map((days) => Math.round(1000 * at(days)) / 1000)).toEqual([
      0, 0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5,
    ]);
  });
});

describe('falls that come on one weekday', () => {
  /** 120 of 1,000 are lost in the middle of every seventh day, first on day 1. */
  const weekly = (day: number): number => 700 - 120 * Math.floor((day + 5.6) / 7);
  const at = (day: number) => {
    const falls = fallsAfter(day, weekly);
    return { falls, chances: chances(weekly(day), falls) };
  };

  test('are likelier in the day before, and hardly possible in the days after', () => {
    const before = at(29.25);
    const after = at(30.25);
    expect(before.falls.atThisWeekday).not.toBeNull();
    expect(before.chances[0]).toBeGreaterThan(
      1.5 * chances(weekly(29.25), { ...before.falls, atThisWeekday: null })[0],
    );
    expect(after.chances[0]).toBeLessThan(
      0.5 * chances(weekly(30.25), { ...after.falls, atThisWeekday: null })[0],
    );
    expect(after.chances[1]).toBeLessThan(
      0.5 * chances(weekly(30.25), { ...after.falls, atThisWeekday: null })[1],
    );
  });

  test('count in full within a week, since every weekday comes', () => {
    for (const day of [29.25, 30.25, 33.25]) {
      const { falls, chances: known } = at(day);
      expect(known[2]).toBeCloseTo(chances(weekly(day), { ...falls, atThisWeekday: null })[2], 10);
    }
  });

  test('are not known after two of them, nor where they come on several weekdays', () => {
    expect(fallsAfter(13, weekly).atThisWeekday).toBeNull();
    expect(fallsAfter(29, (day) => 900 - 25 * day).atThisWeekday).toBeNull();
    expect(fallsAfter(29, (day) => 900 - 60 * Math.floor(day / 3)).atThisWeekday).toBeNull();
    expect(fallsAfter(29, () => 500).atThisWeekday).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { exhaustionLevels } from '../../../../shared/model/forecast/exhaustion-levels.ts';
import { isFirm, type Trend, usualGainOf } from '../../../../shared/model/forecast/firm-trend.ts';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { hourlyGrid } from '../../../../shared/model/forecast/hourly-grid.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { DAY, HOUR, START, scatter, series } from '../../../fixtures/supply-series.ts';

const trend = (changes: Partial<Trend> = {}): Trend => ({
  hours: 150,
  probabilityWithinWeek: 0.5,
  lossPerDay: 40,
  days: 7,
  lowWater: 250,
  capacity: 1000,
  usualGain: 0,
  hoursKnown: 20 * 24,
  ...changes,
});

describe('a trend is firm enough for a warning', () => {
  test('where it has lasted, and nothing came back before', () => {
    expect(isFirm(trend())).toBe(true);
  });

  test('in the first week only where it ends within four days', () => {
    expect(isFirm(trend({ hoursKnown: 7 * 24 }))).toBe(false);
    expect(isFirm(trend({ hoursKnown: 7 * 24, hours: 96 }))).toBe(true);
    expect(isFirm(trend({ hoursKnown: 8 * 24 }))).toBe(true);
  });

  test('unless as much has come back before: more than it lost, and half of what is left', () => {
    expect(isFirm(trend({ usualGain: 290 }))).toBe(false);
    expect(isFirm(trend({ usualGain: 270 }))).toBe(true);
    expect(isFirm(trend({ usualGain: 290, lowWater: 600 }))).toBe(true);
  });

  test('with little left only where it is likelier than not to end within a week', () => {
    expect(isFirm(trend({ lowWater: 149 }))).toBe(false);
    expect(isFirm(trend({ lowWater: 149, probabilityWithinWeek: 0.6 }))).toBe(true);
  });
});

describe('what usually comes back', () => {
  const gainOf = (days: number, value: (day: number) => number): number => {
    const now = START + days * DAY;
    const grid = hourlyGrid(historyOf(series(days, value).filter(({ at }) => at < now)), now);
    if (grid === null) throw new Error('there is a history');
    return usualGainOf(grid);
  };

  test('is nothing while a supply only falls', () => {
    expect(gainOf(20, (day) => 900 - 30 * day)).toBe(0);
  });

  test('is nothing after two rescues, and what the third smallest of three gave', () => {
    const rescues = (at: readonly number[]) => (day: number) =>
      900 - 40 * day + at.reduce((sum, from, index) => sum + (day >= from ? 200 + 50 * index : 0), 0);
    expect(gainOf(20, rescues([5, 12]))).toBe(0);
    expect(gainOf(20, rescues([5, 9, 13]))).toBeGreaterThan(100);
    expect(gainOf(20, rescues([5, 9, 13]))).toBeLessThan(210);
  });
});

/** Every eight days down to a sixth of a thousand within six days, and back. */
const wandering = (day: number): number => {
  const share = (day % 8) / 8;
  return 160 + 5 * scatter(day) + 500 * (share < 0.75 ? 1 - share / 0.75 : (share - 0.75) / 0.25);
};

test('a load that came back each time is no warning days ahead, and the sentence says so', () => {
  const levels = (value: (day: number) => number, days: number) => {
    const now = START + days * DAY + HOUR / 2;
    const samples = series(days + 1, value).filter(({ at }) => at <= now);
    const outcome = forecast(historyOf(samples), 1000, now);
    const raise = exhaustionLevels(outcome, new Date(now).toISOString(), {
      warningWithin: 192,
      criticalWithin: 24,
    }).raise;
    return { raise, ...outcome };
  };
  const looks = Array.from({ length: 32 }, (_, quarter) => levels(wandering, 24 + quarter / 4));
  const expecting = looks.filter(({ exhaustionAt }) => exhaustionAt !== null);
  expect(expecting.length).toBeGreaterThan(0);
  expect(expecting.map(({ isTrendFirm }) => isTrendFirm)).toEqual(expecting.map(() => false));
  // The last day is critical whatever came back before.
  expect(looks.map(({ raise }) => raise)).not.toContain('warning');
  expect(expecting[0]?.reason).toContain('This is not sure enough for a warning.');
  expect(levels((day) => 1030 - 30 * day + 5 * scatter(day), 28)).toMatchObject({
    raise: 'warning',
    isTrendFirm: true,
  });
});

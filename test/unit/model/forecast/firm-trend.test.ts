import { describe, expect, test } from 'vitest';
import { exhaustionLevels } from '../../../../shared/model/forecast/exhaustion-levels.ts';
import {
  cameBackFrom,
  isFirm,
  type Trend,
  usualGainOf,
} from '../../../../shared/model/forecast/firm-trend.ts';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { hourlyGrid } from '../../../../shared/model/forecast/hourly-grid.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { DAY, HOUR, START, scatter, series } from '../../../fixtures/supply-series.ts';

const trend = (changes: Partial<Trend> = {}): Trend => ({
  hours: 150,
  probabilityWithinWeek: 0.5,
  lossPerDay: 40,
  taken: 280,
  lowWater: 250,
  capacity: 1000,
  usualGain: 0,
  hoursKnown: 20 * 24,
  settled: true,
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

  test('before the rhythm of the week is known only where its level has not just changed', () => {
    expect(isFirm(trend({ hoursKnown: 15 * 24 - 1, settled: false }))).toBe(false);
    expect(isFirm(trend({ hoursKnown: 15 * 24, settled: false }))).toBe(true);
    expect(isFirm(trend({ hoursKnown: 15 * 24 - 1 }))).toBe(true);
  });

  test('unless as much has come back before: more than it lost, and half of what is left', () => {
    expect(isFirm(trend({ usualGain: 290 }))).toBe(false);
    expect(isFirm(trend({ usualGain: 270 }))).toBe(true);
    const larger = { usualGain: 290, lossPerDay: 45, taken: 270 };
    expect(isFirm(trend({ ...larger, lowWater: 579 }))).toBe(false);
    expect(isFirm(trend({ ...larger, lowWater: 580 }))).toBe(true);
  });

  test('unless it takes longer than thirteen days at its own pace, and far longer than is expected', () => {
    expect(isFirm(trend({ lossPerDay: 250 / 13 - 0.1, taken: 400 }))).toBe(false);
    expect(isFirm(trend({ lossPerDay: 250 / 13 + 0.1, taken: 400 }))).toBe(true);
    expect(isFirm(trend({ lossPerDay: 0 }))).toBe(false);
    expect(isFirm(trend({ lossPerDay: 12.5, taken: 400, hours: 300 }))).toBe(true);
    expect(isFirm(trend({ lossPerDay: 12.4, taken: 400, hours: 300 }))).toBe(false);
  });

  test('unless less than a quarter is left, and it has taken less than two fifths of that so far', () => {
    expect(isFirm(trend({ lowWater: 249, taken: 99 }))).toBe(false);
    expect(isFirm(trend({ lowWater: 249, taken: 100 }))).toBe(true);
    expect(isFirm(trend({ lowWater: 251, taken: 80 }))).toBe(true);
  });

  test('with little left only where it is likelier than not to end within a week', () => {
    expect(isFirm(trend({ lowWater: 149 }))).toBe(false);
    expect(isFirm(trend({ lowWater: 149, probabilityWithinWeek: 0.6 }))).toBe(true);
  });
});

const gridOf = (days: number, value: (day: number) => number) => {
  const now = START + days * DAY;
  const grid = hourlyGrid(historyOf(series(days, value).filter(({ at }) => at < now)), now);
  if (grid === null) throw new Error('there is a history');
  return grid;
};

describe('a supply has come back from as little as this', () => {
  /** 300, and for half a day in each of `days` as low as `low`. */
  const dips =
    (low: number, ...days: number[]) =>
    (day: number): number =>
      days.some((from) => day >= from && day < from + 0.5) ? low : 300;

  test('where an earlier day was as low, and the next one was not', () => {
    expect(cameBackFrom(gridOf(20, dips(100, 12)), 100)).toBe(true);
    expect(cameBackFrom(gridOf(20, dips(119, 12)), 100)).toBe(true);
    expect(cameBackFrom(gridOf(20, dips(121, 12)), 100)).toBe(false);
  });

  test('and not where it has never been so low, or only stayed there', () => {
    expect(
      cameBackFrom(
        gridOf(20, () => 300),
        100,
      ),
    ).toBe(false);
    expect(
      cameBackFrom(
        gridOf(20, (day) => (day < 10 ? 300 : 100)),
        100,
      ),
    ).toBe(false);
    expect(
      cameBackFrom(
        gridOf(20, (day) => 300 - 10 * day),
        100,
      ),
    ).toBe(false);
  });

  test('longer ago than four weeks counts no more', () => {
    expect(cameBackFrom(gridOf(34, dips(100, 8)), 100)).toBe(true);
    expect(cameBackFrom(gridOf(34, dips(100, 3)), 100)).toBe(false);
  });
});

describe('what usually comes back', () => {
  const gainOf = (days: number, value: (day: number) => number): number => usualGainOf(gridOf(days, value));

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
      warningWithin: 216,
      criticalWithin: 24,
    }).raise;
    return { raise, ...outcome };
  };
  const looks = Array.from({ length: 32 }, (_, quarter) => levels(wandering, 24 + quarter / 4));
  // The last day is critical whatever came back before.
  const expecting = looks.filter(({ exhaustionAt, raise }) => exhaustionAt !== null && raise !== 'critical');
  expect(expecting.length).toBeGreaterThan(0);
  expect(expecting.map(({ isTrendFirm }) => isTrendFirm)).toEqual(expecting.map(() => false));
  expect(looks.map(({ raise }) => raise)).not.toContain('warning');
  expect(expecting[0]?.reason).toContain('This trend is not sure enough for a warning.');
  expect(levels((day) => 1030 - 30 * day + 5 * scatter(day), 28)).toMatchObject({
    raise: 'warning',
    isTrendFirm: true,
  });
});

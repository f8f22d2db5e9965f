import { describe, expect, test } from 'vitest';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { hourlyGrid } from '../../../../shared/model/forecast/hourly-grid.ts';
import { recoveryOf } from '../../../../shared/model/forecast/recovery.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import {
  DAY,
  daily,
  HOUR,
  historyAfter,
  MINUTE,
  START,
  scatter,
  series,
} from '../../../fixtures/supply-series.ts';

const recoveryAfter = (days: number, available: (day: number) => number) => {
  const grid = hourlyGrid(historyAfter(days, available), START + days * DAY);
  if (grid === null) throw new RangeError('no hour is over');
  return recoveryOf(grid, 1000);
};

describe('room that came back', () => {
  test('is found at its hour, however it is spread over that hour', () => {
    for (const minutes of [0, 10, 35, 55]) {
      const at = 20 + minutes / 1440;
      const { from } = recoveryAfter(21, (day) => (day < at ? 600 - 25 * day : 800));
      expect(from).toBeGreaterThanOrEqual(20 * 24);
      expect(from).toBeLessThanOrEqual(20 * 24 + 2);
    }
  });

  test('is none where a load ends every evening, and where a day of growth is given back', () => {
    expect(recoveryAfter(21, (day) => (day % 1 < 0.4 ? 300 : 800)).from).toBe(0);
    expect(recoveryAfter(21, (day) => 500 + daily(day, 600)).from).toBe(0);
    expect(recoveryAfter(21, (day) => 500 + 20 * scatter(day)).from).toBe(0);
  });

  test('is forgotten after a week', () => {
    expect(recoveryAfter(28, (day) => (day < 20 ? 300 : 800)).from).toBe(0);
  });
});

describe('recoveries of two weeks', () => {
  /** Room came back at the beginning of these hours before the end of 28 days. */
  const backAt = (...hoursAgo: number[]) => {
    const end = 28 * 24;
    const { from, all } = recoveryAfter(28, (day) => {
      const ago = end - day * 24;
      const next = hoursAgo.findLast((hours) => ago > hours && ago <= hours + 30);
      return next === undefined ? 800 : 300;
    });
    return { from: from === 0 ? null : end - from, all: all.map((hour) => end - hour) };
  };

  test('the newest of them counts for a week', () => {
    expect(backAt(168).from).toBe(167);
    expect(backAt(169).from).toBeNull();
  });

  test('are known until then, the newest first', () => {
    expect(backAt(100).all).toEqual([99]);
    expect(backAt(230, 100).all).toEqual([99, 229]);
    expect(backAt(400).all).toEqual([]);
  });

  test('three of them are a habit', () => {
    expect(backAt(250, 175, 100)).toEqual({ from: null, all: [] });
  });
});

describe('a forecast after room came back', () => {
  /** Lost for three days until a tenth is left, and rescued. */
  const rescued = (day: number) =>
    (day < 17 ? 800 : day < 20 ? 800 - 235 * (day - 17) : 750) + 3 * scatter(day);
  const outlookIn = (hours: number) => {
    const now = START + 20 * DAY + hours * HOUR;
    return forecast(historyOf(series(22, rescued).filter(({ at }) => at <= now)), 1000, now);
  };

  test('expected the end before, and does not in the very scan that sees it', () => {
    expect(outlookIn(-0.2).exhaustionAt).not.toBeNull();
    for (const hours of [0, 5 / 60, 0.5, 1, 2, 6, 18, 36]) {
      const outcome = outlookIn(hours);
      expect(outcome.exhaustionAt, `${hours} h after`).toBeNull();
      expect(outcome.probabilityWithin?.['72h'], `${hours} h after`).toBeLessThan(0.05);
      expect(outcome.surge?.drain ?? null).toBeNull();
    }
  });

  test('says when room came back, and that earlier losses do not count', () => {
    expect(outlookIn(0.1).roomCameBackAt).toBe(new Date(START + 20 * DAY + 6 * MINUTE).toISOString());
    const later = outlookIn(6);
    expect(Math.abs(Date.parse(later.roomCameBackAt ?? '') - START - 20 * DAY)).toBeLessThanOrEqual(2 * HOUR);
    expect(later.reason).toContain('Room came back at 2026-01-25 ');
    expect(outlookIn(-1).roomCameBackAt).toBeNull();
  });
});

test('a supply that has not changed for days is not running out, whatever it did before', () => {
  const available = (day: number) =>
    day < 16 ? 700 + daily(day, 100) : Math.max(60, 700 - 320 * (day - 16));
  const { exhaustionAt, probabilityWithin, stillDays, surge } = forecast(
    historyAfter(21, available),
    1000,
    START + 21 * DAY,
  );
  expect(stillDays).toBeGreaterThan(2.9);
  expect(exhaustionAt).toBeNull();
  expect(probabilityWithin?.['24h']).toBeLessThan(0.2);
  expect(surge?.raise).toBe('ok');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fallOf } from '../../../../shared/model/forecast/fall.ts';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import type { Surge } from '../../../../shared/model/result/forecast.ts';
import { DAY, daily, HOUR, MINUTE, START, scatter, series } from '../../../fixtures/supply-series.ts';

const FALLS_AT = 16.4;

/** A subnet of a thousand with 160 to 240 left for two weeks, then `left` since `FALLS_AT`, seen so many hours later. */
const fallen = (hours: number, left: (hours: number) => number, days = FALLS_AT): Surge | null => {
  const now = START + days * DAY + hours * HOUR;
  const samples = series(days + 10, (day) =>
    day < days ? 200 + daily(day, 80) + 4 * scatter(day) : left((day - days) * 24),
  ).filter(({ at }) => at <= now);
  return forecast(historyOf(samples), 1000, now).surge ?? null;
};
const toSixty = (): number => 60;

describe('a sudden loss that leaves little', () => {
  test('is a warning in the first scan that sees it', () => {
    expect(fallen(0.1, toSixty)?.raise).toBe('warning');
  });

  test('is described by what it took, without a pace and without a time', () => {
    const outcome = fallen(3, toSixty);
    expect(outcome).toMatchObject({ raise: 'warning', exhaustionAt: null });
    expect(outcome?.fall?.lost).toBeGreaterThan(90);
    expect(outcome?.basis?.minutesToEmpty).toBeNull();
    expect(outcome?.reason).toMatch(
      /^60 are left, \d+ fewer than on any earlier day of the last two weeks\.$/,
    );
  });

  test('holds for a week and does not begin again after a day', () => {
    expect(fallen(30, toSixty)?.raise).toBe('ok');
    expect(fallen(30, toSixty)?.hold).not.toBe('ok');
    expect(fallen(6.5 * 24, toSixty)?.hold).toBe('warning');
    expect(fallen(9 * 24, toSixty)?.hold).toBe('ok');
  });

  test('ends when the room is back', () => {
    expect(fallen(6, (hours) => (hours < 3 ? 60 : 200))?.hold).toBe('ok');
  });

  test('is none where a tenth or more is left, since many of those are the last one', () => {
    expect(fallen(0.1, () => 104)).toMatchObject({ raise: 'ok' });
  });

  test('is none in the first six days, when a low value may be an ordinary one', () => {
    expect(fallen(0.1, toSixty, 6.5)).toMatchObject({ raise: 'ok' });
  });

  test('is none where the lowest day of two weeks was nearly as low', () => {
    const now = START + FALLS_AT * DAY;
    const samples = series(FALLS_AT + 1, (day) => (day < FALLS_AT && (day < 9 || day > 9.1) ? 200 : 60));
    const seen = samples.filter(({ at }) => at <= now + 10 * MINUTE);
    expect(forecast(historyOf(seen), 1000, now + 10 * MINUTE).surge?.fall ?? null).toBeNull();
  });
});

test('a fall begins exactly where a naive reading of the two weeks says so', () => {
  const hourlyValues = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 24, maxLength: 20 * 24 });
  fc.assert(
    fc.property(hourlyValues, fc.integer({ min: 0, max: 150 }), (minima, left) => {
      const now = START + 30 * DAY;
      const hourly = minima.map((minimum, index) => ({
        hour: now - (minima.length - index) * HOUR,
        minimum,
        mean: minimum,
        last: minimum,
        count: 1,
      }));
      const before = hourly.filter(({ hour }) => hour >= now - 14 * DAY && hour <= now - 25 * HOUR);
      const lost = Math.min(...before.map(({ minimum }) => minimum)) - left;
      const expected =
        before.length >= 144 && left <= 100 && lost >= left / 2 && lost >= 60 ? { lost, begins: true } : null;
      const outcome = fallOf({ hourly }, left, 1000, now);
      expect(outcome?.begins === true ? outcome : null).toEqual(expected);
    }),
  );
});

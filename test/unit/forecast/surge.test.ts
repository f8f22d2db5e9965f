import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../shared/model/forecast/supply-history.ts';
import type { Sample, Surge } from '../../../shared/model/forecast.ts';
import { surge } from '../../../shared/model/surge.ts';
import { DAY, daily, HOUR, MINUTE, START, scatter, series } from '../../fixtures/supply-series.ts';

/** Two calm weeks with a rhythm, then whatever happens from `START + 14 days` on, up to `hours` later. */
const ordinary = (day: number): number => 600 + daily(day, 200) + 4 * scatter(day);
const EVENT = 14.2;
const during = (hours: number, change: (hoursIn: number) => number): readonly [Sample[], number] => {
  const now = START + EVENT * DAY + hours * HOUR;
  const samples = series(EVENT + 1, (day) =>
    day < EVENT ? ordinary(day) : ordinary(day) - change((day - EVENT) * 24),
  ).filter(({ at }) => at <= now);
  return [samples, now];
};
const seen = (hours: number, change: (hoursIn: number) => number, capacity = 1000): Surge | null => {
  const [samples, now] = during(hours, change);
  return surge(historyOf(samples), capacity, now);
};
/** A job that would eat everything within three hours. */
const runaway = (hoursIn: number): number => (650 * hoursIn) / 3;

describe('a surge that takes three hours', () => {
  test('is not called one in its first hour: much else begins like this', () => {
    expect(seen(1, runaway)?.raise).toBe('ok');
  });

  test('is a warning with more than an hour to go', () => {
    expect(seen(1.9, runaway)?.raise).toBe('warning');
    expect(seen(1.9, runaway)?.hold).toBe('warning');
  });

  test('is critical in its last three quarters of an hour', () => {
    expect(seen(2.4, runaway)?.raise).toBe('critical');
    expect(seen(2.4, runaway)?.hold).toBe('critical');
  });

  test('tells its pace, what is ordinary, and when it will be over', () => {
    const outcome = seen(2, runaway);
    expect(outcome?.lossPerHour.slow).toBeGreaterThan(180);
    expect(outcome?.lossPerHour.fast).toBeGreaterThan(180);
    expect(outcome?.ordinaryLossPerHour).toBeLessThan(40);
    const end = Date.parse(outcome?.exhaustionAt ?? '');
    expect(Math.abs(end - (START + EVENT * DAY + 3 * HOUR))).toBeLessThan(30 * MINUTE);
    expect(outcome?.reason).toMatch(
      /are left; \d+ an hour were lost over the last 90 minutes and \d+ an hour over the last 30/,
    );
  });

  test('holds while nothing is left, though nothing more can be lost', () => {
    const [samples, now] = during(4, (hoursIn) => runaway(hoursIn) * 2);
    expect(surge(historyOf(samples), 1000, now)).toMatchObject({ raise: 'ok', hold: 'critical' });
  });

  test('clears when it stops', () => {
    expect(seen(6, (hoursIn) => Math.min(400, runaway(hoursIn)))).toMatchObject({ raise: 'ok', hold: 'ok' });
  });
});

describe('what is no surge', () => {
  test('an ordinary morning', () => {
    for (let hours = 0; hours < 24; hours += 0.5) expect(seen(hours, () => 0)?.raise).toBe('ok');
  });

  test('a single jump, however large: nothing says that another follows', () => {
    for (const hours of [0.25, 0.5, 1, 1.5, 2]) expect(seen(hours, () => 400)?.raise).toBe('ok');
  });

  test('the pace of every morning, in a load whose mornings are fast', () => {
    const morning = (day: number): number => {
      const hour = (day % 1) * 24;
      return hour < 6 ? 900 : hour < 9 ? 900 - 270 * (hour - 6) : hour < 20 ? 90 : 900;
    };
    const samples = series(14.4, morning);
    for (let at = START + 14.25 * DAY; at < START + 14.4 * DAY; at += 15 * MINUTE) {
      const known = samples.filter((sample) => sample.at <= at);
      expect(surge(historyOf(known), 1000, at)?.raise).toBe('ok');
    }
  });

  test('the last few addresses of a small subnet going one by one', () => {
    expect(
      surge(historyOf(series(14, (day) => (day > 13.9 ? 5 - (day - 13.9) * 20 : 5))), 59, START + 14 * DAY)
        ?.raise,
    ).toBe('ok');
  });
});

describe('what can not be told', () => {
  test('without the last 90 minutes nothing is known', () => {
    expect(surge({ hourly: [], recent: [] }, 1000, START)).toBeNull();
    const [samples, now] = during(2, runaway);
    const holed = samples.filter(({ at }) => at < now - 70 * MINUTE || at > now - 50 * MINUTE);
    expect(surge(historyOf(holed), 1000, now)).toBeNull();
  });

  test('on the first day only a loss that is large and nearly over is believed', () => {
    const first = (hours: number, perHour: number) => {
      const samples = series(0.5, (day) => 650 - Math.max(0, day * 24 - 4) * perHour).filter(
        ({ at }) => at <= START + (4 + hours) * HOUR,
      );
      return surge(historyOf(samples), 1000, START + (4 + hours) * HOUR);
    };
    expect(first(1.9, 650 / 3)).toMatchObject({ raise: 'ok', ordinaryLossPerHour: null });
    expect(first(2.5, 650 / 3)?.raise).toBe('critical');
  });
});

test('the supply need not fall: a pace upwards has no end', () => {
  expect(seen(2, (hoursIn) => -100 * hoursIn)).toMatchObject({ raise: 'ok', hold: 'ok', exhaustionAt: null });
});

import { describe, expect, test } from 'vitest';
import { exhaustionLevels } from '../../../../shared/model/forecast/exhaustion-levels.ts';
import type { Forecast } from '../../../../shared/model/result/forecast.ts';

const NOW = '2026-03-01T00:00:00Z';
const LEADS = { warningWithin: 216, criticalWithin: 24 };
const chance = (day: number, threeDays = day, week = threeDays) => ({
  '24h': day,
  '72h': threeDays,
  '7d': week,
});

const levels = (given: Partial<Forecast>, leads = LEADS as Parameters<typeof exhaustionLevels>[2]) =>
  exhaustionLevels(
    {
      exhaustionAt: null,
      earliest: null,
      latest: null,
      probabilityWithin: chance(0),
      method: 'trend-paths',
      reason: '',
      ...given,
    },
    NOW,
    leads,
  );
const inHours = (hours: number) => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

describe('how serious a forecast is', () => {
  test('follows from the expected time and the lead times', () => {
    expect(levels({ exhaustionAt: inHours(20) }).raise).toBe('critical');
    expect(levels({ exhaustionAt: inHours(100) }).raise).toBe('warning');
    expect(levels({ exhaustionAt: inHours(217) }).raise).toBe('ok');
    expect(levels({ exhaustionAt: inHours(-1) }).raise).toBe('critical');
  });

  test('clears only a quarter beyond the lead time, and when a trend to zero has become unlikely', () => {
    expect(levels({ exhaustionAt: inHours(270) }).hold).toBe('warning');
    expect(levels({ exhaustionAt: inHours(271) }).hold).toBe('ok');
    expect(levels({ probabilityWithin: chance(0, 0.1, 0.16) }).hold).toBe('warning');
    expect(levels({ probabilityWithin: chance(0.16) }).hold).toBe('critical');
    expect(levels({ probabilityWithin: chance(0, 0.1, 0.14) }).hold).toBe('ok');
  });

  test('is a warning where a jump like those before may take what is left, and never critical', () => {
    const jumpsWithin = chance(0.3, 0.35, 0.4);
    expect(levels({ jumpsWithin, probabilityWithin: jumpsWithin })).toEqual({
      raise: 'warning',
      hold: 'warning',
      safe: false,
    });
    const less = chance(0.05, 0.1, 0.22);
    expect(levels({ jumpsWithin: less, probabilityWithin: less })).toMatchObject({
      raise: 'ok',
      hold: 'warning',
    });
    expect(levels({ jumpsWithin: chance(0.1, 0.2, 0.34) }).raise).toBe('ok');
    expect(levels({ jumpsWithin: chance(1), probabilityWithin: chance(1) }).hold).toBe('warning');
  });

  test('a supply that came back from as little before raises nothing by its jumps, but holds what was raised', () => {
    const jumpsWithin = chance(0.3, 0.35, 0.4);
    expect(levels({ jumpsWithin, cameBackBefore: true, probabilityWithin: jumpsWithin })).toMatchObject({
      raise: 'ok',
      hold: 'warning',
    });
    expect(levels({ jumpsWithin, cameBackBefore: true, exhaustionAt: inHours(100) }).raise).toBe('warning');
  });

  test('a supply that stands still raises nothing by its jumps, but holds what was raised', () => {
    const jumpsWithin = chance(0.3, 0.35, 0.4);
    expect(levels({ jumpsWithin, stillDays: 2, probabilityWithin: jumpsWithin })).toMatchObject({
      raise: 'ok',
      hold: 'warning',
    });
  });

  test('looks at the longest horizon that the lead time covers', () => {
    const jumpsWithin = chance(0.1, 0.37, 0.6);
    const raised = (warningWithin: number | null) =>
      levels({ jumpsWithin }, { warningWithin, criticalWithin: null }).raise;
    expect([null, 12, 24, 72, 168].map(raised)).toEqual(['ok', 'ok', 'ok', 'warning', 'warning']);
  });

  test('is safe at once where room came back and the next days are clear', () => {
    const roomCameBackAt = inHours(-2);
    expect(levels({ roomCameBackAt }).safe).toBe(true);
    expect(levels({ roomCameBackAt, probabilityWithin: chance(0, 0.06) }).safe).toBe(false);
    expect(levels({ roomCameBackAt, probabilityWithin: null }).safe).toBe(false);
    expect(levels({}).safe).toBe(false);
  });

  test('is not safe in the scan that sees the room come back: a load that swings takes it again', () => {
    expect(levels({ roomCameBackAt: inHours(0) }).safe).toBe(false);
  });
});

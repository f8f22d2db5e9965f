import { describe, expect, test } from 'vitest';
import type { HourlyPoint, SubnetHistory } from '../../../shared/model/result/forecast.ts';
import { sinceLastWeek } from '../../../shared/report/week-before.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 20, 12);

const point = (hoursAgo: number, value: number): HourlyPoint => ({
  hour: NOW - hoursAgo * HOUR,
  minimum: value,
  mean: value,
  last: value,
  count: 1,
});

const past = (hourly: readonly HourlyPoint[]): SubnetHistory => ({
  addresses: { hourly, recent: [] },
  prefixes: { hourly: [], recent: [] },
});

describe('the change since last week', () => {
  test('is against the hour that is nearest to a week ago', () => {
    const history = past([point(170, 500), point(168, 300), point(165, 400), point(0, 250)]);
    expect(sinceLastWeek(history, NOW)).toBe(-50);
  });

  test('uses the last measurement where there is one', () => {
    const history = {
      ...past([point(168, 300), point(1, 250)]),
      addresses: { hourly: [point(168, 300)], recent: [{ at: NOW, value: 340 }] },
    };
    expect(sinceLastWeek(history, NOW)).toBe(40);
  });

  test.each([
    ['nothing was recorded', past([])],
    ['nothing was recorded around then', past([point(100, 300), point(0, 250)])],
    ['nothing was recorded lately', past([point(168, 300), point(10, 250)])],
  ])('is unknown where %s', (_, history) => {
    expect(sinceLastWeek(history, NOW)).toBeNull();
  });

  test('is unknown without a past', () => {
    expect(sinceLastWeek(undefined, NOW)).toBeNull();
  });
});

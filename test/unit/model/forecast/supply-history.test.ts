import { describe, expect, test } from 'vitest';
import {
  HistoryBuilder,
  HOURLY_DAYS,
  historyOf,
  RECENT_HOURS,
} from '../../../../shared/model/forecast/supply-history.ts';
import { DAY, HOUR, MINUTE, START, series } from '../../../fixtures/supply-series.ts';

test('an hour is rolled up into its lowest, mean and last value', () => {
  const { hourly } = historyOf([
    { at: START, value: 10 },
    { at: START + 20 * MINUTE, value: 4 },
    { at: START + 40 * MINUTE, value: 7 },
    { at: START + HOUR, value: 9 },
  ]);
  expect(hourly).toEqual([
    { hour: START, minimum: 4, mean: 7, last: 7, count: 3 },
    { hour: START + HOUR, minimum: 9, mean: 9, last: 9, count: 1 },
  ]);
});

test('a late sample goes where it belongs, and one that came before changes nothing', () => {
  const builder = new HistoryBuilder();
  const [first, second, third] = [
    { at: START, value: 10 },
    { at: START + 10 * MINUTE, value: 2 },
    { at: START + 20 * MINUTE, value: 6 },
  ];
  builder.add(first);
  builder.add(third);
  builder.add(second);
  builder.add(second);
  expect(builder.history()).toEqual({
    hourly: [{ hour: START, minimum: 2, mean: 6, last: 6, count: 3 }],
    recent: [first, second, third],
  });
});

test('a sample that comes very late goes before all that came since', () => {
  const builder = new HistoryBuilder();
  for (const minute of [0, 20, 30, 40, 10]) builder.add({ at: START + minute * MINUTE, value: minute });
  expect(builder.history().recent.map(({ value }) => value)).toEqual([0, 10, 20, 30, 40]);
  builder.add({ at: START + 5 * MINUTE, value: 5 });
  expect(builder.history().hourly[0]).toMatchObject({ last: 40, count: 6 });
});

test('an hour that was missed altogether is put in its place', () => {
  const builder = new HistoryBuilder();
  builder.add({ at: START, value: 1 });
  builder.add({ at: START + 2 * HOUR, value: 3 });
  builder.add({ at: START + HOUR, value: 2 });
  expect(builder.history().hourly.map(({ last }) => last)).toEqual([1, 2, 3]);
});

describe('forgetting', () => {
  test('samples are kept as measured for six hours', () => {
    const { recent } = historyOf(series(1, () => 1));
    expect((recent.at(-1)?.at ?? 0) - (recent[0]?.at ?? 0)).toBe(RECENT_HOURS * HOUR);
  });

  test('hours are kept for sixty days', () => {
    const { hourly } = historyOf(series(HOURLY_DAYS + 5, () => 1, 30 * MINUTE));
    expect((hourly.at(-1)?.hour ?? 0) - (hourly[0]?.hour ?? 0)).toBeLessThanOrEqual(HOURLY_DAYS * DAY);
    expect(hourly.length).toBe(HOURLY_DAYS * 24);
  });

  test('a sample older than six hours only goes into its hour', () => {
    const builder = new HistoryBuilder();
    builder.add({ at: START + 10 * HOUR, value: 1 });
    builder.add({ at: START, value: 2 });
    const { hourly, recent } = builder.history();
    expect(recent).toEqual([{ at: START + 10 * HOUR, value: 1 }]);
    expect(hourly[0]).toEqual({ hour: START, minimum: 2, mean: 2, last: 2, count: 1 });
  });
});

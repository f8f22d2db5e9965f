import { describe, expect, test } from 'vitest';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { outlookOf, PATHS } from '../../../../shared/model/forecast/outlook.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import type { Forecast, SupplyHistory } from '../../../../shared/model/result/forecast.ts';
import { DAY, daily, HOUR, historyAfter, START, scatter, series } from '../../../fixtures/supply-series.ts';

const daysUntil = (at: string | null, now: number): number | null =>
  at === null ? null : (Date.parse(at) - now) / DAY;

const outlookAfter = (days: number, available: (day: number) => number, capacity = 1000): Forecast =>
  forecast(historyAfter(days, available), capacity, START + days * DAY);

describe('measurements that are missing', () => {
  const falling = (day: number): number => 900 - 30 * day + 3 * scatter(day);

  test.each([1, 2, 3, 6, 10])('of the last %d hours leave the trend as it was', (hours) => {
    const at = START + 20 * DAY + hours * HOUR;
    const outcome = forecast(historyAfter(20, falling), 1000, at);
    expect(outcome.lossPerDay).toBeCloseTo(30, 0);
    expect(daysUntil(outcome.exhaustionAt, START + 20 * DAY)).toBeCloseTo(10, 0);
    expect(outcome.surge?.drain ?? null).toBeNull();
  });

  test('leave it open whether a supply stands still: it does not for hours that were not measured', () => {
    const standing = (day: number): number => (day < 18 ? falling(day) : 300);
    const known = forecast(historyAfter(20, standing), 1000, START + 20 * DAY);
    const gone = forecast(historyAfter(20, standing), 1000, START + 20 * DAY + 6 * HOUR);
    expect(known.stillDays).toBeCloseTo(2, 1);
    expect(gone.stillDays).toBe(known.stillDays);
  });

  test('as they were taken leave the daily low as what is left', () => {
    const { hourly } = historyAfter(20, falling);
    const outcome = forecast({ hourly, recent: [] }, 1000, START + 20 * DAY);
    expect(outcome.basis?.available).toBeNull();
    expect(daysUntil(outcome.exhaustionAt, START + 20 * DAY)).toBeCloseTo(10, 0);
  });
});

describe('a steady decline', () => {
  test('is expected to end where the line meets nothing', () => {
    const outcome = outlookAfter(20, (day) => 900 - 30 * day);
    expect(daysUntil(outcome.exhaustionAt, START + 20 * DAY)).toBeCloseTo(10, 0);
    expect(outcome.lossPerDay).toBeCloseTo(30, 0);
    expect(outcome.method).toBe('trend-paths');
  });

  test('with a daily rhythm ends at a day low before the mean would', () => {
    const outcome = outlookAfter(20, (day) => 900 - 30 * day + daily(day, 120));
    const days = daysUntil(outcome.exhaustionAt, START + 20 * DAY) ?? Number.NaN;
    expect(days).toBeGreaterThan(6.5);
    expect(days).toBeLessThan(9.5);
  });

  test('has an interval around the expected time, and probabilities that grow with the horizon', () => {
    const { earliest, exhaustionAt, latest, probabilityWithin } = outlookAfter(
      20,
      (day) => 700 - 30 * day + 40 * scatter(day),
    );
    expect(earliest !== null && exhaustionAt !== null && earliest <= exhaustionAt).toBe(true);
    expect(latest === null || (exhaustionAt !== null && exhaustionAt <= latest)).toBe(true);
    expect(probabilityWithin?.['7d']).toBeGreaterThan(0.5);
    expect(probabilityWithin?.['24h']).toBeLessThanOrEqual(probabilityWithin?.['72h'] ?? 0);
    expect(probabilityWithin?.['72h']).toBeLessThanOrEqual(probabilityWithin?.['7d'] ?? 0);
  });

  test('may get a fifth faster or slower, however well a line fits it', () => {
    const at = START + 20 * DAY;
    const outlook = outlookOf(
      historyAfter(20, (day) => 900 - 30 * day),
      1000,
      at,
    );
    const ends = outlook.known ? outlook.exhaustedAfter : [];
    // Of 200 futures: a logistic error of one fifth of the pace is a quarter of it at the tenth.
    expect(ends[20]).toBeLessThan(8.3);
    expect(ends[20]).toBeGreaterThan(7.5);
  });

  test.each([
    ['slow', 25, 0.6],
    ['fast', 80, 1],
  ])('that is %s beside what is left is believed so far ahead', (_, pace, day) => {
    const at = START + 20 * DAY;
    // On a third of the days an hour takes as much as is left.
    const dip = (time: number): number =>
      Math.floor(time) % 3 === 0 && Math.abs((time % 1) - 0.5) < 0.02 ? 115 : 0;
    const history = historyAfter(20, (time) => 120 + pace * (20 - time) - dip(time));
    const outlook = outlookOf(history, 3000, at);
    const { probabilityWithin, jumpsWithin } = forecast(history, 3000, at);
    const ends = outlook.known ? outlook.exhaustedAfter : [];
    expect(outlook.known && outlook.lowWater > 2 * outlook.lossPerDay).toBe(day < 1);
    for (const [horizon, days, believed] of [
      ['24h', 1, day],
      ['72h', 3, 1],
      ['7d', 7, 1],
    ] as const) {
      const trend = ends.filter((end) => end <= days).length / PATHS;
      const jump = jumpsWithin?.[horizon] ?? Number.NaN;
      expect(trend).toBeGreaterThan(0.05);
      expect(probabilityWithin?.[horizon]).toBeCloseTo(1 - (1 - believed * trend) * (1 - jump), 2);
    }
  });

  test('that began three days ago, after weeks of calm, is seen as it is now', () => {
    const outcome = outlookAfter(
      25,
      (day) => 600 - 80 * Math.max(0, day - 22) + daily(day, 100) + 5 * scatter(day),
    );
    const days = daysUntil(outcome.exhaustionAt, START + 25 * DAY) ?? Number.NaN;
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThan(6);
  });

  test('in stairs is a habit, though every stretch between two stairs is flat', () => {
    const outcome = outlookAfter(24, (day) => 800 - 60 * Math.floor(day / 2.3) + 3 * scatter(day));
    expect(outcome.lossPerDay).toBeGreaterThan(15);
    expect(outcome.exhaustionAt).not.toBeNull();
  });

  test('of free prefixes, few and whole, is forecast as well', () => {
    const outcome = outlookAfter(20, (day) => 14 - 0.5 * day, 14);
    expect(daysUntil(outcome.exhaustionAt, START + 20 * DAY)).toBeGreaterThan(5);
    expect(daysUntil(outcome.exhaustionAt, START + 20 * DAY)).toBeLessThan(11);
  });
});

describe('what does not run out', () => {
  test.each([
    ['a daily rhythm that comes close', (day: number) => 250 + daily(day, 400) + 10 * scatter(day)],
    [
      'a weekly rhythm, seen for three weeks',
      (day: number) => (day % 7 < 5 ? 200 : 600) + daily(day, 150) + 5 * scatter(day),
    ],
    [
      'a migration five days ago',
      (day: number) => (day < 16 ? 700 : 250) + daily(day, 100) + 5 * scatter(day),
    ],
    ['a migration yesterday', (day: number) => (day < 20 ? 700 : 250) + daily(day, 100) + 5 * scatter(day)],
    [
      'a bump that has gone',
      (day: number) => 600 - (day > 18 && day < 18.4 ? 400 : 0) + daily(day, 100) + 5 * scatter(day),
    ],
    ['recovery after growth', (day: number) => (day < 18 ? 700 - 30 * day : 700) + 5 * scatter(day)],
    ['growth of the supply, a range added', (day: number) => (day < 15 ? 100 : 900) + 5 * scatter(day)],
  ])('%s', (_name, available) => {
    const outcome = outlookAfter(21, available);
    expect(outcome.exhaustionAt).toBeNull();
    expect(outcome.probabilityWithin?.['7d']).toBeLessThan(0.3);
  });
});

describe('what cannot be known', () => {
  const unknown = (history: SupplyHistory, now: number) => forecast(history, 251, now);

  test('nothing is known of a subnet without a past', () => {
    const outcome = unknown({ hourly: [], recent: [] }, START);
    expect(outcome).toMatchObject({
      exhaustionAt: null,
      probabilityWithin: null,
      method: 'none',
      surge: null,
    });
    expect(outcome.reason).toContain('48 hours');
  });

  test('less than two days cannot tell growth from the time of day', () => {
    expect(outlookAfter(1.9, () => 500).method).toBe('none');
    expect(outlookAfter(2.1, () => 500).method).toBe('trend-paths');
  });

  test('an old past says nothing of today', () => {
    const history = historyAfter(20, (day) => 900 - 30 * day);
    const outcome = unknown(history, START + 21.5 * DAY);
    expect(outcome.method).toBe('none');
    expect(outcome.reason).toBe('Nothing has been measured for 36 hours.');
  });

  test('two days with hardly a measurement show no trend', () => {
    const sparse = series(3, () => 500).filter(({ at }) => (at - START) % (12 * HOUR) < HOUR);
    expect(unknown(historyOf(sparse), START + 2.6 * DAY).method).toBe('none');
  });
});

test('a past of which only two hours of six were seen for a fortnight shows no trend, whatever came before', () => {
  const thinned = series(30, () => 500).filter(
    ({ at }) => at < START + 12 * DAY || (at - START) % (6 * HOUR) < 2 * HOUR,
  );
  const outcome = forecast(historyOf(thinned), 1000, START + 30 * DAY);
  expect(outcome.method).toBe('none');
  expect(outcome.reason).toContain('Too much of the last two days is missing');
});

describe('a supply that is gone', () => {
  test('is exhausted now, whatever the past says', () => {
    const now = START + 10 * DAY;
    const history = historyOf([...series(10, () => 500), { at: now, value: 0 }]);
    const outcome = forecast(history, 1000, now);
    expect(outcome).toMatchObject({
      exhaustionAt: new Date(now).toISOString(),
      probabilityWithin: { '24h': 1, '72h': 1, '7d': 1 },
      reason: 'Nothing is left now.',
    });
  });

  test('is not known to be gone after a day without a measurement', () => {
    const emptyAt = START + 10 * DAY;
    const history = historyOf([...series(10, () => 500), { at: emptyAt, value: 0 }]);
    expect(forecast(history, 1000, emptyAt + 0.9 * DAY).exhaustionAt).not.toBeNull();
    const outcome = forecast(history, 1000, emptyAt + 30 * DAY);
    expect(outcome.exhaustionAt).toBeNull();
    expect(outcome.reason).toBe('Nothing has been measured for 719 hours.');
    expect(outcome.basis?.available).toBeNull();
  });

  test('and without a past is exhausted, too', () => {
    const outcome = forecast({ hourly: [], recent: [{ at: START, value: 0 }] }, 251, START);
    expect(outcome.exhaustionAt).toBe(new Date(START).toISOString());
    expect(outcome.lossPerDay).toBeNull();
  });
});

describe('how the past was collected does not matter', () => {
  const falling = (day: number) => 900 - 30 * day + daily(day, 100) + 5 * scatter(day);
  const now = START + 20 * DAY;
  const clean = forecast(historyAfter(20, falling), 1000, now);

  test('points that came twice or late change nothing', () => {
    const samples = series(20, falling);
    const disordered = [...samples.slice(100), ...samples.slice(0, 200)];
    expect(forecast(historyOf(disordered), 1000, now)).toEqual(clean);
  });

  test('an outage of a day moves the answer by less than a day', () => {
    const holed = series(20, falling).filter(({ at }) => at < START + 12 * DAY || at > START + 13 * DAY);
    const days = daysUntil(forecast(historyOf(holed), 1000, now).exhaustionAt, now) ?? Number.NaN;
    expect(Math.abs(days - (daysUntil(clean.exhaustionAt, now) ?? Number.NaN))).toBeLessThan(1);
  });

  test('within an hour the answer stays the same', () => {
    const history = historyOf(series(20.02, falling));
    const first = forecast(history, 1000, now + 10 * 60_000);
    const second = forecast(history, 1000, now + 25 * 60_000);
    expect(second.probabilityWithin).toEqual(first.probabilityWithin);
    expect(second.exhaustionAt).toBe(first.exhaustionAt);
  });
});

test('the reason gives the numbers that it rests on', () => {
  const growing = outlookAfter(20, (day) => 900 - 30 * day);
  expect(growing.reason).toMatch(
    /^About 300 are left at the daily low\. Usage has grown by about 30 a day over the last 20 days\.$/,
  );
  expect(growing.basis?.lossPerDay).toBeCloseTo(30, 0);
  expect(growing.basis?.trendDays).toBeCloseTo(20, 0);
  expect(outlookAfter(20, () => 500).reason).toBe(
    'About 500 are left at the daily low. Usage has not grown over the last 20 days.',
  );
  expect(outlookAfter(21, (day) => (day < 20 ? 700 : 250) + 5 * scatter(day)).reason).toContain(
    'may be a single jump or a steady climb',
  );
});

describe('a day of silence in the past', () => {
  /** Two levels, the lower one since `jumpedAt`, and nothing measured in [from, to), in days. */
  const withHole = (days: number, jumpedAt: number, from: number, to: number) =>
    historyOf(
      series(days, (day) => (day < jumpedAt ? 600 : 300)).filter(
        ({ at }) => at < START + from * DAY || at >= START + to * DAY,
      ),
    );

  test('just before a lookback, after a level that had not settled, does not make its futures run out at once', () => {
    // A jump, a day of the new level, a day of silence, and 18 hours: the oldest lookback looks back from the silence.
    const history = withHole(16.75, 14, 15, 16);
    const { probabilityWithin, earliest, exhaustionAt } = forecast(history, 1000, START + 16.75 * DAY);
    expect(exhaustionAt).toBeNull();
    expect(probabilityWithin?.['24h']).toBeLessThan(0.05);
    expect(earliest).not.toBe(new Date(START + 16.75 * DAY).toISOString());
  });
});

test('a supply that has stood still for a day has the trend of that day', () => {
  const { reason } = outlookAfter(20, (day) => (day < 19 ? 700 : 500));
  expect(reason).toContain('Usage has not grown over the last day.');
});

import { describe, expect, test } from 'vitest';
import type { Forecast } from '../../../shared/model/result/forecast.ts';
import { type ForecastPlot, forecastPlot, forecastPlotPage } from '../../../shared/report/forecast-plot.ts';
import { DAY, HOUR, START, series } from '../../fixtures/supply-series.ts';

const inDays = (days: number): string => new Date(START + days * DAY).toISOString();

const aPlot = (forecast: Partial<Forecast> = {}, changes: Partial<ForecastPlot> = {}): ForecastPlot => ({
  title: 'Available addresses of 251',
  samples: series(10, (day) => 251 - 20 * day),
  capacity: 251,
  unit: 'addresses',
  alerts: [],
  forecast: {
    exhaustionAt: null,
    earliest: null,
    latest: null,
    probabilityWithin: { '24h': 0, '72h': 0, '7d': 0 },
    method: 'trend-paths',
    reason: 'It falls.',
    ...forecast,
  },
  ...changes,
});

describe('the outlook is said in words above the picture', () => {
  test.each([
    [{ probabilityWithin: null }, 'No forecast'],
    [{}, 'Not expected to run out within 30 days'],
    [{ earliest: inDays(15) }, 'May run out, 2026-01-20 00:00 UTC at the earliest'],
    [
      { earliest: inDays(11), exhaustionAt: inDays(12), latest: inDays(14) },
      'Expected to run out in 2 d, 2026-01-17 00:00 UTC, between 2026-01-16 00:00 UTC and 2026-01-19 00:00 UTC',
    ],
    [
      { earliest: inDays(11), exhaustionAt: inDays(12) },
      'Expected to run out in 2 d, 2026-01-17 00:00 UTC, between 2026-01-16 00:00 UTC and much later',
    ],
  ])('%j', (forecast, words) => {
    expect(forecastPlot(aPlot(forecast))).toContain(`>${words}</text>`);
  });
});

test('the fan reaches the bottom at both ends of the interval, and leaves the picture where the late end is open', () => {
  const fan = (forecast: Partial<Forecast>) =>
    /class="fan" points="([^"]+)"/
      .exec(forecastPlot(aPlot(forecast)))?.[1]
      ?.split(' ')
      .filter(Boolean);
  const closed = fan({ earliest: inDays(11), exhaustionAt: inDays(12), latest: inDays(14) });
  expect(closed).toHaveLength(3);
  expect(closed?.slice(1).every((point) => point.endsWith(',384.0'))).toBe(true);
  expect(fan({ earliest: inDays(11), exhaustionAt: inDays(12) })).toHaveLength(4);
  expect(fan({ earliest: inDays(11), exhaustionAt: inDays(12), latest: inDays(90) })).toHaveLength(4);
  expect(fan({})).toBeUndefined();
});

test('the lowest value of each day is drawn as one line', () => {
  const samples = series(5, (day) => 100 + 50 * Math.sin(2 * Math.PI * day) - 5 * day);
  const points = /class="low" points="([^"]+)"/.exec(forecastPlot(aPlot({}, { samples })))?.[1]?.split(' ');
  const heights = points?.map((point) => Number(point.split(',')[1])) ?? [];
  expect(heights).toHaveLength(10);
  // Downwards on the paper is less: each day lies below the one before.
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(forecastPlot(aPlot({}, { samples: series(0.5, () => 5) }))).not.toContain('class="low"');
});

test('the picture says when it is empty, where that is within it, and where the past ends', () => {
  const drawn = forecastPlot(aPlot({ earliest: inDays(11), exhaustionAt: inDays(12), latest: inDays(14) }));
  expect(drawn).toContain('>expected to be empty</text>');
  expect(drawn).toContain('>now</text>');
  expect(forecastPlot(aPlot({ earliest: inDays(11), exhaustionAt: inDays(40) }))).not.toContain(
    'to be empty',
  );
});

test('the sentence stands in the picture as far as it fits, and in full in its description', () => {
  const reason = `It falls. ${'And so on and on. '.repeat(20)}`.trim();
  const drawn = forecastPlot(aPlot({ reason }));
  expect(drawn).toContain(`<desc>${reason}</desc>`);
  expect(drawn).toMatch(/y="52">It falls\.( And so on and on\.){8,9}<\/text>/);
});

test('a spike of one sample among thousands is drawn', () => {
  const samples = series(40, (day) => (Math.abs(day - 20) < 0.003 ? 1 : 200));
  const points = /class="series" points="([^"]+)"/.exec(forecastPlot(aPlot({}, { samples })))?.[1] ?? '';
  const heights = points.split(' ').map((point) => Number(point.split(',')[1]));
  expect(Math.max(...heights)).toBeGreaterThan(380);
  expect(points.split(' ').length).toBeLessThan(2200);
});

test('each rule has a band, and an alert that still fires ends with the series', () => {
  const alerts = [
    { rule: 'addresses-low', severity: 'warning' as const, from: START + 5 * DAY, to: START + 6 * DAY },
    { rule: 'addresses-exhaustion', severity: 'critical' as const, from: START + 8 * DAY, to: null },
  ];
  const drawn = forecastPlot(aPlot({}, { alerts }));
  expect(drawn).toContain('<rect class="warning"');
  expect(drawn).toContain('<rect class="critical"');
  expect(drawn).toContain('addresses-exhaustion critical from 2026-01-13 00:00 UTC</title>');
  expect(drawn).toContain('to 2026-01-11 00:00 UTC</title>');
});

test('names cannot break out of the picture', () => {
  const hostile = forecastPlotPage(aPlot({ reason: '<script>alert(1)</script>' }, { title: '"><script>&' }));
  expect(hostile).not.toContain('<script>');
  expect(hostile).toContain('&quot;&gt;&lt;script&gt;&amp;');
});

test.each([
  ['a single sample', series(0.001, () => 5, HOUR)],
  ['an hour', series(1 / 24, () => 5)],
  ['sixty days', series(60, () => 5, HOUR)],
])('%s can be drawn', (_name, samples) => {
  const drawn = forecastPlot(
    aPlot({}, { samples: samples.length > 0 ? samples : [{ at: START, value: 5 }] }),
  );
  expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
});

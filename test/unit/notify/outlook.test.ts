import { expect, test } from 'vitest';
import type { Forecast } from '../../../shared/model/result/forecast.ts';
import { forecastGap, outlookOf } from '../../../shared/notify/outlook.ts';

const NOW = '2026-11-20T12:00:00.000Z';

const forecast = (overrides: Partial<Forecast>): Forecast => ({
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: { '24h': 0, '72h': 0, '7d': 0 },
  method: 'example',
  reason: 'It falls.',
  ...overrides,
});

test('a finding without a forecast has no outlook', () => {
  expect(outlookOf(undefined, NOW)).toEqual([]);
});

test('an expected end is given with the earliest time and the chance within the nearest horizon that has one', () => {
  expect(
    outlookOf(
      forecast({
        exhaustionAt: '2026-11-21T16:40:00Z',
        earliest: '2026-11-21T07:46:00Z',
        latest: '2026-11-24T12:00:00Z',
        probabilityWithin: { '24h': 0.55, '72h': 0.7, '7d': 0.95 },
      }),
      NOW,
    ),
  ).toEqual([
    'At this rate empty by 16:40 UTC tomorrow; possibly as early as 07:46 UTC tomorrow; 55 % chance within 24 hours',
  ]);
});

test.each([
  [{ '24h': 0.04, '72h': 0.7, '7d': 1 }, '70 % chance within 3 days'],
  [{ '24h': 0, '72h': 0, '7d': 0.06 }, '6 % chance within 7 days'],
])('a chance too small to name is left to the next horizon: %j', (probabilityWithin, chance) => {
  const [sentence] = outlookOf(forecast({ exhaustionAt: '2026-11-29T12:00:00Z', probabilityWithin }), NOW);
  expect(sentence).toBe(`At this rate empty by Sun 29 Nov; ${chance}`);
});

test('without an earliest time and a chance, the expected end stands alone', () => {
  expect(outlookOf(forecast({ exhaustionAt: '2026-11-22T11:00:00Z', probabilityWithin: null }), NOW)).toEqual(
    ['At this rate empty by Sun 22 Nov 11:00 UTC'],
  );
});

test('an end that is near, or past, is within the hour', () => {
  for (const exhaustionAt of ['2026-11-20T11:00:00Z', '2026-11-20T12:59:00Z']) {
    expect(outlookOf(forecast({ exhaustionAt }), NOW)).toEqual(['At this rate empty within the hour']);
  }
});

test('an end that is possible but not expected is described as that', () => {
  const probabilityWithin = { '24h': 0, '72h': 0.01, '7d': 0.2 };
  expect(outlookOf(forecast({ probabilityWithin }), NOW)).toEqual([
    '20 % chance that it runs out within 7 days',
  ]);
});

test('where nothing is expected there is nothing to say', () => {
  expect(outlookOf(forecast({}), NOW)).toEqual([]);
});

test('a forecast that could not be made has no outlook, and its reason as a sentence', () => {
  const none = forecast({ probabilityWithin: null, reason: 'The history is 3 hours long.' });
  expect(outlookOf(none, NOW)).toEqual([]);
  expect(forecastGap(none)).toBe(' No forecast: the history is 3 hours long.');
});

test('a reason is given only where a forecast is missing', () => {
  expect(forecastGap(undefined)).toBe('');
  expect(forecastGap(forecast({}))).toBe('');
  expect(forecastGap(forecast({ exhaustionAt: '2026-11-22T11:00:00Z', probabilityWithin: null }))).toBe('');
  expect(forecastGap(forecast({ probabilityWithin: null, reason: '' }))).toBe('');
});

test('what the title says is left out', () => {
  const growing = forecast({
    exhaustionAt: '2026-11-21T16:40:00Z',
    earliest: '2026-11-21T07:46:00Z',
    probabilityWithin: { '24h': 0.55, '72h': 0.7, '7d': 0.95 },
  });
  const title = 'nodes-a: 3 of 123 addresses left, empty by about 16:40 UTC tomorrow';
  expect(outlookOf(growing, NOW, title)).toEqual([
    'Possibly as early as 07:46 UTC tomorrow; 55 % chance within 24 hours',
  ]);
  expect(outlookOf({ ...growing, earliest: null }, NOW, title)).toEqual(['55 % chance within 24 hours']);
  expect(outlookOf({ ...growing, earliest: null, probabilityWithin: null }, NOW, title)).toEqual([]);
});

test('usage that does not grow has no rate', () => {
  const flat = { available: 3, dailyLow: 3, lossPerDay: 0, trendDays: 2 };
  const jump = forecast({ exhaustionAt: '2026-11-22T11:00:00Z', probabilityWithin: null, basis: flat });
  expect(outlookOf(jump, NOW)).toEqual(['May be empty by Sun 22 Nov 11:00 UTC']);
});

test('text that is not a time is shown as it came', () => {
  expect(outlookOf(forecast({ exhaustionAt: 'soon' }), NOW)[0]).toBe('At this rate empty by soon');
});

const surge = {
  raise: 'critical',
  hold: 'critical',
  lossPerHour: { fast: 97, slow: 118 },
  ordinaryLossPerHour: 22,
  exhaustionAt: '2026-11-20T13:48:00.000Z',
  reason: 'It lost 118 in an hour.',
} as const;

test('a surge says when nothing is left at its pace, and nothing of the forecast by the day', () => {
  expect(outlookOf(forecast({ exhaustionAt: '2026-11-22T12:00:00Z', surge }), NOW)).toEqual([
    'At this pace empty at about 13:48 UTC',
  ]);
});

test('a surge that has stopped falling has no end', () => {
  expect(
    outlookOf(forecast({ probabilityWithin: null, surge: { ...surge, exhaustionAt: null } }), NOW),
  ).toEqual([]);
});

test('an ordinary morning is no surge', () => {
  const ordinary = forecast({ exhaustionAt: '2026-11-29T12:00:00Z', surge: { ...surge, raise: 'ok' } });
  expect(outlookOf(ordinary, NOW)).toEqual(['At this rate empty by Sun 29 Nov']);
});

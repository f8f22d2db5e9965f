import { expect, test } from 'vitest';
import type { Forecast } from '../../../shared/model/result/forecast.ts';
import { outlookOf } from '../../../shared/notify/outlook.ts';

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

test('an expected end is said first, then between when and when, then how probable', () => {
  expect(
    outlookOf(
      forecast({
        exhaustionAt: '2026-11-22T12:00:00Z',
        earliest: '2026-11-21T12:00:00Z',
        latest: '2026-11-24T12:00:00Z',
        probabilityWithin: { '24h': 0.05, '72h': 0.7, '7d': 0.95 },
      }),
      NOW,
    ),
  ).toEqual([
    'Expected to run out in 2 days (Sun 22 Nov 2026 12:00 UTC)',
    'Between Sat 21 Nov 2026 12:00 UTC and Tue 24 Nov 2026 12:00 UTC',
    'Probability: 5 % within 24 hours, 70 % within 3 days, 95 % within 7 days',
  ]);
});

test('an interval without an upper end says so', () => {
  const [, certainty] = outlookOf(
    forecast({ exhaustionAt: '2026-11-22T12:00:00Z', earliest: '2026-11-21T12:00:00Z' }),
    NOW,
  );
  expect(certainty).toBe('Not before Sat 21 Nov 2026 12:00 UTC, possibly much later');
});

test('an end in the past is now', () => {
  expect(outlookOf(forecast({ exhaustionAt: '2026-11-20T11:00:00Z' }), NOW)[0]).toBe(
    'Expected to run out now',
  );
});

test('an end that is possible but not expected is described as that', () => {
  expect(outlookOf(forecast({ earliest: '2026-11-23T12:00:00Z' }), NOW)[0]).toBe(
    'Not expected to run out, but it could in 3 days (Mon 23 Nov 2026 12:00 UTC)',
  );
});

test('no end in sight reads as not expected', () => {
  expect(outlookOf(forecast({}), NOW)[0]).toBe('Not expected to run out within 30 days');
});

test('an unknown forecast gives its reason', () => {
  expect(
    outlookOf(forecast({ probabilityWithin: null, reason: 'The history is 3 hours long.' }), NOW),
  ).toEqual(['The forecast is unknown: the history is 3 hours long']);
  expect(outlookOf(forecast({ probabilityWithin: null, reason: 'AWS gave no count.' }), NOW)).toEqual([
    'The forecast is unknown: AWS gave no count',
  ]);
});

test('a time that is none is shown as it came', () => {
  expect(outlookOf(forecast({ exhaustionAt: 'soon' }), NOW)[0]).toBe('Expected to run out at soon');
});

const surge = {
  raise: 'critical',
  hold: 'critical',
  lossPerHour: { fast: 97, slow: 118 },
  ordinaryLossPerHour: 22,
  exhaustionAt: '2026-11-20T13:48:00.000Z',
  reason: 'It lost 118 in an hour.',
} as const;

test('a surge comes first, at the worse of its two paces', () => {
  expect(outlookOf(forecast({ probabilityWithin: null, surge }), NOW)).toEqual([
    'Falling by 118 an hour; at this pace it runs out in 1 hour 48 minutes (Fri 20 Nov 2026 13:48 UTC)',
  ]);
});

test('beside a surge, the slower outlook is said where it sees an end as well', () => {
  expect(outlookOf(forecast({ exhaustionAt: '2026-11-22T12:00:00Z', surge }), NOW)).toEqual([
    'Falling by 118 an hour; at this pace it runs out in 1 hour 48 minutes (Fri 20 Nov 2026 13:48 UTC)',
    'Without the surge: expected to run out in 2 days (Sun 22 Nov 2026 12:00 UTC)',
  ]);
});

test('a surge that has stopped falling gives its pace alone', () => {
  expect(
    outlookOf(forecast({ probabilityWithin: null, surge: { ...surge, exhaustionAt: null } }), NOW),
  ).toEqual(['Falling by 118 an hour']);
});

test('an ordinary morning is no surge', () => {
  expect(outlookOf(forecast({ surge: { ...surge, raise: 'ok' } }), NOW)[0]).toMatch(
    /^Not expected to run out/,
  );
});

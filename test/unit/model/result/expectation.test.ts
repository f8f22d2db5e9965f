import { expect, test } from 'vitest';
import { chancesText, expectationText } from '../../../../shared/model/result/expectation.ts';

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const UNLIKELY = { '24h': 0, '72h': 0.02, '7d': 0.1 };
const basis = (available: number) => ({ available, dailyLow: null, lossPerDay: null, trendDays: null });
const NOTHING_EXPECTED = { exhaustionAt: null, earliest: null, latest: null, probabilityWithin: UNLIKELY };

test.each([
  [{ probabilityWithin: null }, 'No forecast'],
  [{}, 'Not expected to run out within 30 days'],
  [{ earliest: '2026-02-20T00:00:00.000Z' }, 'May run out, 2026-02-20 00:00 UTC at the earliest'],
  [{ basis: basis(0), exhaustionAt: '2026-01-31T11:00:00.000Z' }, 'Nothing is left'],
  [{ basis: basis(0), probabilityWithin: null }, 'Nothing is left'],
  [{ basis: basis(9), exhaustionAt: '2026-01-31T11:00:00.000Z' }, 'Expected to run out 2026-01-31 11:00 UTC'],
  [{ exhaustionAt: '2026-02-01T14:00:00.000Z' }, 'Expected to run out in 26 h, 2026-02-01 14:00 UTC'],
  [
    { exhaustionAt: '2026-02-01T14:00:00.000Z', earliest: '2026-01-31T20:00:00.000Z' },
    'Expected to run out in 26 h, 2026-02-01 14:00 UTC, between 2026-01-31 20:00 UTC and much later',
  ],
  [
    {
      exhaustionAt: '2026-02-01T14:00:00.000Z',
      earliest: '2026-01-31T20:00:00.000Z',
      latest: '2026-02-03T00:00:00.000Z',
    },
    'Expected to run out in 26 h, 2026-02-01 14:00 UTC, between 2026-01-31 20:00 UTC and 2026-02-03 00:00 UTC',
  ],
])('%j', (changes, text) => {
  expect(expectationText({ ...NOTHING_EXPECTED, ...changes }, NOW)).toBe(text);
});

test('chances are estimates: none is 0 or 100 %', () => {
  expect(chancesText({ '24h': 0, '72h': 0.34, '7d': 1 })).toBe(
    'under 1 % within 24 hours, 34 % within 3 days, over 99 % within 7 days',
  );
});

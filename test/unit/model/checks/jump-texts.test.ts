import { expect, test } from 'vitest';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { findingsOf } from '../../../fixtures/findings-input.ts';

/** A supply that does not grow, of which earlier jumps say that it may run out. */
const found = (kind: string, exhaustionAt: string | null, lossPerDay = 0, available = 12) =>
  findingsOf(kind, {
    subnets: [
      aSubnet({
        available,
        forecast: {
          addresses: {
            exhaustionAt,
            earliest: null,
            latest: null,
            probabilityWithin: { '24h': 0.2, '72h': 0.5, '7d': 0.8 },
            method: 'trend-paths',
            reason: '',
            lossPerDay,
            jumpsWithin: { '24h': 0.2, '72h': 0.4, '7d': 0.6 },
            basis: { available, dailyLow: available, lossPerDay, trendDays: 6 },
          },
        },
      }),
    ],
  })[0];

const MONDAY = '2026-01-05T12:00:00.000Z';

test('few addresses that may be used up by a jump "may be empty", and those of a trend are', () => {
  expect(found('addresses-low', MONDAY)?.title).toMatch(/ left, may be empty by about /);
  expect(found('addresses-low', MONDAY, 4)?.title).toMatch(/ left, empty by about /);
});

test('what only jumps is no growth, and the text says so', () => {
  expect(found('addresses-exhaustion', MONDAY)).toMatchObject({
    title: expect.stringContaining('addresses may run out by about '),
    explanation: expect.stringContaining('Usage has not grown over the last 6 days, but it jumped before.'),
  });
  expect(found('addresses-exhaustion', MONDAY, 4)?.title).toContain('addresses run out by about ');
});

test('a likely jump without a time is named as what it is', () => {
  expect(found('addresses-exhaustion', null)?.title).toContain(
    'another jump in usage like earlier ones would take the last addresses',
  );
});

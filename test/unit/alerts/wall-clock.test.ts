import { expect, test } from 'vitest';
import { nextMorningOf } from '../../../shared/alerts/wall-clock.ts';

test('Monday begins at nine by the clocks of the time zone, daylight saving time included', () => {
  const until = (from: string) => new Date(nextMorningOf(1, Date.parse(from), 'Europe/Berlin')).toISOString();
  expect(until('2026-11-27T10:00:00Z')).toBe('2026-11-30T08:00:00.000Z');
  expect(until('2026-03-27T10:00:00Z')).toBe('2026-03-30T07:00:00.000Z');
  expect(until('2026-11-30T08:00:00Z')).toBe('2026-12-07T08:00:00.000Z');
});

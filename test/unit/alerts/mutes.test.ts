import { describe, expect, test } from 'vitest';
import { isInForce, mutedBy } from '../../../shared/alerts/mutes.ts';
import type { Mute } from '../../../shared/model/alert/policy.ts';
import { aSubnetSubject } from '../../fixtures/observations.ts';

const mute = (changes: Partial<Mute>): Mute => ({
  match: {},
  reason: 'maintenance',
  from: null,
  until: null,
  weekly: null,
  ...changes,
});

const at = (iso: string): number => Date.parse(iso);
const inForceAt = (changes: Partial<Mute>, iso: string): boolean => isInForce(mute(changes), at(iso));

describe('a mute without times', () => {
  test('is always in force', () => {
    expect(inForceAt({}, '1999-01-01T00:00:00Z')).toBe(true);
  });
});

describe('a mute with an end', () => {
  const window = { from: '2026-01-10T10:00:00Z', until: '2026-01-10T13:00:00+01:00' };
  test.each([
    ['2026-01-10T09:59:59.999Z', false],
    ['2026-01-10T10:00:00Z', true],
    ['2026-01-10T11:59:59.999Z', true],
    ['2026-01-10T12:00:00Z', false],
  ])('at %s: %s', (time, expected) => {
    expect(inForceAt(window, time)).toBe(expected);
  });
});

describe('a weekly window', () => {
  // 2026-01-10 is a Saturday.
  const evening = { weekly: { days: [6], start: '20:00', end: '23:30', timeZone: 'UTC' } };
  test.each([
    ['2026-01-10T19:59:00Z', false],
    ['2026-01-10T20:00:00Z', true],
    ['2026-01-10T23:29:59Z', true],
    ['2026-01-10T23:30:00Z', false],
    ['2026-01-11T20:30:00Z', false],
    ['2026-01-17T20:30:00Z', true],
  ])('in the evening at %s: %s', (time, expected) => {
    expect(inForceAt(evening, time)).toBe(expected);
  });

  const night = { weekly: { days: [6], start: '22:00', end: '04:00', timeZone: 'UTC' } };
  test.each([
    ['2026-01-10T03:00:00Z', false],
    ['2026-01-10T21:59:00Z', false],
    ['2026-01-10T22:00:00Z', true],
    ['2026-01-11T00:00:00Z', true],
    ['2026-01-11T03:59:59Z', true],
    ['2026-01-11T04:00:00Z', false],
    ['2026-01-11T22:30:00Z', false],
  ])('over midnight belongs to the day on which it begins, at %s: %s', (time, expected) => {
    expect(inForceAt(night, time)).toBe(expected);
  });

  test('on Sunday night it reaches into Monday, and on Saturday night into Sunday', () => {
    const sunday = { weekly: { days: [0], start: '22:00', end: '04:00', timeZone: 'UTC' } };
    expect(inForceAt(sunday, '2026-01-12T01:00:00Z')).toBe(true);
    expect(inForceAt(sunday, '2026-01-11T01:00:00Z')).toBe(false);
    expect(inForceAt(night, '2026-01-11T01:00:00Z')).toBe(true);
  });

  test('keeps to the clocks of its time zone, in winter and in summer', () => {
    const berlin = { weekly: { days: [1], start: '09:00', end: '10:00', timeZone: 'Europe/Berlin' } };
    expect(inForceAt(berlin, '2026-01-12T08:30:00Z')).toBe(true);
    expect(inForceAt(berlin, '2026-01-12T07:30:00Z')).toBe(false);
    expect(inForceAt(berlin, '2026-07-13T07:30:00Z')).toBe(true);
    expect(inForceAt(berlin, '2026-07-13T08:30:00Z')).toBe(false);
  });

  test('takes the day from its time zone, too', () => {
    const tokyo = { weekly: { days: [1], start: '00:00', end: '06:00', timeZone: 'Asia/Tokyo' } };
    expect(inForceAt(tokyo, '2026-01-11T16:00:00Z')).toBe(true);
    expect(inForceAt(tokyo, '2026-01-12T16:00:00Z')).toBe(false);
  });

  test('counts only between the beginning and the end of the mute', () => {
    const until = { ...evening, until: '2026-01-15T00:00:00Z' };
    expect(inForceAt(until, '2026-01-10T21:00:00Z')).toBe(true);
    expect(inForceAt(until, '2026-01-17T21:00:00Z')).toBe(false);
  });
});

test('the first mute that is in force and matches is the reason', () => {
  const selectable = { subject: aSubnetSubject(), rules: ['addresses-low'], severity: 'warning' as const };
  const mutes = [
    mute({ reason: 'over', until: '2026-01-01T00:00:00Z' }),
    mute({ reason: 'other', match: { vpc: ['vpc-99'] } }),
    mute({ reason: 'warnings', match: { severity: ['warning'] } }),
    mute({ reason: 'all' }),
  ];
  expect(mutedBy(selectable, mutes, at('2026-06-01T00:00:00Z'))?.reason).toBe('warnings');
  expect(mutedBy({ ...selectable, severity: 'critical' }, mutes, at('2026-06-01T00:00:00Z'))?.reason).toBe(
    'all',
  );
  expect(mutedBy(selectable, mutes.slice(0, 2), at('2026-06-01T00:00:00Z'))).toBeNull();
});

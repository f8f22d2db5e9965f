import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { review } from '../../../shared/pipeline/review.ts';
import { DAY, daily, HOUR, MINUTE, START, series } from '../../fixtures/supply-series.ts';

const reviewOf = (samples: ReturnType<typeof series>) =>
  review({ samples, capacity: 1000, supply: 'addresses', policy: DEFAULT_POLICY });

describe('a review of a recorded past', () => {
  const growing = series(31, (day) => 900 - 30 * day + daily(day, 60), HOUR / 4);
  const outcome = reviewOf(growing);

  test('names each exhaustion once, and the lead of Headroom and of the usual alarm', () => {
    expect(outcome.exhaustions).toHaveLength(1);
    expect(Math.abs(Date.parse(outcome.exhaustions[0] ?? '') - START - 29.4 * DAY)).toBeLessThan(0.6 * DAY);
    expect(outcome.headroom).toMatchObject({ hits: 1, misses: 0, falseAlarms: 0 });
    expect(outcome.usedAlarm.hits).toBe(1);
    expect(outcome.headroom.leadHours[0]).toBeGreaterThan(120);
  });

  test('holds every probability against what happened', () => {
    const { '24h': day, '7d': week } = outcome.calibration;
    expect(day.forecasts).toBeGreaterThan(100);
    expect(day.happened).toBeGreaterThan(0);
    expect(week.happened).toBeGreaterThan(day.happened);
    expect(week.brierSkill).toBeGreaterThan(0.5);
    expect(week.reliability.reduce((sum, { forecasts }) => sum + forecasts, 0)).toBe(week.forecasts);
  });

  test('does not depend on the order of the measurements', () => {
    const short = series(16, (day) => 900 - 60 * day + daily(day, 60), HOUR / 2);
    expect(reviewOf(short.toReversed())).toEqual(reviewOf(short));
  });
});

test('an alarm that is on while nothing runs out is false, and one that ended before is a miss', () => {
  const bump = series(18, (day) => (day > 10 && day < 11 ? 150 : 600), HOUR / 2);
  expect(reviewOf(bump).usedAlarm).toEqual({
    hits: 0,
    misses: 0,
    tooEarly: 0,
    falseAlarms: 1,
    undecided: 0,
    hoursOn: 23.25,
    leadHours: [],
  });
  const cliff = series(18, (day) => (day > 10 && day < 11 ? 0 : 600), HOUR / 2);
  const { exhaustions, usedAlarm } = reviewOf(cliff);
  expect(exhaustions).toHaveLength(1);
  expect(usedAlarm).toEqual({
    hits: 0,
    misses: 1,
    tooEarly: 0,
    falseAlarms: 0,
    undecided: 0,
    hoursOn: 23.25,
    leadHours: [null],
  });
});

test('an alarm that is still on at the end of the record is neither false nor a hit, unless it began 16 days before', () => {
  const fallenFor = (days: number) => reviewOf(series(40, (day) => (day > 40 - days ? 150 : 600), HOUR / 2));
  expect(fallenFor(10).usedAlarm).toMatchObject({ hits: 0, falseAlarms: 0, undecided: 1 });
  expect(fallenFor(17).usedAlarm).toMatchObject({ hits: 0, falseAlarms: 1, undecided: 0 });
  const trend = reviewOf(series(14, (day) => 900 - 60 * day, HOUR / 4));
  expect(trend.exhaustions).toEqual([]);
  expect(trend.headroom).toMatchObject({ hits: 0, misses: 0, falseAlarms: 0, undecided: 1 });
});

test('an alarm that is on for more than 16 days until it runs out is one hit, too early, and not a false alarm as well', () => {
  const fullFor = (days: number) =>
    reviewOf(series(40, (day) => (day > 39 ? 0 : day > 39 - days ? 150 : 600), 3 * HOUR)).usedAlarm;
  expect(fullFor(15)).toMatchObject({ hits: 1, misses: 0, tooEarly: 0, falseAlarms: 0 });
  expect(fullFor(17)).toMatchObject({ hits: 1, misses: 0, tooEarly: 1, falseAlarms: 0 });
  const gaveUp = reviewOf(series(40, (day) => (day > 39 ? 0 : day > 20 && day < 30 ? 150 : 600), 3 * HOUR));
  expect(gaveUp.usedAlarm).toMatchObject({ hits: 0, misses: 1, tooEarly: 0, falseAlarms: 1 });
});

test('an alarm is on for the hours of all its episodes, and up to the end of the record', () => {
  const full = (day: number) => (day > 10 && day <= 12) || day > 30;
  const { usedAlarm } = reviewOf(series(40, (day) => (full(day) ? 150 : 600), HOUR / 2));
  // Each begins half an hour after the day and is raised a quarter later. The last measurement is half an hour before the end.
  expect(usedAlarm.hoursOn).toBe(48.5 - 0.75 + 240 - 0.5 - 0.75);
});

test('an alarm at 80 % counts from 15 minutes after it was reached', () => {
  const falling = series(21, (day) => (day < 20 ? 500 : 500 - 500 * (day - 20) * 2));
  const { usedAlarm, exhaustions } = reviewOf(falling);
  const reached = START + 20.3 * DAY;
  const lead = (Date.parse(exhaustions[0] ?? '') - reached) / HOUR;
  expect(Math.abs((usedAlarm.leadHours[0] ?? 0) - (lead - 0.25)) * HOUR).toBeLessThan(11 * MINUTE);
});

test('a past of a day has no forecast to judge, and says so by null', () => {
  const { calibration, exhaustions } = reviewOf(series(1, () => 500));
  expect(exhaustions).toEqual([]);
  expect(calibration['24h']).toEqual({
    forecasts: 0,
    happened: 0,
    brierSkill: null,
    error: null,
    reliability: [],
  });
});

describe('requests that were refused', () => {
  const samples = series(30, () => 40, HOUR);
  const reviewed = (refusals: readonly number[]) =>
    review({ samples, capacity: 251, supply: 'addresses', policy: DEFAULT_POLICY, refusals });

  test('are exhaustions that no measurement shows, one for all within a day and a half', () => {
    const { calibration, exhaustions, refusals, usedAlarm } = reviewed([
      START + 10 * DAY + 10 * MINUTE,
      START + 10 * DAY + 20 * MINUTE,
      START + 11 * DAY,
      START + 20 * DAY,
    ]);
    expect(exhaustions).toEqual(
      [START + 10 * DAY + 10 * MINUTE, START + 20 * DAY].map((at) => new Date(at).toISOString()),
    );
    expect(refusals).toEqual({ hours: 3, exhaustions: 2 });
    expect(usedAlarm).toMatchObject({ hits: 2, misses: 0 });
    expect(calibration['24h'].happened).toBeGreaterThan(0);
  });

  test('at a measured zero add no exhaustion', () => {
    const cliff = series(18, (day) => (day > 10 && day < 11 ? 0 : 600), HOUR / 2);
    const { exhaustions, refusals } = review({
      samples: cliff,
      capacity: 1000,
      supply: 'addresses',
      policy: DEFAULT_POLICY,
      refusals: [START + 10.2 * DAY],
    });
    expect(exhaustions).toHaveLength(1);
    expect(refusals).toEqual({ hours: 1, exhaustions: 0 });
  });

  test('before and after the record are left out, and what is not known is not zero', () => {
    const outside = reviewed([START - DAY, START + 40 * DAY]);
    expect(outside).toMatchObject({ exhaustions: [], refusals: { hours: 0, exhaustions: 0 } });
    expect(
      review({ samples, capacity: 251, supply: 'addresses', policy: DEFAULT_POLICY }).refusals,
    ).toBeNull();
  });
});

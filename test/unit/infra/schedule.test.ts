import { expect, test } from 'vitest';
import { fitAlarm, scheduleSeconds } from '../../../infra/lambda/schedule.ts';

test.each([
  ['rate(1 minute)', 60],
  ['rate(5 minutes)', 300],
  ['rate(1 hour)', 3_600],
  ['rate(2 days)', 172_800],
  ['cron(0/5 * * * ? *)', 300],
  ['cron(*/15 * * * ? *)', 900],
  ['cron(* * * * ? *)', 60],
  ['cron(7 * * * ? *)', 3_600],
  ['rate(0 minutes)', null],
  ['cron(0 8 * * ? *)', null],
  ['cron(0/0 * * * ? *)', null],
  ['at(2026-11-26T00:00:00)', null],
  ['every five minutes', null],
])('%s leaves %s seconds between two scans', (expression, seconds) => {
  expect(scheduleSeconds(expression)).toBe(seconds);
});

test.each([
  ['rate(5 minutes)', 1_800, 'no scan for half an hour'],
  ['rate(1 hour)', 10_800, 'no scan for 180 minutes'],
  ['no schedule', 1_800, 'no scan for half an hour'],
])('with %s the alarm looks back over %i seconds, and says so', (schedule, Period, AlarmDescription) => {
  const alarm = { Properties: { Period: 1_800, AlarmDescription: 'no scan for half an hour' } };
  fitAlarm(alarm, schedule);
  expect(alarm.Properties).toEqual({ Period, AlarmDescription });
});

test('where there is no such alarm nothing is changed', () => {
  expect(() => fitAlarm(undefined, 'rate(1 hour)')).not.toThrow();
});

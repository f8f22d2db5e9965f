import { describe, expect, test } from 'vitest';
import {
  duration,
  elapsed,
  label,
  number,
  probability,
  quantity,
  utcTime,
  words,
} from '../../../shared/notify/wording.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('times', () => {
  test('a time is shown with its weekday, in UTC', () => {
    expect(utcTime('2026-11-20T18:05:59.999Z')).toBe('Fri 20 Nov 2026 18:05 UTC');
    expect(utcTime('2026-12-31T23:30:00-02:00')).toBe('Fri 1 Jan 2027 01:30 UTC');
  });

  test('what is no time is shown as it is', () => {
    expect(utcTime('soon')).toBe('soon');
  });

  test.each([
    [0, 'less than a minute'],
    [-5 * DAY, 'less than a minute'],
    [29_999, 'less than a minute'],
    [MINUTE, '1 minute'],
    [59 * MINUTE, '59 minutes'],
    [HOUR - 1, '1 hour'],
    [HOUR, '1 hour'],
    [2 * HOUR + 10 * MINUTE, '2 hours 10 minutes'],
    [DAY - 1, '1 day'],
    [DAY + HOUR, '1 day 1 hour'],
    [2 * DAY + 9 * HOUR + 29 * MINUTE, '2 days 9 hours'],
    [9 * DAY + 23 * HOUR, '9 days 23 hours'],
    [10 * DAY, '10 days'],
    [13 * DAY + 13 * HOUR, '14 days'],
  ])('%d ms last %s', (milliseconds, expected) => {
    expect(duration(milliseconds)).toBe(expected);
  });

  test('the time between two moments is unknown when one of them is no time', () => {
    expect(elapsed('2026-11-20T00:00:00Z', '2026-11-20T00:01:00Z')).toBe(MINUTE);
    expect(elapsed('2026-11-20T00:00:00Z', 'never')).toBeNull();
  });
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1,000'],
    [1_234_567, '1,234,567'],
    [-12_345, '-12,345'],
    [0.756, '0.76'],
    [1_234.5, '1,234.5'],
    [2.999, '3'],
  ])('%d reads %s', (value, expected) => {
    expect(number(value)).toBe(expected);
  });

  test.each([
    [251, 'addresses', '251 addresses'],
    [1, 'addresses', '1 address'],
    [1, 'prefixes', '1 prefix'],
    [1, 'interfaces', '1 interface'],
    [1, 'hours', '1 hour'],
    [1, 'GiB', '1 GiB'],
    [0, 'addresses', '0 addresses'],
    [82.456, 'percent', '82.46 %'],
  ])('%d of unit %s reads %s', (value, unit, expected) => {
    expect(quantity(value, unit)).toBe(expected);
  });

  test('what could not be measured is said to be unknown, whatever its unit', () => {
    expect(quantity(null, 'addresses')).toBe('unknown');
    expect(quantity('InsufficientCidrBlocks')).toBe('InsufficientCidrBlocks');
    expect(quantity(7)).toBe('7');
  });

  test('a probability never claims more than a forecast can know', () => {
    expect(probability(1)).toBe('over 99 %');
    expect(probability(0.99)).toBe('99 %');
    expect(probability(0.834)).toBe('83 %');
    expect(probability(0.01)).toBe('1 %');
    expect(probability(0.0099)).toBe('under 1 %');
    expect(probability(0)).toBe('under 1 %');
  });
});

describe('names', () => {
  test.each([
    ['freePrefixes', 'free prefixes'],
    ['FreePrefixes', 'free prefixes'],
    ['prefixes-low', 'prefixes low'],
    ['awsAvailable', 'AWS available'],
    ['vpc_cidr', 'VPC CIDR'],
    ['load-balancer', 'load balancer'],
    ['available in subnet-0a1b', 'available in subnet-0a1b'],
  ])('%s reads %s', (name, expected) => {
    expect(words(name)).toBe(expected);
  });

  test('a label begins with a capital', () => {
    expect(label('node-group')).toBe('Node group');
    expect(label('vpc')).toBe('VPC');
  });
});

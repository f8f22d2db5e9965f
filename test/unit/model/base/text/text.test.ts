import { describe, expect, test } from 'vitest';
import { duration, elapsed, shortDuration } from '../../../../../shared/model/base/text/durations.ts';
import {
  displayName,
  label,
  listOf,
  nameAndId,
  shorten,
  words,
} from '../../../../../shared/model/base/text/names.ts';
import {
  about,
  count,
  number,
  percent,
  percentOf,
  probability,
  quantity,
  wholeCount,
} from '../../../../../shared/model/base/text/numbers.ts';
import { utcMinute, utcTime } from '../../../../../shared/model/base/text/times.ts';

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

  test.each([
    [-1, '0 min'],
    [59 * MINUTE, '59 min'],
    [HOUR, '1 h'],
    [5 * HOUR + 10 * MINUTE, '5 h 10 min'],
    [12 * HOUR + 10 * MINUTE, '12 h'],
    [47 * HOUR + 59 * MINUTE, '47 h'],
    [2 * DAY, '2 d'],
    [2 * DAY + 4 * HOUR, '2 d 4 h'],
  ])('%d ms take little space: %s', (milliseconds, expected) => {
    expect(shortDuration(milliseconds)).toBe(expected);
  });

  test('a table shows the minute', () => {
    expect(utcMinute('2026-01-31T14:00:59+02:00')).toBe('2026-01-31 12:00 UTC');
    expect(utcMinute('soon')).toBe('soon');
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

  test('a number is rounded to the decimals that are asked for', () => {
    expect(number(1_234.56, 0)).toBe('1,235');
    expect(number(1_234.56, 1)).toBe('1,234.6');
  });

  test.each([
    [1, 'address', '1 address'],
    [0, 'address', '0 addresses'],
    [2, 'free prefix', '2 free prefixes'],
    [2, 'remedy', '2 remedies'],
    [2, 'day', '2 days'],
    [2, 'VPC', '2 VPCs'],
    [1_024, 'subnet', '1,024 subnets'],
  ])('%d %s reads %s', (value, noun, expected) => {
    expect(count(value, noun)).toBe(expected);
  });

  test('an irregular plural is given with the noun', () => {
    expect(count(2, 'index', 'indices')).toBe('2 indices');
  });

  test('a percentage is unknown when a part of it is', () => {
    expect(percentOf(1, 3)).toBe(33.3);
    expect(percentOf(null, 3)).toBeNull();
    expect(percentOf(1, null)).toBeNull();
    expect(percentOf(0, 0)).toBeNull();
    expect(percent(0.1234)).toBe('12 %');
    expect(percent(0.1234, 1)).toBe('12.3 %');
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

test('a mean of counts is written as a count, and what is not zero does not become zero', () => {
  expect([0, 0.3, 1.4, 2.7].map(wholeCount)).toEqual([0, 1, 1, 3]);
});

test('an approximate figure has one decimal below ten, none above, and commas', () => {
  expect([0.04, 2.44, 9.94, 9.95, 10.4, 2649.4, -3.26, -1234.5].map(about)).toEqual([
    '0',
    '2.4',
    '9.9',
    '10',
    '10',
    '2,649',
    '-3.3',
    '-1,234',
  ]);
});

describe('names', () => {
  test.each([
    ['freePrefixes', 'free prefixes'],
    ['FreePrefixes', 'free prefixes'],
    ['prefixes-low', 'prefixes low'],
    ['awsAvailable', 'AWS available'],
    ['vpc_cidr', 'VPC CIDR'],
    ['load-balancer', 'load balancer'],
    ['load--balancer_ set', 'load--balancer_ set'],
    ['load--balancer_-set', 'load balancer set'],
    ['available in subnet-0a1b', 'available in subnet-0a1b'],
  ])('%s reads %s', (name, expected) => {
    expect(words(name)).toBe(expected);
  });

  test('a resource without a name is known by its ID', () => {
    expect(displayName('payments-a', 'subnet-0a')).toBe('payments-a');
    expect(displayName(null, 'subnet-0a')).toBe('subnet-0a');
    expect(nameAndId('payments-a', 'subnet-0a')).toBe('payments-a (subnet-0a)');
    expect(nameAndId(null, 'subnet-0a')).toBe('subnet-0a');
  });

  test('a long list names the first and counts the others', () => {
    expect(listOf(['a', 'b', 'c'])).toBe('a, b, c');
    expect(listOf(['a', 'b', 'c'], 3)).toBe('a, b, c');
    expect(listOf(['a', 'b', 'c'], 1)).toBe('a and 2 more');
  });

  test('a long name is cut between characters and ends with an ellipsis', () => {
    expect(shorten('abcdef', 6)).toBe('abcdef');
    expect(shorten('ab\u{1F469}def', 4)).toBe('ab\u{1F469}\u2026');
  });

  test('a label begins with a capital', () => {
    expect(label('node-group')).toBe('Node group');
    expect(label('vpc')).toBe('VPC');
  });
});

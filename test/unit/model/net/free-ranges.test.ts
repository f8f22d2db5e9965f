import { describe, expect, test } from 'vitest';
import { firstOverlap, freeRange, freeRanges } from '../../../../shared/model/net/free-ranges.ts';

describe('a free range', () => {
  test('is the lowest aligned one', () => {
    expect(freeRange(['10.0.0.0/16'], [], 24)).toBe('10.0.0.0/24');
    expect(freeRange(['10.0.0.0/16'], ['10.0.0.0/25'], 24)).toBe('10.0.1.0/24');
    expect(freeRange(['10.0.0.0/16'], ['10.0.0.0/25', '10.0.1.0/28', '10.0.4.0/22'], 23)).toBe('10.0.2.0/23');
  });

  test('skips a large obstacle whole', () => {
    expect(freeRange(['10.0.0.0/16'], ['10.0.0.0/17'], 28)).toBe('10.0.128.0/28');
  });

  test('is sought in the next block when the first is full or too small', () => {
    expect(freeRange(['10.0.0.0/24', '100.64.0.0/16'], ['10.0.0.0/24'], 24)).toBe('100.64.0.0/24');
    expect(freeRange(['10.0.0.0/28', '100.64.0.0/16'], [], 24)).toBe('100.64.0.0/24');
  });

  test('may be the whole block', () => {
    expect(freeRange(['10.0.0.0/24'], [], 24)).toBe('10.0.0.0/24');
  });

  test('is none where there is no room', () => {
    expect(freeRange(['10.0.0.0/24'], ['10.0.0.0/26', '10.0.0.128/26'], 25)).toBeNull();
    expect(freeRange([], [], 24)).toBeNull();
  });

  test('does not stumble over what is no range', () => {
    expect(freeRange(['nonsense', '10.0.0.0/24'], ['2001:db8::/64'], 28)).toBe('10.0.0.0/28');
  });
});

describe('all free ranges', () => {
  test('stand by size, and by address where they are as large', () => {
    expect(freeRanges(['10.0.0.0/24'], ['10.0.0.64/26'], 5)).toEqual(['10.0.0.128/25', '10.0.0.0/26']);
    expect(freeRanges(['10.0.0.0/24'], ['10.0.0.0/26', '10.0.0.192/26'], 5)).toEqual([
      '10.0.0.64/26',
      '10.0.0.128/26',
    ]);
  });
});

describe('an overlap', () => {
  test('is the first pair that shares an address', () => {
    expect(firstOverlap(['10.1.0.0/16', '10.0.0.0/16'], ['10.2.0.0/16', '10.0.4.0/24'])).toEqual([
      '10.0.0.0/16',
      '10.0.4.0/24',
    ]);
  });

  test('is none between neighbours', () => {
    expect(firstOverlap(['10.0.0.0/17'], ['10.0.128.0/17'])).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { RulePolicy } from '../../../../shared/model/alert/policy.ts';
import { levelsOf, limitOf } from '../../../../shared/model/checks/thresholds.ts';

const policy = (changes: Partial<RulePolicy>): RulePolicy => ({
  enabled: true,
  warning: { percent: 20 },
  critical: { percent: 10 },
  pendingFor: 0,
  clearMargin: 0.1,
  clearFor: 0,
  repeatEvery: 0,
  ...changes,
});

describe('a threshold', () => {
  test('is the larger of its share and its count: low when under either', () => {
    expect(limitOf({ percent: 10, count: 16 }, 251)).toBeCloseTo(25.1);
    expect(limitOf({ percent: 10, count: 16 }, 100)).toBe(16);
    expect(limitOf({ percent: 10 }, 100)).toBe(10);
    expect(limitOf({ count: 16 }, 100)).toBe(16);
    expect(limitOf({}, 100)).toBe(0);
    expect(limitOf(null, 100)).toBeNull();
  });
});

describe('the level of a supply of 100', () => {
  test.each([
    [20, 'ok', 'warning'],
    [21, 'ok', 'warning'],
    [22, 'ok', 'ok'],
    [19, 'warning', 'warning'],
    [11, 'warning', 'warning'],
    [10, 'warning', 'critical'],
    [9, 'critical', 'critical'],
    [0, 'critical', 'critical'],
  ])('with %i left is raised to %s and held at %s', (value, raise, hold) => {
    expect(levelsOf(value, 100, policy({}))).toEqual({
      raise,
      hold,
      warningBelow: 20,
      criticalBelow: 10,
    });
  });

  test('that has no thresholds is well at zero', () => {
    expect(levelsOf(0, 100, policy({ warning: null, critical: null }))).toEqual({
      raise: 'ok',
      hold: 'ok',
      warningBelow: null,
      criticalBelow: null,
    });
  });

  test('may have one level alone', () => {
    expect(levelsOf(5, 100, policy({ warning: null })).raise).toBe('critical');
    expect(levelsOf(15, 100, policy({ warning: null })).raise).toBe('ok');
    expect(levelsOf(5, 100, policy({ critical: null })).raise).toBe('warning');
  });
});

describe('small subnets', () => {
  test('a threshold of more than there can ever be is cleared by a full supply, and raised by any use', () => {
    const wide = policy({ warning: { count: 16 }, critical: null });
    expect(levelsOf(11, 11, wide)).toMatchObject({ raise: 'ok', hold: 'ok' });
    expect(levelsOf(10, 11, wide)).toMatchObject({ raise: 'warning', hold: 'warning' });
  });

  test('by default a /28 of 11 addresses is low at 4, and critical at 2', () => {
    const defaults = DEFAULT_POLICY.rules['addresses-low'];
    expect([5, 4, 3, 2].map((value) => levelsOf(value, 11, defaults).raise)).toEqual([
      'ok',
      'warning',
      'warning',
      'critical',
    ]);
  });

  test('by default a /24 has its last line at 12 addresses, and prefixes theirs at 3', () => {
    const { 'addresses-low': addresses, 'prefixes-low': prefixes } = DEFAULT_POLICY.rules;
    expect([13, 12, 6, 5].map((value) => levelsOf(value, 251, addresses).raise)).toEqual([
      'ok',
      'warning',
      'warning',
      'critical',
    ]);
    expect([4, 3, 2, 1].map((value) => levelsOf(value, 14, prefixes).raise)).toEqual([
      'ok',
      'warning',
      'warning',
      'critical',
    ]);
  });
});

import { expect, test } from 'vitest';
import { worstLevel } from '../../../../shared/model/alert/alert.ts';
import { compareSeverity, type Severity } from '../../../../shared/model/result/finding.ts';

test('severities go from information over warning to critical', () => {
  const mixed: readonly Severity[] = ['critical', 'info', 'warning'];
  expect(mixed.toSorted(compareSeverity)).toEqual(['info', 'warning', 'critical']);
  expect(compareSeverity('warning', 'warning')).toBe(0);
});

test('the worst of some levels is found in any order', () => {
  expect(worstLevel(['ok', 'critical', 'warning', 'ok'])).toBe('critical');
  expect(worstLevel(['warning', 'ok'])).toBe('warning');
  expect(worstLevel([])).toBe('ok');
});

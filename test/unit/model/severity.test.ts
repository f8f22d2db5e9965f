import { expect, test } from 'vitest';
import { compareSeverity, type Severity } from '../../../shared/model/finding.ts';

test('severities go from information over warning to critical', () => {
  const mixed: readonly Severity[] = ['critical', 'info', 'warning'];
  expect(mixed.toSorted(compareSeverity)).toEqual(['info', 'warning', 'critical']);
  expect(compareSeverity('warning', 'warning')).toBe(0);
});

import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import { staleAfterAt, timeInWords } from '../../../../shared/model/alert/pace.ts';

test.each([
  [60, '1 minute'],
  [300, '5 minutes'],
  [5_400, '90 minutes'],
  [7_200, '2 hours'],
  [7_500, '125 minutes'],
])('%i seconds are %s', (seconds, words) => {
  expect(timeInWords(seconds)).toBe(words);
});

test('a target is stale after what the policy says, and never before its third scan is due', () => {
  const { staleAfter } = DEFAULT_POLICY.rules.coverage;
  expect(staleAfterAt(60, DEFAULT_POLICY)).toBe(staleAfter);
  expect(staleAfterAt(staleAfter, DEFAULT_POLICY)).toBe(3 * staleAfter);
});

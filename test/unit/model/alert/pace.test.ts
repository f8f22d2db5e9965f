import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import { paceProblems, staleAfterAt, timeInWords } from '../../../../shared/model/alert/pace.ts';
import { FAST_WINDOW_MINUTES } from '../../../../shared/model/forecast/surge.ts';

test.each([
  [1, '1 second'],
  [59, '59 seconds'],
  [60, '1 minute'],
  [90, '90 seconds'],
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

const paced = (seconds: number, changes: Partial<typeof DEFAULT_POLICY.rules> = {}): readonly string[] =>
  paceProblems(seconds, { rules: { ...DEFAULT_POLICY.rules, ...changes } });

test('a target must not count as stale before its second scan is due', () => {
  const { coverage } = DEFAULT_POLICY.rules;
  const late = { ...coverage, staleAfter: 599 };
  expect(paced(300, { coverage: { ...late, staleAfter: 600 } })).toEqual([]);
  expect(paced(300, { coverage: late })).toEqual([
    expect.stringMatching(/stale after 599 seconds.*scans are 5 minutes apart/),
  ]);
  expect(paced(300, { coverage: { ...late, enabled: false } })).toEqual([]);
});

test('a surge needs two scans in its window, for addresses as for prefixes', () => {
  const coverage = { ...DEFAULT_POLICY.rules.coverage, enabled: false };
  const half = (FAST_WINDOW_MINUTES * 60) / 2;
  expect(paced(half, { coverage })).toEqual([]);
  const problem = [expect.stringContaining(`A surge is looked for within ${FAST_WINDOW_MINUTES} minutes`)];
  expect(paced(half + 1, { coverage })).toEqual(problem);
  const { 'addresses-surge': addresses, 'prefixes-surge': prefixes } = DEFAULT_POLICY.rules;
  const noAddresses = { 'addresses-surge': { ...addresses, enabled: false } };
  const noPrefixes = { 'prefixes-surge': { ...prefixes, enabled: false } };
  expect(paced(half + 1, { coverage, ...noAddresses })).toEqual(problem);
  expect(paced(half + 1, { coverage, ...noPrefixes })).toEqual(problem);
  expect(paced(half + 1, { coverage, ...noAddresses, ...noPrefixes })).toEqual([]);
});

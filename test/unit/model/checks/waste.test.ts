import { expect, test } from 'vitest';
import { CHECKS } from '../../../../shared/model/checks/checks.ts';
import { isWaste } from '../../../../shared/model/checks/waste.ts';

test('what a digest counts as waste are four checks, by names that there are', () => {
  expect(
    CHECKS.filter(isWaste)
      .map(({ kind }) => kind)
      .toSorted(),
  ).toEqual(['reserved-enis', 'unusable-prefixes', 'unused-cni-subnet', 'warm-pool-waste']);
});

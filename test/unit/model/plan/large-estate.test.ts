import { describe, expect, test } from 'vitest';
import { NO_CHANGES } from '../../../../shared/model/plan/changes.ts';
import { planDrain } from '../../../../shared/model/plan/drain.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { largeFleet } from '../../../fixtures/large-fleet.ts';

/** Seconds of CPU, which a busy machine does not change. */
const cpuOf = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

describe('1,000 nodes in 200 subnets', () => {
  const { estate, cluster } = largeFleet(1000, 200, { prefixDelegation: true }).scanned();

  test('are planned in under two seconds', () => {
    expect(cluster.nodes).toHaveLength(1000);
    expect(
      cpuOf(() => whatIf(estate, cluster, { ...NO_CHANGES, settings: { prefixDelegation: false } })),
    ).toBeLessThan(2);
    expect(cpuOf(() => whatIf(estate, cluster, { ...NO_CHANGES, nodes: 100, pods: 2000 }))).toBeLessThan(2);
  });

  test('are searched for drains that win what they say, few nodes at a time', () => {
    const { plan } = planDrain(estate, cluster, { subnetIds: [], supply: 'prefixes', most: 5, win: null });
    expect(plan.steps.length).toBe(5);
    expect(plan.wins).toBeGreaterThanOrEqual(10);
  });
});

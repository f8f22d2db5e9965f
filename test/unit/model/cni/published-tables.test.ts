import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../../../../shared/model/cni/node-holding.ts';

const held = (type: string, settings: Partial<CniSettings>, pods: number) => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  const [holding] = holdingsOnTheWayUp(limits, { ...DEFAULT_CNI_SETTINGS, ...settings }, [pods]);
  if (holding === undefined) throw new Error('no holding');
  return holding;
};

const ipTargets = (warmIpTarget: number, minimumIpTarget: number): Partial<CniSettings> => ({
  warmIpTarget,
  minimumIpTarget,
});

/** docs/eni-and-ip-target.md of amazon-vpc-cni-k8s: pods, interfaces, secondary addresses, unused. All rows agree. */
describe("the CNI's table of secondary addresses", () => {
  test.each([
    ['t3.small', {}, 0, 1, 3, 3],
    ['t3.small', {}, 5, 3, 9, 4],
    ['t3.small', {}, 9, 3, 9, 0],
    ['t3.small', ipTargets(1, 1), 0, 1, 1, 1],
    ['t3.small', ipTargets(1, 1), 5, 2, 6, 1],
    ['t3.small', ipTargets(1, 1), 9, 3, 9, 0],
    ['t3.small', ipTargets(2, 5), 0, 2, 5, 5],
    ['t3.small', ipTargets(2, 5), 5, 3, 7, 2],
    ['t3.small', ipTargets(2, 5), 9, 3, 9, 0],
    ['p3dn.24xlarge', {}, 0, 1, 49, 49],
    ['p3dn.24xlarge', {}, 3, 2, 98, 95],
    ['p3dn.24xlarge', {}, 95, 3, 147, 52],
    ['p3dn.24xlarge', ipTargets(5, 10), 0, 1, 10, 10],
    ['p3dn.24xlarge', ipTargets(5, 10), 7, 1, 12, 5],
    ['p3dn.24xlarge', ipTargets(5, 10), 15, 1, 20, 5],
    ['p3dn.24xlarge', ipTargets(5, 10), 45, 2, 50, 5],
  ])('%s with %j and %i pods holds %i interfaces, %i addresses, %i unused', (...row) => {
    const [type, settings, pods, interfaces, addresses, unused] = row;
    expect(held(type, settings, pods)).toMatchObject({ interfaces, addresses, prefixes: 0, unused });
  });
});

/** docs/prefix-and-ip-target.md of amazon-vpc-cni-k8s: pods, interfaces, prefixes, unused addresses. 16 of 20 rows agree. */
describe("the CNI's table of prefixes", () => {
  const prefixes = (settings: Partial<CniSettings> = {}) => ({ prefixDelegation: true, ...settings });

  test.each([
    ['t3.small', prefixes(), 0, 1, 1, 16],
    ['t3.small', prefixes(), 5, 1, 2, 27],
    ['t3.small', prefixes(), 16, 1, 2, 16],
    ['t3.small', prefixes(), 17, 1, 3, 31],
    ['t3.small', prefixes(), 58, 2, 5, 22],
    ['t3.small', prefixes(ipTargets(1, 1)), 0, 1, 1, 16],
    ['t3.small', prefixes(ipTargets(1, 1)), 5, 1, 1, 11],
    ['t3.small', prefixes(ipTargets(1, 1)), 17, 1, 2, 15],
    ['t3.small', prefixes(ipTargets(1, 1)), 58, 2, 4, 6],
    ['t3.small', prefixes(ipTargets(7, 20)), 5, 1, 2, 27],
    ['t3.small', prefixes(ipTargets(7, 20)), 17, 1, 2, 15],
    ['t3.small', prefixes(ipTargets(7, 20)), 58, 2, 5, 22],
    ['p3dn.24xlarge', prefixes(), 0, 1, 1, 16],
    ['p3dn.24xlarge', prefixes(ipTargets(5, 10)), 0, 1, 1, 16],
    ['p3dn.24xlarge', prefixes(ipTargets(5, 10)), 7, 1, 1, 9],
    ['p3dn.24xlarge', prefixes(ipTargets(5, 10)), 15, 1, 2, 17],
  ])('%s with %j and %i pods holds %i interfaces, %i prefixes, %i unused', (...row) => {
    const [type, settings, pods, interfaces, count, unused] = row;
    expect(held(type, settings, pods)).toMatchObject({ interfaces, addresses: 0, prefixes: count, unused });
  });

  test('contradicts itself for t3.small with the targets 7 and 20 at 0 pods: 1 prefix cannot hold 20 addresses, and it says 2 per interface', () => {
    expect(held('t3.small', prefixes(ipTargets(7, 20)), 0)).toMatchObject({
      interfaces: 1,
      prefixes: 2,
      unused: 32,
    });
  });

  test.each([
    [{}, 3, 2, 29, 2],
    [{}, 95, 7, 17, 3],
    [ipTargets(5, 10), 45, 4, 19, 2],
  ])(
    'claims interfaces for p3dn.24xlarge with %j and %i pods that hold nothing: its %i prefixes fit on one, and %i are unused',
    (settings, pods, count, unused, claimed) => {
      const holding = held('p3dn.24xlarge', prefixes(settings), pods);
      expect(holding).toMatchObject({ interfaces: 1, prefixes: count, unused });
      expect(claimed).toBeGreaterThan(holding.interfaces);
    },
  );
});

import { expect, test } from 'vitest';
import { SubnetAssessor } from '../../../shared/model/subnet/subnet-assessor.ts';
import { busyInterfaces, repeatableRandom } from '../../fixtures/busy-subnet.ts';
import { aSubnetRecord, aTarget } from '../../fixtures/inventory-records.ts';
import { assessNaively } from '../../fixtures/naive-subnet.ts';

const CIDR = '10.0.0.0/16';

/** The fastest of several rounds, after as many to warm up: noise only ever adds. */
const fastest = (rounds: number, run: () => void): number => {
  const times = Array.from({ length: 2 * rounds }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times.slice(rounds));
};

test('a /16 with 40,000 addresses in use is assessed at least twice as fast as by a set of addresses', () => {
  const interfaces = busyInterfaces(0x0a000000, 65_536, 40_000, repeatableRandom(7));
  const model = fastest(10, () => {
    const fold = new SubnetAssessor({
      subnet: aSubnetRecord({ cidrBlock: CIDR }),
      target: aTarget,
      reservations: [],
      interfacesVisible: true,
    });
    for (const networkInterface of interfaces) fold.add(networkInterface, { kind: 'instance', name: null });
    expect(fold.finish().assessment.used).toBe(40_000);
  });
  const naive = fastest(3, () => {
    expect(assessNaively(CIDR, interfaces, []).used).toBe(40_000);
  });
  // About nine times as fast, map included, where nothing else runs: see `npm run bench:model`.
  expect(naive / model).toBeGreaterThan(2);
});

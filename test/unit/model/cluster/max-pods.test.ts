import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InstanceLimits } from '../../../../shared/model/aws/inventory.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import {
  describeLimits,
  maxPods,
  podAddresses,
  recommendedCap,
} from '../../../../shared/model/cluster/max-pods.ts';

const limits = (type: string, changes: Partial<InstanceLimits> = {}): InstanceLimits => {
  const known = limitsOf(type);
  if (known === null) throw new Error(`no such type: ${type}`);
  return { ...known, ...changes };
};

/** Worked values: secondary, custom networking, prefix raw and recommended, custom networking with prefix raw and recommended, branch. */
const WORKED: readonly [string, ...(number | null)[]][] = [
  ['t3.small', 11, 8, 146, 110, 98, 98, 0],
  ['t3.medium', 17, 12, 242, 110, 162, 110, 0],
  ['m5.large', 29, 20, 434, 110, 290, 110, 9],
  ['c5.large', 29, 20, 434, 110, 290, 110, 9],
  ['m5.xlarge', 58, 44, 898, 110, 674, 110, 18],
  ['c5.xlarge', 58, 44, 898, 110, 674, 110, 18],
  ['t2.large', 35, 24, null, null, null, null, 0],
  ['m4.large', 20, 11, null, null, null, null, 0],
  ['m5.4xlarge', 234, 205, 3714, 110, 3250, 110, 54],
  ['m5.8xlarge', 234, 205, 3714, 250, 3250, 250, 54],
  ['m5.24xlarge', 737, 688, 11762, 250, 10978, 250, 107],
  ['p5.48xlarge', 100, 51, 1570, 250, 786, 250, 120],
];

describe('max-pods', () => {
  test.each(WORKED)('of %s is as worked out by hand in every mode', (type, ...values) => {
    const [secondary, customNetworking, prefix, prefixRecommended, both, bothRecommended, branch] = values;
    expect(describeLimits(type)).toMatchObject({
      type,
      prefixDelegation: prefix !== null,
      branchEnis: branch,
      maxPods: {
        secondary,
        customNetworking,
        prefix,
        prefixRecommended,
        customNetworkingPrefix: both,
        customNetworkingPrefixRecommended: bothRecommended,
      },
    });
  });

  test.each([
    // With a trunk: (interfaces - 1) x (addresses - 1) + 2, which Karpenter gets with RESERVED_ENIS=1, and 2 under custom networking.
    ['m5.large', 20, 11, 9, 144],
    ['m5.xlarge', 44, 30, 14, 224],
    ['c5.4xlarge', 205, 176, 29, 464],
    // No trunk.
    ['t3.large', null, null, 11, 176],
    // Neither a trunk nor prefixes.
    ['t2.large', null, null, 11, null],
  ])('of %s with security groups for pods, and on Windows', (type, podEni, both, windows, windowsPrefix) => {
    expect(describeLimits(type)?.maxPods).toMatchObject({
      podEni,
      podEniCustomNetworking: both,
      windows,
      windowsPrefix,
    });
  });

  test.each([
    ['m5.8xlarge', 250],
    ['hs1.8xlarge', 110],
    ['hpc7a.12xlarge', 110],
    ['a1.metal', 110],
    ['m5.metal', 250],
  ])('of %s should not be set above %i: sizes tell the vCPUs, but for some', (type, cap) => {
    expect(recommendedCap(limits('m5.large', { type, vcpus: null }))).toBe(cap);
  });

  test('has no limits of an unknown type', () => {
    expect(describeLimits('m99.large')).toBeNull();
  });

  test('describes a type as EC2 answers it, where the table lacks it', () => {
    const answered = limits('m5.large', { type: 'm99.large' });
    expect(describeLimits('m99.large', new Map([['m99.large', answered]]))?.maxPods.secondary).toBe(29);
  });

  test('is capped only when it is asked to be, in secondary mode as well', () => {
    expect(maxPods(limits('m5.4xlarge'), { mode: 'secondary' })).toBe(234);
    expect(maxPods(limits('m5.4xlarge'), { mode: 'secondary', recommended: true })).toBe(110);
  });

  test('leaves nothing for pods on a type with one interface under custom networking', () => {
    expect(podAddresses(limits('m5.large', { maxEnis: 1 }), 'secondary', true)).toBe(0);
    expect(podAddresses(limits('m5.large', { maxEnis: 0 }), 'secondary', true)).toBe(0);
  });
});

describe('the recommended cap', () => {
  test('is 110 up to 30 vCPUs and 250 above', () => {
    expect(recommendedCap(limits('m5.large', { vcpus: 30 }))).toBe(110);
    expect(recommendedCap(limits('m5.large', { vcpus: 31 }))).toBe(250);
  });

  test.each([
    ['m5.4xlarge', 110],
    ['m5.8xlarge', 250],
    ['c5.9xlarge', 250],
    ['m7i.metal-24xl', 250],
    ['c6g.metal', 250],
    ['a1.metal', 110],
    ['mac2.metal', 110],
    ['hpc7a.12xlarge', 110],
    ['hpc7a.24xlarge', 250],
    ['z1d.6xlarge', 110],
  ])('of %s follows from its size: %i', (type, cap) => {
    expect(recommendedCap(limits(type))).toBe(cap);
  });

  test('is the smaller one for a name that tells nothing', () => {
    expect(recommendedCap(limits('m5.large', { type: 'odd' }))).toBe(110);
  });
});

/**
 * The CNI's own table, and the formulas of those who use it. With security groups for pods Karpenter computes
 * (interfaces - RESERVED_ENIS) x (addresses - 1) + 2. A Windows node has one interface: addresses - 1.
 * Source: amazon-vpc-cni-k8s `misc/eni-max-pods.txt`; karpenter-provider-aws `ENILimitedPods`; EKS user guide, Windows.
 */
test('of every type of the table of the CNI, the columns for trunks and Windows follow from it', () => {
  const table = readFileSync(join(import.meta.dirname, '../../../fixtures/eni-max-pods.txt'), 'utf8');
  const rows = table.split('\n').flatMap((line) => /^([a-z0-9-]+\.[a-z0-9-]+) (\d+)$/.exec(line) ?? []);
  let compared = 0;
  for (let index = 0; index < rows.length; index += 3) {
    const [type = '', pods = ''] = rows.slice(index + 1, index + 3);
    const described = describeLimits(type);
    if (described === null) continue;
    compared += 1;
    const { branchEnis, ipv4PerEni, maxPods: columns } = described;
    const slots = ipv4PerEni - 1;
    const hasTrunk = branchEnis !== null && branchEnis > 0;
    expect(columns, type).toMatchObject({
      secondary: Number(pods),
      podEni: hasTrunk ? Number(pods) - slots : null,
      podEniCustomNetworking: hasTrunk ? Math.max(2, Number(pods) - 2 * slots) : null,
      windows: slots,
    });
  }
  expect(compared).toBeGreaterThan(1000);
});

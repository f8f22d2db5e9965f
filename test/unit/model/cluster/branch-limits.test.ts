import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { describeLimits } from '../../../../shared/model/cluster/max-pods.ts';

/**
 * Interfaces, addresses and branch interfaces as the VPC resource controller has them, which gives pods their security
 * groups and Windows nodes their addresses. Copied from aws/amazon-vpc-resource-controller-k8s,
 * `pkg/aws/vpc/limits.go` at 02c28c714bc8393f42fc9db2bc264e421c62aba4. Karpenter has a table of its own (below) and offers a node `vpc.amazonaws.com/pod-eni` as many times as it has branch interfaces.
 */
const CONTROLLER: readonly [string, interfaces: number, addresses: number, branches: number][] = [
  ['a1.medium', 2, 4, 10],
  ['a1.large', 3, 10, 9],
  ['a1.xlarge', 4, 15, 18],
  ['a1.2xlarge', 4, 15, 38],
  ['a1.4xlarge', 8, 30, 54],
  ['a1.metal', 8, 30, 54],
  ['c1.medium', 2, 6, 0],
  ['c1.xlarge', 4, 15, 0],
  ['c3.large', 3, 10, 0],
  ['c3.8xlarge', 8, 30, 0],
  ['c4.large', 3, 10, 0],
  ['c4.xlarge', 4, 15, 0],
  ['c4.2xlarge', 4, 15, 0],
  ['c4.4xlarge', 8, 30, 0],
  ['c4.8xlarge', 8, 30, 0],
  ['c5.large', 3, 10, 9],
  ['c5.xlarge', 4, 15, 18],
  ['c5.2xlarge', 4, 15, 38],
  ['c5.4xlarge', 8, 30, 54],
  ['c5.9xlarge', 8, 30, 54],
  ['c5.12xlarge', 8, 30, 54],
  ['c5.18xlarge', 15, 50, 107],
  ['c5.24xlarge', 15, 50, 107],
  ['c5.metal', 15, 50, 107],
  ['c5a.large', 3, 10, 9],
  ['c5a.xlarge', 4, 15, 18],
  ['c5a.2xlarge', 4, 15, 38],
  ['c5a.4xlarge', 8, 30, 54],
  ['c5a.8xlarge', 8, 30, 54],
  ['c5a.12xlarge', 8, 30, 54],
  ['c5a.16xlarge', 15, 50, 107],
  ['c5a.24xlarge', 15, 50, 107],
  ['c5ad.large', 3, 10, 9],
  ['c5ad.xlarge', 4, 15, 18],
  ['c5ad.2xlarge', 4, 15, 38],
  ['c5ad.16xlarge', 15, 50, 107],
];

/** Of them, those on Xen, on which no prefix can be assigned. */
const XEN = /^c[134]\./;

describe('headroom limits', () => {
  test.each(CONTROLLER)(
    'of %s are those of the VPC resource controller',
    (type, interfaces, addresses, branches) => {
      expect(limitsOf(type)).toMatchObject({
        maxEnis: interfaces,
        ipv4PerEni: addresses,
        branchEnis: branches,
        trunk: branches > 0,
        prefixDelegation: !XEN.test(type),
      });
    },
  );

  test.each(CONTROLLER)(
    'of %s beside a trunk are those of Karpenter with one reserved interface, and two under custom networking',
    (type, interfaces, addresses, branches) => {
      // Karpenter, `ENILimitedPods`: usable interfaces x (addresses - 1) + 2, with `--reserved-enis` taken off the interfaces.
      const karpenter = (reserved: number) => Math.max(0, interfaces - reserved) * (addresses - 1) + 2;
      expect(describeLimits(type)?.maxPods).toMatchObject({
        secondary: karpenter(0),
        customNetworking: karpenter(1),
        podEni: branches === 0 ? null : karpenter(1),
        podEniCustomNetworking: branches === 0 ? null : karpenter(2),
      });
    },
  );

  test.each(CONTROLLER)(
    'of %s on Windows are those that the controller offers as vpc.amazonaws.com/PrivateIPv4Address',
    (type, _, addresses) => {
      // The controller's IPv4 pool: the primary interface without its own address; with prefixes 16 in each slot.
      expect(describeLimits(type)?.maxPods).toMatchObject({
        windows: addresses - 1,
        windowsPrefix: XEN.test(type) ? null : (addresses - 1) * 16,
      });
    },
  );
});

const KARPENTER = readFileSync(new URL('../../../fixtures/karpenter-limits.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [type = '', interfaces, addresses, branches, hypervisor = '', cards] = line.split(' ');
    return {
      type,
      interfaces: Number(interfaces),
      addresses: Number(addresses),
      branches: Number(branches),
      hypervisor,
      cards: Number(cards),
    };
  });

describe("Karpenter's own table", () => {
  test('has 120 types here, some of them with many network cards', () => {
    expect(KARPENTER).toHaveLength(120);
    expect(KARPENTER.filter(({ cards }) => cards > 1).map(({ type }) => type)).toEqual([
      'p5en.48xlarge',
      'p6-b200.48xlarge',
      'p6-b300.48xlarge',
    ]);
  });

  test.each(KARPENTER)('and headroom limits agree on $type', (karpenter) => {
    const { addresses, branches, cards, hypervisor, interfaces, type } = karpenter;
    expect(limitsOf(type)).toMatchObject({
      maxEnis: interfaces,
      ipv4PerEni: addresses,
      branchEnis: branches,
      trunk: branches > 0,
      networkCards: cards,
      prefixDelegation: hypervisor !== 'xen',
    });
    // Karpenter, `ENILimitedPods`: the default network card alone, with `--reserved-enis` taken off its interfaces.
    const pods = (reserved: number) => Math.max(0, interfaces - reserved) * (addresses - 1) + 2;
    expect(describeLimits(type)?.maxPods).toMatchObject({
      secondary: pods(0),
      customNetworking: pods(1),
      podEni: branches === 0 ? null : pods(1),
      podEniCustomNetworking: branches === 0 ? null : pods(2),
      windows: addresses - 1,
    });
  });
});

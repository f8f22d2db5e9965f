import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CniNode } from '../../../../lab/cni/cni-node.ts';
import { seededRandom } from '../../../../lab/cni/seeded-random.ts';
import { SubnetPool } from '../../../../lab/cni/subnet-pool.ts';
import {
  type CniSettings,
  DEFAULT_CNI_SETTINGS,
  type NodeLimits,
} from '../../../../shared/model/cni/cni-settings.ts';

const c5Large: NodeLimits = { maxEnis: 3, ipv4PerEni: 10, prefixDelegation: true, trunk: true };
const m5Large: NodeLimits = c5Large;
const t2Large: NodeLimits = { maxEnis: 3, ipv4PerEni: 12, prefixDelegation: false, trunk: false };

const pool = (cidr: string, seed = 1): SubnetPool => new SubnetPool(cidr, seededRandom(seed));
const settings = (changes: Partial<CniSettings>): CniSettings => ({ ...DEFAULT_CNI_SETTINGS, ...changes });
const prefixes = settings({ prefixDelegation: true });

/** Starts pods one by one and lets the pool follow, as a node does under a scheduler. */
const runPods = (node: CniNode, count: number): number => {
  let running = 0;
  for (; running < count; running += 1) {
    node.settle();
    if (node.startPods(1) === 0) break;
  }
  node.settle();
  return running;
};

describe('secondary addresses, WARM_ENI_TARGET=1', () => {
  test('an idle c5.large holds its primary address and nine warm ones', () => {
    const node = new CniNode(c5Large, DEFAULT_CNI_SETTINGS, pool('10.0.0.0/24'));
    expect(node.settle()).toEqual([]);
    expect(node.addressesHeld).toBe(10);
  });

  test('three c5.large with two CoreDNS pods consume 50 addresses, 43 of them warm', () => {
    const subnet = pool('10.0.0.0/24');
    const nodes = [1, 1, 0].map((pods) => {
      const node = new CniNode(c5Large, DEFAULT_CNI_SETTINGS, subnet);
      runPods(node, pods);
      return node;
    });
    expect(nodes.reduce((sum, node) => sum + node.addressesHeld, 0)).toBe(50);
    expect(nodes.reduce((sum, node) => sum + node.poolSize - node.pods, 0)).toBe(43);
    expect(subnet.freeAddresses).toBe(251 - 50);
  });

  test('a c5.large runs 27 pods with addresses of their own, and no 28th', () => {
    const node = new CniNode(c5Large, DEFAULT_CNI_SETTINGS, pool('10.0.0.0/24'));
    expect(runPods(node, 100)).toBe(27);
    expect(node.addressesHeld).toBe(30);
  });

  test('whole idle interfaces go back once two of them are warm; single addresses never do', () => {
    const subnet = pool('10.0.0.0/24');
    const node = new CniNode(c5Large, DEFAULT_CNI_SETTINGS, subnet);
    runPods(node, 18);
    expect(node.interfaces).toHaveLength(3);
    node.stopPods(17);
    node.settle();
    expect(node.addressesHeld).toBe(20);
    expect(subnet.freeAddresses).toBe(251 - 20);
  });

  test('a refused interface leaves the node with what it has and says InvalidParameterValue, as EC2 does', () => {
    const node = new CniNode(c5Large, DEFAULT_CNI_SETTINGS, pool('10.0.0.0/28'));
    node.settle();
    expect(node.addressesHeld).toBe(10);
    node.startPods(1);
    expect(node.settle().map(({ code }) => code)).toEqual(['InvalidParameterValue']);
    expect(node.addressesHeld).toBe(10);
  });

  test('when all nine do not fit the CNI asks for one, address by address, until the subnet is empty', () => {
    const subnet = pool('10.0.0.0/28');
    subnet.takeAddresses(6);
    const node = new CniNode(c5Large, DEFAULT_CNI_SETTINGS, subnet);
    const codes = new Set(node.settle().map(({ code }) => code));
    expect(codes).toEqual(new Set(['InsufficientFreeAddressesInSubnet', 'InvalidParameterValue']));
    expect(subnet.freeAddresses).toBe(0);
    expect(node.addressesHeld).toBe(5);
  });

  test('an instance does not start in a full subnet', () => {
    const subnet = pool('10.0.0.0/28');
    subnet.takeAddresses(11);
    expect(() => new CniNode(c5Large, DEFAULT_CNI_SETTINGS, subnet)).toThrow(
      expect.objectContaining({ code: 'InsufficientFreeAddressesInSubnet' }),
    );
  });
});

describe('WARM_IP_TARGET and MINIMUM_IP_TARGET', () => {
  test('WARM_IP_TARGET=2 keeps two addresses beyond the pods and gives the rest back', () => {
    const subnet = pool('10.0.0.0/24');
    const node = new CniNode(c5Large, settings({ warmIpTarget: 2 }), subnet);
    runPods(node, 12);
    expect(node.poolSize).toBe(14);
    node.stopPods(10);
    node.settle();
    expect(node.poolSize).toBe(4);
    expect(node.interfaces).toHaveLength(1);
    expect(subnet.freeAddresses).toBe(251 - 5);
  });

  test('MINIMUM_IP_TARGET is a floor of the pool', () => {
    const node = new CniNode(
      c5Large,
      settings({ warmIpTarget: 1, minimumIpTarget: 15 }),
      pool('10.0.0.0/24'),
    );
    node.settle();
    expect(node.poolSize).toBe(15);
    expect(node.addressesHeld).toBe(17);
  });

  test('with prefixes the targets are met in whole blocks', () => {
    const node = new CniNode(
      m5Large,
      settings({ prefixDelegation: true, warmIpTarget: 5, minimumIpTarget: 20 }),
      pool('10.0.0.0/24'),
    );
    node.settle();
    expect(node.poolSize).toBe(32);
  });
});

describe('prefixes, WARM_PREFIX_TARGET=1', () => {
  test('five idle m5.large take five addresses and five /28s', () => {
    const subnet = pool('10.0.0.0/23');
    const nodes = Array.from({ length: 5 }, () => new CniNode(m5Large, prefixes, subnet));
    for (const node of nodes) expect(node.settle()).toEqual([]);
    expect(nodes.map((node) => node.addressesHeld)).toEqual([17, 17, 17, 17, 17]);
    expect(subnet.freeAddresses).toBe(507 - 5 * 17);
  });

  test('the first pod makes the CNI take a second prefix, so that one is always free', () => {
    const node = new CniNode(m5Large, prefixes, pool('10.0.0.0/24'));
    runPods(node, 1);
    expect(node.poolSize).toBe(32);
    runPods(node, 15);
    expect(node.poolSize).toBe(32);
    runPods(node, 1);
    expect(node.poolSize).toBe(48);
  });

  test('prefixes over the target go back', () => {
    const node = new CniNode(m5Large, prefixes, pool('10.0.0.0/24'));
    runPods(node, 40);
    node.stopPods(39);
    node.settle();
    expect(node.poolSize).toBe(32);
  });

  test('a fragmented subnet refuses with InsufficientCidrBlocks and the node gets no single address instead', () => {
    const subnet = pool('10.0.0.0/24');
    for (let block = 0; block < 16; block += 1) subnet.takeAddress(0x0a000000 + block * 16 + 8);
    const node = new CniNode(m5Large, prefixes, subnet);
    expect(node.settle().map(({ code }) => code)).toContain('InsufficientCidrBlocks');
    expect(node.poolSize).toBe(0);
    expect(node.startPods(1)).toBe(0);
    expect(subnet.freeAddresses).toBe(251 - 16 - 1);
  });

  test('max-pods 110 stops the pool at seven prefixes', () => {
    const node = new CniNode(
      m5Large,
      settings({ prefixDelegation: true, maxPods: 110 }),
      pool('10.0.0.0/23'),
    );
    expect(runPods(node, 200)).toBe(108);
    expect(node.poolSize).toBe(112);
  });

  test('a Xen type takes secondary addresses although the cluster asks for prefixes', () => {
    const node = new CniNode(t2Large, prefixes, pool('10.0.0.0/24'));
    node.settle();
    expect(node.usesPrefixes).toBe(false);
    expect(node.addressesHeld).toBe(12);
  });
});

describe('other subnets', () => {
  test('with custom networking the primary interface serves no pod and the pods live in the other subnet', () => {
    const nodes = pool('10.0.0.0/24');
    const pods = pool('100.64.0.0/24');
    const node = new CniNode(m5Large, settings({ customNetworking: true }), nodes, {
      podSubnets: () => [pods],
    });
    expect(runPods(node, 100)).toBe(18);
    expect(nodes.freeAddresses).toBe(250);
    expect(pods.freeAddresses).toBe(251 - 20);
  });

  test('subnet discovery takes the subnet with most available addresses, and the next where that one refuses', () => {
    const home = pool('10.0.0.0/27');
    const fragmented = pool('10.0.1.0/24');
    for (let block = 0; block < 16; block += 1) fragmented.takeAddress(0x0a000100 + block * 16 + 8);
    const spare = pool('10.0.2.0/25');
    const node = new CniNode(m5Large, prefixes, home, { podSubnets: () => [home, fragmented, spare] });
    const codes = node.settle().map(({ code }) => code);
    expect(codes).toContain('InsufficientCidrBlocks');
    expect(node.interfaces.map((held) => held.pool.cidr)).toEqual(['10.0.0.0/27', '10.0.2.0/25']);
    expect(node.poolSize).toBe(16);
  });
});

test('a terminated node gives every address and prefix back', () => {
  const subnet = pool('10.0.0.0/24');
  const node = new CniNode(m5Large, prefixes, subnet);
  runPods(node, 50);
  node.terminate();
  expect(subnet.freeAddresses).toBe(251);
  expect(subnet.freePrefixes).toBe(14);
});

describe('whatever pods come and go, under any settings', () => {
  const optionalTarget = fc.option(fc.integer({ min: 0, max: 20 }), { nil: null });
  const anySettings: fc.Arbitrary<CniSettings> = fc.record({
    prefixDelegation: fc.boolean(),
    warmEniTarget: fc.integer({ min: 0, max: 2 }),
    warmPrefixTarget: fc.integer({ min: 0, max: 3 }),
    warmIpTarget: optionalTarget,
    minimumIpTarget: optionalTarget,
    maxPods: fc.option(fc.integer({ min: 10, max: 110 }), { nil: null }),
    customNetworking: fc.constant(false),
    podEni: fc.boolean(),
    maxEni: fc.constantFrom(null, 2, 3),
  });
  const limits = fc.constantFrom(c5Large, t2Large);
  /** More than zero: so many pods come; less: so many go. */
  const changes = fc.array(fc.integer({ min: -15, max: 15 }), { maxLength: 25 });

  test('the node keeps to its limits, no address is lost, and settling twice changes nothing', () => {
    fc.assert(
      fc.property(anySettings, limits, changes, fc.nat(), (cni, type, steps, seed) => {
        const subnet = pool('10.0.0.0/24', seed);
        const node = new CniNode(type, cni, subnet);
        for (const change of steps) {
          if (change > 0) node.startPods(change);
          else node.stopPods(-change);
          node.settle();
          const { revision } = node;
          node.settle();
          expect(node.revision).toBe(revision);
          expect(node.pods).toBeLessThanOrEqual(Math.min(node.poolSize, node.maxPodAddresses));
          expect(node.interfaces.length).toBeLessThanOrEqual(type.maxEnis);
          for (const { units } of node.interfaces)
            expect(units.length).toBeLessThanOrEqual(type.ipv4PerEni - 1);
          const devices = node.interfaces.map(({ deviceIndex }) => deviceIndex);
          expect(new Set(devices).size).toBe(devices.length);
          expect(Math.max(...devices)).toBeLessThan(type.maxEnis);
          expect(subnet.freeAddresses).toBe(251 - node.addressesHeld);
        }
        node.terminate();
        expect(subnet.freeAddresses).toBe(251);
      }),
      { numRuns: 500 },
    );
  });

  test('where nothing is refused the warm target is met, unless the node is full', () => {
    fc.assert(
      fc.property(anySettings, changes, (cni, steps) => {
        const node = new CniNode(c5Large, cni, pool('10.0.0.0/20'));
        for (const change of steps) {
          if (change > 0) node.startPods(change);
          else node.stopPods(-change);
          expect(node.settle()).toEqual([]);
          const warm = node.poolSize - node.pods;
          const isFull =
            node.poolSize >= (cni.maxPods ?? Number.POSITIVE_INFINITY) ||
            (node.interfaces.length === (cni.maxEni ?? c5Large.maxEnis) &&
              node.interfaces.every(({ trunk, units }) => trunk || units.length === 9));
          const wanted =
            (cni.warmIpTarget ?? 0) + (cni.minimumIpTarget ?? 0) > 0
              ? Math.max(cni.warmIpTarget ?? 0, (cni.minimumIpTarget ?? 0) - node.pods)
              : cni.prefixDelegation
                ? cni.warmPrefixTarget * 16
                : cni.warmEniTarget * 9;
          expect(isFull || warm >= wanted).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { AllocationFailure } from '../../../shared/model/aws/allocation-failure.ts';
import type { EksCluster } from '../../../shared/model/aws/inventory.ts';
import { keepRefusals, readRefusals } from '../../../shared/pipeline/kept-refusals.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { aNodeGroup, anEksCluster } from '../../fixtures/cluster-records.ts';

const target = { accountId: '111122223333', region: 'eu-west-1' };
const NOW = Date.parse('2026-11-27T12:30:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const [SUBNET, OTHER] = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];

const failure = (minutesAgo: number, changes: Partial<AllocationFailure> = {}): AllocationFailure => ({
  at: new Date(NOW - minutesAgo * MINUTE).toISOString(),
  service: 'auto-scaling',
  resource: 'web',
  code: 'InsufficientFreeAddressesInSubnet',
  subnetId: SUBNET,
  availabilityZone: null,
  text: 'There are not enough free addresses in subnet.',
  ...changes,
});

const keep = (
  cache: CacheStore,
  failures: readonly AllocationFailure[],
  eksClusters: readonly EksCluster[] = [],
  now = NOW,
): Promise<void> =>
  keepRefusals({ target, cache, failures, eksClusters, subnetIds: new Set([SUBNET, OTHER]), now });

const minutesAgo = (times: readonly number[]): readonly number[] => times.map((at) => (NOW - at) / MINUTE);

const kept = async (failures: readonly AllocationFailure[], eksClusters?: readonly EksCluster[]) => {
  const { cache } = createMemoryStateStore();
  await keep(cache, failures, eksClusters);
  const { addresses, prefixes } = await readRefusals(cache, target, SUBNET, NOW);
  return { addresses: minutesAgo(addresses), prefixes: minutesAgo(prefixes) };
};

describe('refused requests', () => {
  test('count once for each hour, as the earliest of it, for all services', async () => {
    const found = [failure(10), failure(20, { service: 'ecs' }), failure(95), failure(5)];
    expect(await kept(found)).toEqual({ addresses: [95, 20], prefixes: [] });
  });

  test('that a service names in every scan count once', async () => {
    const { cache } = createMemoryStateStore();
    for (const minutes of [0, 5, 10]) await keep(cache, [failure(10)], [], NOW + minutes * MINUTE);
    expect((await readRefusals(cache, target, SUBNET, NOW)).addresses).toHaveLength(1);
  });

  test('keep the first of many that events count together', async () => {
    const earlier = { count: 40, firstAt: new Date(NOW - 200 * MINUTE).toISOString() };
    expect((await kept([failure(10, { service: 'ec2-calls', earlier })])).addresses).toEqual([200, 10]);
  });

  test('for a prefix are kept apart, and those of a full interface or without a subnet are left out', async () => {
    const found = [
      failure(10, { code: 'InsufficientCidrBlocks' }),
      failure(100, { code: 'PrivateIpAddressLimitExceeded' }),
      failure(200, { subnetId: null }),
      failure(300, { subnetId: 'subnet-0fffffffffffffff0' }),
    ];
    expect(await kept(found)).toEqual({ addresses: [], prefixes: [10] });
  });

  test('that EKS reports of a node group count for the subnet that it names, or the only one of the group', async () => {
    const issue = (resourceIds: readonly string[]) => [
      { code: 'InsufficientFreeAddresses', message: null, resourceIds },
    ];
    const clusterWith = (subnetIds: readonly string[], resourceIds: readonly string[]) =>
      anEksCluster({ nodeGroups: [aNodeGroup({ subnetIds, healthIssues: issue(resourceIds) })] });
    expect((await kept([], [clusterWith([SUBNET, OTHER], [SUBNET])])).addresses).toEqual([0]);
    expect((await kept([], [clusterWith([SUBNET], ['web-asg'])])).addresses).toEqual([0]);
    expect((await kept([], [clusterWith([SUBNET, OTHER], ['web-asg'])])).addresses).toEqual([]);
    const launch = {
      code: 'AsgInstanceLaunchFailures',
      message: `There are not enough free addresses in subnet '${SUBNET}' to satisfy the requested number of instances.`,
      resourceIds: ['web-asg'],
    };
    const group = aNodeGroup({ subnetIds: [SUBNET, OTHER], healthIssues: [launch] });
    expect((await kept([], [anEksCluster({ nodeGroups: [group] })])).addresses).toEqual([0]);
  });

  test('are forgotten after 60 days, and the oldest where there are too many', async () => {
    expect((await kept([failure(61 * 24 * 60), failure(10)])).addresses).toEqual([10]);
    const { cache } = createMemoryStateStore();
    const hours = Array.from({ length: 1_300 }, (_, hour) => [
      failure(hour * 60),
      failure(hour * 60, { code: 'InsufficientCidrBlocks' }),
      failure(hour * 60, { subnetId: OTHER }),
      failure(hour * 60, { subnetId: OTHER, code: 'InsufficientCidrBlocks' }),
    ]).flat();
    await keep(cache, hours);
    const { addresses } = await readRefusals(cache, target, SUBNET, NOW);
    expect(addresses).toHaveLength(1_000);
    expect(addresses.at(-1)).toBe(NOW);
    expect(NOW - (addresses[0] ?? 0)).toBeLessThan(60 * DAY);
    const stored = await cache.get('refusals-1/111122223333/eu-west-1', NOW, ANY_FORM);
    expect(JSON.stringify(stored).length).toBeLessThan(300_000);
  });

  test('of two scans at once are both kept', async () => {
    const { cache } = createMemoryStateStore();
    await Promise.all([keep(cache, [failure(10)]), keep(cache, [failure(100)])]);
    expect(minutesAgo((await readRefusals(cache, target, SUBNET, NOW)).addresses)).toEqual([100, 10]);
  });

  test('cost a scan nothing where there are none', async () => {
    let asked = 0;
    const { cache } = createMemoryStateStore();
    const counting: CacheStore = {
      ...cache,
      get: (key, now, form) => {
        asked += 1;
        return cache.get(key, now, form);
      },
    };
    await keep(counting, []);
    expect(asked).toBe(0);
  });
});

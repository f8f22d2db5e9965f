import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { NodePool, type PoolInterface, type PoolUnit } from '../../../../shared/model/cni/node-pool.ts';

/** One node whose subnet has so many single addresses, or prefixes, left. It gives all of a call, or none. */
const nodeWith = (left: number, settings: Partial<CniSettings> = {}, type = 'm5.large') => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  const calls: string[] = [];
  let free = left;
  const take = (call: string, count: number): PoolUnit[] | null => {
    calls.push(`${call} ${count}`);
    if (count > free) return null;
    free -= count;
    return Array.from({ length: count }, () => ({ pods: 0 }));
  };
  const pool = new NodePool<PoolUnit, PoolInterface<PoolUnit>>(
    limits,
    { ...DEFAULT_CNI_SETTINGS, ...settings },
    {
      attach: ({ deviceIndex, trunk, units }) => {
        const own = take(trunk ? 'trunk' : 'attach', 1);
        if (own === null) return null;
        const given = take('with', units);
        if (given !== null) return { deviceIndex, trunk, units: given };
        free += 1;
        return null;
      },
      assign: (_held, count) => take('assign', count),
      unassign: () => {
        free += 1;
      },
      detach: ({ units }) => {
        free += 1 + units.length;
      },
    },
  );
  return { pool, calls, free: () => free };
};

describe('a node in a subnet with little left', () => {
  test('asks for a whole interface of addresses, and then for one at a time', () => {
    const { pool, calls } = nodeWith(4);
    pool.settle();
    expect(calls.slice(0, 4)).toEqual(['attach 1', 'with 0', 'assign 9', 'assign 1']);
    expect(pool.units).toBe(3);
  });

  test('does not exist where not even its primary address is left', () => {
    const { pool } = nodeWith(0);
    expect(pool.interfaces).toEqual([]);
    expect(pool.isReady).toBe(false);
  });

  test('has no trunk where none can be had, and tries again', () => {
    const { pool } = nodeWith(10, { podEni: true });
    pool.settle();
    expect(pool.interfaces.map(({ trunk }) => trunk)).toEqual([false]);
  });

  test('is not ready under custom networking without an address for pods', () => {
    const { pool } = nodeWith(5, { customNetworking: true });
    pool.settle();
    expect(pool.isReady).toBe(false);
    expect(nodeWith(5).pool.isReady).toBe(true);
  });
});

describe('a node whose pods end', () => {
  test('keeps what its warm target asks for, and returns the interfaces beyond it', () => {
    const { pool, free } = nodeWith(100);
    pool.settle();
    while (pool.pods < 12 && pool.startPods(1) > 0) pool.settle();
    expect(pool.interfaces).toHaveLength(3);
    expect(pool.stopPods(12)).toBe(12);
    expect(pool.stopPods(1)).toBe(0);
    pool.settle();
    expect({ interfaces: pool.interfaces.length, units: pool.units, free: free() }).toEqual({
      interfaces: 1,
      units: 9,
      free: 90,
    });
  });

  test('returns prefixes without pods, but for the warm one', () => {
    const { pool } = nodeWith(100, { prefixDelegation: true });
    pool.settle();
    while (pool.pods < 40 && pool.startPods(1) > 0) pool.settle();
    expect(pool.units).toBe(4);
    pool.stopPods(40);
    pool.settle();
    expect(pool.units).toBe(1);
  });

  test('gives everything back when it ends', () => {
    const { pool, free } = nodeWith(100);
    pool.settle();
    pool.startPods(5);
    pool.terminate();
    expect({ free: free(), pods: pool.pods, units: pool.units, interfaces: pool.interfaces }).toEqual({
      free: 100,
      pods: 0,
      units: 0,
      interfaces: [],
    });
  });
});

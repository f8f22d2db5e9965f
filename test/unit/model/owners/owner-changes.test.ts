import { describe, expect, test } from 'vitest';
import { OWNERS_OF_ENTRY, takenSince, withChanges } from '../../../../shared/model/owners/owner-changes.ts';
import type { OwnerUsage } from '../../../../shared/model/result/owner-usage.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number): number => NOW - minutes * 60_000;
const holds = (name: string | null, addresses: number, kind = 'cluster-nodes'): OwnerUsage => ({
  kind,
  name,
  interfaces: 1,
  addresses,
});

/** The changes kept after scans at so many minutes ago, the first of them without a past. */
const keptAfter = (
  ...scans: readonly (readonly [minutes: number, owners: readonly OwnerUsage[] | null])[]
) => {
  let kept: ReturnType<typeof withChanges> = [];
  let before: { readonly at: number; readonly owners: readonly OwnerUsage[] | null } | null = null;
  for (const [minutes, owners] of scans) {
    const scan = { at: minutesAgo(minutes), owners };
    kept = withChanges(kept, before, scan);
    before = scan;
  }
  return kept;
};

describe('what owners took since the last scan', () => {
  test('is the difference of what they held and hold', () => {
    expect(
      keptAfter(
        [5, [holds('shop', 10), holds('blue', 7)]],
        [0, [holds('shop', 30), holds('front', 2, 'load-balancer')]],
      ),
    ).toEqual([
      {
        from: '2026-01-01T11:55:00.000Z',
        to: '2026-01-01T12:00:00.000Z',
        changes: [
          { kind: 'cluster-nodes', name: 'shop', addresses: 20 },
          { kind: 'cluster-nodes', name: 'blue', addresses: -7 },
          { kind: 'load-balancer', name: 'front', addresses: 2 },
        ],
      },
    ]);
  });

  test('is nothing to keep where nothing changed, or no scan came before', () => {
    expect(keptAfter([5, [holds('shop', 10)]], [0, [holds('shop', 10)]])).toEqual([]);
    expect(keptAfter([0, [holds('shop', 10)]])).toEqual([]);
    expect(keptAfter([0, [holds('shop', 10)]], [0, [holds('shop', 20)]])).toEqual([]);
  });

  test('is kept for three hours, a quarter of an hour to an entry', () => {
    const kept = keptAfter(
      ...Array.from({ length: 61 }, (_, index) => [300 - 5 * index, [holds('shop', index)]] as const),
    );
    expect(kept.length).toBeLessThanOrEqual(13);
    expect(kept.at(-1)?.to).toBe('2026-01-01T12:00:00.000Z');
    expect(Date.parse(kept[0]?.to ?? '')).toBeGreaterThan(minutesAgo(180));
  });

  test('of a scan further back than that is not counted as lately taken', () => {
    expect(keptAfter([200, [holds('shop', 10)]], [0, [holds('shop', 90)]])).toEqual([]);
  });

  test('names the owners that changed most, and sums up the others', () => {
    const many = Array.from({ length: 40 }, (_, index) => holds(`asg-${index}`, index + 1, 'instance'));
    const [entry] = keptAfter([5, []], [0, many]);
    expect(entry?.changes).toHaveLength(OWNERS_OF_ENTRY + 1);
    expect(entry?.changes?.[0]).toEqual({ kind: 'instance', name: 'asg-39', addresses: 40 });
    expect(entry?.changes?.reduce((sum, { addresses }) => sum + addresses, 0)).toBe((40 * 41) / 2);
  });
});

describe('who took addresses in a window', () => {
  // https://github.com/aws/amazon-vpc-cni-k8s/issues/3619: eight to ten clusters share the subnets, and one of them scales up.
  test('is who took most in it, not who holds most', () => {
    const kept = keptAfter(
      [120, [holds('large', 900), holds('shop', 10)]],
      [60, [holds('large', 905), holds('shop', 10)]],
      [30, [holds('large', 905), holds('shop', 60)]],
      [0, [holds('large', 901), holds('shop', 150)]],
    );
    expect(takenSince(kept, minutesAgo(45))).toEqual([
      { kind: 'cluster-nodes', name: 'shop', addresses: 140 },
    ]);
  });

  // https://github.com/paradisec-archive/nabu/pull/1259: tasks that come and go within the window took nothing on balance.
  test('leaves out who gave back what it took', () => {
    const task = (addresses: number) => [holds('jobs', addresses, 'ecs-task'), holds('shop', 10)];
    const kept = keptAfter([60, task(0)], [40, task(50)], [0, task(0)]);
    expect(takenSince(kept, minutesAgo(60))).toEqual([]);
  });

  test('stays unknown where an entry joins a scan whose owners are not known with the next one', () => {
    const shop = (addresses: number) => [holds('shop', addresses)];
    const kept = keptAfter([6, shop(10)], [4, shop(20)], [2, null], [0, shop(90)]);
    expect(takenSince(kept, minutesAgo(5))).toBeNull();
  });

  test('is unknown where the owners of one scan in it are not known, or none is kept', () => {
    const kept = keptAfter(
      [60, [holds('shop', 10)]],
      [40, null],
      [20, [holds('shop', 90)]],
      [0, [holds('shop', 95)]],
    );
    expect(takenSince(kept, minutesAgo(60))).toBeNull();
    expect(takenSince(kept, minutesAgo(20))).toEqual([{ kind: 'cluster-nodes', name: 'shop', addresses: 5 }]);
    expect(takenSince([], minutesAgo(60))).toBeNull();
  });
});

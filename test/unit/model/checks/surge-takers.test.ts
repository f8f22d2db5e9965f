import { describe, expect, test } from 'vitest';
import type { OwnerChange } from '../../../../shared/model/result/owner-changes.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { findingsOf } from '../../../fixtures/findings-input.ts';

const surge = {
  raise: 'critical' as const,
  hold: 'critical' as const,
  lossPerHour: { fast: 345, slow: 300 },
  ordinaryLossPerHour: 22,
  exhaustionAt: '2026-01-01T00:39:00.000Z',
  reason: '',
};

const forecast = {
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: { '24h': 0.5, '72h': 0.9, '7d': 1 },
  method: 'trend-paths',
  reason: '',
  surge,
};

const holders = [
  { kind: 'cluster-nodes', name: 'large', interfaces: 90, addresses: 150 },
  { kind: 'cluster-nodes', name: 'shop', interfaces: 12, addresses: 40 },
  { kind: 'lambda', name: 'orders', interfaces: 3, addresses: 3 },
];

const took = (name: string, addresses: number, kind = 'cluster-nodes'): OwnerChange => ({
  kind,
  name,
  addresses,
});

/** Scanned at midnight. */
const found = (
  changes: readonly OwnerChange[] | null,
  to = '2026-01-01T00:00:00.000Z',
  drainHours?: number,
) => {
  const drain =
    drainHours === undefined ? {} : { drain: { hours: drainHours, lossPerHour: 300, exhaustionAt: '' } };
  const [finding] = findingsOf('addresses-surge', {
    subnets: [
      aSubnet({
        available: 200,
        owners: holders,
        ownerChanges: [{ from: '2025-12-31T21:00:00.000Z', to, changes }],
        forecast: { addresses: { ...forecast, surge: { ...surge, ...drain } } },
      }),
    ],
  });
  return finding;
};

const takenBy = (finding: ReturnType<typeof found>) =>
  finding?.evidence.filter(({ name }) => name.startsWith('taken by')).map(({ name, value }) => [name, value]);

describe('a surge names who took the addresses', () => {
  test('and not who holds most', () => {
    const finding = found([took('large', -3), took('orders', 2, 'lambda'), took('shop', 120)]);
    expect(finding?.explanation).toContain(
      'In the last 90 minutes, Cluster nodes (shop) took 120 addresses, Lambda (orders) took 2 addresses.',
    );
    expect(takenBy(finding)).toEqual([
      ['taken by Cluster nodes (shop)', 120],
      ['taken by Lambda (orders)', 2],
    ]);
    expect(finding?.owners?.map(({ name }) => name)).toEqual(['shop', 'orders']);
  });

  test('three of them, and how many more', () => {
    const finding = found([took('a', 4), took('b', 3), took('c', 2), took('d', 1)]);
    expect(finding?.explanation).toContain('Cluster nodes (c) took 2 addresses and 1 more.');
    expect(takenBy(finding)).toHaveLength(3);
    expect(finding?.owners).toEqual(holders);
  });

  test('as far as they are known: an owner of another version keeps its word, the rest are summed up', () => {
    expect(takenBy(found([{ kind: 'others', name: null, addresses: 9 }]))).toEqual([['taken by others', 9]]);
  });

  test('of the window alone, which is longer for a loss over hours', () => {
    const earlier = '2025-12-31T22:00:00.000Z';
    expect(takenBy(found([took('shop', 120)], earlier))).toEqual([]);
    expect(takenBy(found([took('shop', 120)], earlier, 6))).toHaveLength(1);
  });

  test('or lists who holds most where that is not known', () => {
    const finding = found(null);
    expect(finding?.explanation).not.toContain('In the last');
    expect(finding?.owners).toEqual(holders);
  });
});

describe('workloads, where the Kubernetes API of the cluster is read', () => {
  const grown = (changes: readonly OwnerChange[] | null) =>
    findingsOf('addresses-surge', {
      subnets: [
        aSubnet({
          available: 200,
          owners: holders,
          workloadChanges: [{ from: '2025-12-31T23:00:00.000Z', to: '2026-01-01T00:00:00.000Z', changes }],
          forecast: { addresses: { ...forecast, surge } },
        }),
      ],
    })[0];
  const explained = (changes: readonly OwnerChange[] | null) => grown(changes)?.explanation;

  test('are named with what they took, the most first, and not those that shrank', () => {
    const changes = [
      took('shop/data/Job/nightly', 160, 'workload'),
      took('shop/web/Deployment/api', 12, 'workload'),
      took('shop/web/Deployment/old', -9, 'workload'),
    ];
    expect(explained(changes)).toContain(
      'Workloads that grew: shop/data/Job/nightly (160 addresses), shop/web/Deployment/api (12 addresses).',
    );
  });

  test.each([
    [
      'shop/data/Job/nightly',
      'Suspend shop/data/Job/nightly',
      `kubectl patch job/nightly --namespace data --type merge --patch '{"spec":{"suspend":true}}'`,
    ],
    [
      'shop/data/CronJob/hourly',
      'Suspend shop/data/CronJob/hourly',
      `kubectl patch cronjob/hourly --namespace data --type merge --patch '{"spec":{"suspend":true}}'`,
    ],
    [
      'shop/web/Deployment/api',
      'Scale down shop/web/Deployment/api',
      'kubectl scale deployment/api --namespace web --replicas 1',
    ],
    [
      "shop/web/StatefulSet/a'b",
      "Scale down shop/web/StatefulSet/a'b",
      `kubectl scale 'statefulset/a'\\''b' --namespace web --replicas 1`,
    ],
  ])('are stopped first, before space is added: %s', (name, title, command) => {
    const [first, second] = grown([took(name, 160, 'workload')])?.remedies ?? [];
    expect(first).toMatchObject({ title, commands: [command] });
    expect(first?.preconditions).toEqual([
      { text: "kubectl's context is that of the cluster shop.", holds: null },
    ]);
    expect(second?.title).toBe('List what holds the addresses');
  });

  test.each(['shop/kube-system/DaemonSet/agent', 'shop', 'shop/data/constructor/x', 'a/b/Job/c/d'])(
    'have no switch where their kind has none: %s',
    (name) => {
      expect(grown([took(name, 160, 'workload')])?.remedies[0]?.title).toBe('List what holds the addresses');
    },
  );

  test('are not named where one of the two scans did not know the pods', () => {
    expect(explained(null)).not.toContain('Workloads');
  });

  test('are named by a forecast as well', () => {
    const [finding] = findingsOf('addresses-exhaustion', {
      subnets: [
        aSubnet({
          available: 200,
          workloadChanges: [
            {
              from: '2025-12-31T22:00:00.000Z',
              to: '2025-12-31T23:00:00.000Z',
              changes: [took('shop/web/Deployment/api', 12, 'workload')],
            },
          ],
          forecast: { addresses: { ...forecast, exhaustionAt: '2026-01-02T00:00:00.000Z' } },
        }),
      ],
    });
    expect(finding?.explanation).toContain('Workloads that grew: shop/web/Deployment/api (12 addresses).');
  });
});

import { describe, expect, test } from 'vitest';
import type { Instance, NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import { LEAKED_AFTER_MINUTES, LeakTracker, leaksIn } from '../../../../shared/model/owners/leaks.ts';
import type { LeakedInterface } from '../../../../shared/model/result/assessment.ts';
import { aNode } from '../../../fixtures/cluster-records.ts';
import { addresses, anInterfaceRecord, aTarget } from '../../../fixtures/inventory-records.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

const left = (changes: Partial<NetworkInterface> = {}): NetworkInterface =>
  anInterfaceRecord({
    networkInterfaceId: 'eni-01',
    status: 'available',
    description: 'aws-K8S-i-01',
    privateAddresses: addresses('10.0.0.10', '10.0.0.11', '10.0.0.12'),
    tags: {
      'node.k8s.amazonaws.com/instance_id': 'i-01',
      'cluster.k8s.amazonaws.com/name': 'shop',
      'node.k8s.amazonaws.com/createdAt': minutesAgo(10_000),
    },
    ...changes,
  });

const sightingsBeside = (
  instances: ReadonlyMap<string, Instance> | null,
  previous: readonly LeakedInterface[] | null,
  ...interfaces: readonly NetworkInterface[]
): readonly LeakedInterface[] => {
  const fold = new LeakTracker({ target: aTarget, previous, instances, now: NOW });
  for (const each of interfaces) fold.add(each);
  return fold.finish();
};

/** Where the node of the interface is gone. */
const sightings = (
  previous: readonly LeakedInterface[] | null,
  ...interfaces: readonly NetworkInterface[]
): readonly LeakedInterface[] => sightingsBeside(new Map(), previous, ...interfaces);

const seen = (firstSeenAt: string): LeakedInterface => {
  const [sighting] = sightings([], left());
  if (sighting === undefined) throw new Error('not sighted');
  return { ...sighting, firstSeenAt };
};

describe('an interface of the CNI that is attached to nothing', () => {
  test('is reported with its cluster, its instance and the addresses that it wastes', () => {
    expect(sightings([], left())).toEqual([
      {
        networkInterfaceId: 'eni-01',
        subnetId: 'subnet-0a',
        accountId: aTarget.accountId,
        region: aTarget.region,
        clusterName: 'shop',
        instanceId: 'i-01',
        addresses: 3,
        firstSeenAt: minutesAgo(0),
        leaked: false,
      },
    ]);
  });

  test('is no leak at the first look while its node runs, which lets interfaces go, or where nodes could not be listed', () => {
    expect(sightings(null, left())[0]?.leaked).toBe(true);
    expect(sightingsBeside(new Map([['i-01', aNode('i-01')]]), null, left())[0]?.leaked).toBe(false);
    expect(sightingsBeside(null, null, left())[0]?.leaked).toBe(false);
  });

  test('is no leak when it is seen for the first time, however old it is: it may have been let go a second ago', () => {
    expect(sightings([], left())[0]?.leaked).toBe(false);
  });

  test(`is no leak after ${LEAKED_AFTER_MINUTES} minutes, and one a moment later`, () => {
    expect(sightings([seen(minutesAgo(LEAKED_AFTER_MINUTES))], left())[0]?.leaked).toBe(false);
    const [later] = sightings(
      [seen(new Date(NOW - LEAKED_AFTER_MINUTES * 60_000 - 1).toISOString())],
      left(),
    );
    expect(later?.leaked).toBe(true);
  });

  test('keeps the time at which it was first seen from scan to scan', () => {
    expect(sightings([seen(minutesAgo(30))], left())[0]?.firstSeenAt).toBe(minutesAgo(30));
  });

  test('is judged by its own tag where no scan came before', () => {
    const [sighting] = sightings(null, left());
    expect(sighting).toMatchObject({ firstSeenAt: minutesAgo(10_000), leaked: true });
  });

  test('starts now where no scan came before and it has no tag, or a senseless one', () => {
    const tags = { 'node.k8s.amazonaws.com/instance_id': 'i-01' };
    expect(sightings(null, left({ tags }))[0]).toMatchObject({ firstSeenAt: minutesAgo(0), leaked: false });
    const odd = { ...tags, 'node.k8s.amazonaws.com/createdAt': 'yesterday' };
    expect(sightings(null, left({ tags: odd }))[0]?.firstSeenAt).toBe(minutesAgo(0));
  });

  test('was not first seen in the future, whatever a clock said', () => {
    expect(sightings([seen(minutesAgo(-30))], left())[0]?.firstSeenAt).toBe(minutesAgo(0));
  });

  test.each([
    [
      'the VPC resource controller',
      { tags: { 'eks:eni:owner': 'eks-vpc-resource-controller' }, description: '' },
    ],
    ['a branch interface', { tags: {}, description: 'aws-k8s-branch-eni' }],
    ['a CNI without tags', { tags: {}, description: 'aws-K8S-i-02' }],
  ])('is recognised when %s made it', (_, parts) => {
    expect(sightings([], left(parts))).toHaveLength(1);
  });
});

test('an interface without an owner account is ours', () => {
  expect(sightings([], left({ ownerId: null }))).toHaveLength(1);
});

test.each([
  ['attached', { status: 'in-use' }],
  ["another account's", { ownerId: '222222222222' }],
  ["nobody's", { tags: {}, description: 'spare' }],
])('an interface that is %s is no sighting', (_, parts) => {
  expect(sightings([], left(parts))).toEqual([]);
});

test('sightings are in order of interface id, so that two scans compare', () => {
  const found = sightings(
    [],
    ...['eni-02', 'eni-01', 'eni-03'].map((networkInterfaceId) => left({ networkInterfaceId })),
  );
  expect(found.map(({ networkInterfaceId }) => networkInterfaceId)).toEqual(['eni-01', 'eni-02', 'eni-03']);
});

test('a subnet counts its own leaks, and those alone that are leaked', () => {
  const leak = { ...seen(minutesAgo(90)), leaked: true };
  const all = [
    leak,
    { ...leak, networkInterfaceId: 'eni-02', addresses: 7 },
    { ...leak, subnetId: 'subnet-0b' },
    { ...leak, leaked: false },
  ];
  expect(leaksIn('subnet-0a', all)).toEqual({ interfaces: 2, addresses: 10 });
});

import { describe, expect, test } from 'vitest';
import type { Instance, NetworkInterface } from '../../../../shared/model/aws/inventory.ts';
import { LEAKED_AFTER_MINUTES } from '../../../../shared/model/owners/leak-origins.ts';
import { LeakTracker, leaksIn } from '../../../../shared/model/owners/leaks.ts';
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
  const tracker = new LeakTracker({ target: aTarget, previous, instances, now: NOW });
  for (const each of interfaces) tracker.add(each);
  return tracker.finish();
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
        origin: 'vpc-cni',
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

describe('besides the VPC CNI, interfaces are left behind', () => {
  const cilium = {
    description: 'Cilium-CNI (i-0a1b2c3d4e5f60718)',
    tags: { 'io.cilium/cilium-managed': 'true', 'io.cilium/cluster-name': 'basic' },
  };
  const agedBy = (minutes: number, parts: Partial<NetworkInterface>): LeakedInterface | undefined =>
    sightings([{ ...seen(minutesAgo(minutes)), networkInterfaceId: 'eni-01' }], left(parts))[0];

  // https://github.com/cilium/cilium/pull/21409: the operator crashes before it deletes one.
  test('by Cilium, from the second sweep of its operator on', () => {
    expect(agedBy(30, cilium)).toMatchObject({ origin: 'cilium', clusterName: 'basic', leaked: false });
    expect(agedBy(31, cilium)?.leaked).toBe(true);
  });

  test('by a Cilium that did not tag yet', () => {
    expect(sightings([], left({ ...cilium, tags: {} }))[0]).toMatchObject({
      origin: 'cilium',
      clusterName: null,
    });
  });

  // https://github.com/hashicorp/terraform-provider-aws/issues/10044, https://github.com/epam/aws-syndicate/issues/28
  test('by Lambda, after a day', () => {
    const lambda = { description: 'AWS Lambda VPC ENI-orders', interfaceType: 'lambda', tags: {} };
    expect(agedBy(24 * 60, lambda)).toMatchObject({ origin: 'lambda', clusterName: null, leaked: false });
    expect(agedBy(24 * 60 + 1, lambda)?.leaked).toBe(true);
  });

  // https://github.com/aws/amazon-vpc-cni-k8s/issues/69 (comments of April 2020), https://github.com/aws/amazon-vpc-cni-k8s/issues/1023
  test('by launch templates that keep primary interfaces', () => {
    const primary = {
      description: '',
      tags: { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'workers' },
    };
    expect(agedBy(66, primary)).toMatchObject({
      origin: 'launch-template',
      clusterName: 'shop',
      leaked: true,
    });
    const plain = { description: '', tags: { 'aws:ec2launchtemplate:id': 'lt-01' } };
    expect(agedBy(66, plain)).toMatchObject({ origin: 'launch-template', clusterName: null, leaked: true });
  });

  test('at the first look with no age at all: nothing but the VPC CNI says when it made one', () => {
    const primary = {
      description: '',
      tags: { 'eks:cluster-name': 'shop', 'eks:nodegroup-name': 'workers' },
    };
    for (const parts of [cilium, primary, { description: 'AWS Lambda VPC ENI-orders', tags: {} }]) {
      expect(sightings(null, left(parts))[0]).toMatchObject({ firstSeenAt: minutesAgo(0), leaked: false });
    }
  });

  test.each([
    [
      'what people made for a cluster beforehand',
      { description: '', tags: { 'kubernetes.io/cluster/shop': 'owned' } },
    ],
    ['what has a description', { description: 'spare', tags: { 'aws:ec2launchtemplate:id': 'lt-01' } }],
    [
      'what the CNI was said to leave alone',
      {
        description: '',
        tags: { 'aws:ec2launchtemplate:id': 'lt-01', 'node.k8s.amazonaws.com/no_manage': 'true' },
      },
    ],
    [
      'what a service manages',
      { description: '', requesterManaged: true, tags: { 'aws:ec2launchtemplate:id': 'lt-01' } },
    ],
  ])('but not %s', (_, parts) => {
    expect(sightings([], left(parts))).toEqual([]);
  });
});

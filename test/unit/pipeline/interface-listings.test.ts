import { describe, expect, test } from 'vitest';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import {
  interfaceListings,
  interfacesWithin,
  LISTINGS_AT_ONCE,
  MANY_INTERFACES,
  subnetListings,
} from '../../../shared/pipeline/interface-listings.ts';

/** The last scan, as far as it is looked at: one subnet for each VPC. */
const lastScan = (interfaces: Readonly<Record<string, number | null>>) => ({
  subnets: Object.entries(interfaces).map(
    ([vpcId, count]) =>
      ({
        vpcId,
        owners:
          count === null ? null : [{ kind: 'instance', name: null, interfaces: count, addresses: count }],
      }) as unknown as SubnetAssessment,
  ),
});

describe('how the interfaces of a target are listed', () => {
  test('as a whole, where nothing is known of it yet', () => {
    expect(interfaceListings({}, ['vpc-a', 'vpc-b'], null)).toEqual([{}]);
  });

  test('as a whole up to one interface below many, in parts from many on', () => {
    const last = (more: number) =>
      lastScan({ 'vpc-a': MANY_INTERFACES / 2, 'vpc-b': MANY_INTERFACES / 2 + more });
    expect(interfaceListings({}, ['vpc-a', 'vpc-b'], last(-1))).toEqual([{}]);
    expect(interfaceListings({}, ['vpc-a', 'vpc-b'], last(0))).toEqual([
      { vpcIds: ['vpc-a'] },
      { vpcIds: ['vpc-b'] },
    ]);
  });

  test('as a whole, where all is in one VPC: EC2 cannot be asked for half of one', () => {
    expect(interfaceListings({}, ['vpc-a', 'vpc-a'], lastScan({ 'vpc-a': 1_000_000 }))).toEqual([{}]);
  });

  test('in parts of about the same size, and not more of them than may be listed at a time', () => {
    const sizes = {
      'vpc-a': 9000,
      'vpc-b': 5000,
      'vpc-c': 4000,
      'vpc-d': 4000,
      'vpc-e': 3000,
      'vpc-f': 2000,
      'vpc-g': 1000,
    };
    const parts = interfaceListings({}, Object.keys(sizes), lastScan(sizes));
    expect(parts).toHaveLength(LISTINGS_AT_ONCE);
    const sizeOf = (vpcId: string): number => new Map(Object.entries(sizes)).get(vpcId) ?? 0;
    const totals = parts.map(({ vpcIds = [] }) => vpcIds.reduce((sum, vpcId) => sum + sizeOf(vpcId), 0));
    expect(totals.toSorted()).toEqual([6000, 6000, 7000, 9000]);
    expect(parts.flatMap(({ vpcIds = [] }) => vpcIds).toSorted()).toEqual(Object.keys(sizes));
  });

  test('with every VPC in exactly one part, the new ones and those of which nothing is known included', () => {
    const vpcIds = ['vpc-a', 'vpc-new', 'vpc-b', 'vpc-a', 'vpc-unknown'];
    const parts = interfaceListings(
      {},
      vpcIds,
      lastScan({ 'vpc-a': 20_000, 'vpc-b': 1, 'vpc-unknown': null, 'vpc-gone': 50_000 }),
    );
    expect(parts.flatMap((part) => part.vpcIds ?? []).toSorted()).toEqual([
      'vpc-a',
      'vpc-b',
      'vpc-new',
      'vpc-unknown',
    ]);
  });
});

describe('how the interfaces of some subnets are listed', () => {
  const ids = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `subnet-${index}`);

  test('not at all, where there are none', () => {
    expect(subnetListings([], () => 1)).toEqual([]);
  });

  test('in one list, while one page has them all', () => {
    expect(subnetListings(ids(10), () => 100)).toHaveLength(1);
    expect(subnetListings(ids(10), () => 0)).toHaveLength(1);
    expect(subnetListings(ids(11), () => 100)).toHaveLength(2);
  });

  test('in one list, while one filter has them all', () => {
    expect(subnetListings(ids(200), () => 0)).toHaveLength(1);
    expect(subnetListings(ids(201), () => 0)).toHaveLength(2);
  });

  test('in lists with about as many interfaces, however unequal the subnets are', () => {
    const sizes = new Map([
      ['subnet-0', 9_000],
      ['subnet-1', 5_000],
      ['subnet-2', 4_000],
      ['subnet-3', 4_000],
    ]);
    const sizeOf = (subnetId: string): number => sizes.get(subnetId) ?? 1_000;
    const lists = subnetListings(ids(10), sizeOf);
    expect(lists).toHaveLength(LISTINGS_AT_ONCE);
    expect(lists.flat().toSorted()).toEqual(ids(10));
    const totals = lists.map((some) => some.reduce((sum, subnetId) => sum + sizeOf(subnetId), 0));
    expect(totals.toSorted()).toEqual([6_000, 6_000, 7_000, 9_000]);
  });

  test('in no more calls than there are, where every list ends with a page that is nearly empty', () => {
    expect(interfacesWithin(3)).toBe(0);
    expect(interfacesWithin(4)).toBe(0);
    expect(interfacesWithin(60)).toBe(56_000);
    expect(interfacesWithin(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  test('never in more lists than there are subnets', () => {
    expect(subnetListings(['subnet-0'], () => 50_000)).toEqual([['subnet-0']]);
  });
});

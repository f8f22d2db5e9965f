import { FILTER_VALUES, PAGE_SIZE } from '../inventory/ec2-limits.ts';
import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { PastScan } from '../model/result/past-scan.ts';

/**
 * From this many interfaces on, an account is listed in parts. EC2 hands out pages of 1,000 one after the other, each with
 * a token for the next: the only way to have two at a time is to ask for different VPCs.
 */
export const MANY_INTERFACES = 10_000;

/** Parts that are listed at the same time. Each is a call under way: EC2's request quota is shared with the nodes' own CNI. */
export const LISTINGS_AT_ONCE = 4;

/**
 * How to list the interfaces of a target: as a whole, or, where the last scan found very many, in parts of about the same
 * size. Together the parts are the whole, and each VPC is in exactly one of them, so what follows does not know the
 * difference: there is one assessor, and one assessment.
 *
 * @param vpcIds every VPC that interfaces can be in
 */
export const interfaceListings = (
  scope: InventoryScope,
  vpcIds: readonly string[],
  previous: Pick<PastScan, 'subnets'> | null,
  manyInterfaces = MANY_INTERFACES,
): readonly InventoryScope[] => {
  const found = interfacesByVpc(previous);
  const distinct = [...new Set(vpcIds)];
  const total = distinct.reduce((sum, vpcId) => sum + (found.get(vpcId) ?? 0), 0);
  if (total < manyInterfaces || distinct.length < 2) return [scope];

  const parts = inEqualParts(
    distinct,
    Math.min(LISTINGS_AT_ONCE, distinct.length),
    (vpcId) => found.get(vpcId) ?? 0,
  );
  return parts.map((part) => ({ ...scope, vpcIds: part }));
};

/**
 * How many interfaces of single subnets a scan lists: as many as this number of calls surely answers. The last page of each of the lists
 * that go side by side may be nearly empty.
 */
export const interfacesWithin = (calls: number): number => PAGE_SIZE * Math.max(0, calls - LISTINGS_AT_ONCE);

/** How to list some subnets of a target, of which earlier scans kept the interfaces. Each list is at least one call. */
export const subnetListings = (
  subnetIds: readonly string[],
  interfacesIn: (subnetId: string) => number,
): readonly (readonly string[])[] => {
  const total = subnetIds.reduce((sum, subnetId) => sum + interfacesIn(subnetId), 0);
  const pages = Math.max(Math.ceil(total / PAGE_SIZE), Math.ceil(subnetIds.length / FILTER_VALUES));
  return inEqualParts(subnetIds, Math.min(LISTINGS_AT_ONCE, pages, subnetIds.length), interfacesIn);
};

/** The largest first, each to the part that has least: never more than a third above the best there is (Graham 1969). */
const inEqualParts = (
  items: readonly string[],
  count: number,
  sizeOf: (item: string) => number,
): readonly (readonly string[])[] => {
  const parts = Array.from({ length: count }, (): Part => ({ size: 0, items: [] }));
  const sizes = new Map(items.map((item) => [item, sizeOf(item)]));
  for (const [item, size] of [...sizes].toSorted(([, a], [, b]) => b - a)) {
    const least = parts.reduce((lightest, part) => (isLighter(part, lightest) ? part : lightest));
    least.items.push(item);
    least.size += size;
  }
  return parts.map((part) => part.items);
};

interface Part {
  size: number;
  readonly items: string[];
}

const isLighter = (a: Part, b: Part): boolean =>
  a.size < b.size || (a.size === b.size && a.items.length < b.items.length);

const interfacesByVpc = (previous: Pick<PastScan, 'subnets'> | null): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const { vpcId, owners } of previous?.subnets ?? []) {
    const interfaces = (owners ?? []).reduce((sum, owner) => sum + owner.interfaces, 0);
    found.set(vpcId, (found.get(vpcId) ?? 0) + interfaces);
  }
  return found;
};

import { count, number } from '../base/text/numbers.ts';
import { cidrContains, formatCidr, sizeOfLength } from '../net/cidr.ts';
import { freeRange } from '../net/free-ranges.ts';
import { rangesAmong } from './held-addresses.ts';
import { type Amount, addressesIn } from './node-demands.ts';
import type { SizedRange, SizeQuestion } from './size-plan.ts';
import { AWS_ADDRESSES, reservationsFor, smallestSubnet } from './subnet-size.ts';

/** A control plane takes up to five addresses more in an update, and AWS recommends subnets of its own. */
const CONTROL_PLANE_LENGTH = 28;

/** An EKS control plane has interfaces in two zones at the least. */
export const CONTROL_PLANE_ZONES = 2;

/** Addresses that one load balancer needs free in each of its subnets, and the smallest subnet that it takes. */
const LOAD_BALANCER_ADDRESSES = 8;

const LOAD_BALANCER_LENGTH = 27;

/** EKS takes service ranges from /24 to /12. */
const SMALLEST_SERVICES = 24;

const LARGEST_SERVICES = 12;

/** The API server's own service and DNS, and the network's first and last address. */
const SERVICE_ADDRESSES = 4;

/** Where service ranges may lie, and not in a range of the VPC. Source: EKS API reference, `KubernetesNetworkConfigRequest`. */
const PRIVATE_RANGES = ['172.16.0.0/12', '10.0.0.0/8', '192.168.0.0/16'];

const isPrivate = (range: string): boolean =>
  rangesAmong([range]).some((inner) =>
    rangesAmong(PRIVATE_RANGES).some((outer) => cidrContains(outer, inner)),
  );

export type Unplaced = Omit<SizedRange, 'cidr' | 'reservations'>;

export const nodeRange = (
  purpose: 'nodes' | 'pods',
  zone: number,
  { amount, share, surge }: { readonly amount: Amount; readonly share: number; readonly surge: number },
): Unplaced => {
  const nodes = share + surge;
  const needed = { addresses: nodes * amount.addresses, prefixes: nodes * amount.prefixes };
  const each = [
    count(amount.addresses, 'address'),
    ...(amount.prefixes === 0 ? [] : [count(amount.prefixes, 'prefix')]),
  ].join(' and ');
  return {
    purpose,
    zone,
    length: smallestSubnet(needed),
    needed,
    arithmetic: `(${count(share, 'node')} + ${number(surge)} in an update) x ${each} = ${number(addressesIn(needed))} addresses, and ${AWS_ADDRESSES} of AWS`,
  };
};

export const loadBalancerRange = (zone: number, loadBalancers: number): Unplaced => {
  const needed = { addresses: loadBalancers * LOAD_BALANCER_ADDRESSES, prefixes: 0 };
  const length = smallestSubnet(needed);
  return {
    purpose: 'load-balancers',
    zone,
    length: length === null ? null : Math.min(length, LOAD_BALANCER_LENGTH),
    needed,
    arithmetic: `${count(loadBalancers, 'load balancer')} x ${LOAD_BALANCER_ADDRESSES} = ${number(needed.addresses)} addresses, and a /${LOAD_BALANCER_LENGTH} at the least`,
  };
};

export const controlPlaneRange = (zone: number): Unplaced => ({
  purpose: 'control-plane',
  zone,
  length: CONTROL_PLANE_LENGTH,
  needed: { addresses: sizeOfLength(CONTROL_PLANE_LENGTH) - AWS_ADDRESSES, prefixes: 0 },
  arithmetic: `a /${CONTROL_PLANE_LENGTH} of its own: up to 5 addresses more in an update`,
});

export const serviceRange = (services: number): Unplaced => {
  const needed = services + SERVICE_ADDRESSES;
  const length = Math.min(SMALLEST_SERVICES, 32 - Math.ceil(Math.log2(needed)));
  return {
    purpose: 'services',
    zone: null,
    length: length < LARGEST_SERVICES ? null : length,
    needed: { addresses: needed, prefixes: 0 },
    arithmetic: `${count(services, 'service')} + ${SERVICE_ADDRESSES} = ${number(needed)} addresses, from /${SMALLEST_SERVICES} to /${LARGEST_SERVICES}`,
  };
};

/** Gives every range its place: the largest first, so that small ones fill the gaps. The service range lies outside the VPC's block. */
export const place = (question: SizeQuestion, ranges: readonly Unplaced[]): readonly SizedRange[] => {
  const taken = question.taken.map(({ range }) => range);
  const placed = new Map<Unplaced, string | null>();
  const largestFirst = ranges
    .filter(({ purpose }) => purpose !== 'services')
    .toSorted((a, b) => (a.length ?? 0) - (b.length ?? 0));
  for (const range of largestFirst) {
    const cidr = range.length === null ? null : freeRange(question.within, taken, range.length);
    placed.set(range, cidr);
    if (cidr !== null) taken.push(cidr);
  }
  const block = blockAround([...placed.values()].flatMap((cidr) => cidr ?? []));
  for (const range of ranges.filter(({ purpose }) => purpose === 'services')) {
    const blocks =
      question.within.length === 0 ? [] : [...question.within.filter(isPrivate), ...PRIVATE_RANGES];
    const outside = [...taken, ...(question.vpcRanges ?? []), ...(block === null ? [] : [block])];
    placed.set(range, range.length === null ? null : freeRange(blocks, outside, range.length));
  }
  return ranges.map((range) => {
    const cidr = placed.get(range) ?? null;
    return {
      ...range,
      cidr,
      reservations: cidr === null ? [] : reservationsFor(cidr, range.needed.prefixes),
    };
  });
};

/** The smallest aligned range around these; `null` where there is none that a VPC can have. */
export const blockAround = (ranges: readonly string[]): string | null => {
  const parsed = rangesAmong(ranges);
  const [first] = parsed;
  if (first === undefined) return null;
  for (let length = first.length; length >= 16; length -= 1) {
    const size = sizeOfLength(length);
    const base = Math.floor(first.base / size) * size;
    if (parsed.every((each) => each.base >= base && each.base + sizeOfLength(each.length) <= base + size))
      return formatCidr({ base, length });
  }
  return null;
};

import { largestOf } from '../../base/extremes.ts';
import { cidrSize, parseCidr } from '../../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Gains } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { clustersUsing, NODES_TO_HOLD, nodeTake } from './cluster-subnets.ts';
import type { Use } from './new-subnet-use.ts';

/** How large a new subnet is to be, and what it adds. */

/** AWS's bounds on a subnet's prefix length. */
const SMALLEST_SUBNET = 28;
const LARGEST_SUBNET = 16;

/** The smallest subnet that holds prefixes: a /27 has only the first and the last block, and AWS keeps addresses in both. */
const SMALLEST_WITH_PREFIXES = 26;

/** AWS keeps the first four addresses of a subnet and the last. Source: VPC user guide, subnet sizing. */
const AWS_ADDRESSES = 5;

/** A load balancer's subnet is to be a /27 or larger. Source: Elastic Load Balancing user guide, subnets for your load balancer. */
export const LOAD_BALANCER_SUBNET = 27;

/** How much is missing, where it is known. */
export interface Shortfall {
  readonly addresses: number;
  readonly prefixes: number;
}

export const NOTHING_SHORT: Shortfall = { addresses: 0, prefixes: 0 };

/** What the new subnet adds. */
export const gainsOf = (range: string): Gains => {
  const cidr = parseCidr(range);
  const size = cidr === null ? 0 : cidrSize(cidr);
  return { addresses: size - AWS_ADDRESSES, prefixes: Math.max(0, size / ADDRESSES_PER_PREFIX - 2) };
};

/**
 * Prefix lengths that would do, best first: as large as the subnet or as the shortfall, and smaller ones that still cover
 * it. A control plane gets a /28 and load balancers a /27 at least, as AWS recommends.
 */
export const lengthsFor = (
  estate: Estate,
  subnet: SubnetAssessment,
  use: Use,
  shortfall: Shortfall,
): readonly number[] => {
  if (use === 'control-plane') return [SMALLEST_SUBNET];
  const alike = Math.max(LARGEST_SUBNET, parseCidr(subnet.cidrBlock ?? '')?.length ?? LARGEST_SUBNET);
  const largest = use === 'load-balancer' ? Math.min(alike, LOAD_BALANCER_SUBNET) : alike;
  const smallest = use === 'load-balancer' ? LOAD_BALANCER_SUBNET : smallestFor(estate, subnet, shortfall);
  const first = Math.min(largest, smallest);
  return Array.from({ length: smallest - first + 1 }, (_, index) => first + index);
};

/** The smallest subnet that has so many addresses and prefixes, without those that AWS keeps. */
export const lengthCovering = ({ addresses, prefixes }: Shortfall): number => {
  const forPrefixes = prefixes === 0 ? 0 : (prefixes + 2) * ADDRESSES_PER_PREFIX;
  const size = Math.max(addresses + AWS_ADDRESSES, forPrefixes);
  return Math.min(SMALLEST_SUBNET, 32 - Math.ceil(Math.log2(size)));
};

/** The shortfall, and room for two nodes at the least: a subnet that holds one is full at once. */
export const forTwoNodes = (
  estate: Estate,
  subnet: SubnetAssessment,
  { addresses, prefixes }: Shortfall = NOTHING_SHORT,
): Shortfall => {
  const takes = clustersUsing(estate, subnet).flatMap((cluster) => nodeTake(cluster, subnet) ?? []);
  return {
    addresses: largestOf([addresses, ...takes.map(({ singles }) => NODES_TO_HOLD * singles)]),
    prefixes: largestOf([prefixes, ...takes.map((take) => NODES_TO_HOLD * take.prefixes)]),
  };
};

/** The longest prefix length whose subnet covers the shortfall, and holds prefixes where they are taken. */
const smallestFor = (
  estate: Estate,
  subnet: SubnetAssessment,
  { addresses, prefixes }: Shortfall,
): number => {
  const limit = prefixes > 0 || takesPrefixes(estate, subnet) ? SMALLEST_WITH_PREFIXES : SMALLEST_SUBNET;
  return Math.max(
    LARGEST_SUBNET,
    Math.min(limit, addresses + prefixes === 0 ? limit : lengthCovering({ addresses, prefixes })),
  );
};

const takesPrefixes = (estate: Estate, subnet: SubnetAssessment): boolean =>
  subnet.usesPrefixes === true ||
  clustersUsing(estate, subnet).some(({ mode }) => mode === 'prefix' || mode === 'mixed');

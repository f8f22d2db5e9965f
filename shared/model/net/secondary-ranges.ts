import { cidrContains, parseCidr } from './cidr.ts';

/** Carrier-grade NAT space (RFC 6598): any VPC takes blocks of it, whatever its primary range is. */
const SHARED_SPACE = '100.64.0.0/10';

/** Benchmarking space (RFC 2544), which some VPCs have for pods. */
const BENCHMARK_SPACE = '198.19.0.0/16';

/** The families of RFC 1918. A VPC takes more blocks of its primary range's family, and none of the two others. */
const PRIVATE_FAMILIES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] as const;

/** Docker's bridge has it on every host; AWS Cloud9 and SageMaker do not work where a VPC uses it. */
const DOCKER_BRIDGE = '172.17.0.0/16';

/** The range of default VPCs, which AWS adds to no other VPC. */
const DEFAULT_VPC = '172.31.0.0/16';

/** A VPC with a range in the first of these takes none of the second. */
const FIRST_TWO_TENS = '10.0.0.0/15';
const FIRST_TEN = '10.0.0.0/16';

/** EKS takes one of these for services, where a cluster is made without another. */
export const DEFAULT_SERVICE_RANGES = ['10.100.0.0/16', '172.20.0.0/16'] as const;

export interface SecondaryRanges {
  /** Ranges that a new block may come from, best first. */
  readonly from: readonly string[];
  /** What of them AWS refuses, or what breaks services on the hosts. */
  readonly not: readonly string[];
}

/**
 * Where a new block of a VPC may come from. Shared space first: it is used up nowhere else, and fits every VPC.
 * Source: VPC user guide, "IPv4 CIDR block association restrictions".
 *
 * @param cidrBlocks the ranges that the VPC has, the primary first
 */
export const secondaryRanges = (cidrBlocks: readonly string[]): SecondaryRanges => {
  const [primary] = cidrBlocks;
  const family = PRIVATE_FAMILIES.find((each) => primary !== undefined && lies(primary, each));
  const mayGrow = family !== undefined && !cidrBlocks.some((block) => lies(block, BENCHMARK_SPACE));
  return {
    from: mayGrow ? [SHARED_SPACE, family] : [SHARED_SPACE],
    not: [
      DOCKER_BRIDGE,
      DEFAULT_VPC,
      ...(cidrBlocks.some((block) => lies(block, FIRST_TWO_TENS)) ? [FIRST_TEN] : []),
    ],
  };
};

/** Hosts talk to their own cloud here. */
const LINK_LOCAL = '169.254.0.0/16';

/**
 * Why AWS adds no such block to a VPC; `null`: nothing that is known. Source: as above.
 *
 * @param cidrBlocks the ranges that the VPC has, the primary first
 */
export const whyRefused = (cidrBlocks: readonly string[], range: string): string | null => {
  const [primary] = cidrBlocks;
  if (primary === undefined) return null;
  const spaceOf = (each: string): string | null =>
    [...PRIVATE_FAMILIES, BENCHMARK_SPACE].find((space) => lies(each, space)) ?? null;
  const space = spaceOf(range);
  const isForeign = space !== null && space !== spaceOf(primary);
  const isKept =
    lies(range, LINK_LOCAL) ||
    lies(range, DEFAULT_VPC) ||
    (lies(range, FIRST_TEN) && cidrBlocks.some((block) => lies(block, FIRST_TWO_TENS)));
  return isForeign || isKept
    ? `AWS refuses ${range} as another block of a VPC whose first one is ${primary}.`
    : null;
};

/** Whether a range is of the spaces that networks outside a VPC usually have no route to. */
export const isUnrouted = (range: string | null): boolean =>
  range !== null && (lies(range, SHARED_SPACE) || lies(range, BENCHMARK_SPACE));

const lies = (inner: string, outer: string): boolean => {
  const [a, b] = [parseCidr(inner), parseCidr(outer)];
  return a !== null && b !== null && cidrContains(b, a);
};

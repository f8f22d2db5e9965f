import type { IpamPool } from '../aws/inventory.ts';
import { freeRange, freeRanges } from '../net/free-ranges.ts';
import type { PlannedPool, SizedMode, SizeQuestion } from './size-plan.ts';

/** Free ranges of a pool that an answer names. */
const FREE_RANGES_SHOWN = 5;

/** AWS makes VPC blocks from /16 to /28. */
const LARGEST_BLOCK = 16;

export const plannedPool = (
  pool: IpamPool,
  { taken }: SizeQuestion,
  modes: readonly SizedMode[],
): PlannedPool => {
  const {
    allocations,
    cidrs,
    description,
    ipamPoolId,
    largestLength = 0,
    locale,
    smallestLength = 32,
  } = pool;
  const occupied = [...allocations.map(({ cidr }) => cidr), ...taken.map(({ range }) => range)];
  const largestBlock = Math.max(LARGEST_BLOCK, largestLength);
  return {
    ipamPoolId,
    description,
    locale,
    cidrs,
    allocations: allocations.length,
    freeRanges: freeRanges(cidrs, occupied, FREE_RANGES_SHOWN),
    fits: modes.map(({ addresses, mode, ranges }) => {
      // Aligned subnets of these sizes fill a block of the next power of two.
      const length = Math.min(smallestLength, 32 - Math.ceil(Math.log2(Math.max(1, addresses))));
      const hasSizes = ranges.every((range) => range.length !== null);
      return {
        mode,
        cidr:
          servesVpcs(pool) && hasSizes && length >= largestBlock ? freeRange(cidrs, occupied, length) : null,
      };
    }),
    ...limitsOf(pool),
  };
};

/**
 * Whether VPCs can take ranges of the pool. Source: VPC IPAM user guide, "Create IPv4 pools": a pool without a locale is for other
 * pools, and one of the public scope is for Elastic IP addresses.
 */
export const servesVpcs = ({ locale, public: isPublic }: IpamPool): boolean =>
  locale !== null && isPublic !== true;

const limitsOf = ({ largestLength, smallestLength, ...pool }: IpamPool): Pick<PlannedPool, 'limits'> => {
  const limits = [
    ...(servesVpcs(pool) ? [] : ['not for VPCs']),
    ...(largestLength === undefined ? [] : [`at most /${largestLength}`]),
    ...(smallestLength === undefined ? [] : [`at least /${smallestLength}`]),
  ];
  return limits.length === 0 ? {} : { limits };
};

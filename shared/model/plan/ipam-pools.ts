import type { IpamPool } from '../aws/inventory.ts';
import { freeRange, freeRanges } from '../net/free-ranges.ts';
import type { PlannedPool, SizedMode, SizeQuestion } from './size-plan.ts';

/** Free ranges of a pool that an answer names. */
const FREE_RANGES_SHOWN = 5;

/** AWS makes VPC blocks from /16 to /28. */
const LARGEST_BLOCK = 16;

export const plannedPool = (
  { allocations, cidrs, description, ipamPoolId, locale }: IpamPool,
  { taken }: SizeQuestion,
  modes: readonly SizedMode[],
): PlannedPool => {
  const occupied = [...allocations.map(({ cidr }) => cidr), ...taken.map(({ range }) => range)];
  return {
    ipamPoolId,
    description,
    locale,
    cidrs,
    allocations: allocations.length,
    freeRanges: freeRanges(cidrs, occupied, FREE_RANGES_SHOWN),
    fits: modes.map(({ addresses, mode, ranges }) => {
      // Aligned subnets of these sizes fill a block of the next power of two.
      const length = 32 - Math.ceil(Math.log2(Math.max(1, addresses)));
      const hasSizes = ranges.every((range) => range.length !== null);
      return {
        mode,
        cidr: hasSizes && length >= LARGEST_BLOCK ? freeRange(cidrs, occupied, length) : null,
      };
    }),
  };
};

import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import type { TargetFacts } from './collect.ts';

/**
 * An answer that is well formed and empty, although the last scan and other answers of this one say that something is there.
 * To believe it would end every alert of the target. It is refused once: the next scan has nothing to compare with, so what
 * was really deleted is gone then.
 */
const emptied = ({ accountId, region }: Target, what: string, evidence: string): HeadroomError =>
  new HeadroomError(
    'listing-emptied',
    `AWS listed no ${what} in account ${accountId}, ${region}, although ${evidence}`,
    'The next scan decides: nothing is to be done if they were deleted. If they were not, check which endpoint and proxy answer for AWS.',
  );

/** @throws HeadroomError `listing-emptied` when every subnet of the last scan is missing at once. */
export const refuseEmptiedSubnets = (
  target: Target,
  { vpcIds }: InventoryScope,
  { subnets }: Pick<TargetFacts, 'subnets'>,
  previous: PastScan | null,
): void => {
  if (subnets.length > 0) return;
  const before = (previous?.subnets ?? []).filter(
    ({ vpcId }) => vpcIds === undefined || vpcIds.includes(vpcId),
  );
  if (before.length > 0) throw emptied(target, 'subnets', `the last scan found ${before.length}`);
};

/** Why the list of VPCs cannot be all: subnets were listed in VPCs that are not among them. `null`: it can. */
export const missingVpcs = (
  target: Target,
  { vpcs, subnets }: Pick<TargetFacts, 'vpcs' | 'subnets'>,
  previous: PastScan | null,
): HeadroomError | null => {
  const listed = new Set(vpcs.map(({ vpcId }) => vpcId));
  const known = new Set((previous?.vpcs ?? []).map(({ vpcId }) => vpcId));
  const missing = new Set(
    subnets.map(({ vpcId }) => vpcId).filter((vpcId) => known.has(vpcId) && !listed.has(vpcId)),
  );
  return missing.size === 0
    ? null
    : emptied(target, `VPC ${[...missing].slice(0, 3).join(', ')}`, 'it listed subnets of it');
};

/**
 * @throws HeadroomError `listing-emptied` when no interface was listed, although the last scan had some in a subnet and AWS
 *   counts used addresses there.
 */
export const refuseEmptiedInterfaces = (
  target: Target,
  { subnets }: Pick<TargetFacts, 'subnets'>,
  previous: PastScan | null,
): void => {
  const inUse = new Map(
    (previous?.subnets ?? [])
      .filter(({ owners }) => (owners ?? []).some(({ interfaces }) => interfaces > 0))
      .map(({ subnetId, usable }) => [subnetId, usable]),
  );
  const contradicted = subnets.filter(({ subnetId, awsAvailable }) => {
    const usable = inUse.get(subnetId) ?? null;
    return usable !== null && awsAvailable !== null && awsAvailable < usable;
  });
  if (contradicted.length > 0)
    throw emptied(
      target,
      'network interfaces',
      `the last scan had some in ${contradicted.length} subnets in which AWS still counts used addresses`,
    );
};

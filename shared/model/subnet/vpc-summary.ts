import type { Target, Vpc } from '../aws/inventory.ts';
import { visibleName } from '../base/text/names.ts';
import type { SubnetAssessment, VpcAssessment } from '../result/assessment.ts';

/** What was found of one of the VPC's subnets. */
export interface SummarizedSubnet {
  readonly assessment: SubnetAssessment;
  readonly networkAddressUnits: number | null;
}

/**
 * Sums a VPC's subnets. A sum over something unknown is unknown: one subnet that could not be assessed takes
 * `available` with it. An IPv6-only subnet adds nothing to the IPv4 sums.
 *
 * `networkAddressUsage` is known only where this account owns the VPC: of a VPC that another account shares, only the
 * shared subnets are visible.
 *
 * @param subnets those of this VPC
 */
export const summarizeVpc = (
  vpc: Vpc,
  target: Target,
  subnets: readonly SummarizedSubnet[],
): VpcAssessment => {
  const withIpv4 = subnets
    .map(({ assessment }) => assessment)
    .filter(({ cidrBlock, ipv6Native }) => cidrBlock !== null || !ipv6Native);
  const shared = vpc.ownerId !== null && vpc.ownerId !== target.accountId;
  return {
    vpcId: vpc.vpcId,
    name: visibleName(vpc.name),
    accountId: target.accountId,
    region: target.region,
    cidrBlocks: vpc.cidrBlocks,
    ...(vpc.ipv6CidrBlocks.length > 0 && { ipv6CidrBlocks: vpc.ipv6CidrBlocks }),
    subnets: subnets.length,
    usable: sumOf(withIpv4.map(({ usable }) => usable)),
    available: sumOf(withIpv4.map(({ available }) => available)),
    networkAddressUsage: shared ? null : sumOf(subnets.map(({ networkAddressUnits }) => networkAddressUnits)),
  };
};

const sumOf = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);

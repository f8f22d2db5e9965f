import { number } from '../../base/text/numbers.ts';
import { freeRange } from '../../net/free-ranges.ts';
import type { VpcAssessment } from '../../result/assessment.ts';
import type { Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { aws } from './commands.ts';

/** A VPC takes five IPv4 ranges, and up to fifty on request. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const VPC_CIDR_BLOCKS_QUOTA = 5;
const VPC_CIDR_BLOCKS_MAXIMUM = 50;
const VPC_CIDR_BLOCKS_QUOTA_CODE = 'L-83CA0A9D';

/** Carrier-grade NAT space (RFC 6598): any VPC takes it, whatever its primary range. */
const SECONDARY_RANGE = '100.64.0.0/10';
const SECONDARY_LENGTH = 16;

export const addSecondaryCidr = (estate: Estate, vpc: VpcAssessment): Remedy => {
  const connected = connectedRanges(estate, vpc.vpcId);
  const range = freeRange([SECONDARY_RANGE], [...vpc.cidrBlocks, ...(connected ?? [])], SECONDARY_LENGTH);
  return {
    title: range === null ? 'Add a range to the VPC' : `Add ${range} to the VPC`,
    effect:
      'Room for 65,536 addresses more, for pods: this space is not routable outside the VPC without NAT. EKS may take up to five hours to notice a new range.',
    commands:
      range === null
        ? []
        : [aws('ec2', 'associate-vpc-cidr-block', vpc.region, { 'vpc-id': vpc.vpcId, 'cidr-block': range })],
    preconditions: [
      {
        text: `The VPC has ${vpc.cidrBlocks.length} of ${VPC_CIDR_BLOCKS_QUOTA} ranges, unless the quota was raised.`,
        holds:
          vpc.cidrBlocks.length < VPC_CIDR_BLOCKS_QUOTA
            ? true
            : vpc.cidrBlocks.length < VPC_CIDR_BLOCKS_MAXIMUM
              ? null
              : false,
      },
      {
        text: 'No VPC that it is connected to has the same range.',
        holds: connected === null ? null : range !== null,
      },
    ],
  };
};

/** The ranges of all VPCs that it is connected to, and its own among them. */
const connectedRanges = (estate: Estate, vpcId: string): readonly string[] | null => {
  const connections = estate.input.vpcConnections;
  if (connections === null) return null;
  return connections
    .filter(({ vpcs }) => vpcs.some((each) => each.vpcId === vpcId))
    .flatMap(({ vpcs }) => vpcs.flatMap(({ cidrBlocks }) => cidrBlocks ?? []));
};

export const raiseVpcQuota = (
  quota: {
    readonly code: string;
    readonly name: string;
    readonly used: number;
    readonly to: number;
    readonly maximum: number;
  },
  region: string,
): Remedy => ({
  title: `Ask for a higher quota of ${quota.name}`,
  effect: `To ${number(quota.to)}; AWS grants up to ${number(quota.maximum)}. Free, and usually granted within days.`,
  commands: [
    aws('service-quotas', 'request-service-quota-increase', region, {
      'service-code': 'vpc',
      'quota-code': quota.code,
      'desired-value': quota.to,
    }),
  ],
  preconditions: [
    { text: 'The quota was not raised before: Headroom does not read quotas.', holds: null },
    {
      text: `That is more than the VPC uses now: ${number(quota.used)}.`,
      holds: quota.to > quota.used,
    },
  ],
});

export const raiseCidrBlockQuota = (vpc: VpcAssessment): Remedy =>
  raiseVpcQuota(
    {
      code: VPC_CIDR_BLOCKS_QUOTA_CODE,
      name: 'IPv4 CIDR blocks per VPC',
      used: vpc.cidrBlocks.length,
      to: Math.min(VPC_CIDR_BLOCKS_MAXIMUM, vpc.cidrBlocks.length + VPC_CIDR_BLOCKS_QUOTA),
      maximum: VPC_CIDR_BLOCKS_MAXIMUM,
    },
    vpc.region,
  );

import type { VpcConnection } from '../../aws/inventory.ts';
import { type AppliedQuota, appliedQuota, QUOTAS } from '../../aws/service-quotas.ts';
import { aws } from '../../base/commands.ts';
import { listOf } from '../../base/text/names.ts';
import { number } from '../../base/text/numbers.ts';
import { DEFAULT_SERVICE_RANGES, isUnrouted, secondaryRanges } from '../../net/secondary-ranges.ts';
import { unreadNeighbours } from '../../plan/unread-neighbours.ts';
import type { SubnetAssessment, VpcAssessment } from '../../result/assessment.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { afterOpening, createPreconditions, placeBeside } from './new-subnet.ts';
import { createCommands } from './new-subnet-commands.ts';
import { gainsOf, lengthCovering, type Shortfall } from './new-subnet-size.ts';
import { effectOf, type SubnetPurpose, useOf } from './new-subnet-use.ts';
import { routedPrefixLists, routedRanges } from './routes.ts';

/** A VPC takes five IPv4 ranges, and up to fifty on request. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const VPC_CIDR_BLOCKS_MAXIMUM = 50;

/** A /16 is the largest block that a VPC takes; smaller ones where none of that size is free. */
const SECONDARY_LENGTHS = [16, 17, 18, 19, 20] as const;

/** A /20 has 4,091 addresses and 254 prefixes. A larger shortfall gets a larger subnet. */
const POD_SUBNET_LENGTH = 20;

const lengthOf = (range: string): number => Number(range.split('/')[1]);

/** A new block for the VPC, without a subnet in it. `null`: the VPC takes no more, or no block is free. */
export const addSecondaryCidr = (estate: Estate, vpc: VpcAssessment): Remedy | null => {
  const block = newBlock(estate, vpc, 'alone');
  if (block === null) return null;
  return {
    title: `Add ${block} to the VPC`,
    effect: `Room for new subnets, for pods above all. ${isUnrouted(block) ? NEEDS_NAT : IN_THE_ADDRESS_PLAN}`,
    price: 'Free. EKS may take up to five hours to notice a new block.',
    when: 'Right when the VPC has no space of its own left.',
    gains: { addresses: 0, prefixes: 0 },
    ranges: [block],
    commands: [associateBlock(vpc, block)],
    preconditions: blockPreconditions(estate, vpc, block),
  };
};

/** A new block, and a subnet in it that pods or nodes use. `null` where either is not possible. */
export const addSecondaryCidrSubnet = (
  estate: Estate,
  subnet: SubnetAssessment,
  shortfall: Shortfall = { addresses: 0, prefixes: 0 },
  purpose: SubnetPurpose = 'nodes',
): Remedy | null => {
  const place = placeBeside(estate, subnet);
  if (place === null) return null;
  const { vpc, zone } = place;
  const use = useOf(estate, subnet, purpose, shortfall);
  const isForPods = use === 'discovery' || use === 'eni-config';
  const length = Math.min(POD_SUBNET_LENGTH, lengthCovering(shortfall));
  const added = rangeInNewBlock(estate, vpc, { purpose: `${subnet.subnetId} ${use}`, length });
  if (added === null) return null;
  const { block, range } = added;
  return {
    title: `Add ${block} to the VPC, and the subnet ${range} in ${zone}`,
    effect: [
      isForPods ? podsEffect(block) : effectOf(estate, subnet, use),
      ...(isUnrouted(block) ? (isForPods ? [] : [NEEDS_NAT]) : [IN_THE_ADDRESS_PLAN]),
    ].join(' '),
    ...afterOpening(estate, subnet, use, range),
    price: 'Free. EKS may take up to five hours to notice a new block.',
    when: isUnrouted(block)
      ? `Right when the VPC has no space of its own left, and ${isForPods ? 'pods need no address that others' : 'no network outside the VPC must'} ${isForPods ? 'can reach' : 'reach these addresses'}.`
      : 'Right when the VPC has no space of its own left, and no shared address space is free.',
    gains: gainsOf(range),
    ranges: [range],
    commands: [...associateCommands(vpc, block), ...createCommands(estate, subnet, use, { range, zone })],
    preconditions: [
      ...blockPreconditions(estate, vpc, block),
      ...createPreconditions(estate, subnet, use, range),
    ],
  };
};

const podsEffect = (block: string): string =>
  isUnrouted(block)
    ? 'Gives pods addresses that are not routable outside the VPC without NAT. Nothing that runs moves.'
    : 'Gives pods room. Nothing that runs moves.';

const NEEDS_NAT = 'Outside the VPC this space needs NAT.';

/** Shared space is used up nowhere else; a range of RFC 1918 may be one that a network beyond AWS has. */
const IN_THE_ADDRESS_PLAN =
  'Shared address space is used up, so enter this range in your address plan first.';

/** How many IPv4 ranges a VPC of the account may have. */
export const blockQuota = (estate: Estate): AppliedQuota =>
  appliedQuota(estate.input.quotas, QUOTAS.cidrBlocks);

/** Whether AWS refuses another block; by the default quota unless the quota was raised. */
export const isAtBlockQuota = (estate: Estate, { cidrBlocks }: VpcAssessment): boolean =>
  cidrBlocks.length >= blockQuota(estate).value;

/** Adds the block, unless another remedy did, and waits until subnets can be made in it. */
export const associateCommands = (vpc: VpcAssessment, block: string): readonly string[] => [
  `${isAssociated(vpc, block)} || ${associateBlock(vpc, block)}`,
  // AWS associates a block within seconds, and refuses subnets in it before. The AWS CLI has no waiter for it.
  `until ${isAssociated(vpc, block)}; do sleep 5; done`,
];

const associateBlock = ({ region, vpcId }: VpcAssessment, block: string): string =>
  aws('ec2', 'associate-vpc-cidr-block', region, { 'vpc-id': vpcId, 'cidr-block': block });

const isAssociated = ({ region, vpcId }: VpcAssessment, block: string): string => {
  const look = aws('ec2', 'describe-vpcs', region, {
    filters: [
      `Name=vpc-id,Values=${vpcId}`,
      `Name=cidr-block-association.cidr-block,Values=${block}`,
      'Name=cidr-block-association.state,Values=associated',
    ],
    query: 'Vpcs[].VpcId',
    output: 'text',
  });
  return `${look} | grep -q vpc-`;
};

/** Where a new subnet lies, and the new block around it. */
export interface RangeInBlock {
  readonly block: string;
  readonly range: string;
}

/**
 * A range for a subnet in a new block. All that the remedies of a run add to a VPC shares a block while it has room: the quota of
 * blocks is small. `null`: the VPC takes no block that has room.
 */
export const rangeInNewBlock = (
  estate: Estate,
  vpc: VpcAssessment,
  { length, purpose }: { readonly length: number; readonly purpose: string },
): RangeInBlock | null => {
  for (let index = 1; ; index += 1) {
    const block = newBlock(estate, vpc, `subnets ${index}`);
    if (block === null) return null;
    const range = estate.ranges.subnetRange({
      vpcId: vpc.vpcId,
      purpose: `${purpose} in ${block}`,
      blocks: [block],
      taken: estate.rangesTaken(vpc.vpcId),
      lengths: [Math.max(lengthOf(block), length)],
    });
    if (range !== null) return { block, range };
  }
};

const newBlock = (estate: Estate, vpc: VpcAssessment, purpose: string): string | null => {
  if (vpc.cidrBlocks.length >= VPC_CIDR_BLOCKS_MAXIMUM) return null;
  // All remedies of a run can be applied, so those before this one leave it what the quota allows.
  const offered = estate.ranges.offers.filter(
    (offer) => offer.vpcId === vpc.vpcId && offer.purpose !== purpose,
  );
  if (!isAtBlockQuota(estate, vpc) && vpc.cidrBlocks.length + offered.length >= blockQuota(estate).value)
    return null;
  const { from, not } = secondaryRanges(vpc.cidrBlocks);
  return estate.ranges.newBlock({
    vpcId: vpc.vpcId,
    purpose,
    blocks: from,
    taken: [
      ...not,
      ...vpc.cidrBlocks,
      ...connectionsOf(estate, vpc).flatMap(({ vpcs }) => vpcs.flatMap(({ cidrBlocks }) => cidrBlocks ?? [])),
      ...routedRanges(estate, vpc.vpcId),
      ...clusterRanges(estate, vpc),
    ],
    lengths: SECONDARY_LENGTHS,
  });
};

/** Ranges that the clusters of a VPC, and of those connected to it, use beside it. Where they were not read, those that EKS takes by itself. */
const clusterRanges = (estate: Estate, vpc: VpcAssessment): readonly string[] => {
  const connected = connectionsOf(estate, vpc).flatMap(({ vpcs }) => vpcs.map(({ vpcId }) => vpcId));
  const around = new Set([vpc.vpcId, ...connected]);
  return [...estate.eksClusters.values()]
    .filter((eks) => eks.vpcId !== null && around.has(eks.vpcId))
    .flatMap(({ outsideRanges }) => outsideRanges ?? DEFAULT_SERVICE_RANGES);
};

const connectionsOf = (estate: Estate, { vpcId }: VpcAssessment): readonly VpcConnection[] =>
  (estate.input.vpcConnections ?? []).filter(({ vpcs }) => vpcs.some((each) => each.vpcId === vpcId));

const blockQuotaPrecondition = (estate: Estate, vpc: VpcAssessment): Precondition => {
  const { isDefault, value } = blockQuota(estate);
  const text = `The VPC can take another range: it has ${vpc.cidrBlocks.length} of ${value}`;
  if (!isDefault) return { text: `${text}.`, holds: !isAtBlockQuota(estate, vpc) };
  return {
    text: `${text}, unless the quota was raised.`,
    holds: isAtBlockQuota(estate, vpc) ? null : true,
  };
};

export const blockPreconditions = (
  estate: Estate,
  vpc: VpcAssessment,
  block: string,
): readonly Precondition[] => [
  blockQuotaPrecondition(estate, vpc),
  connectedPrecondition(estate, vpc, block),
  {
    text: `No other network that the VPC must reach uses ${block}, such as an on-premises network.`,
    holds: null,
  },
  ...listedPreconditions(estate, vpc, block),
  ...servicePreconditions(estate, vpc, block),
];

/** What a customer's prefix list holds is not read. A route to it may lead into the block. */
const listedPreconditions = (
  estate: Estate,
  { vpcId }: VpcAssessment,
  block: string,
): readonly Precondition[] => {
  const lists = routedPrefixLists(estate, vpcId);
  return lists.length === 0
    ? []
    : [{ text: `No range of ${lists.join(', ')}, to which routes lead, is in ${block}.`, holds: null }];
};

/** Kubernetes gives services addresses that no subnet shows. A cluster that EKS does not know may have them anywhere. */
const servicePreconditions = (
  estate: Estate,
  { vpcId }: VpcAssessment,
  block: string,
): readonly Precondition[] => {
  const clusters = estate.input.clusters.filter((cluster) => cluster.vpcId === vpcId);
  const unread = clusters.filter(
    ({ clusterName }) => estate.eksClusters.get(clusterName)?.outsideRanges === undefined,
  );
  if (clusters.length === 0) return [];
  return unread.length === 0
    ? [{ text: `No cluster of the VPC has ${block} for its services.`, holds: true }]
    : [
        {
          text: `The services of ${listOf(
            unread.map(({ clusterName }) => clusterName),
            CLUSTERS_SHOWN,
          )} have no address in ${block}.`,
          holds: null,
        },
      ];
};

const CLUSTERS_SHOWN = 3;

/** The block was chosen apart from every range that is known; what is not known keeps this from being a promise. */
const connectedPrecondition = (estate: Estate, vpc: VpcAssessment, block: string): Precondition => {
  const text = `No VPC that it is connected to has a range in ${block}.`;
  const unread = unreadNeighbours(estate.input.vpcConnections, vpc.vpcId);
  return unread === null ? { text, holds: true } : { text: `${text} ${unread}`, holds: null };
};

export const raiseQuota = (
  quota: {
    /** As Service Quotas names it. */
    readonly service: string;
    readonly code: string;
    readonly name: string;
    readonly used: number;
    readonly to: number;
    /** Left out: it is in no listing of Service Quotas. */
    readonly applied?: AppliedQuota;
    /** What AWS grants at most; `null`: not known. */
    readonly maximum: number | null;
  },
  region: string,
): Remedy => ({
  title: `Request a higher quota of ${quota.name}: ${number(quota.to)}`,
  effect:
    quota.maximum === null ? 'AWS decides how much it grants.' : `AWS grants up to ${number(quota.maximum)}.`,
  price: 'Free. AWS usually answers within days.',
  when: 'Right as a precaution: it does not help today.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [
    aws('service-quotas', 'request-service-quota-increase', region, {
      'service-code': quota.service,
      'quota-code': quota.code,
      'desired-value': quota.to,
    }),
  ],
  preconditions: [
    quota.applied?.isDefault === false
      ? {
          text: `The quota is ${number(quota.applied.value)} now, and more is asked for.`,
          holds: quota.to > quota.applied.value,
        }
      : { text: 'The quota was not raised before: Headroom could not read it.', holds: null },
    {
      text: `That is more than is in use now: ${number(quota.used)}.`,
      holds: quota.to > quota.used,
    },
  ],
});

/** `null` where the account has the most that AWS grants. */
export const raiseCidrBlockQuota = (estate: Estate, vpc: VpcAssessment): Remedy | null => {
  const applied = blockQuota(estate);
  if (applied.value >= VPC_CIDR_BLOCKS_MAXIMUM) return null;
  const more = Math.max(applied.value, vpc.cidrBlocks.length) + QUOTAS.cidrBlocks.byDefault;
  return raiseQuota(
    {
      ...QUOTAS.cidrBlocks,
      used: vpc.cidrBlocks.length,
      to: Math.min(VPC_CIDR_BLOCKS_MAXIMUM, more),
      maximum: VPC_CIDR_BLOCKS_MAXIMUM,
      applied,
    },
    vpc.region,
  );
};

/** `null` below the quota, where it stops nothing, and where another account owns the VPC. */
export const raiseCidrBlockQuotaOf = (
  estate: Estate,
  { ownerId, vpcId }: SubnetAssessment,
): Remedy | null => {
  const vpc = estate.vpcs.get(vpcId);
  return vpc === undefined || ownerId !== null || !isAtBlockQuota(estate, vpc)
    ? null
    : raiseCidrBlockQuota(estate, vpc);
};

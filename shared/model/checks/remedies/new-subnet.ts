import { count } from '../../base/text/numbers.ts';
import { isUnrouted } from '../../net/secondary-ranges.ts';
import type { SubnetAssessment, VpcAssessment } from '../../result/assessment.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { afterwards, opened } from './afterwards.ts';
import { clustersUsing } from './cluster-subnets.ts';
import { discoveryPreconditions } from './discovery.ts';
import { eniConfigPrecondition } from './eni-configs.ts';
import { createCommands, ipv6RangeFor } from './new-subnet-commands.ts';
import { gainsOf, lengthsFor, NOTHING_SHORT, type Shortfall } from './new-subnet-size.ts';
import { effectOf, podClusters, type SubnetPurpose, startsNodes, type Use, useOf } from './new-subnet-use.ts';
import { nodeClassPreconditions } from './node-classes.ts';
import { routeTableOf } from './routes.ts';

/** Subnets per VPC; AWS raises the quota on request. Source: VPC user guide, quotas. */
const SUBNETS_PER_VPC = 200;

/** Where a new subnet goes: a VPC of this account, and the zone of the subnet that is short. */
export interface NewSubnetPlace {
  readonly vpc: VpcAssessment;
  readonly zone: string;
}

/** `null`: the VPC or the zone is unknown, or another account owns them. */
export const placeBeside = (estate: Estate, subnet: SubnetAssessment): NewSubnetPlace | null => {
  const vpc = estate.vpcs.get(subnet.vpcId);
  const { availabilityZone: zone, ownerId } = subnet;
  return vpc === undefined || zone === null || ownerId !== null ? null : { vpc, zone };
};

/**
 * A subnet in the VPC's own free space, beside the one that is short: as large as that one, or as large as the shortfall
 * asks for. `null`: the VPC has no such range left, or belongs to another account.
 */
export const addSubnet = (
  estate: Estate,
  subnet: SubnetAssessment,
  purpose: SubnetPurpose,
  shortfall: Shortfall = NOTHING_SHORT,
): Remedy | null => {
  const place = placeBeside(estate, subnet);
  if (place === null) return null;
  const { vpc, zone } = place;
  const use = useOf(estate, subnet, purpose, shortfall);
  const range = estate.ranges.subnetRange({
    vpcId: vpc.vpcId,
    purpose: `${subnet.subnetId} ${use}`,
    blocks: blocksFor(vpc, subnet, use),
    taken: estate.rangesTaken(vpc.vpcId),
    lengths: lengthsFor(estate, subnet, use, shortfall),
  });
  if (range === null) return null;
  return {
    title: `Add the subnet ${range} in ${zone}`,
    effect: effectOf(estate, subnet, use),
    ...afterOpening(estate, subnet, use, range),
    price: 'Free. A few calls, and nothing restarts.',
    when: 'Right when the VPC has unused space of its own.',
    gains: gainsOf(range),
    ranges: [range],
    commands: createCommands(estate, subnet, use, { range, zone }),
    preconditions: [
      { text: `The VPC has ${range} unused.`, holds: true },
      ...createPreconditions(estate, subnet, use, range),
    ],
  };
};

/**
 * The VPC's own ranges, best first: those that are as reachable as the subnet that is short. Load balancers and control
 * planes get no others, because clients outside the VPC would find no way to them.
 */
export const blocksFor = (
  { cidrBlocks }: VpcAssessment,
  { cidrBlock }: SubnetAssessment,
  use: Use,
): readonly string[] => {
  const isAlike = (block: string): boolean => isUnrouted(block) === isUnrouted(cidrBlock);
  const alike = cidrBlocks.filter(isAlike);
  return use === 'control-plane' || use === 'load-balancer'
    ? alike
    : [...alike, ...cidrBlocks.filter((block) => !isAlike(block))];
};

/** How the planner opens the new subnet; the rest serves no node of a cluster. */
const OPENED_FOR = { discovery: 'discovery', 'eni-config': 'pods', nodes: 'nodes' } as const;

/** What there is after the new subnet. */
export const afterOpening = (
  estate: Estate,
  subnet: SubnetAssessment,
  use: Use,
  range: string,
): Pick<Remedy, 'afterwards'> =>
  use === 'discovery' || use === 'eni-config' || use === 'nodes'
    ? afterwards(estate, subnet, opened(subnet, range, OPENED_FOR[use]), gainsOf(range))
    : {};

export const createPreconditions = (
  estate: Estate,
  subnet: SubnetAssessment,
  use: Use,
  range: string,
): readonly Precondition[] => {
  const table = routeTableOf(estate, subnet);
  const subnets = estate.subnetsOfVpc(subnet.vpcId).length;
  return [
    {
      text:
        table === null
          ? `The VPC's main route table suits the new subnet. Otherwise associate the table of ${subnet.subnetId}.`
          : `The new subnet gets the routes of ${subnet.subnetId}: ${table.routeTableId}.`,
      holds: table === null ? null : true,
    },
    ...(isUnrouted(range) && !isUnrouted(subnet.cidrBlock)
      ? [{ text: `Nothing outside the VPC needs to reach ${range}, which is not routed there.`, holds: null }]
      : []),
    ...(subnet.ipv6CidrBlocks.length > 0 && ipv6RangeFor(estate, subnet, range) === null
      ? [{ text: 'The VPC has an IPv6 block of /64 left. The new subnet needs one.', holds: null }]
      : []),
    ...(subnets < SUBNETS_PER_VPC
      ? []
      : [
          {
            text: `The quota of ${SUBNETS_PER_VPC} subnets was raised: the VPC has ${count(subnets, 'subnet')}.`,
            holds: null,
          },
        ]),
    ...(use === 'discovery' ? discoveryPreconditions(estate, clustersUsing(estate, subnet), subnet) : []),
    ...(use === 'eni-config'
      ? podClusters(estate, subnet).map((cluster) => eniConfigPrecondition(estate, cluster, subnet))
      : []),
    ...(startsNodes(use) ? nodeClassPreconditions(estate, subnet) : []),
  ];
};

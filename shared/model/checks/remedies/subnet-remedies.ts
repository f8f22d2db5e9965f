import type { EksCluster } from '../../aws/inventory.ts';
import { count } from '../../base/text/numbers.ts';
import { parseCidr } from '../../net/cidr.ts';
import { freeRange } from '../../net/free-ranges.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { SubnetAssessment, VpcAssessment } from '../../result/assessment.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import { bestReservation } from '../../subnet/reservation-range.ts';
import type { Estate } from '../estate.ts';
import { deleteLeaked } from './cluster-remedies.ts';
import { aws } from './commands.ts';
import { ranked } from './ranked.ts';
import { addSecondaryCidr } from './vpc-remedies.ts';

/** AWS's bounds on a subnet's prefix length. */
const SMALLEST_SUBNET = 28;
const LARGEST_SUBNET = 16;

/** A load balancer's subnet is to be a /27 or larger. Source: Elastic Load Balancing user guide, subnets for your load balancer. */
export const LOAD_BALANCER_SUBNET = 27;

/** Enhanced subnet discovery came with this version of the CNI. Source: amazon-vpc-cni-k8s README. */
const SUBNET_DISCOVERY_VERSION = [1, 18] as const;

export const reservePrefixRange = (estate: Estate, subnet: SubnetAssessment): Remedy => {
  const map = estate.maps.get(subnet.subnetId);
  const range = map === undefined ? null : bestReservation(map);
  return {
    title: range === null ? 'Reserve a range for prefixes' : `Reserve ${range.cidr} for prefixes`,
    effect:
      range === null
        ? 'No range of the subnet is left that could be reserved and still leave enough single addresses.'
        : `It holds ${count(range.blocks, 'block')}: ${range.freeBlocks} can be prefixes at once, the rest when ${count(range.singles, 'single address', 'single addresses')} in it ${range.singles === 1 ? 'is' : 'are'} given back. Nobody gets single addresses from it any more.`,
    commands:
      range === null
        ? []
        : [
            aws('ec2', 'create-subnet-cidr-reservation', subnet.region, {
              'subnet-id': subnet.subnetId,
              'reservation-type': 'prefix',
              cidr: range.cidr,
            }),
          ],
    preconditions: [
      { text: "A range is free of AWS's own addresses and of other reservations.", holds: range !== null },
      { text: 'This account owns the subnet.', holds: subnet.ownerId === null },
    ],
  };
};

/**
 * What helps a subnet that has few single addresses left, best first.
 *
 * @public
 */
export const remediesForAddresses = (estate: Estate, subnet: SubnetAssessment): readonly Remedy[] =>
  ranked(
    deleteLeakedIn(estate, subnet),
    addSubnet(estate, subnet, 'nodes'),
    addSecondaryCidrFor(estate, subnet),
    listHolders(subnet),
  );

/**
 * What helps a subnet that has few whole blocks left, best first.
 *
 * @public
 */
export const remediesForPrefixes = (estate: Estate, subnet: SubnetAssessment): readonly Remedy[] =>
  ranked(
    reservePrefixRange(estate, subnet),
    addSubnet(estate, subnet, 'nodes'),
    addSecondaryCidrFor(estate, subnet),
    listHolders(subnet),
  );

const deleteLeakedIn = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const leaked = estate.input.leakedInterfaces.filter(
    (sighting) => sighting.leaked && sighting.subnetId === subnet.subnetId,
  );
  return leaked.length === 0 ? null : deleteLeaked(estate, leaked, subnet.region);
};

const addSecondaryCidrFor = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const vpc = estate.vpcs.get(subnet.vpcId);
  return vpc === undefined ? null : addSecondaryCidr(estate, vpc);
};

/** Shows what holds the addresses. It is always possible, and a start where nothing else is known to help. */
export const listHolders = (subnet: SubnetAssessment): Remedy => ({
  title: 'List what holds the addresses',
  effect: 'Lists every interface in the subnet with its description. It changes nothing.',
  commands: [
    aws('ec2', 'describe-network-interfaces', subnet.region, {
      'include-managed-resources': [],
      filters: `Name=subnet-id,Values=${subnet.subnetId}`,
      query: 'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Status,Description]',
      output: 'table',
    }),
  ],
  preconditions: [],
});

/** What a new subnet is for, and what it takes to use it. */
const SUBNET_PURPOSES = {
  discovery: 'The CNI finds it by its tag and puts new interfaces there. Nodes need no change.',
  nodes:
    'Nodes that start there have room. An Auto Scaling group or an EC2NodeClass takes it in; a managed node group keeps the subnets that it was made with, so make a second one there.',
  'control-plane': 'The cluster can then be given this subnet for its control plane.',
  'load-balancer': 'Load balancers can then be given this subnet.',
} as const;

export const addSubnet = (
  estate: Estate,
  subnet: SubnetAssessment,
  purpose: keyof typeof SUBNET_PURPOSES,
): Remedy => {
  const vpc = estate.vpcs.get(subnet.vpcId);
  const range = rangeFor(estate, subnet, vpc, purpose);
  const tags =
    purpose === 'discovery'
      ? { 'tag-specifications': `ResourceType=subnet,Tags=[{Key=${CNI_ROLE_TAG},Value=1}]` }
      : {};
  return {
    title:
      range === null
        ? `Add a subnet in ${subnet.availabilityZone}`
        : `Add the subnet ${range} in ${subnet.availabilityZone}`,
    effect: SUBNET_PURPOSES[purpose],
    commands:
      range === null || subnet.availabilityZone === null
        ? []
        : [
            aws('ec2', 'create-subnet', subnet.region, {
              'vpc-id': subnet.vpcId,
              'cidr-block': range,
              'availability-zone': subnet.availabilityZone,
              ...tags,
            }),
          ],
    preconditions: [
      {
        text: range === null ? 'The VPC has a range left for a subnet.' : `The VPC has ${range} unused.`,
        holds: vpc === undefined ? null : range !== null,
      },
      { text: 'This account owns the VPC.', holds: subnet.ownerId === null },
      ...(purpose === 'discovery' ? discoveryPreconditions(estate, subnet) : []),
      { text: "The VPC's main route table suits it: associate another one otherwise.", holds: null },
    ],
  };
};

/**
 * A range as large as the subnet, or the largest that the VPC still has. For a control plane a /28, and for load balancers a
 * /27 at the least, which is what AWS recommends.
 */
const rangeFor = (
  estate: Estate,
  subnet: SubnetAssessment,
  vpc: VpcAssessment | undefined,
  purpose: keyof typeof SUBNET_PURPOSES,
): string | null => {
  if (vpc === undefined) return null;
  const taken = estate.rangesTaken(vpc.vpcId);
  const alike = Math.max(LARGEST_SUBNET, parseCidr(subnet.cidrBlock ?? '')?.length ?? LARGEST_SUBNET);
  const length = lengthFor(purpose, alike);
  for (let candidate = length; candidate <= SMALLEST_SUBNET; candidate += 1) {
    const range = freeRange(vpc.cidrBlocks, taken, candidate);
    if (range !== null) return range;
  }
  return null;
};

const lengthFor = (purpose: keyof typeof SUBNET_PURPOSES, alike: number): number => {
  if (purpose === 'control-plane') return SMALLEST_SUBNET;
  return purpose === 'load-balancer' ? Math.min(alike, LOAD_BALANCER_SUBNET) : alike;
};

const discoveryPreconditions = (estate: Estate, subnet: SubnetAssessment): readonly Precondition[] => {
  const clusters = estate.input.clusters.filter(({ nodeSubnetIds }) =>
    nodeSubnetIds.includes(subnet.subnetId),
  );
  const versions = clusters.map(({ clusterName }) => versionAtLeast(estate.eksClusters.get(clusterName)));
  return [
    {
      text: 'No cluster here uses custom networking, which ignores subnet discovery.',
      holds: clusters.every(({ customNetworking }) => !customNetworking),
    },
    {
      text: `The CNI is version ${SUBNET_DISCOVERY_VERSION.join('.')} or later.`,
      holds: versions.includes(null) ? null : !versions.includes(false),
    },
    { text: 'The CNI may call ec2:DescribeSubnets.', holds: null },
  ];
};

const versionAtLeast = (eks: EksCluster | undefined): boolean | null => {
  const match = /^v?(\d+)\.(\d+)/.exec(eks?.vpcCni?.version ?? '');
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return (
    major > SUBNET_DISCOVERY_VERSION[0] ||
    (major === SUBNET_DISCOVERY_VERSION[0] && minor >= SUBNET_DISCOVERY_VERSION[1])
  );
};

import type { Tags } from '../../aws/inventory.ts';
import { aws, keep, type ShellVariable } from '../../base/commands.ts';
import { largestOf } from '../../base/extremes.ts';
import { displayableCommands } from '../../base/shell-words.ts';
import { count } from '../../base/text/numbers.ts';
import { cidrSize, parseCidr } from '../../net/cidr.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import { isUnrouted } from '../../net/secondary-ranges.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { SubnetAssessment, VpcAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment, CommittedDemand } from '../../result/cluster.ts';
import type { Gains, Precondition, Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { afterwards, opened } from './afterwards.ts';
import { clustersUsing, isOpenToCni, NODES_TO_HOLD, nodeTake } from './cluster-subnets.ts';
import { cniTags, discoveryPreconditions } from './discovery.ts';
import { eniConfigCommands, eniConfigPrecondition } from './eni-configs.ts';
import { nodeClassCommands, nodeClassPreconditions } from './node-classes.ts';
import { routeTableOf } from './routes.ts';
import { largestOwner, mayHaveNodes, serviceEffect } from './who-uses-it.ts';

/** AWS's bounds on a subnet's prefix length. */
const SMALLEST_SUBNET = 28;
const LARGEST_SUBNET = 16;

/** The smallest subnet that holds prefixes: a /27 has only the first and the last block, and AWS keeps addresses in both. */
const SMALLEST_WITH_PREFIXES = 26;

/** AWS keeps the first four addresses of a subnet and the last. Source: VPC user guide, subnet sizing. */
const AWS_ADDRESSES = 5;

/** A load balancer's subnet is to be a /27 or larger. Source: Elastic Load Balancing user guide, subnets for your load balancer. */
export const LOAD_BALANCER_SUBNET = 27;

/** Subnets per VPC; AWS raises the quota on request. Source: VPC user guide, quotas. */
const SUBNETS_PER_VPC = 200;

/**
 * What a new subnet is for. `nodes` finds out by itself whether the CNI's discovery or an ENIConfig leads to it. `node-starts` are
 * nodes that find no address at their start: they take it from their own subnet, so that subnet discovery does not help them.
 */
export type SubnetPurpose = 'nodes' | 'node-starts' | 'control-plane' | 'load-balancer';

/** How much is missing, where it is known. */
export interface Shortfall {
  readonly addresses: number;
  readonly prefixes: number;
}

const NOTHING_SHORT: Shortfall = { addresses: 0, prefixes: 0 };

/** How pods or nodes come to use a new subnet. */
type Use = 'discovery' | 'eni-config' | 'node-class' | 'nodes' | 'control-plane' | 'load-balancer';

const EFFECTS: Readonly<Record<Use, string>> = {
  discovery:
    'The CNI finds it by its tag and puts new interfaces there. A node still takes its first addresses from its own subnet.',
  'eni-config':
    'New nodes of the zone take pod addresses there. Replace the old nodes to use it for all pods.',
  'node-class':
    'Nodes use it when the NodeClass selects it. The tags of the full subnet are copied, which most selectors ask for.',
  nodes:
    'New nodes can start there. A managed node group keeps its subnets, so add a second group in the new subnet.',
  'control-plane': 'The cluster can then be given this subnet for its control plane.',
  'load-balancer': 'Load balancers can then be given this subnet.',
};

/** What a new subnet is good for. Where no nodes are, its largest holder says how it comes to use one. */
export const effectOf = (estate: Estate, subnet: SubnetAssessment, use: Use): string => {
  if (use !== 'nodes') return EFFECTS[use];
  if (isForServices(subnet, clustersUsing(estate, subnet))) return serviceEffect(subnet);
  const groups = groupsIn(estate, subnet);
  return groups.length > 0 && groups.every(({ kind }) => kind === 'auto-scaling-group')
    ? `New nodes can start there once the Auto Scaling ${groups.length === 1 ? 'group has' : 'groups have'} it.`
    : EFFECTS.nodes;
};

/** Groups that start nodes in the subnet. */
const groupsIn = (estate: Estate, subnet: SubnetAssessment): readonly CommittedDemand[] =>
  clustersUsing(estate, subnet)
    .flatMap(({ committed }) => committed)
    .filter(({ subnetIds }) => subnetIds.includes(subnet.subnetId));

/** No node is there that could use another subnet. */
const waitsForItsFirstNode = (
  { committed, nodes }: ClusterAssessment,
  { subnetId }: SubnetAssessment,
): boolean =>
  nodes.length === 0 &&
  committed.some(({ currentNodes, subnetIds }) => currentNodes === 0 && subnetIds.includes(subnetId));

/** Load balancers hold most of it, and no nodes are there. */
const isForLoadBalancers = (subnet: SubnetAssessment): boolean =>
  !mayHaveNodes(subnet, []) && largestOwner(subnet)?.kind === 'load-balancer';

/** Fargate pods are a cluster's, but no group and no CNI places them. */
const isForServices = (subnet: SubnetAssessment, clusters: readonly ClusterAssessment[]): boolean =>
  !mayHaveNodes(subnet, clusters) || (clusters.length === 0 && largestOwner(subnet)?.kind === 'fargate');

/** Where a new subnet goes: a VPC of this account, and the zone of the subnet that is short. */
export interface NewSubnetPlace {
  readonly vpc: VpcAssessment;
  readonly zone: string;
}

interface NewSubnet {
  readonly range: string;
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

/** What the new subnet adds. */
export const gainsOf = (range: string): Gains => {
  const cidr = parseCidr(range);
  const size = cidr === null ? 0 : cidrSize(cidr);
  return { addresses: size - AWS_ADDRESSES, prefixes: Math.max(0, size / ADDRESSES_PER_PREFIX - 2) };
};

export const useOf = (
  estate: Estate,
  subnet: SubnetAssessment,
  purpose: SubnetPurpose,
  { prefixes }: Shortfall,
): Use => {
  if (purpose === 'control-plane' || purpose === 'load-balancer') return purpose;
  const clusters = clustersUsing(estate, subnet);
  if (clusters.length === 0) return isForLoadBalancers(subnet) ? 'load-balancer' : 'nodes';
  // Beside those of EKS Auto Mode, groups may start nodes there as well.
  if (clusters.some(({ autoMode }) => autoMode))
    return groupsIn(estate, subnet).length === 0 ? 'node-class' : 'nodes';
  if (podClusters(estate, subnet).length > 0) return 'eni-config';
  return purpose === 'node-starts' ||
    clusters.every((cluster) => waitsForItsFirstNode(cluster, subnet)) ||
    clusters.some(({ customNetworking }) => customNetworking) ||
    discoveryPreconditions(estate, clusters, subnet).some(({ holds }) => holds === false) ||
    (prefixes === 0 && clusters.every((cluster) => findsPodsElsewhere(estate, cluster, subnet)))
    ? 'nodes'
    : 'discovery';
};

/** Whether the CNI finds another subnet for pods already, so that only the addresses of nodes themselves are short. */
const findsPodsElsewhere = (estate: Estate, cluster: ClusterAssessment, subnet: SubnetAssessment): boolean =>
  estate.siblingsOf(subnet).some((other) => isOpenToCni(cluster, other) && (other.availableSingle ?? 0) > 0);

/** The clusters under custom networking that have only pods in the subnet. */
const podClusters = (estate: Estate, subnet: SubnetAssessment): readonly ClusterAssessment[] =>
  clustersUsing(estate, subnet).filter(
    (cluster) => cluster.customNetworking && holdsPodsOnly(cluster, subnet),
  );

const holdsPodsOnly = ({ nodes }: ClusterAssessment, { subnetId }: SubnetAssessment): boolean =>
  nodes.every((node) => node.subnetId !== subnetId);

/**
 * Prefix lengths that would do, best first: as large as the subnet or as the shortfall, and smaller ones that still cover
 * it. A control plane gets a /28 and load balancers a /27 at least, as AWS recommends.
 */
const lengthsFor = (
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

const SUBNET_ID: ShellVariable = { variable: 'SUBNET_ID' };

/** Creates the subnet with its tags, its routes, and what makes nodes or pods use it. */
export const createCommands = (
  estate: Estate,
  subnet: SubnetAssessment,
  use: Use,
  { range, zone }: NewSubnet,
  variable: ShellVariable = SUBNET_ID,
): readonly string[] => {
  const { region, vpcId, outpostArn } = subnet;
  const table = routeTableOf(estate, subnet);
  const ipv6 = ipv6RangeFor(estate, subnet, range);
  return [
    keep(
      variable,
      'ec2',
      'create-subnet',
      region,
      {
        'vpc-id': vpcId,
        'cidr-block': range,
        'availability-zone': zone,
        ...(ipv6 === null ? {} : { 'ipv6-cidr-block': ipv6 }),
        ...(outpostArn === null ? {} : { 'outpost-arn': outpostArn }),
        'tag-specifications': tagSpecification(tagsFor(estate, subnet, use, range)),
      },
      'Subnet.SubnetId',
    ),
    ...(ipv6 === null
      ? []
      : [
          aws('ec2', 'modify-subnet-attribute', region, {
            'subnet-id': variable,
            'assign-ipv6-address-on-creation': [],
          }),
        ]),
    ...(startsNodes(use) && subnet.mapPublicIpOnLaunch === true
      ? [
          aws('ec2', 'modify-subnet-attribute', region, {
            'subnet-id': variable,
            'map-public-ip-on-launch': [],
          }),
        ]
      : []),
    ...(table === null || table.main
      ? []
      : [
          aws('ec2', 'associate-route-table', region, {
            'route-table-id': table.routeTableId,
            'subnet-id': variable,
          }),
        ]),
    ...(use === 'eni-config'
      ? podClusters(estate, subnet).flatMap((cluster) => eniConfigCommands(estate, cluster, subnet, variable))
      : []),
    ...(use === 'nodes' ? scalingGroupCommands(estate, subnet, variable) : []),
    ...(startsNodes(use) ? nodeClassCommands(estate, subnet, variable) : []),
  ];
};

/**
 * Nodes get their public address from the subnet in which they start, and in a public subnet they reach nothing without one. Source:
 * EKS user guide, managed node groups: EKS starts none in a public subnet that does not give public addresses.
 */
const startsNodes = (use: Use): boolean => use === 'nodes' || use === 'node-class';

/**
 * The new subnet has an IPv6 block where the one that is short has one: nodes of an IPv6 cluster cannot start without. Source:
 * EKS user guide, IPv6 clusters: subnets have IPv6 blocks and assign addresses of them by themselves.
 */
const ipv6RangeFor = (estate: Estate, subnet: SubnetAssessment, range: string): string | null =>
  subnet.ipv6CidrBlocks.length === 0
    ? null
    : estate.ranges.ipv6SubnetRange({
        vpcId: subnet.vpcId,
        purpose: range,
        blocks: estate.vpcs.get(subnet.vpcId)?.ipv6CidrBlocks ?? [],
        taken: estate.subnetsOfVpc(subnet.vpcId).flatMap(({ ipv6CidrBlocks }) => ipv6CidrBlocks),
      });

/** As JSON: unlike the short form it takes commas, brackets and quotes in a name. */
const tagSpecification = (tags: Tags): string =>
  JSON.stringify([
    { ResourceType: 'subnet', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ]);

/** Tags that Kubernetes, Karpenter and the CNI select subnets by. */
const COPIED_TAG = /^(?:kubernetes\.io\/|k8s\.io\/|karpenter\.sh\/|cni\.networking\.k8s\.aws\/)/;

const tagsFor = (estate: Estate, subnet: SubnetAssessment, use: Use, range: string): Tags => {
  const copied = Object.entries(subnet.tags).filter(
    ([key]) => use !== 'control-plane' && COPIED_TAG.test(key) && key !== CNI_ROLE_TAG,
  );
  return {
    Name: freshName(estate, subnet, range),
    ...Object.fromEntries(copied),
    ...(use === 'discovery' ? cniTags(estate, clustersUsing(estate, subnet), subnet) : {}),
  };
};

/** The name of the subnet that is short, with the first number that no subnet of the VPC has, nor one of another remedy. */
const freshName = (estate: Estate, subnet: SubnetAssessment, range: string): string => {
  const names = new Set(estate.subnetsOfVpc(subnet.vpcId).map(({ name }) => name));
  // A name that cannot be copied would hide every command of the remedy.
  const base =
    subnet.name === null || displayableCommands([subnet.name]) === null ? subnet.subnetId : subnet.name;
  return estate.ranges.subnetName({ vpcId: subnet.vpcId, range }, base, names);
};

/** Auto Scaling groups of the clusters take the new subnet in; EKS does not let managed node groups change theirs. */
const scalingGroupCommands = (
  estate: Estate,
  subnet: SubnetAssessment,
  variable: ShellVariable,
): readonly string[] =>
  groupsIn(estate, subnet)
    .filter(({ kind }) => kind === 'auto-scaling-group')
    .map(({ group, subnetIds }) =>
      aws('autoscaling', 'update-auto-scaling-group', subnet.region, {
        'auto-scaling-group-name': group,
        'vpc-zone-identifier': { parts: [`${subnetIds.join(',')},`, variable] },
      }),
    );

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

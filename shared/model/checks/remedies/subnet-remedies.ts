import { aws } from '../../base/commands.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type {
  ClusterAssessment,
  CommittedDemand,
  DemandWhenFull,
  UpdateSurge,
} from '../../result/cluster.ts';
import type { Remedy } from '../../result/finding.ts';
import { subnetName } from '../../result/resource-name.ts';
import { possibleBlocks } from '../../subnet/fragmentation.ts';
import type { Estate } from '../estate.ts';
import { moveToIpv6, useOverlay } from './architecture.ts';
import { deleteLeakedIn, endOldNodesFirst, lowerMaximum, scaleDown } from './cluster-remedies.ts';
import { clustersUsing, isPodSubnet } from './cluster-subnets.ts';
import { addSubnet } from './new-subnet.ts';
import { forTwoNodes, type Shortfall } from './new-subnet-size.ts';
import type { SubnetPurpose } from './new-subnet-use.ts';
import { inOrder, ranked } from './ranked.ts';
import { releaseReservation, reservePrefixRange, turnExplicitReservation } from './reservations.ts';
import { useSibling } from './siblings.ts';
import { addSecondaryCidrSubnet, isAtBlockQuota, raiseCidrBlockQuotaOf } from './vpc-remedies.ts';
import { keepFewerWarm } from './warm-targets.ts';

export { addSubnet } from './new-subnet.ts';
export { LOAD_BALANCER_SUBNET } from './new-subnet-size.ts';

/**
 * What helps a subnet that has few single addresses left, best first: what helps at once and costs least comes first.
 *
 * @param shortfall how much is missing, where it is known: a new subnet is made as large
 * @param purpose `node-starts` where nodes cannot start
 */
export const remediesForAddresses = (
  estate: Estate,
  subnet: SubnetAssessment,
  shortfall?: Shortfall,
  purpose: SubnetPurpose = 'nodes',
): readonly Remedy[] => [
  ...ranked(...forAddresses(estate, subnet, { shortfall, purpose })),
  ...atLast(estate, subnet, { shortfall, purpose }),
];

/** What a single free block has to give at the least. */
const ONE_PREFIX: Shortfall = { addresses: 0, prefixes: 1 };

/** What helps a subnet that has few whole free blocks left, best first. */
export const remediesForPrefixes = (
  estate: Estate,
  subnet: SubnetAssessment,
  shortfall: Shortfall = ONE_PREFIX,
): readonly Remedy[] => [
  ...ranked(...forPrefixes(estate, subnet, { shortfall, purpose: 'nodes' })),
  ...atLast(estate, subnet, { shortfall, purpose: 'nodes' }),
];

/** What helps a group to reach its maximum, for the supply that refuses its next node. */
export const remediesForDemand = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  demand: CommittedDemand,
): readonly Remedy[] => {
  const { currentNodes, fits, perNode, shortfall } = demand;
  return forGroup(
    estate,
    cluster,
    demand,
    { shortfall: demandOf(shortfall ?? 0, perNode ?? { addresses: 0, prefixes: 0 }), purpose: 'node-starts' },
    lowerMaximum(estate, cluster, demand, currentNodes + (fits ?? 0)),
  );
};

/**
 * The same for the nodes that an update starts first: the group's maximum does not hold them back. They start in the subnets of
 * the group, which EKS does not let change, so that a new subnet does not help them.
 */
export const remediesForUpdate = (
  estate: Estate,
  cluster: ClusterAssessment,
  demand: CommittedDemand,
  { fits, fullZones = [], nodes }: UpdateSurge,
): readonly Remedy[] =>
  forGroup(
    estate,
    cluster,
    demand,
    {
      shortfall: demandOf(
        Math.max(nodes - fits, fullZones.length),
        demand.perNode ?? { addresses: 0, prefixes: 0 },
      ),
      purpose: null,
    },
    endOldNodesFirst(cluster, demand),
    true,
  );

/** The same for a group whose nodes all start, but cannot all be full of pods. */
export const remediesForFullDemand = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  demand: CommittedDemand,
  { fits, perNode, shortfall }: DemandWhenFull,
): readonly Remedy[] =>
  forGroup(
    estate,
    cluster,
    demand,
    { shortfall: demandOf(shortfall, perNode), purpose: 'nodes' },
    lowerMaximum(estate, cluster, demand, fits),
  );

const demandOf = (nodes: number, { addresses, prefixes }: Shortfall): Shortfall => ({
  addresses: nodes * addresses,
  prefixes: nodes * prefixes,
});

/**
 * @param fewerNodesHelp whether a group with fewer nodes today leaves more room: at the maximum of all groups it does not,
 *   because it may grow again
 */
const forGroup = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  demand: CommittedDemand,
  wanted: Wanted<Shortfall>,
  ofGroup: Remedy | null,
  fewerNodesHelp = false,
): readonly Remedy[] => {
  const isForPrefixes = (demand.perNode?.prefixes ?? 0) > 0;
  const supplyOf = ({ availableSingle, prefixes }: SubnetAssessment): number =>
    (isForPrefixes ? prefixes?.free : availableSingle) ?? Number.POSITIVE_INFINITY;
  const [fullest] = subnetsThatRefuse(estate, cluster, demand).toSorted((a, b) => supplyOf(a) - supplyOf(b));
  if (fullest === undefined) return ranked(ofGroup);
  // Prefixes, and what pods take under custom networking, may come from a new subnet.
  const isOwn = !isForPrefixes && demand.subnetIds.includes(fullest.subnetId);
  const all = { ...wanted, purpose: isOwn ? wanted.purpose : 'nodes' } as const;
  const supply = isForPrefixes ? forPrefixes : forAddresses;
  const isLast = all.purpose !== null;
  return [
    ...ranked(
      isLast ? null : ofGroup,
      ...supply(estate, fullest, all, fewerNodesHelp),
      isLast ? ofGroup : null,
    ),
    ...atLast(estate, fullest, all),
  ];
};

/** Whether the quota of ranges is used up, so that AWS refuses a new block. */
export const isBlockRefused = (estate: Estate, { vpcId }: SubnetAssessment): boolean => {
  const vpc = estate.vpcs.get(vpcId);
  return vpc !== undefined && isAtBlockQuota(estate, vpc);
};

/** `cluster` is `null` for a group of no cluster. Under custom networking a node takes one address of its own subnet, and all others of the pods' subnet in the zone. */
const subnetsThatRefuse = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  demand: CommittedDemand,
): readonly SubnetAssessment[] => {
  const own = estate.subnetsIn(demand.subnetIds);
  if (cluster === null) return own;
  const zones = new Set(own.map(({ availabilityZone }) => availabilityZone));
  const pods = estate
    .subnetsIn(cluster.nodeSubnetIds)
    .filter((subnet) => isPodSubnet(cluster, subnet) && zones.has(subnet.availabilityZone));
  return pods.length === 0 || own.some(({ availableSingle }) => availableSingle === 0) ? own : pods;
};

type Remedies = readonly (Remedy | null)[];

/** What a remedy has to give. */
interface Wanted<Missing> {
  /** `undefined`: how much is missing is not known. */
  readonly shortfall: Missing;
  /** `null`: another subnet does not help. */
  readonly purpose: SubnetPurpose | null;
}

const forAddresses = (
  estate: Estate,
  subnet: SubnetAssessment,
  wanted: Wanted<Shortfall | undefined>,
  fewerNodesHelp = true,
): Remedies => [
  deleteLeakedIn(estate, subnet),
  releaseReservation(estate, subnet),
  wanted.purpose === null ? null : useSibling(estate, subnet),
  newSpace(estate, subnet, wanted),
  ...fewerWarm(estate, subnet),
  fewerNodesHelp ? scaleDown(estate, subnet, wanted.shortfall) : null,
];

const forPrefixes = (
  estate: Estate,
  subnet: SubnetAssessment,
  wanted: Wanted<Shortfall>,
  fewerNodesHelp = true,
): Remedies => [
  deleteLeakedIn(estate, subnet),
  turnExplicitReservation(estate, subnet),
  useSibling(estate, subnet),
  newSpace(estate, subnet, wanted),
  ...fewerWarm(estate, subnet),
  fewerNodesHelp ? scaleDown(estate, subnet, wanted.shortfall) : null,
  reservePrefixRange(estate, subnet),
  drainNodes(estate, subnet),
];

/**
 * What does not help today, and where to look when nothing else is known to help. At the quota of ranges AWS refuses a new
 * block until the quota is raised, so that comes first.
 */
const atLast = (
  estate: Estate,
  subnet: SubnetAssessment,
  wanted: Wanted<Shortfall | undefined>,
): readonly Remedy[] =>
  inOrder(
    raiseCidrBlockQuotaOf(estate, subnet),
    isBlockRefused(estate, subnet) ? newBlockFor(estate, subnet, wanted) : null,
    askOwner(subnet),
    listHolders(subnet),
    moveToIpv6(estate, subnet),
    useOverlay(estate, subnet),
  );

/** From the VPC's own space where that holds two nodes, otherwise from a new block, unless AWS refuses one, or what is left. */
const newSpace = (
  estate: Estate,
  subnet: SubnetAssessment,
  { purpose, shortfall }: Wanted<Shortfall | undefined>,
): Remedy | null =>
  purpose === null
    ? null
    : (addSubnet(estate, subnet, purpose, forTwoNodes(estate, subnet, shortfall)) ??
      (isBlockRefused(estate, subnet) ? null : addSecondaryCidrSubnet(estate, subnet, shortfall, purpose)) ??
      addSubnet(estate, subnet, purpose, shortfall));

/** Only where the VPC has no space of its own left that holds two nodes. */
const newBlockFor = (
  estate: Estate,
  subnet: SubnetAssessment,
  { purpose, shortfall }: Wanted<Shortfall | undefined>,
): Remedy | null =>
  purpose !== null && addSubnet(estate, subnet, purpose, forTwoNodes(estate, subnet, shortfall)) === null
    ? addSecondaryCidrSubnet(estate, subnet, shortfall, purpose)
    : null;

/** Of a shared VPC only the owner can add ranges and subnets. `null` where that is this account. */
export const askOwner = ({ name, ownerId, subnetId }: SubnetAssessment): Remedy | null =>
  ownerId === null
    ? null
    : {
        title: `Ask account ${ownerId} for another subnet`,
        effect: `It owns ${subnetName({ name, subnetId })}, and shares it. No command of this account can add ranges or subnets there.`,
        price: 'Free. It takes as long as the owner takes.',
        when: 'Right when nothing in the subnet can be given back.',
        gains: { addresses: 0, prefixes: 0 },
        commands: [],
        preconditions: [],
      };

export const fewerWarm = (estate: Estate, subnet: SubnetAssessment): readonly (Remedy | null)[] =>
  clustersUsing(estate, subnet).map((cluster) => keepFewerWarm(estate, cluster, subnet));

/**
 * Blocks become whole where no other interface has an address in them. `null` where no node runs in the subnet, or where it has
 * no block without an address of AWS, as a /27 and a /28.
 */
const drainNodes = (estate: Estate, subnet: SubnetAssessment): Remedy | null =>
  possibleBlocks(subnet) === 0 ||
  estate.input.clusters.every(({ nodes }) => nodes.every(({ subnetId }) => subnetId !== subnet.subnetId))
    ? null
    : {
        title: `Replace the nodes in ${subnetName(subnet)}, a few at a time`,
        effect:
          'A node that is gone gives back its addresses, and blocks become whole. Reserve a range for prefixes before new nodes start.',
        price: 'Free. Pods restart, and it takes hours.',
        when: 'Right when nodes themselves hold the scattered addresses.',
        gains: { addresses: 0, prefixes: 0 },
        commands: [
          aws('ec2', 'describe-instances', subnet.region, {
            filters: [`Name=subnet-id,Values=${subnet.subnetId}`, 'Name=instance-state-name,Values=running'],
            query: 'Reservations[].Instances[].[PrivateDnsName,InstanceId]',
            output: 'table',
          }),
        ],
        preconditions: [{ text: 'The other nodes have room for the pods.', holds: null }],
      };

/** Shows what holds the addresses. It is always possible, and a start where nothing else is known to help. */
export const listHolders = (subnet: SubnetAssessment): Remedy => ({
  title: 'List what holds the addresses',
  effect: 'Lists every interface in the subnet with its description. It changes nothing.',
  price: 'Free. One call.',
  when: 'Right when it is not clear what could be given back.',
  gains: { addresses: 0, prefixes: 0 },
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

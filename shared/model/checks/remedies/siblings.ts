import { aws } from '../../base/commands.ts';
import { count } from '../../base/text/numbers.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import { subnetName } from '../../result/resource-name.ts';
import type { Estate } from '../estate.ts';
import { afterwards } from './afterwards.ts';
import {
  clustersUsing,
  isForOthers,
  isOpenToCni,
  isPodSubnet,
  KARPENTER_TAG,
  mayHoldNodes,
  mayHoldPods,
  NODES_TO_HOLD,
  nodeTake,
} from './cluster-subnets.ts';
import { discoveryPreconditions, tagForCni } from './discovery.ts';
import { eniConfigCommands, eniConfigPrecondition } from './eni-configs.ts';
import { routeTableOf, servesTheSame } from './routes.ts';

interface Sibling {
  readonly cluster: ClusterAssessment;
  readonly subnet: SubnetAssessment;
}

/**
 * Another subnet of the same VPC and zone that the cluster's nodes or pods may use already, with room for two nodes. Never
 * one of a control plane, a database or a load balancer, nor one that routes elsewhere. `null` where there is none.
 */
export const useSibling = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const siblings = clustersUsing(estate, subnet)
    .filter(({ autoMode }) => !autoMode)
    .flatMap((cluster) => candidates(estate, cluster, subnet).map((each) => ({ cluster, subnet: each })))
    .toSorted((a, b) => roomIn(b.subnet) - roomIn(a.subnet));
  for (const sibling of siblings) {
    const way = wayTo(estate, subnet, sibling);
    if (way !== null) return remedy(estate, subnet, sibling, way);
  }
  return null;
};

/** Every candidate has been measured. */
const roomIn = ({ availableSingle }: SubnetAssessment): number => Number(availableSingle);

/** Where the cluster's nodes, or its pods where they have subnets of their own, may go instead. */
const candidates = (
  estate: Estate,
  cluster: ClusterAssessment,
  subnet: SubnetAssessment,
): readonly SubnetAssessment[] =>
  estate
    .siblingsOf(subnet)
    .filter(
      (other) =>
        (isPodSubnet(cluster, subnet)
          ? isPodSubnet(cluster, other)
          : mayHoldNodes(estate, cluster, other) || mayHoldPods(cluster, other)) &&
        !isForOthers(estate, other) &&
        other.ownerId === null &&
        hasRoom(cluster, subnet, other),
    );

/** Each single address may spoil another whole block, because EC2 places it at random. */
const hasRoom = (cluster: ClusterAssessment, subnet: SubnetAssessment, other: SubnetAssessment): boolean => {
  const take = nodeTake(cluster, subnet);
  if (take === null || other.availableSingle === null) return false;
  const singles = NODES_TO_HOLD * take.singles;
  const prefixes = NODES_TO_HOLD * take.prefixes;
  return (
    other.availableSingle >= singles &&
    (prefixes === 0 || (other.prefixes !== null && other.prefixes.free >= prefixes + singles))
  );
};

interface Way {
  readonly title: string;
  readonly effect: string;
  readonly commands: readonly string[];
  readonly preconditions: readonly Precondition[];
  /** What new nodes use it for that could not before. Absent: nodes could start in it already. */
  readonly use?: 'discovery' | 'pods';
  /** No node starts in the full subnet any more. */
  readonly closes?: boolean;
}

const wayTo = (estate: Estate, subnet: SubnetAssessment, { cluster, subnet: other }: Sibling): Way | null => {
  const table = routeTableOf(estate, subnet);
  const otherTable = routeTableOf(estate, other);
  if (table !== null && otherTable !== null && !servesTheSame(table, otherTable)) return null;
  if (isPodSubnet(cluster, subnet)) return throughEniConfig(estate, subnet, cluster, other);
  const discovery = throughDiscovery(estate, subnet, cluster, other);
  // In a public subnet nodes need the public address that theirs gives them; interfaces for pods never get one.
  if (discovery !== null || (subnet.mapPublicIpOnLaunch === true && other.mapPublicIpOnLaunch !== true))
    return discovery;
  return throughKarpenter(subnet, cluster, other) ?? throughScalingGroup(subnet, cluster, other);
};

const throughEniConfig = (
  estate: Estate,
  subnet: SubnetAssessment,
  cluster: ClusterAssessment,
  other: SubnetAssessment,
): Way => ({
  title: `Give pods of ${cluster.clusterName} addresses from ${subnetName(other)}`,
  effect:
    'New nodes in this zone take pod addresses there. Replace the old nodes to give their addresses back.',
  use: 'pods',
  commands: eniConfigCommands(estate, cluster, subnet, other.subnetId),
  preconditions: [eniConfigPrecondition(estate, cluster, subnet)],
});

const throughDiscovery = (
  estate: Estate,
  subnet: SubnetAssessment,
  cluster: ClusterAssessment,
  other: SubnetAssessment,
): Way | null => {
  const preconditions = discoveryPreconditions(estate, [cluster], subnet);
  if (isOpenToCni(cluster, other) || preconditions.some(({ holds }) => holds === false)) return null;
  return {
    title: `Let pods of ${cluster.clusterName} take addresses from ${subnetName(other)}`,
    effect: `The CNI finds it by its tag. Nodes in ${subnetName(subnet)} put new interfaces there, and nothing restarts.`,
    use: 'discovery',
    // Clusters that have nodes there are named as well: without their names the tags would shut these out.
    commands: [tagForCni(estate, [...new Set([cluster, ...clustersUsing(estate, other)])], other)],
    preconditions,
  };
};

const throughKarpenter = (
  subnet: SubnetAssessment,
  { clusterName, committed }: ClusterAssessment,
  other: SubnetAssessment,
): Way | null =>
  // Only the owner of a shared subnet can take its tags away.
  subnet.ownerId !== null ||
  subnet.tags[KARPENTER_TAG] !== clusterName ||
  other.tags[KARPENTER_TAG] !== clusterName
    ? null
    : {
        title: `Start new nodes of ${clusterName} in ${subnetName(other)} only`,
        effect: 'Karpenter no longer selects the full subnet. Nodes that run stay where they are.',
        closes: groupsIn(committed, subnet).length === 0,
        commands: [
          aws('ec2', 'delete-tags', subnet.region, {
            resources: subnet.subnetId,
            tags: `Key=${KARPENTER_TAG}`,
          }),
        ],
        preconditions: [
          { text: `The EC2NodeClass selects subnets by the tag ${KARPENTER_TAG}.`, holds: null },
        ],
      };

/** Groups that start nodes in a subnet. */
const groupsIn = (
  committed: ClusterAssessment['committed'],
  { subnetId }: SubnetAssessment,
): ClusterAssessment['committed'] =>
  committed.filter(({ kind, subnetIds }) => kind !== 'node-pool' && subnetIds.includes(subnetId));

const throughScalingGroup = (
  subnet: SubnetAssessment,
  { committed }: ClusterAssessment,
  other: SubnetAssessment,
): Way | null => {
  const here = groupsIn(committed, subnet);
  const groups = here.filter(
    ({ kind, subnetIds }) => kind === 'auto-scaling-group' && subnetIds.includes(other.subnetId),
  );
  if (groups.length === 0) return null;
  const names = groups.map(({ group }) => group);
  const isOne = groups.length === 1;
  return {
    title: `Start no more nodes of ${names.join(', ')} in ${subnetName(subnet)}`,
    effect: `In this zone ${isOne ? 'the group then starts its nodes' : 'the groups then start their nodes'} in ${subnetName(other)}. Auto Scaling may replace nodes that run in the full subnet, zone by zone.`,
    // The others keep their subnets, or have no other one in the zone.
    closes: groups.length === here.length,
    commands: groups.map(({ group, subnetIds }) =>
      aws('autoscaling', 'update-auto-scaling-group', subnet.region, {
        'auto-scaling-group-name': group,
        'vpc-zone-identifier': subnetIds.filter((subnetId) => subnetId !== subnet.subnetId).join(','),
      }),
    ),
    preconditions: [],
  };
};

const remedy = (
  estate: Estate,
  subnet: SubnetAssessment,
  { cluster, subnet: other }: Sibling,
  { closes = false, use, ...way }: Way,
): Remedy => {
  const table = routeTableOf(estate, subnet);
  const otherTable = routeTableOf(estate, other);
  const gains = { addresses: other.availableSingle, prefixes: other.prefixes?.free ?? null };
  const opens = { subnet: other, map: estate.maps.get(other.subnetId) ?? null };
  return {
    ...way,
    ...afterwards(
      estate,
      subnet,
      {
        ...(closes ? { closes: subnet.subnetId } : {}),
        ...(use === undefined ? {} : { opens: { ...opens, use } }),
      },
      gains,
    ),
    price: 'Free. One call.',
    when: 'Right when the zone has room in another subnet of the same cluster.',
    gains,
    preconditions: [
      {
        text: `${other.subnetId} has room for ${count(NODES_TO_HOLD, 'more node')} of ${cluster.clusterName}.`,
        holds: true,
      },
      {
        text: `${other.subnetId} routes to the same places as ${subnet.subnetId}.`,
        holds: table === null || otherTable === null ? null : servesTheSame(table, otherTable),
      },
      ...way.preconditions,
    ],
  };
};

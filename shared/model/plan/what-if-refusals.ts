import { HeadroomError } from '../base/errors.ts';
import { listOf } from '../base/text/names.ts';
import { count, number } from '../base/text/numbers.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { PlannedChanges } from './changes.ts';
import { usualType } from './node-plan.ts';
import type { PlanEstate } from './plan-estate.ts';

export const refuseUnknownModes = (cluster: ClusterAssessment): void => {
  const { autoMode, mode } = cluster;
  refuseOtherNetworks(cluster);
  refuse(
    cluster,
    autoMode
      ? 'EKS Auto Mode runs its CNI: it has no settings, and its fallback to single addresses cannot be predicted'
      : mode === 'ipv6'
        ? 'it runs in IPv6 mode, where pods take no IPv4 addresses'
        : mode === 'unknown'
          ? 'it is not known how its nodes take addresses'
          : null,
  );
};

/** What is planned by the rules of the VPC CNI is wrong for nodes of another one. */
export const refuseOtherNetworks = (cluster: ClusterAssessment): void =>
  refuse(
    cluster,
    cluster.cni === 'cilium-eni'
      ? 'Cilium gives its pods addresses of the VPC, by settings that no AWS API shows'
      : cluster.cni === 'overlay'
        ? 'an overlay network gives its pods their addresses, and they take none of the VPC'
        : null,
  );

const refuse = ({ clusterName }: ClusterAssessment, reason: string | null): void => {
  if (reason !== null)
    throw new HeadroomError(
      'plan-impossible',
      `Nothing can be planned for ${clusterName}: ${reason}.`,
      'Look at `headroom clusters` for what is known of it.',
    );
};

/** Changes of which no answer would be one: an unknown type or zone, and fewer nodes or pods than there are. */
export const refuseImpossible = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  { newSubnets, nodes, pods, type }: PlannedChanges,
): void => {
  const { clusterName } = cluster;
  const running = estate.nodesOf(cluster);
  const runs = running.reduce((sum, node) => sum + node.pods, 0);
  const zones = estate.zonesOf(cluster);
  const strange = newSubnets.map(({ zone }) => zone).filter((zone) => !zones.includes(zone));
  const problems = [
    ...(type !== null && estate.input.limits(type) === null ? [`No instance type is called ${type}.`] : []),
    ...(strange.length === 0
      ? []
      : [`${clusterName} starts no node in ${listOf(strange)}, but in ${listOf(zones)}.`]),
    ...(nodes > 0 ? whyNoneStarts(estate, cluster, type) : []),
    ...(nodes <= 0 && pods > 0 ? whyNoneRuns(estate, cluster) : []),
    ...(-nodes > running.length
      ? [`${clusterName} has only ${count(running.length, 'node')} of a known type.`]
      : []),
    ...(-pods > runs
      ? [`${clusterName} runs at most ${count(runs, 'pod')} with an address of their own.`]
      : []),
  ];
  if (problems.length > 0)
    throw new HeadroomError('plan-impossible', problems.join(' '), 'Correct the change.');
};

/** Nodes that no group launches anywhere, as far as the scan shows, would count as if they took nothing. */
const whyNoneStarts = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  type: string | null,
): readonly string[] => [
  ...(type === null && usualType(estate, cluster, estate.nodesOf(cluster)) === null
    ? [`It is not known which type new nodes of ${cluster.clusterName} have: give one with --type.`]
    : []),
  ...(estate.placesOf(cluster).length === 0 ? [startsNowhere(cluster)] : []),
];

/** Nodes that start nowhere, as far as the scan shows, have no figures. */
export const refuseWithoutPlaces = (estate: PlanEstate, cluster: ClusterAssessment): void => {
  if (estate.placesOf(cluster).length > 0) return;
  const [reason = startsNowhere(cluster)] = whyNoneRuns(estate, cluster);
  throw new HeadroomError('plan-impossible', reason, 'Look at `headroom clusters` for what is known of it.');
};

const startsNowhere = ({ clusterName }: ClusterAssessment): string =>
  `It is not known in which subnets new nodes of ${clusterName} start.`;

/** Pods of a cluster that has no node, and none to start: a plan of nodes says nothing of them. */
const whyNoneRuns = (estate: PlanEstate, cluster: ClusterAssessment): readonly string[] => {
  if (cluster.nodes.length > 0 || estate.placesOf(cluster).length > 0 || !estate.knowsNodesOf(cluster))
    return [];
  const { capacity, clusterName } = cluster;
  // Where no node takes addresses, only pods on Fargate do.
  const room = capacity.map(({ morePods, subnetId }) => {
    const name = estate.subnets.get(subnetId)?.name ?? subnetId;
    return `${morePods === null ? 'an unknown number' : number(morePods)} in ${name}`;
  });
  return [
    room.length === 0
      ? `${clusterName} has no nodes, and it is not known where any would start.`
      : `${clusterName} has no nodes: its pods run on Fargate, where each takes one address. Room for more: ${listOf(room)}.`,
  ];
};

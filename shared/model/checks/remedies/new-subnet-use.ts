import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment, CommittedDemand } from '../../result/cluster.ts';
import type { Estate } from '../estate.ts';
import { clustersUsing, isOpenToCni } from './cluster-subnets.ts';
import { discoveryPreconditions } from './discovery.ts';
import { largestOwner, mayHaveNodes, serviceEffect } from './who-uses-it.ts';

/** How pods, nodes and load balancers come to use a new subnet. */

/**
 * What a new subnet is for. `nodes` finds out by itself whether the CNI's discovery or an ENIConfig leads to it. `node-starts` are
 * nodes that find no address at their start: they take it from their own subnet, so that subnet discovery does not help them.
 */
export type SubnetPurpose = 'nodes' | 'node-starts' | 'control-plane' | 'load-balancer';

/** How pods or nodes come to use a new subnet. */
export type Use = 'discovery' | 'eni-config' | 'node-class' | 'nodes' | 'control-plane' | 'load-balancer';

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
export const groupsIn = (estate: Estate, subnet: SubnetAssessment): readonly CommittedDemand[] =>
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

export const useOf = (
  estate: Estate,
  subnet: SubnetAssessment,
  purpose: SubnetPurpose,
  { prefixes }: { readonly prefixes: number },
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
export const podClusters = (estate: Estate, subnet: SubnetAssessment): readonly ClusterAssessment[] =>
  clustersUsing(estate, subnet).filter(
    (cluster) => cluster.customNetworking && holdsPodsOnly(cluster, subnet),
  );

const holdsPodsOnly = ({ nodes }: ClusterAssessment, { subnetId }: SubnetAssessment): boolean =>
  nodes.every((node) => node.subnetId !== subnetId);

/**
 * Nodes get their public address from the subnet in which they start, and in a public subnet they reach nothing without one. Source:
 * EKS user guide, managed node groups: EKS starts none in a public subnet that does not give public addresses.
 */
export const startsNodes = (use: Use): boolean => use === 'nodes' || use === 'node-class';

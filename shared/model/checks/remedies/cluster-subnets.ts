import { largestOf } from '../../base/extremes.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Estate } from '../estate.ts';

/** Karpenter's default selector looks for this tag; by convention its value is the cluster's name. */
export const KARPENTER_TAG = 'karpenter.sh/discovery';

/** Keeps a subnet with the role to the clusters that such tags name. */
export const CLUSTER_CNI_TAG = 'cni.networking.k8s.aws/cluster/';

/** Subnets with such owners are for them: a cluster's nodes would take the addresses that these need. */
const NOT_FOR_NODES = new Set([
  'control-plane',
  'load-balancer',
  'nat-gateway',
  'transit-gateway',
  'rds',
  'elasticache',
  'aws-service',
]);

/** A public load balancer's controller looks for subnets with this tag. */
const PUBLIC_LOAD_BALANCER_TAG = 'kubernetes.io/role/elb';

/** Whether nodes of the cluster start in the subnet, or may: by a node, a group or Karpenter's tag. */
export const mayHoldNodes = (
  estate: Estate,
  cluster: ClusterAssessment,
  subnet: SubnetAssessment,
): boolean => {
  const { subnetId, tags } = subnet;
  const eks = estate.eksClusters.get(cluster.clusterName);
  return (
    tags[KARPENTER_TAG] === cluster.clusterName ||
    cluster.nodes.some((node) => node.subnetId === subnetId) ||
    (eks?.nodeGroups.some(({ subnetIds }) => subnetIds.includes(subnetId)) ?? false) ||
    cluster.committed.some(({ subnetIds }) => subnetIds.includes(subnetId))
  );
};

/** Whether the CNI of the cluster gives pods addresses from the subnet: it has some there, or a tag opens it. */
export const mayHoldPods = (cluster: ClusterAssessment, subnet: SubnetAssessment): boolean =>
  cluster.nodes.some(
    (node) =>
      node.subnetId !== subnet.subnetId && node.usage.some(({ subnetId }) => subnetId === subnet.subnetId),
  ) ||
  (!cluster.customNetworking && isOpenToCni(cluster, subnet));

/** `kubernetes.io/role/cni` opens a subnet; a tag that names clusters opens it to these alone (amazon-vpc-cni-k8s 1.22.1). */
export const isOpenToCni = ({ clusterName }: ClusterAssessment, { tags }: SubnetAssessment): boolean => {
  const role = tags[CNI_ROLE_TAG];
  if (role === undefined || role === '0') return false;
  const named = Object.keys(tags).filter((key) => key.startsWith(CLUSTER_CNI_TAG));
  return named.length === 0 || named.includes(`${CLUSTER_CNI_TAG}${clusterName}`);
};

/** Clusters that take addresses from the subnet, or may, by name. */
export const clustersUsing = (estate: Estate, subnet: SubnetAssessment): readonly ClusterAssessment[] => {
  const { subnetId, tags } = subnet;
  const there = estate.clustersIn(subnetId);
  if (tags[KARPENTER_TAG] === undefined && tags[CNI_ROLE_TAG] === undefined) return [...there];
  return estate.input.clusters.filter(
    (cluster) => there.has(cluster) || mayHoldNodes(estate, cluster, subnet) || mayHoldPods(cluster, subnet),
  );
};

/** Under custom networking pods have a subnet of their own, in which no node has its primary interface. */
export const isPodSubnet = (cluster: ClusterAssessment, { subnetId }: SubnetAssessment): boolean =>
  cluster.customNetworking &&
  cluster.nodes.some(
    (node) => node.subnetId !== subnetId && node.usage.some((usage) => usage.subnetId === subnetId),
  );

/** What a cluster uses a subnet for. Nodes and pods share one unless custom networking parts them. */
export type SubnetRole = 'nodes' | 'pods';

/** Under custom networking a subnet of pods is no second choice for nodes, nor one of nodes for pods. */
export const rolesOf = (cluster: ClusterAssessment, subnet: SubnetAssessment): readonly SubnetRole[] => {
  if (!isPodSubnet(cluster, subnet)) return ['nodes'];
  return cluster.nodes.some(({ subnetId }) => subnetId === subnet.subnetId) ? ['nodes', 'pods'] : ['pods'];
};

/** Whether the subnet belongs to a control plane, a database, a load balancer, a gateway or another service. Unknown counts as yes. */
export const isForOthers = (estate: Estate, { owners, subnetId, tags }: SubnetAssessment): boolean =>
  owners === null ||
  owners.some(({ kind }) => NOT_FOR_NODES.has(kind)) ||
  tags[PUBLIC_LOAD_BALANCER_TAG] !== undefined ||
  [...estate.eksClusters.values()].some(({ subnetIds }) => subnetIds.includes(subnetId));

/** A subnet that holds one more node is full at once. */
export const NODES_TO_HOLD = 2;

/** What one node takes of a subnet. */
export interface NodeTake {
  readonly singles: number;
  readonly prefixes: number;
}

/**
 * The most that a node of the cluster holds, of the type in use: where its pods have a subnet of their own (`pods`), only
 * what is there. `null` where no node shows it and no group tells.
 */
export const nodeTake = (cluster: ClusterAssessment, subnet: SubnetAssessment): NodeTake | null => {
  const takes = [
    ...cluster.nodes.flatMap(({ usage }) => usage.filter(({ subnetId }) => subnetId === subnet.subnetId)),
    ...cluster.committed
      .filter(({ subnetIds }) => subnetIds.includes(subnet.subnetId))
      .flatMap(({ perNode }) => {
        // The rest is of the pods' subnet.
        if (cluster.customNetworking) return { addresses: 1, prefixes: 0 };
        return perNode === null
          ? []
          : { ...perNode, addresses: perNode.addresses + perNode.prefixes * ADDRESSES_PER_PREFIX };
      }),
  ];
  if (takes.length === 0) return null;
  return {
    singles: largestOf(takes.map(({ addresses, prefixes }) => addresses - prefixes * ADDRESSES_PER_PREFIX)),
    prefixes: largestOf(takes.map(({ prefixes }) => prefixes)),
  };
};

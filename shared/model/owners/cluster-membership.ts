import type { Tags } from '../aws/inventory.ts';

/** Where a resource belongs in a cluster, as far as its tags tell. */
export interface ClusterMembership {
  readonly clusterName: string;
  /** A managed or self-managed node group. */
  readonly nodeGroup: string | null;
  /** A Karpenter or Auto Mode node pool. */
  readonly nodePool: string | null;
}

/** Tags whose value is the cluster's name, the most telling first: EKS itself, Auto Mode and Karpenter, eksctl, the CNI, kOps. */
export const CLUSTER_NAME_TAGS = [
  'eks:cluster-name',
  'aws:eks:cluster-name',
  'eks:eks-cluster-name',
  'alpha.eksctl.io/cluster-name',
  'eksctl.cluster.k8s.io/v1alpha1/cluster-name',
  'cluster.k8s.amazonaws.com/name',
  'KubernetesCluster',
] as const;

export const NODE_GROUP_TAGS = [
  'eks:nodegroup-name',
  'alpha.eksctl.io/nodegroup-name',
  'aws:autoscaling:groupName',
] as const;

/** EKS Auto Mode puts it on its nodes: AWS runs their CNI and sets all its values. */
export const AUTO_MODE_NODE_POOL_TAG = 'eks:kubernetes-node-pool-name';

export const NODE_POOL_TAGS = [
  'karpenter.sh/nodepool',
  AUTO_MODE_NODE_POOL_TAG,
  'karpenter.sh/provisioner-name',
] as const;

/** `kubernetes.io/cluster/<name>` says `owned` on what lives and dies with the cluster, `shared` on what many use. */
export const CLUSTER_TAG_PREFIX = 'kubernetes.io/cluster/';

const firstValue = (tags: Tags, keys: readonly string[]): string | null => {
  for (const key of keys) {
    const value = tags[key];
    if (value !== undefined && value !== '') return value;
  }
  return null;
};

/** The one cluster that owns it by the `kubernetes.io/cluster/<name>` tags; `null` for none, and for several, which tell nothing. */
const owningCluster = (tags: Tags): string | null => {
  let found: string | null = null;
  for (const key of Object.keys(tags)) {
    if (!key.startsWith(CLUSTER_TAG_PREFIX) || tags[key] !== 'owned') continue;
    if (found !== null) return null;
    found = key.slice(CLUSTER_TAG_PREFIX.length);
  }
  return found;
};

/** The cluster a resource belongs to, by its tags alone; `null` where they name none. */
export const clusterNameOf = (tags: Tags): string | null =>
  firstValue(tags, CLUSTER_NAME_TAGS) ?? owningCluster(tags);

/** A node's cluster, node group and node pool, by its instance's tags. */
export const membershipOf = (tags: Tags): ClusterMembership | null => {
  const clusterName = clusterNameOf(tags);
  if (clusterName === null) return null;
  const nodePool = firstValue(tags, NODE_POOL_TAGS);
  return { clusterName, nodePool, nodeGroup: nodePool === null ? firstValue(tags, NODE_GROUP_TAGS) : null };
};

/** Whether a subnet's tags offer it to the cluster: named for it, found by its Karpenter, or open to its CNI's subnet discovery. */
export const subnetIsTaggedFor = (tags: Tags, clusterName: string): boolean =>
  tags[`${CLUSTER_TAG_PREFIX}${clusterName}`] !== undefined ||
  tags['karpenter.sh/discovery'] === clusterName ||
  tags[`cni.networking.k8s.aws/cluster/${clusterName}`] !== undefined;

/** `kubernetes.io/role/cni=1` opens a subnet to subnet discovery, `0` closes it, no tag leaves it as it is (amazon-vpc-cni-k8s 1.18, 1.22.1). */
export const CNI_ROLE_TAG = 'kubernetes.io/role/cni';

/** The CNI's own tags on interfaces (amazon-vpc-cni-k8s `awsutils.go`). */
export const CNI_INSTANCE_TAG = 'node.k8s.amazonaws.com/instance_id';
export const CNI_CREATED_AT_TAG = 'node.k8s.amazonaws.com/createdAt';
export const CNI_NO_MANAGE_TAG = 'node.k8s.amazonaws.com/no_manage';
export const ENI_OWNER_TAG = 'eks:eni:owner';
export const TRUNK_TAG = 'vpcresources.k8s.aws/trunk-eni-id';

/** Cilium's tags on the interfaces that it makes (Helm value `eni.gcTags`). */
export const CILIUM_TAG = 'io.cilium/cilium-managed';
export const CILIUM_CLUSTER_TAG = 'io.cilium/cluster-name';

/** ECS puts it on the interfaces of its tasks, and EC2 on instances that were started from a launch template. */
export const ECS_CLUSTER_TAG = 'aws:ecs:clusterName';
export const LAUNCH_TEMPLATE_TAG = 'aws:ec2launchtemplate:id';

import type { Tags } from '../../aws/inventory.ts';
import { aws } from '../../base/commands.ts';
import { listOf } from '../../base/text/names.ts';
import { clusterCniConfiguration } from '../../cluster/cni-configuration.ts';
import { type CniVersion, isAtLeast } from '../../cluster/cni-version.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Precondition } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { CLUSTER_CNI_TAG } from './cluster-subnets.ts';

/** Enhanced subnet discovery came with this version of the CNI. Source: amazon-vpc-cni-k8s README. */
const SUBNET_DISCOVERY_VERSION: CniVersion = [1, 18, 0];

/** From this version on, tags that name clusters keep all others out. Same source, CHANGELOG. */
const CLUSTER_TAGS_VERSION: CniVersion = [1, 22, 1];

/**
 * Opens a subnet to the CNI's subnet discovery. The role alone opens it to every cluster of the VPC: where there are others, or
 * where tags name clusters already, the ones that use it are named.
 */
export const cniTags = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
  { tags, vpcId }: Pick<SubnetAssessment, 'tags' | 'vpcId'>,
): Tags => {
  const isNamed = Object.keys(tags).some((key) => key.startsWith(CLUSTER_CNI_TAG));
  return {
    [CNI_ROLE_TAG]: '1',
    ...(isNamed || otherClusters(estate, clusters, vpcId).length > 0
      ? Object.fromEntries(clusters.map(({ clusterName }) => [`${CLUSTER_CNI_TAG}${clusterName}`, 'shared']))
      : {}),
  };
};

/** Clusters of the VPC whose CNI would find the subnet as well. */
const otherClusters = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
  vpcId: string,
): readonly ClusterAssessment[] =>
  estate.input.clusters.filter(
    (cluster) =>
      cluster.vpcId === vpcId &&
      clusters.every(({ clusterName }) => clusterName !== cluster.clusterName) &&
      !cluster.autoMode &&
      !cluster.customNetworking &&
      cluster.cni !== 'cilium-eni' &&
      cluster.cni !== 'overlay' &&
      clusterCniConfiguration(estate.eksClusters.get(cluster.clusterName) ?? null).subnetDiscovery !== false,
  );

/** The tags as a command. */
export const tagForCni = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
  subnet: SubnetAssessment,
): string =>
  aws('ec2', 'create-tags', subnet.region, {
    resources: subnet.subnetId,
    tags: Object.entries(cniTags(estate, clusters, subnet)).map(
      ([key, value]) => `Key=${key},Value=${value}`,
    ),
  });

/** What subnet discovery needs of the clusters that are to use it, for nodes in this subnet. */
export const discoveryPreconditions = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
  subnet: Pick<SubnetAssessment, 'subnetId' | 'vpcId'>,
): readonly Precondition[] => {
  const settings = clusters.map(({ clusterName }) =>
    clusterCniConfiguration(estate.eksClusters.get(clusterName) ?? null),
  );
  return [
    {
      text: 'No cluster here uses custom networking, which ignores subnet discovery.',
      holds: clusters.every(({ customNetworking }) => !customNetworking),
    },
    {
      text: 'The clusters run the VPC CNI. EKS Auto Mode selects subnets in its NodeClass.',
      holds: clusters.every(({ autoMode, cni }) => !autoMode && cni !== 'cilium-eni' && cni !== 'overlay'),
    },
    ...(clusters.some(({ mode }) => mode === 'ipv6') ? [NO_SECOND_INTERFACE] : []),
    ...(clusters.some((cluster) => hasOnlyWindows(cluster, subnet)) ? [ONE_INTERFACE] : []),
    {
      text: `The CNI is version ${SUBNET_DISCOVERY_VERSION.slice(0, 2).join('.')} or later, and ENABLE_SUBNET_DISCOVERY is not false.`,
      holds: allOf(
        settings.flatMap(({ subnetDiscovery, version }) => [
          subnetDiscovery,
          version && isAtLeast(version, SUBNET_DISCOVERY_VERSION),
        ]),
      ),
    },
    { text: 'The role of the CNI allows ec2:DescribeSubnets.', holds: null },
    ...othersKeepOut(estate, clusters, subnet),
  ];
};

const othersKeepOut = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
  { vpcId }: Pick<SubnetAssessment, 'vpcId'>,
): readonly Precondition[] => {
  const others = otherClusters(estate, clusters, vpcId);
  const names = others.map(({ clusterName }) => clusterName);
  const areNew = others.map(({ clusterName }) => {
    const { version } = clusterCniConfiguration(estate.eksClusters.get(clusterName) ?? null);
    return version !== null && isAtLeast(version, CLUSTER_TAGS_VERSION);
  });
  return others.length === 0
    ? []
    : [
        {
          text: `The tags keep ${listOf(names, CLUSTERS_SHOWN)} out, from version ${CLUSTER_TAGS_VERSION.join('.')} of the CNI on.`,
          holds: areNew.every(Boolean) ? true : null,
        },
      ];
};

const CLUSTERS_SHOWN = 3;

/** Source: amazon-vpc-cni-k8s README, IPv6: all pods get their addresses from one prefix of the primary interface. */
const NO_SECOND_INTERFACE: Precondition = {
  text: 'The CNI makes further interfaces. In IPv6 mode it makes none, and nodes need another subnet.',
  holds: false,
};

/** Source: amazon-vpc-resource-controller-k8s, Windows IPv4 management: only the primary interface gives pods addresses. */
const ONE_INTERFACE: Precondition = {
  text: 'The CNI makes further interfaces. Windows nodes have one, and need another subnet.',
  holds: false,
};

const hasOnlyWindows = (
  { nodes }: ClusterAssessment,
  { subnetId }: Pick<SubnetAssessment, 'subnetId'>,
): boolean => {
  const inSubnet = nodes.filter((node) => node.subnetId === subnetId);
  // Before the first node runs there, the others tell what will.
  const here = inSubnet.length > 0 ? inSubnet : nodes;
  return here.length > 0 && here.every(({ windows }) => windows === true);
};

/** Whether all of them are so; `null`: not known of one of them. */
const allOf = (answers: readonly (boolean | null)[]): boolean | null =>
  answers.includes(false) ? false : answers.includes(null) ? null : true;

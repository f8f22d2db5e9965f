import { aws } from '../../base/commands.ts';
import { clusterCniConfiguration } from '../../cluster/cni-configuration.ts';
import { type CniVersion, isAtLeast } from '../../cluster/cni-version.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Precondition } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';

/** Enhanced subnet discovery came with this version of the CNI. Source: amazon-vpc-cni-k8s README. */
const SUBNET_DISCOVERY_VERSION: CniVersion = [1, 18, 0];

/** Opens a subnet to the CNI's subnet discovery. */
export const tagForCni = (region: string, subnetId: string): string =>
  aws('ec2', 'create-tags', region, { resources: subnetId, tags: `Key=${CNI_ROLE_TAG},Value=1` });

/** What subnet discovery needs of the clusters that are to use it, for nodes in this subnet. */
export const discoveryPreconditions = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
  subnet: Pick<SubnetAssessment, 'subnetId'>,
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
  ];
};

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
  const here = nodes.filter((node) => node.subnetId === subnetId);
  return here.length > 0 && here.every(({ windows }) => windows === true);
};

/** Whether all of them are so; `null`: not known of one of them. */
const allOf = (answers: readonly (boolean | null)[]): boolean | null =>
  answers.includes(false) ? false : answers.includes(null) ? null : true;

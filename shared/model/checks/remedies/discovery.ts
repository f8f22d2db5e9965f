import type { EksCluster } from '../../aws/inventory.ts';
import { aws } from '../../base/commands.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Precondition } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';

/** Enhanced subnet discovery came with this version of the CNI. Source: amazon-vpc-cni-k8s README. */
const SUBNET_DISCOVERY_VERSION = [1, 18] as const;

/** Opens a subnet to the CNI's subnet discovery. */
export const tagForCni = (region: string, subnetId: string): string =>
  aws('ec2', 'create-tags', region, { resources: subnetId, tags: `Key=${CNI_ROLE_TAG},Value=1` });

/** What subnet discovery needs of the clusters that are to use it. */
export const discoveryPreconditions = (
  estate: Estate,
  clusters: readonly ClusterAssessment[],
): readonly Precondition[] => {
  const versions = clusters.map(({ clusterName }) => versionAtLeast(estate.eksClusters.get(clusterName)));
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
    {
      text: `The CNI is version ${SUBNET_DISCOVERY_VERSION.join('.')} or later.`,
      holds: versions.includes(false) ? false : versions.includes(null) ? null : true,
    },
    { text: 'The role of the CNI allows ec2:DescribeSubnets.', holds: null },
  ];
};

/** Source: amazon-vpc-cni-k8s README, IPv6: all pods get their addresses from one prefix of the primary interface. */
const NO_SECOND_INTERFACE: Precondition = {
  text: 'The CNI makes further interfaces. In IPv6 mode it makes none, and nodes need another subnet.',
  holds: false,
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

import { count } from '../base/text/numbers.ts';
import type { AddressingMode, ClusterCni } from '../result/cluster.ts';
import type { Unknown } from '../result/unknown.ts';
import type { GrowingGroup } from './growing-group.ts';

interface UnknownParts {
  /** Instance types of nodes with unknown limits. */
  readonly types: readonly string[];
  /** Subnets of nodes and pods whose supply this scan does not know: shared ones, or ones that could not be read. */
  readonly unmeasured: readonly { readonly subnetId: string; readonly awsAvailable: number | null }[];
  readonly groups: readonly GrowingGroup[];
  readonly mode: AddressingMode;
  readonly cni: ClusterCni;
  /** Karpenter's and Auto Mode's node pools that have nodes, with how many. */
  readonly nodePools: ReadonlyMap<string, number>;
  /** Some of its nodes are EKS Auto Mode's. */
  readonly autoModeNodes: boolean;
  /** New nodes are counted by the CNI's defaults, because its settings are not known. */
  readonly settingsByDefault: boolean;
  /** Tagged subnets are counted although it is unknown whether subnet discovery is on. */
  readonly discoveryByDefault: boolean;
  /** Nodes whose instances EC2 does not list. */
  readonly foreignNodes: number;
  /** It has no node, and pods on Fargate need none. */
  readonly onlyFargate: boolean;
}

/** Cilium's watermarks: `spec.ipam` of its CiliumNode objects. Source: Cilium documentation, AWS ENI. */
const CILIUM: Unknown = {
  field: 'capacity',
  reason:
    'Cilium gives pods addresses of the VPC here (ENI mode). How many it keeps ready on a node is set in the cluster, and no AWS API shows it.',
};

const OVERLAY: Unknown = {
  field: 'mode',
  reason:
    'No running node holds an address for pods, so an overlay such as Calico or Cilium seems to give them theirs. Nodes then take one address each, and pods none.',
};

/** Why some figures of a cluster are not known: an entry for every cause. */
export const clusterUnknowns = ({
  types,
  unmeasured,
  groups,
  mode,
  cni,
  nodePools,
  autoModeNodes,
  settingsByDefault,
  discoveryByDefault,
  foreignNodes,
  onlyFargate,
}: UnknownParts): readonly Unknown[] => [
  ...types.map((type) => ({
    field: 'gauges.maxIPAddresses',
    reason: `Neither the built-in table nor EC2 has the limits of ${type}.`,
  })),
  ...unmeasured.map(({ subnetId, awsAvailable }) => ({
    field: 'capacity',
    reason:
      awsAvailable === null
        ? `The free addresses of ${subnetId} are unknown in this scan.`
        : `How many more nodes and pods ${subnetId} holds is not known. AWS counts ${count(awsAvailable, 'free address')} there.`,
  })),
  ...groups.flatMap(unknownOf),
  ...(autoModeNodes
    ? [
        {
          field: 'capacity',
          reason:
            'How much more nodes of EKS Auto Mode hold is not known: their CNI takes prefixes, and single addresses where no prefix is free.',
        },
      ]
    : []),
  ...(settingsByDefault
    ? [
        {
          field: 'newNodes',
          reason: `The CNI's settings are not known. New nodes are counted ${
            mode === 'prefix' || mode === 'mixed'
              ? 'with prefixes, as nodes show, and else by its defaults'
              : 'by its defaults'
          }.`,
        },
      ]
    : []),
  ...(discoveryByDefault
    ? [
        {
          field: 'capacity',
          reason:
            "The CNI's settings are not known. Subnet discovery is taken to be on, as it is by default, so subnets tagged kubernetes.io/role/cni count.",
        },
      ]
    : []),
  ...(foreignNodes === 0
    ? []
    : [
        {
          field: 'capacity',
          reason: `${count(foreignNodes, 'node')} of it ${foreignNodes === 1 ? 'is an instance' : 'are instances'} of another account, as with SageMaker HyperPod. Their interfaces count, but how much more they take is not known.`,
        },
      ]),
  ...[...nodePools].map(([pool, nodes]) => ({
    field: 'committed',
    reason: `How far the node pool ${pool} may grow is unknown. Its limits are set in the cluster. The Kubernetes API was not read, or shows none that gives a number of nodes. It has ${count(nodes, 'node')}.`,
  })),
  ...(cni === 'cilium-eni' ? [CILIUM] : []),
  ...(cni === 'overlay' ? [OVERLAY] : []),
  ...(mode === 'unknown' && cni !== 'overlay' && !onlyFargate
    ? [
        {
          field: 'mode',
          reason: "No node holds an address for pods, and the CNI's settings are not known to EKS.",
        },
      ]
    : []),
];

/** Why the growth of a group is unknown, as far as the group itself is the reason. */
const unknownOf = ({
  group,
  instanceType,
  steps,
  subnets,
  unreadTemplate,
}: GrowingGroup): readonly Unknown[] => {
  if (unreadTemplate !== undefined) {
    return [
      {
        field: 'committed',
        reason: `The demand of one more node of ${group} is unknown: its launch template ${unreadTemplate.launchTemplateId} (version ${unreadTemplate.version}) could not be read. No node of it runs that would show the interfaces. The role needs ec2:DescribeLaunchTemplateVersions.`,
      },
    ];
  }
  if (steps === null && instanceType !== null) {
    return [
      {
        field: 'committed',
        reason: `How many nodes ${group} may have is unknown: its sizes count processors or memory.`,
      },
    ];
  }
  if (steps === null) {
    return [
      {
        field: 'committed',
        reason: `The demand of one more node of ${group} is unknown, because its type or its mode is.`,
      },
    ];
  }
  if (subnets.length === 0) {
    return [
      { field: 'committed', reason: `Where nodes of ${group} start is not known: it names no subnet.` },
    ];
  }
  return subnets
    .filter(({ podSubnetIds }) => podSubnetIds === null)
    .map(({ subnetId }) => ({
      field: 'committed',
      reason: `Where the pods of ${group} get their addresses beside ${subnetId} is not known: no node shows it, or nodes disagree.`,
    }));
};

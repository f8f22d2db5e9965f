import type {
  ClusterAssessment,
  NewNodeSettings,
  NodeAssessment,
  NodePlace,
  WindowsSettings,
} from '../result/cluster.ts';
import { windowsType } from './windows-type.ts';

/** The settings of the CNI, and those of the VPC resource controller for Windows nodes. */
export type NodeSettings = NewNodeSettings & {
  readonly windows?: WindowsSettings;
  /**
   * `none`: pods take no IPv4 address of the VPC, because an overlay or IPv6 gives them theirs, and a node takes its own one.
   * `unknown`: Cilium takes them by settings of its own. Absent: the VPC CNI does by these.
   */
  readonly podAddresses?: 'none' | 'unknown';
  /** Pods that kubelets admit, by the type of the node. A type that is missing goes by the recommended 110 or 250. */
  readonly kubelets?: ReadonlyMap<string, number>;
  /** Interfaces on the default network card that the CNI does not have, by the type of the node. */
  readonly slotsTaken?: ReadonlyMap<string, number>;
};

/** What a plan says where it goes by the CNI's defaults, because its settings could not be read. */
export const settingsUnknowns = ({ autoMode, newNodes }: ClusterAssessment): readonly string[] =>
  newNodes?.settingsKnown === true
    ? []
    : [
        autoMode
          ? 'EKS Auto Mode has a CNI of its own, and no API shows its settings. The rest is planned with the defaults of the VPC CNI.'
          : 'The settings of the CNI could not be read: the rest is planned with its defaults.',
      ];

export const settingsOf = ({
  cni,
  newNodes,
  mode,
  nodes,
  customNetworking,
  securityGroupsForPods,
}: ClusterAssessment): NodeSettings => ({
  ...kubeletsOf(nodes),
  ...slotsTakenOf(newNodes?.places ?? []),
  ...(newNodes?.settings ?? {
    prefixDelegation: mode === 'prefix' || mode === 'mixed',
    customNetworking,
    podEni: securityGroupsForPods,
    warmEniTarget: 1,
    warmPrefixTarget: 1,
    warmIpTarget: null,
    minimumIpTarget: null,
    maxEni: null,
  }),
  ...(newNodes?.windows !== undefined && { windows: newNodes.windows }),
  ...(cni === 'overlay' || mode === 'ipv6' ? { podAddresses: 'none' } : {}),
  ...(cni === 'cilium-eni' ? { podAddresses: 'unknown' } : {}),
});

/** The most of all places: what others take is not there for pods. */
const slotsTakenOf = (places: readonly NodePlace[]): Pick<NodeSettings, 'slotsTaken'> => {
  const slotsTaken = new Map<string, number>();
  for (const { instanceType, slots = 0 } of places.flatMap(({ extras = [] }) => extras))
    if (slots > (slotsTaken.get(instanceType) ?? 0)) slotsTaken.set(instanceType, slots);
  return slotsTaken.size === 0 ? {} : { slotsTaken };
};

/** New nodes admit as many pods as the node of their type that admits most. */
const kubeletsOf = (nodes: readonly NodeAssessment[]): Pick<NodeSettings, 'kubelets'> => {
  const kubelets = new Map<string, number>();
  for (const { instanceType, maxPods, windows } of nodes) {
    if (instanceType === null || maxPods === undefined) continue;
    const type = windows === true ? windowsType(instanceType) : instanceType;
    kubelets.set(type, Math.max(maxPods, kubelets.get(type) ?? 0));
  }
  return kubelets.size === 0 ? {} : { kubelets };
};

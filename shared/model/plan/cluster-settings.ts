import type { ClusterAssessment, NewNodeSettings, WindowsSettings } from '../result/cluster.ts';

/** The settings of the CNI, and those of the VPC resource controller for Windows nodes. */
export type NodeSettings = NewNodeSettings & { readonly windows?: WindowsSettings };

export const settingsOf = ({
  newNodes,
  mode,
  customNetworking,
  securityGroupsForPods,
}: ClusterAssessment): NodeSettings => ({
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
});

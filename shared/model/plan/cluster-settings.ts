import type { ClusterAssessment, NewNodeSettings } from '../result/cluster.ts';

export const settingsOf = ({
  newNodes,
  mode,
  customNetworking,
  securityGroupsForPods,
}: ClusterAssessment): NewNodeSettings =>
  newNodes?.settings ?? {
    prefixDelegation: mode === 'prefix' || mode === 'mixed',
    customNetworking,
    podEni: securityGroupsForPods,
    warmEniTarget: 1,
    warmPrefixTarget: 1,
    warmIpTarget: null,
    minimumIpTarget: null,
    maxEni: null,
  };

import type { EksCluster, InstanceLimits } from '../aws/inventory.ts';
import type { CniConfiguration } from './cni-configuration.ts';
import type { NodeAccumulator } from './node-accumulator.ts';

/** A Windows node has its primary interface and no other. */
export const windowsLimits = (limits: InstanceLimits): InstanceLimits => ({
  ...limits,
  maxEnis: 1,
  trunk: false,
});

/**
 * The settings in whose terms the allocator gives a Windows node what the VPC resource controller gives it: addresses on the
 * primary interface alone, by targets of its own. Targets for addresses override the one for prefixes.
 * Source: EKS best practices, prefix mode for Windows; amazon-vpc-resource-controller-k8s, `pkg/config`.
 */
export const windowsConfiguration = (configuration: CniConfiguration): CniConfiguration => {
  const { windowsTargets } = configuration;
  return {
    ...configuration,
    prefixDelegation: configuration.windowsPrefixDelegation === true,
    customNetworking: false,
    securityGroupsForPods: false,
    provisions: true,
    // With no target at all the controller still keeps a prefix.
    warmPrefixTarget: Math.max(1, windowsTargets.warmPrefix),
    warmIpTarget: windowsTargets.warmIp,
    minimumIpTarget: windowsTargets.minimumIp,
    maxEni: null,
  };
};

/** `windows`, or `win` as a word of its own. */
const NAMED_WINDOWS = /(?:^|[^a-z])win(?:dows)?(?:[^a-z]|$)/i;

/** Whether a group of this name is one of Windows nodes: EKS says so by its AMI type; where it does not, the name does. */
export const isWindowsGroup = (name: string, eks: EksCluster | null): boolean => {
  const amiType = eks?.nodeGroups.find((group) => group.name === name)?.amiType ?? null;
  return amiType === null || amiType === 'CUSTOM' ? NAMED_WINDOWS.test(name) : amiType.startsWith('WINDOWS');
};

/**
 * Whether a node runs Windows: EC2 says so by its platform. Where that was not read, its group or its name must say so,
 * and it must have one interface, as Windows nodes have.
 */
export const isWindowsNode = (node: NodeAccumulator, eks: EksCluster | null): boolean => {
  const { platform, tags } = node.instance;
  if (platform !== undefined) return platform?.toLowerCase() === 'windows';
  if (node.managedInterfaces > 1) return false;
  const { nodeGroup, nodePool } = node.membership;
  const group = nodeGroup ?? nodePool;
  return (group !== null && isWindowsGroup(group, eks)) || NAMED_WINDOWS.test(tags['Name'] ?? '');
};

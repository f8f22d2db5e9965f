import type { EksCluster } from '../aws/inventory.ts';
import type { ClusterCni } from '../result/cluster.ts';
import type { NodeAccumulator } from './node-accumulator.ts';
import { isWindowsNode } from './windows-nodes.ts';

/** One node without addresses for pods may have just started; so many are no chance. */
const FEWEST_OVERLAY_NODES = 2;

/**
 * Which CNI gives pods their addresses. Cilium marks its interfaces. The VPC CNI keeps addresses warm on each node from its
 * start, so running nodes without any are those of an overlay, such as Calico or Cilium without ENI mode.
 *
 * @param autoModeNodes whether some live node is one of EKS Auto Mode
 */
export const clusterCniOf = (
  eks: EksCluster | null,
  nodes: readonly NodeAccumulator[],
  autoModeNodes: boolean,
): ClusterCni => {
  const live = nodes.filter(({ isLive }) => isLive);
  if (live.some(({ hasCilium }) => hasCilium)) return 'cilium-eni';
  if (autoModeNodes || (eks?.autoMode === true && live.length === 0)) return 'auto-mode';
  if (eks !== null && (eks.vpcCni !== null || eks.cniInCluster !== undefined)) return 'vpc-cni';
  const settled = live.filter(({ instance, interfaces }) => instance.state === 'running' && interfaces > 0);
  const isBare = (node: NodeAccumulator): boolean => {
    const { addresses, prefixes } = node.heldForPods(false);
    return addresses + prefixes === 0 && !node.holdsIpv6Prefixes;
  };
  if (settled.some((node) => !isBare(node))) return 'vpc-cni';
  const isOverlay =
    eks?.ipFamily !== 'ipv6' &&
    settled.length >= FEWEST_OVERLAY_NODES &&
    settled.every((node) => !isWindowsNode(node, eks));
  return isOverlay ? 'overlay' : 'unknown';
};

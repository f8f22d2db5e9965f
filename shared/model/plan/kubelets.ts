import type { InstanceLimits } from '../aws/inventory.ts';
import { maxPods } from '../cluster/max-pods.ts';
import { replacesNodes } from './changes.ts';
import type { NodeSettings } from './cluster-settings.ts';

/**
 * What kubelets admit after a change of the CNI's settings. Where new nodes take addresses in another way, a limit that only follows
 * from the old one goes: EKS, nodeadm and Karpenter compute it from the interfaces. One that was chosen stays.
 */
export const kubeletsAfter = (
  limitsOf: (type: string) => InstanceLimits | null,
  before: NodeSettings,
  after: NodeSettings,
): NodeSettings => {
  const { kubelets = new Map<string, number>(), ...settings } = after;
  if (!replacesNodes(before, after, null)) return after;
  const mode = before.prefixDelegation ? 'prefix' : 'secondary';
  const isComputed = (type: string, value: number): boolean => {
    const limits = limitsOf(type);
    return (
      limits !== null &&
      [true, false].some(
        (recommended) =>
          maxPods(limits, { mode, customNetworking: before.customNetworking, recommended }) === value,
      )
    );
  };
  const chosen = new Map([...kubelets].filter(([type, value]) => !isComputed(type, value)));
  return chosen.size === 0 ? settings : { ...settings, kubelets: chosen };
};

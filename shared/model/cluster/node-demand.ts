import type { InstanceLimits } from '../aws/inventory.ts';
import type { CniSettings } from '../cni/cni-settings.ts';
import { NodePool, type PoolInterface, type PoolUnit } from '../cni/node-pool.ts';
import type { CniConfiguration } from './cni-configuration.ts';

/** What EC2 answers when a subnet cannot give what is asked. */
export const EXHAUSTION_ERRORS = {
  /** RunInstances and AssignPrivateIpAddresses, for single addresses. */
  addresses: 'InsufficientFreeAddressesInSubnet',
  /** AssignPrivateIpAddresses for prefixes: no free aligned /28, however many addresses are free. */
  prefixes: 'InsufficientCidrBlocks',
  /** CreateNetworkInterface with more secondary addresses or prefixes than the subnet has: "There aren't sufficient free Ipv4 addresses or prefixes". */
  newInterface: 'InvalidParameterValue',
} as const;

/** One EC2 call on the way to a node with a full warm pool. */
export interface DemandStep {
  /** The node's own subnet, or the one its pods' interfaces go to: they differ under custom networking. */
  readonly subnet: 'node' | 'pods';
  readonly singles: number;
  readonly prefixes: number;
  /** What people see where single addresses are short. */
  readonly addressError: string;
  /** The same for prefixes, where it is not `InsufficientCidrBlocks`: a new interface is refused in another way. */
  readonly prefixError?: string;
  /** The node's interface that the units are for. All of its units are in one subnet: the one where it was made. */
  readonly deviceIndex?: number;
  /** The node may make one interface more for these units, in another subnet that is open to its pods. */
  readonly mayMove?: boolean;
}

export interface NodeDemandInput {
  readonly limits: InstanceLimits;
  readonly mode: 'secondary' | 'prefix' | 'ipv6';
  readonly customNetworking: boolean;
  readonly securityGroupsForPods: boolean;
  readonly configuration: CniConfiguration;
  /** Pods that the node then runs: none where it has just started. */
  readonly pods?: number;
  /** The kubelet's limit, which ends the pool's growth; `null` where it is not known. */
  readonly maxPods?: number | null;
}

/**
 * What a node takes until its pool has settled, call by call: its primary address, then its pool, as the CNI's allocator
 * decides (`shared/model/cni`). In secondary mode with the CNI's defaults an empty node has one interface full: an m5.large
 * takes 10 addresses. In prefix mode it takes one address and one prefix. In IPv6 mode no interface follows the first but a trunk.
 */
export const nodeDemand = (input: NodeDemandInput): readonly DemandStep[] => demandWithPods(input).steps;

/** The same, with the pods that then have an address: fewer than asked for where the settings hold no more. */
export const demandWithPods = (
  input: NodeDemandInput,
): { readonly steps: readonly DemandStep[]; readonly pods: number } => {
  const { limits, mode, customNetworking, securityGroupsForPods } = input;
  const steps: DemandStep[] = [];
  const trunkStep: DemandStep = {
    subnet: customNetworking ? 'pods' : 'node',
    singles: 1,
    prefixes: 0,
    addressError: EXHAUSTION_ERRORS.addresses,
  };
  if (mode === 'ipv6') {
    const primary: DemandStep = { ...trunkStep, subnet: 'node' };
    // Pods take no IPv4 address, however many run.
    return {
      steps: securityGroupsForPods && limits.trunk ? [primary, trunkStep] : [primary],
      pods: input.pods ?? 0,
    };
  }
  const prefixes = mode === 'prefix' && limits.prefixDelegation;
  const take = (deviceIndex: number, own: number, count: number): PoolUnit[] => {
    const isNew = own > 0 && deviceIndex > 0;
    steps.push({
      subnet: deviceIndex > 0 ? 'pods' : 'node',
      ...(deviceIndex > 0 && { deviceIndex }),
      singles: own + (prefixes ? 0 : count),
      prefixes: prefixes ? count : 0,
      addressError: isNew && !prefixes ? EXHAUSTION_ERRORS.newInterface : EXHAUSTION_ERRORS.addresses,
      ...(isNew && prefixes && { prefixError: EXHAUSTION_ERRORS.newInterface }),
    });
    return Array.from({ length: count }, () => ({ pods: 0 }));
  };
  const pool = new NodePool<PoolUnit, PoolInterface<PoolUnit>>(limits, settingsOf(input), {
    attach: ({ deviceIndex, trunk, units }) => {
      if (trunk) steps.push(trunkStep);
      return {
        deviceIndex,
        trunk,
        units: trunk ? [] : take(deviceIndex, 1, units),
      };
    },
    assign: ({ deviceIndex }, count) => take(deviceIndex, 0, count),
  });
  pool.settle();
  while (pool.pods < (input.pods ?? 0) && pool.startPods(1) > 0) pool.settle();
  // The first step is the primary interface itself, which has its place.
  const movable = steps.map((step, index) =>
    index > 0 && step.subnet === 'node' && step !== trunkStep && pool.hasRoomForInterface
      ? { ...step, mayMove: true }
      : step,
  );
  return { steps: movable, pods: pool.pods };
};

/** The same demand in fewer steps: calls that add to one interface and follow one another become one. */
export const mergedSteps = (steps: readonly DemandStep[]): readonly DemandStep[] => {
  const merged: DemandStep[] = [];
  for (const step of steps) {
    const last = merged.at(-1);
    if (
      last?.subnet !== step.subnet ||
      last.deviceIndex !== step.deviceIndex ||
      last.addressError !== step.addressError ||
      last.prefixError !== step.prefixError
    )
      merged.push(step);
    else
      merged.splice(-1, 1, {
        ...last,
        singles: last.singles + step.singles,
        prefixes: last.prefixes + step.prefixes,
      });
  }
  return merged;
};

const settingsOf = ({
  mode,
  customNetworking,
  securityGroupsForPods,
  configuration,
  maxPods,
}: NodeDemandInput): CniSettings => ({
  prefixDelegation: mode === 'prefix',
  customNetworking,
  podEni: securityGroupsForPods,
  warmEniTarget: configuration.warmEniTarget,
  warmPrefixTarget: configuration.warmPrefixTarget,
  warmIpTarget: configuration.warmIpTarget,
  minimumIpTarget: configuration.minimumIpTarget,
  maxEni: configuration.maxEni,
  maxPods: maxPods ?? null,
});

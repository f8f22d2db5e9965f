import type { InstanceLimits } from '../aws/inventory.ts';
import { UNKNOWN_CNI_CONFIGURATION } from '../cluster/cni-configuration.ts';
import { HOST_NETWORK_PODS, podAddresses, recommendedCap } from '../cluster/max-pods.ts';
import { type DemandStep, EXHAUSTION_ERRORS, mergedSteps, nodeDemand } from '../cluster/node-demand.ts';
import { windowsConfiguration, windowsLimits } from '../cluster/windows-nodes.ts';
import { hasIpTargets, mostInterfaces, takesPrefixes } from '../cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../cni/node-holding.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { NewNodeSettings, WindowsSettings } from '../result/cluster.ts';
import type { NodeSettings } from './cluster-settings.ts';
import { isWindowsType, ON_WINDOWS } from './windows-type.ts';

/** Single addresses and prefixes that something takes or holds. */
export interface Amount {
  readonly addresses: number;
  readonly prefixes: number;
}

/** Addresses in all, 16 for each prefix. */
export const addressesIn = ({ addresses, prefixes }: Amount): number =>
  addresses + prefixes * ADDRESSES_PER_PREFIX;

export const totalOf = (steps: readonly Pick<DemandStep, 'singles' | 'prefixes'>[]): Amount => ({
  addresses: steps.reduce((sum, { singles }) => sum + singles, 0),
  prefixes: steps.reduce((sum, { prefixes }) => sum + prefixes, 0),
});

/** The defaults of the VPC resource controller, for scans that do not say. */
const DEFAULT_WINDOWS: WindowsSettings = { prefixDelegation: false, warmIp: 1, minimumIp: 3, warmPrefix: 0 };

/** The settings in whose terms the allocator gives a Windows node what the VPC resource controller gives it. */
const onWindows = (settings: NodeSettings): NewNodeSettings => {
  const { prefixDelegation, ...windowsTargets } = settings.windows ?? DEFAULT_WINDOWS;
  const configuration = windowsConfiguration({
    ...UNKNOWN_CNI_CONFIGURATION,
    windowsPrefixDelegation: prefixDelegation,
    windowsTargets,
  });
  const { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni } = configuration;
  const targets = { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni };
  return { prefixDelegation, customNetworking: false, podEni: false, ...targets };
};

/**
 * What nodes take with one set of CNI settings, call by call. The answers are kept: a plan asks for a thousand nodes of a few
 * kinds. Ask `knows` first where a type may be one whose limits are not known: all else throws for it.
 */
export class NodeDemands {
  readonly settings: NodeSettings;
  readonly #onWindows: NewNodeSettings;
  readonly #limits: (type: string) => InstanceLimits | null;
  readonly #known = new Map<string, readonly DemandStep[]>();
  readonly #poolsFor = new Map<string, number>();

  constructor(limits: (type: string) => InstanceLimits | null, settings: NodeSettings) {
    this.settings = settings;
    this.#onWindows = onWindows(settings);
    this.#limits = (type) => {
      if (!isWindowsType(type)) return withoutSlots(limits(type), settings.slotsTaken?.get(type) ?? 0);
      const known = limits(type.slice(0, -ON_WINDOWS.length));
      return known === null ? null : windowsLimits(known);
    };
  }

  #settingsFor(type: string): NewNodeSettings {
    return isWindowsType(type) ? this.#onWindows : this.settings;
  }

  /** Whether the limits of the type, and how pods get their addresses, are known. */
  knows(type: string): boolean {
    return this.settings.podAddresses !== 'unknown' && this.#limits(type) !== null;
  }

  limitsOf(type: string): InstanceLimits {
    const limits = this.#limits(type);
    if (limits === null) throw new RangeError(`The limits of the instance type ${type} are not known.`);
    return limits;
  }

  /** Whether nodes of the type take prefixes. */
  takesPrefixes(type: string): boolean {
    return (
      this.settings.podAddresses !== 'none' && takesPrefixes(this.limitsOf(type), this.#settingsFor(type))
    );
  }

  /**
   * What a node takes until it runs so many pods with an address of their own.
   *
   * @param primaryServesPods false under custom networking, and where tags shut the node's own subnet out
   */
  steps(type: string, pods: number, primaryServesPods: boolean): readonly DemandStep[] {
    if (this.settings.podAddresses === 'none') return ITS_OWN_ADDRESS;
    const key = `${type} ${pods} ${primaryServesPods}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const limits = this.limitsOf(type);
    const settings = this.#settingsFor(type);
    const steps = mergedSteps(
      nodeDemand({
        limits,
        mode: settings.prefixDelegation ? 'prefix' : 'secondary',
        customNetworking: !primaryServesPods,
        securityGroupsForPods: settings.podEni,
        configuration: { ...UNKNOWN_CNI_CONFIGURATION, ...settings },
        pods,
        maxPods: admitted(limits, settings, primaryServesPods, this.#kubeletOf(type)) + HOST_NETWORK_PODS,
      }),
    );
    this.#known.set(key, steps);
    return steps;
  }

  /**
   * The fewest pods with which the pool of a node is large enough for so many, its warm part included: what the node needs where
   * nothing is left to keep warm.
   */
  poolFor(type: string, pods: number, primaryServesPods: boolean): number {
    const key = `${type} ${pods} ${primaryServesPods}`;
    const known = this.#poolsFor.get(key);
    if (known !== undefined) return known;
    const limits = this.limitsOf(type);
    const settings = this.#settingsFor(type);
    const held = holdingsOnTheWayUp(
      limits,
      {
        ...settings,
        customNetworking: !primaryServesPods,
        maxPods: admitted(limits, settings, primaryServesPods, this.#kubeletOf(type)) + HOST_NETWORK_PODS,
      },
      Array.from({ length: pods }, (_, fewer) => fewer),
    );
    const enough = held.find((each) => each.pods + each.unused >= pods)?.pods ?? pods;
    this.#poolsFor.set(key, enough);
    return enough;
  }

  #kubeletOf(type: string): number | null {
    return this.settings.kubelets?.get(type) ?? null;
  }

  /**
   * Pods with an address of their own that a node runs at most.
   *
   * @param maxPods what its own kubelet admits; left out: what those of its type do
   */
  podsAtMost(type: string, primaryServesPods: boolean, maxPods = this.#kubeletOf(type)): number {
    if (this.settings.podAddresses === 'none') return 0;
    const limits = this.limitsOf(type);
    const settings = this.#settingsFor(type);
    const most = admitted(limits, settings, primaryServesPods, maxPods);
    const { minimumIpTarget, warmIpTarget } = settings;
    // MINIMUM_IP_TARGET alone is a ceiling: without WARM_IP_TARGET the pool never grows beyond it.
    const [warm, minimum] = [warmIpTarget ?? 0, minimumIpTarget ?? 0];
    if (!hasIpTargets(settings) || warm > 0) return most;
    const unit = takesPrefixes(limits, settings) ? ADDRESSES_PER_PREFIX : 1;
    return Math.min(most, Math.ceil(minimum / unit) * unit);
  }
}

const ITS_OWN_ADDRESS: readonly DemandStep[] = [
  { subnet: 'node', singles: 1, prefixes: 0, addressError: EXHAUSTION_ERRORS.addresses },
];

/** A node has its primary interface in any case. */
const withoutSlots = (limits: InstanceLimits | null, slots: number): InstanceLimits | null =>
  limits === null || slots === 0 ? limits : { ...limits, maxEnis: Math.max(1, limits.maxEnis - slots) };

/** What the interfaces hold, and what the kubelet admits: the recommended 110 or 250 where that is not known. */
const admitted = (
  limits: InstanceLimits,
  settings: NewNodeSettings,
  primaryServesPods: boolean,
  maxPods: number | null,
): number => {
  const mode = takesPrefixes(limits, settings) ? 'prefix' : 'secondary';
  const maxEnis = mostInterfaces(limits, settings) - (settings.podEni ? 1 : 0);
  const byInterfaces = podAddresses({ ...limits, maxEnis }, mode, !primaryServesPods);
  return Math.max(0, Math.min(byInterfaces, (maxPods ?? recommendedCap(limits)) - HOST_NETWORK_PODS));
};

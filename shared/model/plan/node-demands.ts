import type { InstanceLimits } from '../aws/inventory.ts';
import { UNKNOWN_CNI_CONFIGURATION } from '../cluster/cni-configuration.ts';
import { HOST_NETWORK_PODS, podAddresses, recommendedCap } from '../cluster/max-pods.ts';
import { type DemandStep, mergedSteps, nodeDemand } from '../cluster/node-demand.ts';
import { hasIpTargets, mostInterfaces, takesPrefixes } from '../cni/cni-settings.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { NewNodeSettings } from '../result/cluster.ts';

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

/**
 * What nodes take with one set of CNI settings, call by call. The answers are kept: a plan asks for a thousand nodes of a few
 * kinds. Ask `knows` first where a type may be one whose limits are not known: all else throws for it.
 */
export class NodeDemands {
  readonly settings: NewNodeSettings;
  readonly #limits: (type: string) => InstanceLimits | null;
  readonly #known = new Map<string, readonly DemandStep[]>();

  constructor(limits: (type: string) => InstanceLimits | null, settings: NewNodeSettings) {
    this.#limits = limits;
    this.settings = settings;
  }

  /** Whether the limits of the type are known. */
  knows(type: string): boolean {
    return this.#limits(type) !== null;
  }

  limitsOf(type: string): InstanceLimits {
    const limits = this.#limits(type);
    if (limits === null) throw new RangeError(`The limits of the instance type ${type} are not known.`);
    return limits;
  }

  /** Whether nodes of the type take prefixes. */
  takesPrefixes(type: string): boolean {
    return takesPrefixes(this.limitsOf(type), this.settings);
  }

  /**
   * What a node takes until it runs so many pods with an address of their own.
   *
   * @param primaryServesPods false under custom networking, and where tags shut the node's own subnet out
   */
  steps(type: string, pods: number, primaryServesPods: boolean): readonly DemandStep[] {
    const key = `${type} ${pods} ${primaryServesPods}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const limits = this.limitsOf(type);
    const steps = mergedSteps(
      nodeDemand({
        limits,
        mode: this.settings.prefixDelegation ? 'prefix' : 'secondary',
        customNetworking: !primaryServesPods,
        securityGroupsForPods: this.settings.podEni,
        configuration: { ...UNKNOWN_CNI_CONFIGURATION, ...this.settings },
        pods,
        maxPods: this.#admitted(limits, primaryServesPods) + HOST_NETWORK_PODS,
      }),
    );
    this.#known.set(key, steps);
    return steps;
  }

  /** Pods with an address of their own that a node runs at most. */
  podsAtMost(type: string, primaryServesPods: boolean): number {
    const limits = this.limitsOf(type);
    const admitted = this.#admitted(limits, primaryServesPods);
    const { minimumIpTarget, warmIpTarget } = this.settings;
    // MINIMUM_IP_TARGET alone is a ceiling: without WARM_IP_TARGET the pool never grows beyond it.
    const [warm, minimum] = [warmIpTarget ?? 0, minimumIpTarget ?? 0];
    if (!hasIpTargets(this.settings) || warm > 0) return admitted;
    const unit = takesPrefixes(limits, this.settings) ? ADDRESSES_PER_PREFIX : 1;
    return Math.min(admitted, Math.ceil(minimum / unit) * unit);
  }

  /** What the interfaces hold, and the kubelet's recommended bound of 110 or 250. */
  #admitted(limits: InstanceLimits, primaryServesPods: boolean): number {
    const mode = takesPrefixes(limits, this.settings) ? 'prefix' : 'secondary';
    const maxEnis = mostInterfaces(limits, this.settings) - (this.settings.podEni ? 1 : 0);
    const byInterfaces = podAddresses({ ...limits, maxEnis }, mode, !primaryServesPods);
    return Math.max(0, Math.min(byInterfaces, recommendedCap(limits) - HOST_NETWORK_PODS));
  }
}

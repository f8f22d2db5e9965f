import { type CniSettings, hasIpTargets } from './cni-settings.ts';

/** What ipamd looks at when it decides. */
export interface PoolCounts {
  readonly pods: number;
  /** Secondary addresses or prefixes, on all interfaces. */
  readonly units: number;
  /** Units in which no pod has an address. */
  readonly emptyUnits: number;
}

/**
 * The CNI's decisions: when a pool is too low or too high, and by how much. It looks at free addresses to see that a pool
 * is low, but at empty prefixes to see how many to add. With `WARM_PREFIX_TARGET` above 1 it may so add one too many.
 * Source: amazon-vpc-cni-k8s v1.23, `isDatastorePoolTooLow`, `getPrefixesNeeded`, `datastoreTargetState`.
 */
export class PoolTargets {
  readonly #settings: CniSettings;
  readonly #slots: number;
  readonly #unitSize: number;

  /**
   * @param slots units that one interface holds
   * @param unitSize addresses in one unit: 1, or 16 for prefixes
   */
  constructor(settings: CniSettings, slots: number, unitSize: number) {
    this.#settings = settings;
    this.#slots = slots;
    this.#unitSize = unitSize;
  }

  /** A pool that holds as many addresses as the kubelet admits pods grows no further. */
  isTooLow(counts: PoolCounts): boolean {
    const { maxPods } = this.#settings;
    if (maxPods !== null && counts.units * this.#unitSize >= maxPods) return false;
    if (this.#hasIpTargets) return this.#shortOfIpTargets(counts) > 0;
    const target = this.#usesPrefixes ? this.#settings.warmPrefixTarget : this.#settings.warmEniTarget;
    const perTarget = this.#usesPrefixes ? this.#unitSize : this.#slots;
    const free = this.#free(counts);
    return free < target * perTarget || (target === 0 && free === 0);
  }

  /** Units wanted now: addresses a whole interface full, prefixes as many as are short but at least one. */
  unitsWanted(counts: PoolCounts): number {
    if (this.#hasIpTargets) return this.#shortOfIpTargets(counts);
    return this.#usesPrefixes
      ? Math.max(1, this.#settings.warmPrefixTarget - counts.emptyUnits)
      : this.#slots;
  }

  /** Empty units that go back. */
  unitsOver(counts: PoolCounts): number {
    const { warmIpTarget, minimumIpTarget, warmPrefixTarget } = this.#settings;
    if (this.#hasIpTargets) {
      const needed = Math.max(
        this.#unitsFor(counts.pods + (warmIpTarget ?? 0)),
        this.#unitsFor(minimumIpTarget ?? 0),
      );
      return Math.max(0, Math.min(counts.emptyUnits, counts.units - needed));
    }
    if (!this.#usesPrefixes) return 0;
    const freeInUsedUnits = this.#free(counts) - counts.emptyUnits * this.#unitSize;
    return Math.max(0, counts.emptyUnits - Math.max(warmPrefixTarget, freeInUsedUnits > 0 ? 0 : 1));
  }

  /** False only where no interface can go: without IP targets one goes when the pool holds one more than the warm target. */
  mayHaveExtraInterface(counts: PoolCounts): boolean {
    if (this.#hasIpTargets || this.#usesPrefixes) return true;
    return this.#free(counts) >= (this.#settings.warmEniTarget + 1) * this.#slots;
  }

  /** Whether the pool would miss its target without this many empty units, all of one interface. */
  needs(units: number, counts: PoolCounts): boolean {
    const without = units * this.#unitSize;
    const { warmIpTarget, minimumIpTarget, warmPrefixTarget } = this.#settings;
    if (this.#hasIpTargets) {
      const poolSize = counts.units * this.#unitSize;
      return (
        this.#free(counts) - without < (warmIpTarget ?? 0) || poolSize - without < (minimumIpTarget ?? 0)
      );
    }
    if (this.#usesPrefixes && counts.emptyUnits - units < warmPrefixTarget) return true;
    return without > 0 && this.#free(counts) === without;
  }

  get #usesPrefixes(): boolean {
    return this.#unitSize > 1;
  }

  get #hasIpTargets(): boolean {
    return hasIpTargets(this.#settings);
  }

  #free({ units, pods }: PoolCounts): number {
    return units * this.#unitSize - pods;
  }

  #unitsFor(addresses: number): number {
    return Math.ceil(addresses / this.#unitSize);
  }

  #shortOfIpTargets(counts: PoolCounts): number {
    const { warmIpTarget, minimumIpTarget } = this.#settings;
    return this.#unitsFor(
      Math.max(
        (warmIpTarget ?? 0) - this.#free(counts),
        (minimumIpTarget ?? 0) - counts.units * this.#unitSize,
        0,
      ),
    );
  }
}

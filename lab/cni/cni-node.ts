import { AllocationError } from './allocation-error.ts';
import type { CniSettings, NodeLimits } from './cni-settings.ts';
import { PREFIX_SIZE, type SubnetPool } from './subnet-pool.ts';

/** One unit that the CNI holds on an interface: a secondary address, or a prefix of sixteen. */
interface Unit {
  readonly base: number;
  pods: number;
}

/** One interface of a node. The first is its primary one, device 0. */
export interface NodeInterface {
  readonly pool: SubnetPool;
  readonly deviceIndex: number;
  readonly primaryAddress: number;
  readonly units: Unit[];
}

/** The host-network pods that max-pods counts beside those that need an address: `aws-node` and `kube-proxy`. */
const HOST_NETWORK_PODS = 2;

/**
 * The address pool of one node, kept as the CNI's ipamd keeps it (amazon-vpc-cni-k8s, `pkg/ipamd/ipamd.go`):
 * it fills the interfaces that are there, then attaches another one, until the warm target is met, and gives back what
 * is over. Time is left out: `settle` does at once what ipamd does over its next few rounds, and a refusal is reported
 * instead of being waited out for two minutes. A caller that wants the back-off calls `settle` less often. With a warm
 * target of 0 ipamd's rules take the last warm unit and give it back in turn; here it stays.
 *
 * Prefix mode never falls back to single addresses when a subnet has no free block: neither does the CNI.
 */
export class CniNode {
  readonly limits: NodeLimits;
  readonly settings: CniSettings;
  readonly interfaces: NodeInterface[] = [];
  /** Changes whenever the node takes addresses or gives some back. */
  revision = 0;
  readonly #podSubnets: () => readonly SubnetPool[];
  readonly #customNetworking: boolean;
  readonly #unitSize: number;

  /**
   * Starts an instance in `subnet`: its primary interface takes one address.
   * `podSubnets` names the subnets for further interfaces: one other subnet with custom networking, several with
   * subnet discovery; the CNI tries the one with most available addresses first.
   *
   * @throws AllocationError `InsufficientFreeAddressesInSubnet` when the subnet is full
   */
  constructor(
    limits: NodeLimits,
    settings: CniSettings,
    subnet: SubnetPool,
    options: { readonly podSubnets?: () => readonly SubnetPool[]; readonly customNetworking?: boolean } = {},
  ) {
    this.limits = limits;
    this.settings = settings;
    this.#podSubnets = options.podSubnets ?? (() => [subnet]);
    this.#customNetworking = options.customNetworking ?? false;
    this.#unitSize = settings.prefixDelegation && limits.prefixDelegation ? PREFIX_SIZE : 1;
    this.#attach(subnet, 0, 0);
  }

  get usesPrefixes(): boolean {
    return this.#unitSize === PREFIX_SIZE;
  }

  /** Pods that hold an address. */
  get pods(): number {
    return this.#podInterfaces.reduce(
      (sum, { units }) => sum + units.reduce((pods, unit) => pods + unit.pods, 0),
      0,
    );
  }

  /** Addresses for pods that the node holds, in use or warm. */
  get poolSize(): number {
    return this.#unitCount * this.#unitSize;
  }

  /** Every address the node takes from its subnets, primary addresses and whole prefixes included. */
  get addressesHeld(): number {
    return this.interfaces.reduce((sum, { units }) => sum + 1 + units.length * this.#unitSize, 0);
  }

  /** Pods that need an address and may run here at all. */
  get maxPodAddresses(): number {
    return this.#maxPods - HOST_NETWORK_PODS;
  }

  /** Gives as many pods an address as the pool has now; returns how many. The pool grows only in `settle`. */
  startPods(count: number): number {
    let started = 0;
    for (const { units } of this.#podInterfaces) {
      for (const unit of units) {
        const taken = Math.min(this.#unitSize - unit.pods, count - started, this.maxPodAddresses - this.pods);
        unit.pods += taken;
        started += taken;
      }
    }
    return started;
  }

  /** Ends pods, the last started first; returns how many were there to end. */
  stopPods(count: number): number {
    let stopped = 0;
    for (const { units } of this.#podInterfaces.toReversed()) {
      for (const unit of units.toReversed()) {
        const ended = Math.min(unit.pods, count - stopped);
        unit.pods -= ended;
        stopped += ended;
      }
    }
    return stopped;
  }

  /** Brings the pool to its target. Returns what EC2 refused on the way; nothing refused: the target is met. */
  settle(): readonly AllocationError[] {
    const refused: AllocationError[] = [];
    while (this.#isTooLow() && this.#increase(refused));
    this.#returnUnits();
    while (this.#hasExtraInterface() && this.#freeInterface());
    return refused;
  }

  /** The instance is gone: everything goes back to the subnets. */
  terminate(): void {
    for (const held of this.interfaces.splice(0)) this.#release(held);
  }

  /** Interfaces that pods may use: with custom networking not the primary one. */
  get #podInterfaces(): NodeInterface[] {
    return this.#customNetworking ? this.interfaces.slice(1) : this.interfaces;
  }

  get #slotsPerInterface(): number {
    return this.limits.ipv4PerEni - 1;
  }

  get #maxPods(): number {
    const interfaces = this.limits.maxEnis - (this.#customNetworking ? 1 : 0);
    return this.settings.maxPods ?? interfaces * this.#slotsPerInterface * this.#unitSize + HOST_NETWORK_PODS;
  }

  get #unitCount(): number {
    return this.#podInterfaces.reduce((sum, { units }) => sum + units.length, 0);
  }

  get #freeUnits(): number {
    return this.#podInterfaces.reduce(
      (sum, { units }) => sum + units.filter(({ pods }) => pods === 0).length,
      0,
    );
  }

  get #warm(): number {
    return this.poolSize - this.pods;
  }

  get #hasIpTargets(): boolean {
    return this.settings.warmIpTarget !== null || this.settings.minimumIpTarget !== null;
  }

  /** Units short of WARM_IP_TARGET and MINIMUM_IP_TARGET. */
  get #shortOfIpTargets(): number {
    const short = Math.max(
      (this.settings.warmIpTarget ?? 0) - this.#warm,
      (this.settings.minimumIpTarget ?? 0) - this.poolSize,
      0,
    );
    return Math.ceil(short / this.#unitSize);
  }

  #isTooLow(): boolean {
    if (this.poolSize >= this.#maxPods) return false;
    if (this.#hasIpTargets) return this.#shortOfIpTargets > 0;
    const target = this.usesPrefixes ? this.settings.warmPrefixTarget : this.settings.warmEniTarget;
    const perTarget = this.usesPrefixes ? PREFIX_SIZE : this.#slotsPerInterface;
    return this.#warm < target * perTarget || (target === 0 && this.#warm === 0);
  }

  /** Units wanted now: prefixes as many as are short but at least one, addresses a whole interface full. */
  get #wanted(): number {
    if (this.#hasIpTargets) return this.#shortOfIpTargets;
    return this.usesPrefixes
      ? Math.max(1, this.settings.warmPrefixTarget - this.#freeUnits)
      : this.#slotsPerInterface;
  }

  /** One round of ipamd: more units on an interface that has room, else one more interface. True when something was got. */
  #increase(refused: AllocationError[]): boolean {
    for (const held of this.#podInterfaces) {
      const room = this.#slotsPerInterface - held.units.length;
      if (room === 0) continue;
      // As ipamd: everything that is wanted, and when that is refused a single one.
      for (const count of new Set([Math.min(room, this.#wanted), 1])) {
        try {
          held.units.push(...this.#takeUnits(held.pool, count));
          this.revision += 1;
          return true;
        } catch (error) {
          refused.push(asRefusal(error));
        }
      }
    }
    return this.interfaces.length < this.limits.maxEnis && this.#attachAnother(refused);
  }

  /** The lowest index that no interface has: one in the middle may have been given back. */
  get #freeDeviceIndex(): number {
    const taken = new Set(this.interfaces.map(({ deviceIndex }) => deviceIndex));
    let index = 0;
    while (taken.has(index)) index += 1;
    return index;
  }

  #attachAnother(refused: AllocationError[]): boolean {
    const candidates = this.#podSubnets().toSorted(
      (a, b) => b.availableIpAddressCount - a.availableIpAddressCount,
    );
    for (const pool of candidates) {
      try {
        this.#attach(pool, this.#freeDeviceIndex, Math.min(this.#wanted, this.#slotsPerInterface));
        return true;
      } catch (error) {
        refused.push(asRefusal(error));
      }
    }
    return false;
  }

  /** CreateNetworkInterface with its secondary addresses or prefixes in the same call: all or nothing. */
  #attach(pool: SubnetPool, deviceIndex: number, units: number): void {
    if (units > 0 && 1 + units * this.#unitSize > pool.availableIpAddressCount && this.#unitSize === 1) {
      throw new AllocationError(
        'InvalidParameterValue',
        `There aren't sufficient free Ipv4 addresses or prefixes to create ${units} secondary addresses.`,
      );
    }
    const [primaryAddress = 0] = pool.takeAddresses(1);
    try {
      this.interfaces.push({ pool, deviceIndex, primaryAddress, units: this.#takeUnits(pool, units) });
      this.revision += 1;
    } catch (error) {
      pool.releaseAddress(primaryAddress);
      throw error;
    }
  }

  #takeUnits(pool: SubnetPool, count: number): Unit[] {
    const bases = this.usesPrefixes ? pool.takePrefixes(count) : pool.takeAddresses(count);
    return bases.map((base) => ({ base, pods: 0 }));
  }

  /** Single units go back only where a target says how many to keep: WARM_IP_TARGET, MINIMUM_IP_TARGET or prefixes. */
  #returnUnits(): void {
    let over = this.#unitsOver();
    for (const { pool, units } of this.#podInterfaces.toReversed()) {
      for (const unit of units.filter(({ pods }) => pods === 0).slice(0, over)) {
        units.splice(units.indexOf(unit), 1);
        this.#releaseUnit(pool, unit);
        over -= 1;
      }
    }
  }

  #unitsOver(): number {
    const { warmIpTarget, minimumIpTarget, warmPrefixTarget } = this.settings;
    if (!this.#hasIpTargets && !this.usesPrefixes) return 0;
    if (!this.#hasIpTargets) {
      const warmInUsedUnits = this.#warm - this.#freeUnits * this.#unitSize;
      return Math.max(0, this.#freeUnits - Math.max(warmPrefixTarget, warmInUsedUnits > 0 ? 0 : 1));
    }
    const units = (addresses: number): number => Math.ceil(addresses / this.#unitSize);
    const needed = Math.max(units(this.pods + (warmIpTarget ?? 0)), units(minimumIpTarget ?? 0));
    return Math.max(0, Math.min(this.#freeUnits, this.#unitCount - needed));
  }

  /** Whole idle interfaces go back once the pool holds one interface more than the warm target. */
  #hasExtraInterface(): boolean {
    if (this.#hasIpTargets || this.usesPrefixes) return true;
    return this.#warm >= (this.settings.warmEniTarget + 1) * this.#slotsPerInterface;
  }

  #freeInterface(): boolean {
    const index = this.interfaces.findLastIndex(
      (held) => held.deviceIndex > 0 && held.units.every(({ pods }) => pods === 0) && !this.#isNeeded(held),
    );
    if (index < 0) return false;
    for (const held of this.interfaces.splice(index, 1)) this.#release(held);
    return true;
  }

  /** Whether the pool would miss its target without this interface's units. */
  #isNeeded(held: NodeInterface): boolean {
    const without = held.units.length * this.#unitSize;
    const { warmIpTarget, minimumIpTarget, warmPrefixTarget } = this.settings;
    if (this.#hasIpTargets) {
      return this.#warm - without < (warmIpTarget ?? 0) || this.poolSize - without < (minimumIpTarget ?? 0);
    }
    if (this.usesPrefixes && this.#freeUnits - held.units.length < warmPrefixTarget) return true;
    return without > 0 && this.#warm === without;
  }

  #release({ pool, primaryAddress, units }: NodeInterface): void {
    this.revision += 1;
    pool.releaseAddress(primaryAddress);
    for (const unit of units) this.#releaseUnit(pool, unit);
  }

  #releaseUnit(pool: SubnetPool, { base }: Unit): void {
    this.revision += 1;
    if (this.usesPrefixes) pool.releasePrefix(base);
    else pool.releaseAddress(base);
  }
}

const asRefusal = (error: unknown): AllocationError => {
  if (error instanceof AllocationError) return error;
  throw error;
};

import type { CniSettings, NodeLimits } from '../../shared/model/cni/cni-settings.ts';
import {
  type NewInterface,
  NodePool,
  type PoolInterface,
  type PoolUnit,
} from '../../shared/model/cni/node-pool.ts';
import { AllocationError } from './allocation-error.ts';
import type { SubnetPool } from './subnet-pool.ts';

/** One unit that the CNI holds on an interface: a secondary address, or a prefix of sixteen. */
interface Unit extends PoolUnit {
  readonly base: number;
}

/** One interface of a node. The first is its primary one, device 0. */
export interface NodeInterface extends PoolInterface<Unit> {
  readonly pool: SubnetPool;
  readonly primaryAddress: number;
}

/** The host-network pods that max-pods counts beside those that need an address: `aws-node` and `kube-proxy`. */
export const HOST_NETWORK_PODS = 2;

/**
 * One node whose address pool is kept by the product's own rules (`shared/model/cni`), but filled from the lab's subnets,
 * which refuse as EC2 does. A refusal is reported instead of being waited out for two minutes: a caller that wants the
 * back-off calls `settle` less often.
 */
export class CniNode {
  readonly limits: NodeLimits;
  readonly settings: CniSettings;
  /** Changes whenever the node takes addresses or gives some back. */
  revision = 0;
  readonly #subnet: SubnetPool;
  readonly #podSubnets: () => readonly SubnetPool[];
  readonly #pool: NodePool<Unit, NodeInterface>;
  #refused: AllocationError[] = [];

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
    options: { readonly podSubnets?: () => readonly SubnetPool[] } = {},
  ) {
    this.limits = limits;
    this.settings = settings;
    this.#subnet = subnet;
    this.#podSubnets = options.podSubnets ?? (() => [subnet]);
    this.#pool = new NodePool<Unit, NodeInterface>(limits, settings, {
      attach: (wanted) => this.#attach(wanted),
      assign: (held, count) => this.#attempt(() => this.#takeUnits(held.pool, count)),
      unassign: (held, unit) => this.#releaseUnit(held.pool, unit),
      detach: (held) => this.#release(held),
    });
    const [refused] = this.#refused.splice(0);
    if (refused !== undefined) throw refused;
  }

  get interfaces(): readonly NodeInterface[] {
    return this.#pool.interfaces;
  }

  get usesPrefixes(): boolean {
    return this.#pool.usesPrefixes;
  }

  /** Pods that hold an address. */
  get pods(): number {
    return this.#pool.pods;
  }

  /** Addresses for pods that the node holds, in use or warm. */
  get poolSize(): number {
    return this.#pool.poolSize;
  }

  /** The addresses of its pods: the first ones of each unit that has pods. */
  get podAddresses(): readonly number[] {
    return this.interfaces.flatMap(({ units }) =>
      units.flatMap(({ base, pods }) => Array.from({ length: pods }, (_, index) => base + index)),
    );
  }

  /** Every address the node takes from its subnets, primary addresses and whole prefixes included. */
  get addressesHeld(): number {
    return this.interfaces.length + this.poolSize;
  }

  /** Pods that need an address and may run here at all. */
  get maxPodAddresses(): number {
    const interfaces = this.limits.maxEnis - (this.settings.customNetworking ? 1 : 0);
    const slots = interfaces * (this.limits.ipv4PerEni - 1);
    return this.settings.maxPods === null
      ? slots * this.#pool.unitSize
      : this.settings.maxPods - HOST_NETWORK_PODS;
  }

  /** Gives as many pods an address as the pool has now; returns how many. The pool grows only in `settle`. */
  startPods(count: number): number {
    return this.#pool.startPods(Math.min(count, this.maxPodAddresses - this.pods));
  }

  /** Ends pods, the last started first; returns how many were there to end. */
  stopPods(count: number): number {
    return this.#pool.stopPods(count);
  }

  /** Brings the pool to its target. Returns what EC2 refused on the way; nothing refused: the target is met. */
  settle(): readonly AllocationError[] {
    this.#pool.settle();
    return this.#refused.splice(0);
  }

  /** The instance is gone: everything goes back to the subnets. */
  terminate(): void {
    this.#pool.terminate();
  }

  #attach(wanted: NewInterface): NodeInterface | null {
    // The VPC resource controller makes the trunk in the node's own subnet, or in that of the pods under custom networking.
    const inOwnSubnet = wanted.deviceIndex === 0 || (wanted.trunk && !this.settings.customNetworking);
    if (inOwnSubnet) return this.#attempt(() => this.#create(this.#subnet, wanted));
    const roomiestFirst = this.#podSubnets().toSorted(
      (a, b) => b.availableIpAddressCount - a.availableIpAddressCount,
    );
    for (const pool of roomiestFirst) {
      const created = this.#attempt(() => this.#create(pool, wanted));
      if (created !== null) return created;
    }
    return null;
  }

  /** What EC2 gave; `null`, and noted, where it refused. */
  #attempt<Result>(call: () => Result): Result | null {
    try {
      const result = call();
      this.revision += 1;
      return result;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      this.#refused.push(error);
      return null;
    }
  }

  /** CreateNetworkInterface with its secondary addresses or prefixes in the same call: all or nothing. */
  #create(pool: SubnetPool, { deviceIndex, trunk, units }: NewInterface): NodeInterface {
    if (units > 0 && !this.#has(pool, units)) {
      throw new AllocationError(
        'InvalidParameterValue',
        `There aren't sufficient free Ipv4 addresses or prefixes to create ${units} secondary addresses or prefixes.`,
      );
    }
    const [primaryAddress = 0] = pool.takeAddresses(1);
    try {
      return { pool, deviceIndex, trunk, primaryAddress, units: this.#takeUnits(pool, units) };
    } catch (error) {
      pool.releaseAddress(primaryAddress);
      throw error;
    }
  }

  #has(pool: SubnetPool, units: number): boolean {
    // Where no address is left for the interface itself, taking that one is refused before any prefix is asked for.
    if (this.usesPrefixes) return pool.freeAddresses === 0 || units <= pool.freePrefixes;
    return 1 + units <= pool.availableIpAddressCount;
  }

  #takeUnits(pool: SubnetPool, count: number): Unit[] {
    if (count === 0) return [];
    const bases = this.usesPrefixes ? pool.takePrefixes(count) : pool.takeAddresses(count);
    return bases.map((base) => ({ base, pods: 0 }));
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

import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import {
  type CniSettings,
  mostInterfaces,
  type NodeLimits,
  slotsPerInterface,
  takesPrefixes,
} from './cni-settings.ts';
import { type PoolCounts, PoolTargets } from './pool-targets.ts';

/** One unit that the CNI holds on an interface: a secondary address, or a prefix of sixteen. */
export interface PoolUnit {
  pods: number;
}

/** One interface of a node. Device 0 is the primary one. */
export interface PoolInterface<Unit extends PoolUnit> {
  readonly deviceIndex: number;
  /** A trunk carries branch interfaces and gives no address to pods. */
  readonly trunk: boolean;
  readonly units: Unit[];
  /** Units of the mode that the node was switched from: they fill slots, and give no address to new pods. */
  readonly leftovers?: Leftovers;
}

/** What a switch of mode left on an interface. */
export interface Leftovers {
  readonly units: number;
  /** Pods have addresses of it, so that the interface stays. */
  inUse: boolean;
}

/** What a new interface is for. */
export interface NewInterface {
  readonly deviceIndex: number;
  readonly trunk: boolean;
  /** Units that come with it, in the same call. */
  readonly units: number;
}

/** Where a pool gets its interfaces and units: EC2, or something that counts. `null`: refused, and nothing was taken. */
export interface PoolSource<Unit extends PoolUnit, Held extends PoolInterface<Unit>> {
  attach(wanted: NewInterface): Held | null;
  assign(to: Held, count: number): readonly Unit[] | null;
  /** Left out by a source that only counts what is taken. */
  unassign?(from: Held, unit: Unit): void;
  detach?(held: Held): void;
  /** Which interface gets new units first. Left out: the oldest. The CNI walks them in random order. */
  inOrder?(interfaces: readonly Held[]): readonly Held[];
}

/**
 * The address pool of one node, kept as the CNI's ipamd keeps it (amazon-vpc-cni-k8s v1.23, `pkg/ipamd/ipamd.go`):
 * it fills the interfaces that are there, then attaches another one, until the warm target is met, and gives back what
 * is over. Time is left out: `settle` does at once what ipamd does over its next rounds. A refused call is not repeated
 * within one `settle`. With a warm target of 0 ipamd takes the last warm unit and gives it back in turn; here it stays.
 *
 * Prefix mode never falls back to single addresses when a subnet has no free block: neither does the CNI.
 */
export class NodePool<Unit extends PoolUnit, Held extends PoolInterface<Unit>> {
  readonly interfaces: Held[] = [];
  /** Addresses in one unit: 1, or 16 for prefixes. */
  readonly unitSize: number;
  readonly #settings: CniSettings;
  readonly #limits: NodeLimits;
  readonly #source: PoolSource<Unit, Held>;
  readonly #targets: PoolTargets;
  /** The unit of each pod, in the order in which the pods started. */
  readonly #pods: Unit[] = [];
  #units = 0;
  #emptyUnits = 0;

  /** Attaches the primary interface; `interfaces` stays empty if that is refused. */
  constructor(limits: NodeLimits, settings: CniSettings, source: PoolSource<Unit, Held>) {
    this.#limits = limits;
    this.#settings = settings;
    this.#source = source;
    this.unitSize = takesPrefixes(limits, settings) ? ADDRESSES_PER_PREFIX : 1;
    this.#targets = new PoolTargets(settings, slotsPerInterface(limits), this.unitSize);
    this.#attach({ deviceIndex: 0, trunk: false, units: 0 });
  }

  get usesPrefixes(): boolean {
    return this.unitSize === ADDRESSES_PER_PREFIX;
  }

  /** Pods that hold an address. */
  get pods(): number {
    return this.#pods.length;
  }

  /** With custom networking a node whose pool is empty never becomes ready (`nodeInit`). */
  get isReady(): boolean {
    return this.interfaces.length > 0 && (this.#units > 0 || !this.#settings.customNetworking);
  }

  /** Units held: secondary addresses, or prefixes. */
  get units(): number {
    return this.#units;
  }

  /** Addresses for pods that the node holds, in use or warm. */
  get poolSize(): number {
    return this.#units * this.unitSize;
  }

  /**
   * Gives as many pods an address as the pool has now; returns how many. The pool grows only in `settle`. Pods spread over
   * prefixes: ipamd takes a free address of any of them. This decides how many prefixes it counts as empty.
   */
  startPods(count: number): number {
    let started = 0;
    while (started < count && this.pods < this.poolSize) {
      this.#startPod();
      started += 1;
    }
    return started;
  }

  #startPod(): void {
    const emptiest = this.interfaces
      .flatMap(({ units }) => units)
      .reduce((best, unit) => (unit.pods < best.pods ? unit : best));
    if (emptiest.pods === 0) this.#emptyUnits -= 1;
    emptiest.pods += 1;
    this.#pods.push(emptiest);
  }

  /** Ends pods, the last started first; returns how many were there to end. */
  stopPods(count: number): number {
    const ended = this.#pods.splice(Math.max(0, this.#pods.length - count));
    for (const unit of ended) {
      unit.pods -= 1;
      if (unit.pods === 0) this.#emptyUnits += 1;
    }
    return ended.length;
  }

  /** Brings the pool to its target, as far as the source gives. */
  settle(): void {
    while (this.#targets.isTooLow(this.#counts) && this.#increase());
    this.#attachTrunk();
    this.#returnUnits();
    while (this.#targets.mayHaveExtraInterface(this.#counts) && this.#freeInterface());
  }

  /** Attaches further interfaces, as they were before a switch of mode, without units of the mode that is now. */
  attachFurther(count: number, trunk: boolean): void {
    for (let index = 0; index < count; index += 1) {
      this.#attach({ deviceIndex: this.#freeDeviceIndex, trunk: false, units: 0 });
    }
    if (trunk) this.#attach({ deviceIndex: this.#freeDeviceIndex, trunk: true, units: 0 });
  }

  /** The instance is gone: everything goes back. */
  terminate(): void {
    for (const held of this.interfaces.splice(0)) this.#source.detach?.(held);
    this.#pods.length = 0;
    this.#units = 0;
    this.#emptyUnits = 0;
  }

  get #counts(): PoolCounts {
    return { pods: this.#pods.length, units: this.#units, emptyUnits: this.#emptyUnits };
  }

  /** Interfaces that give addresses to pods: with custom networking not the primary one. */
  get #podInterfaces(): Held[] {
    return this.interfaces.filter(
      ({ deviceIndex, trunk }) => !trunk && (deviceIndex > 0 || !this.#settings.customNetworking),
    );
  }

  get #hasTrunk(): boolean {
    return this.interfaces.some(({ trunk }) => trunk);
  }

  /** The slot that is kept for a trunk counts, whether the type can have a trunk or not. */
  get hasRoomForInterface(): boolean {
    const kept = this.#settings.podEni && !this.#hasTrunk ? 1 : 0;
    return this.interfaces.length < mostInterfaces(this.#limits, this.#settings) - kept;
  }

  /** One round of ipamd: more units on an interface that has room, else one more interface. True when something was got. */
  #increase(): boolean {
    const wanted = this.#targets.unitsWanted(this.#counts);
    const { inOrder = (interfaces) => interfaces } = this.#source;
    for (const held of inOrder(this.#podInterfaces)) {
      const room = slotsPerInterface(this.#limits) - held.units.length - (held.leftovers?.units ?? 0);
      if (room === 0) continue;
      // As ipamd: everything that is wanted, and when that is refused a single one.
      for (const count of new Set([Math.min(room, wanted), 1])) {
        const units = this.#source.assign(held, count);
        if (units === null) continue;
        held.units.push(...units);
        this.#count(units.length);
        return true;
      }
    }
    const units = Math.min(wanted, slotsPerInterface(this.#limits));
    return (
      this.hasRoomForInterface && this.#attach({ deviceIndex: this.#freeDeviceIndex, trunk: false, units })
    );
  }

  /** The VPC resource controller attaches the trunk once there is room, and never takes it away. */
  #attachTrunk(): void {
    const { podEni } = this.#settings;
    const hasRoom = this.interfaces.length < mostInterfaces(this.#limits, this.#settings);
    if (!podEni || !this.#limits.trunk || this.#hasTrunk || !hasRoom || !this.isReady) return;
    this.#attach({ deviceIndex: this.#freeDeviceIndex, trunk: true, units: 0 });
  }

  /** The lowest index that no interface has: one in the middle may have been given back. */
  get #freeDeviceIndex(): number {
    const taken = new Set(this.interfaces.map(({ deviceIndex }) => deviceIndex));
    let index = 0;
    while (taken.has(index)) index += 1;
    return index;
  }

  #attach(wanted: NewInterface): boolean {
    const held = this.#source.attach(wanted);
    if (held === null) return false;
    this.interfaces.push(held);
    this.#count(held.units.length);
    return true;
  }

  /** Units without pods came or went. */
  #count(units: number): void {
    this.#units += units;
    this.#emptyUnits += units;
  }

  /** Single units go back only where a target says how many to keep: WARM_IP_TARGET, MINIMUM_IP_TARGET or prefixes. */
  #returnUnits(): void {
    let over = this.#targets.unitsOver(this.#counts);
    for (const held of this.#podInterfaces.toReversed()) {
      for (const unit of held.units.filter(({ pods }) => pods === 0).slice(0, over)) {
        held.units.splice(held.units.indexOf(unit), 1);
        this.#source.unassign?.(held, unit);
        this.#count(-1);
        over -= 1;
      }
    }
  }

  #freeInterface(): boolean {
    const index = this.interfaces.findLastIndex(
      (held) =>
        held.deviceIndex > 0 &&
        !held.trunk &&
        held.leftovers?.inUse !== true &&
        held.units.every(({ pods }) => pods === 0) &&
        !this.#targets.needs(held.units.length, this.#counts),
    );
    for (const held of index < 0 ? [] : this.interfaces.splice(index, 1)) {
      this.#source.detach?.(held);
      this.#count(-held.units.length);
    }
    return index >= 0;
  }
}

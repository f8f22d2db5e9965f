import { elementAt } from '../base/element-at.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import {
  type CniSettings,
  hasIpTargets,
  mostInterfaces,
  type NodeLimits,
  slotsPerInterface,
} from './cni-settings.ts';
import { NodePool, type PoolInterface, type PoolUnit } from './node-pool.ts';

/** The least and the most of something. */
export type Range = readonly [least: number, most: number];

/** Between which bounds a node's holding lies. */
export interface HoldingRange {
  readonly interfaces: Range;
  readonly addresses: Range;
  readonly prefixes: Range;
}

/** What a node holds while it runs a number of pods. */
export interface NodeHolding {
  /** Pods that need an address of the node's own pool. Pods on the host's network and on branch interfaces need none. */
  readonly pods: number;
  /** Interfaces attached, primary and trunk included. */
  readonly interfaces: number;
  /** Secondary addresses held, primary addresses not included. */
  readonly addresses: number;
  /** Prefixes of 16 addresses held. */
  readonly prefixes: number;
  /** Addresses for pods that no pod uses. */
  readonly unused: number;
  /** Pods that get no address, however long they wait. */
  readonly podsWithoutAddress: number;
  /** Where the CNI's choice is random, or where it never settles, what it holds lies between these; else both are the figures above. */
  readonly range: HoldingRange;
}

type CountedInterface = PoolInterface<PoolUnit>;

const emptyUnits = (count: number): PoolUnit[] => Array.from({ length: count }, () => ({ pods: 0 }));

/** A pool whose subnets give everything that is asked. */
const unlimitedPool = (limits: NodeLimits, settings: CniSettings): NodePool<PoolUnit, CountedInterface> =>
  new NodePool<PoolUnit, CountedInterface>(limits, settings, {
    attach: ({ deviceIndex, trunk, units }) => ({ deviceIndex, trunk, units: emptyUnits(units) }),
    assign: (_held, count) => emptyUnits(count),
  });

/**
 * What a node holds for each of these numbers of pods, in their order: steady states on the way up, pod by pod, with subnets
 * that have plenty. On the way down a node holds as much or more: see `holdingOnTheWayDown`.
 */
export const holdingsOnTheWayUp = (
  limits: NodeLimits,
  settings: CniSettings,
  pods: readonly number[],
): readonly NodeHolding[] => {
  const pool = unlimitedPool(limits, settings);
  const bounds = new HoldingBounds(limits, settings, pool.unitSize);
  const found: NodeHolding[] = [];
  const maxPods = settings.maxPods ?? Number.POSITIVE_INFINITY;
  pool.settle();
  for (const asked of [...new Set(pods)].sort((a, b) => a - b)) {
    while (pool.pods < Math.min(asked, maxPods) && pool.startPods(1) > 0) pool.settle();
    const held = { pods: pool.pods, interfaces: pool.interfaces.length, units: pool.units };
    found.push({
      pods: asked,
      interfaces: held.interfaces,
      addresses: pool.usesPrefixes ? 0 : held.units,
      prefixes: pool.usesPrefixes ? held.units : 0,
      unused: pool.poolSize - pool.pods,
      podsWithoutAddress: asked - pool.pods,
      range: bounds.onTheWayUp(held),
    });
  }
  return pods.flatMap((asked) => found.filter((held) => held.pods === asked));
};

/**
 * Between which bounds a node holds that ran `peakPods` pods once and runs `pods` now. Pods do not pack: an interface or a
 * prefix stays for one pod. So the least is what it would hold on the way up, the most is what it held at its peak.
 * With IP targets in secondary mode the addresses are exact; the interfaces they lie on are not.
 */
export const holdingOnTheWayDown = (
  limits: NodeLimits,
  settings: CniSettings,
  pods: number,
  peakPods: number,
): HoldingRange => {
  const held = holdingsOnTheWayUp(limits, settings, [pods, Math.max(pods, peakPods)]);
  const now = elementAt(held, 0);
  const peak = elementAt(held, 1);
  const between = (of: (range: HoldingRange) => Range): Range => [of(now.range)[0], of(peak.range)[1]];
  return {
    interfaces: between(({ interfaces }) => interfaces),
    addresses: hasIpTargets(settings) ? now.range.addresses : between(({ addresses }) => addresses),
    prefixes: between(({ prefixes }) => prefixes),
  };
};

interface Held {
  readonly pods: number;
  readonly interfaces: number;
  readonly units: number;
}

/** How far the CNI's random choices reach, and what a pool without a warm target swings between. */
class HoldingBounds {
  readonly #limits: NodeLimits;
  readonly #settings: CniSettings;
  readonly #unitSize: number;

  constructor(limits: NodeLimits, settings: CniSettings, unitSize: number) {
    this.#limits = limits;
    this.#settings = settings;
    this.#unitSize = unitSize;
  }

  onTheWayUp(held: Held): HoldingRange {
    const [least, most] = this.#units(held);
    const range: Range = [least, most];
    const none: Range = [0, 0];
    return {
      interfaces: [
        least === held.units ? held.interfaces : this.#interfacesFor(least, held),
        most === held.units ? held.interfaces : this.#interfacesFor(most, held),
      ],
      addresses: this.#usesPrefixes ? none : range,
      prefixes: this.#usesPrefixes ? range : none,
    };
  }

  get #usesPrefixes(): boolean {
    return this.#unitSize > 1;
  }

  #units({ pods, units }: Held): Range {
    if (hasIpTargets(this.#settings)) return [units, units];
    const target = this.#usesPrefixes ? this.#settings.warmPrefixTarget : this.#settings.warmEniTarget;
    if (target === 0) return [Math.min(units, this.#withoutWarmUnit(pods)), units];
    if (!this.#usesPrefixes || target === 1 || pods === 0) return [units, units];
    const enough = Math.ceil(pods / this.#unitSize) + target;
    const { maxPods } = this.#settings;
    const stopsAt = maxPods === null ? Number.POSITIVE_INFINITY : Math.ceil(maxPods / this.#unitSize);
    const most = Math.min(enough, stopsAt) + target - 1;
    return [Math.min(units, enough, stopsAt), Math.max(units, Math.min(most, this.#slots))];
  }

  /** What stays when the last warm unit is given back. The primary interface and its addresses never go. */
  #withoutWarmUnit(pods: number): number {
    if (this.#usesPrefixes) return Math.ceil(pods / this.#unitSize);
    const perInterface = slotsPerInterface(this.#limits);
    const kept = this.#settings.customNetworking ? 0 : 1;
    return Math.max(kept, Math.ceil(pods / perInterface)) * perInterface;
  }

  /** Every slot that pods' units can take. */
  get #slots(): number {
    const { customNetworking, podEni } = this.#settings;
    const interfaces =
      mostInterfaces(this.#limits, this.#settings) - (customNetworking ? 1 : 0) - (podEni ? 1 : 0);
    return Math.max(0, interfaces) * slotsPerInterface(this.#limits);
  }

  /** Interfaces that hold so many units, and those that a node has beside them. */
  #interfacesFor(units: number, held: Held): number {
    const perInterface = slotsPerInterface(this.#limits);
    const full = Math.ceil(held.units / perInterface);
    const others = held.interfaces - full;
    return Math.max(1, others + Math.ceil(units / perInterface));
  }
}

/** Addresses that a holding takes from the subnets: primary addresses, secondary addresses, and 16 for each prefix. */
export const addressesTaken = ({
  interfaces,
  addresses,
  prefixes,
}: Pick<NodeHolding, 'interfaces' | 'addresses' | 'prefixes'>): number =>
  interfaces + addresses + prefixes * ADDRESSES_PER_PREFIX;

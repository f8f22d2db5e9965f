import { heldAddresses } from '../aws/held-addresses.ts';
import type { Instance, NetworkInterface } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { ClusterMembership } from '../owners/cluster-membership.ts';
import { isMadeByCilium, isOnOtherCard, isUnmanaged } from '../owners/owners.ts';
import type { AddressingMode, SubnetUsage } from '../result/cluster.ts';
import type { CniConfiguration } from './cni-configuration.ts';

/** Slots and interfaces that can serve pods, and where they are. */
export interface PodInterfaces {
  readonly count: number;
  /** Slots in use: each holds one address or one prefix. */
  readonly slotsUsed: number;
  readonly addresses: number;
  readonly prefixes: number;
  /** Interfaces and slots in use, by subnet. */
  readonly bySubnet: ReadonlyMap<string, { readonly interfaces: number; readonly slotsUsed: number }>;
}

interface Tally {
  interfaces: number;
  secondaries: number;
  prefixes: number;
}

interface SubnetTally extends Tally {
  readonly subnetId: string;
}

/** What interfaces hold that the CNI leaves alone. */
interface Extras {
  singles: number;
  prefixes: number;
}

const emptyTally = (): Tally => ({ interfaces: 0, secondaries: 0, prefixes: 0 });

const add = (tally: Tally, interfaces: number, secondaries: number, prefixes: number): void => {
  tally.interfaces += interfaces;
  tally.secondaries += secondaries;
  tally.prefixes += prefixes;
};

const NO_EXTRAS: ReadonlyMap<string, Extras> = new Map();
const NOTHING_HELD: Readonly<Tally> = emptyTally();

/**
 * Adds up one node's interfaces as they arrive. Nothing is kept of an interface. A node is in one subnet or two, so lists by subnet
 * are arrays: with a map for each, 50,000 nodes took 30 MB more.
 */
export class NodeAccumulator {
  readonly instance: Omit<Instance, 'instanceId'>;
  readonly membership: ClusterMembership;
  /** Pods that its kubelet admits; `null`: not known, as where the Kubernetes API was not read. */
  readonly maxPods: number | null;
  interfaces = 0;
  branchInterfaces = 0;
  addresses = 0;
  prefixes = 0;
  hasTrunk = false;
  /** Cilium made one of its interfaces. */
  hasCilium = false;
  /** Left alone by the CNI, on the default network card: each takes an interface slot from it. */
  unmanaged = 0;
  /** On other network cards, which have slots of their own. */
  onOtherCards = 0;
  /** What an older CNI put on a trunk: it counts as held, but no slot of a trunk is for pods (amazon-vpc-cni-k8s 1.16.4). */
  #trunk: Tally | null = null;
  #ipv6Prefixes = 0;
  #primarySubnetId: string | null = null;
  readonly #primary = emptyTally();
  #secondary: readonly SubnetTally[] = [];
  #extras: Map<string, Extras> | null = null;
  #usage: readonly { -readonly [Key in keyof SubnetUsage]: SubnetUsage[Key] }[] = [];

  constructor(instance: NodeAccumulator['instance'], membership: ClusterMembership, maxPods: number | null) {
    this.instance = instance;
    this.membership = membership;
    this.maxPods = maxPods;
  }

  add(networkInterface: NetworkInterface): void {
    const held = heldAddresses(networkInterface);
    this.interfaces += 1;
    this.addresses += held.addresses;
    this.prefixes += held.prefixes;
    this.#use(networkInterface.subnetId, 1, held.addresses, held.prefixes);
    if (networkInterface.interfaceType === 'trunk') this.hasTrunk = true;
    if (isMadeByCilium(networkInterface)) this.hasCilium = true;
    const { attachment } = networkInterface;
    if (isUnmanaged(networkInterface)) {
      if (isOnOtherCard(networkInterface)) this.onOtherCards += 1;
      else this.unmanaged += 1;
      this.#extras ??= new Map();
      const extra = this.#extras.get(networkInterface.subnetId) ?? { singles: 0, prefixes: 0 };
      extra.singles += held.addresses - held.prefixes * ADDRESSES_PER_PREFIX;
      extra.prefixes += held.prefixes;
      this.#extras.set(networkInterface.subnetId, extra);
      return;
    }
    if (networkInterface.interfaceType === 'trunk') {
      this.#trunk ??= emptyTally();
      add(this.#trunk, 1, held.secondaries, held.prefixes);
      return;
    }
    this.#ipv6Prefixes += networkInterface.ipv6Prefixes.length;
    if (attachment?.deviceIndex === 0) {
      this.#primarySubnetId = networkInterface.subnetId;
      add(this.#primary, 1, held.secondaries, held.prefixes);
    } else {
      this.#addSecondary(networkInterface.subnetId, held.secondaries, held.prefixes);
    }
  }

  /** Branch interfaces of its pods: they take addresses of the subnet, but no slot of the node's. */
  addBranches({
    subnetId,
    interfaces,
    addresses,
  }: {
    readonly subnetId: string;
    readonly interfaces: number;
    readonly addresses: number;
  }): void {
    this.branchInterfaces += interfaces;
    this.addresses += addresses;
    this.#use(subnetId, interfaces, addresses, 0);
  }

  #addSecondary(subnetId: string, secondaries: number, prefixes: number): void {
    const known = this.#secondary.find((tally) => tally.subnetId === subnetId);
    const tally = known ?? { subnetId, ...emptyTally() };
    // An array that is appended to has room for sixteen more.
    if (known === undefined) this.#secondary = this.#secondary.concat(tally);
    add(tally, 1, secondaries, prefixes);
  }

  #use(subnetId: string, interfaces: number, addresses: number, prefixes: number): void {
    const known = this.#usage.find((usage) => usage.subnetId === subnetId);
    const usage = known ?? { subnetId, interfaces: 0, addresses: 0, prefixes: 0 };
    if (known === undefined) this.#usage = this.#usage.concat(usage);
    usage.interfaces += interfaces;
    usage.addresses += addresses;
    usage.prefixes += prefixes;
  }

  get holdsIpv6Prefixes(): boolean {
    return this.#ipv6Prefixes > 0;
  }

  /** Whether it runs, or is about to: a stopped instance keeps its addresses but serves no pod. */
  get isLive(): boolean {
    return this.instance.state === 'running' || this.instance.state === 'pending';
  }

  get subnetId(): string | null {
    return this.#primarySubnetId ?? this.instance.subnetId;
  }

  /** What its interfaces hold that the CNI leaves alone, by subnet: EFA, Multus, other network cards. */
  get extras(): ReadonlyMap<string, Readonly<Extras>> {
    return this.#extras ?? NO_EXTRAS;
  }

  /** What it holds in each subnet, the most first. */
  get usage(): readonly SubnetUsage[] {
    return this.#usage
      .map((held) => ({ ...held }))
      .sort((a, b) => b.addresses - a.addresses || (a.subnetId < b.subnetId ? -1 : 1));
  }

  /** Interfaces that the CNI counts on the default network card, a trunk among them. */
  get managedInterfaces(): number {
    let managed = this.#primary.interfaces + (this.#trunk ?? NOTHING_HELD).interfaces;
    for (const { interfaces } of this.#secondary) managed += interfaces;
    return managed;
  }

  /** The same for nodes of which everything is the same but the id, if their tags are: what is left out follows from the rest. */
  get likeness(): string {
    const { availabilityZone, instanceType, platform, state, subnetId, vpcId } = this.instance;
    return JSON.stringify([
      [availabilityZone, instanceType, platform === undefined, platform, state, subnetId, vpcId],
      [this.maxPods, this.branchInterfaces, this.hasTrunk, this.hasCilium, this.unmanaged, this.onOtherCards],
      [this.#primarySubnetId, this.#primary, this.#secondary, this.#trunk, [...this.extras], this.#usage],
      this.#ipv6Prefixes,
    ]);
  }

  /** The subnet that most of its further interfaces are in; `null` where it has only the primary one. */
  get secondarySubnetId(): string | null {
    const [most] = this.#secondary.toSorted(
      (a, b) => b.interfaces - a.interfaces || (a.subnetId < b.subnetId ? -1 : 1),
    );
    return most?.subnetId ?? null;
  }

  /**
   * Under custom networking the primary interface serves no pod: it holds nothing but its own address, while interfaces in
   * another subnet hold something. In the same subnet that proves nothing, since a pool that shrank may have left the
   * primary one empty. There, and where the node shows nothing yet, the add-on's configuration decides if it is known.
   */
  usesCustomNetworking(configuration: CniConfiguration): boolean {
    if (this.#primary.secondaries + this.#primary.prefixes > 0) return false;
    const elsewhere = this.#secondary.some(
      ({ subnetId, secondaries, prefixes }) =>
        subnetId !== this.#primarySubnetId && secondaries + prefixes > 0,
    );
    return (elsewhere && this.#primary.interfaces > 0) || (configuration.customNetworking ?? false);
  }

  /** How much of what it holds the CNI gives to pods. `customNetworking` leaves the primary interface out. */
  heldForPods(customNetworking: boolean): Pick<PodInterfaces, 'addresses' | 'prefixes'> {
    const trunk = this.#trunk ?? NOTHING_HELD;
    let { secondaries: addresses, prefixes } = trunk;
    for (const tally of this.#secondary) {
      addresses += tally.secondaries;
      prefixes += tally.prefixes;
    }
    if (!customNetworking && this.#primarySubnetId !== null) {
      addresses += this.#primary.secondaries;
      prefixes += this.#primary.prefixes;
    }
    return { addresses, prefixes };
  }

  /** The same with the interfaces and subnets that it is on. */
  podInterfaces(customNetworking: boolean): PodInterfaces {
    const bySubnet = new Map<string, { interfaces: number; slotsUsed: number }>();
    let count = 0;
    let slotsUsed = 0;
    const take = (subnetId: string, tally: Tally): void => {
      const known = bySubnet.get(subnetId) ?? { interfaces: 0, slotsUsed: 0 };
      known.interfaces += tally.interfaces;
      known.slotsUsed += tally.secondaries + tally.prefixes;
      bySubnet.set(subnetId, known);
      count += tally.interfaces;
      slotsUsed += tally.secondaries + tally.prefixes;
    };
    for (const tally of this.#secondary) take(tally.subnetId, tally);
    if (!customNetworking && this.#primarySubnetId !== null) take(this.#primarySubnetId, this.#primary);
    return { count, slotsUsed, ...this.heldForPods(customNetworking), bySubnet };
  }

  /** How it takes its pods' addresses, by what it holds; what it does not show, its cluster's settings tell. */
  mode(ipFamily: 'ipv4' | 'ipv6' | null, configuration: CniConfiguration): AddressingMode {
    const { addresses, prefixes } = this.heldForPods(false);
    if (ipFamily === 'ipv6' || (this.#ipv6Prefixes > 0 && addresses + prefixes === 0)) return 'ipv6';
    if (prefixes > 0) return addresses > 0 ? 'mixed' : 'prefix';
    if (addresses > 0) return 'secondary';
    if (configuration.prefixDelegation === null) return 'unknown';
    return configuration.prefixDelegation ? 'prefix' : 'secondary';
  }
}

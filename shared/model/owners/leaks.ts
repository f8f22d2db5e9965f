import { heldAddresses } from '../aws/held-addresses.ts';
import type { Instance, NetworkInterface, Tags, Target } from '../aws/inventory.ts';
import type { LeakedInterface } from '../result/assessment.ts';
import { CNI_CREATED_AT_TAG, CNI_INSTANCE_TAG } from './cluster-membership.ts';
import { LEAK_RULES } from './leak-origins.ts';

/**
 * Keeps, of the interfaces as they arrive, those that are attached to nothing and that something may have left behind. EC2 does
 * not say since when one is detached. So the age is counted from our own first sighting, which the last assessment of this
 * target remembers. Where there is no last one, the VPC CNI's `createdAt` tag counts, but only if the node is gone: a node
 * that runs lets interfaces go. The other makers leave no time at all, so theirs are always counted from the first sighting.
 *
 * Keeps the sightings alone: memory grows with leaks, not with interfaces.
 */
export class LeakTracker {
  readonly #target: Target;
  readonly #now: number;
  readonly #instances: ReadonlyMap<string, Instance> | null;
  readonly #firstSeen: ReadonlyMap<string, string> | null;
  readonly #sightings: LeakedInterface[] = [];

  /** @param now epoch milliseconds */
  constructor(input: {
    readonly target: Target;
    /** The sightings of the last scan; `null` if there was none. */
    readonly previous: readonly LeakedInterface[] | null;
    /** Every instance that EC2 lists; `null`: they could not be listed. */
    readonly instances: ReadonlyMap<string, Instance> | null;
    readonly now: number;
  }) {
    this.#target = input.target;
    this.#now = input.now;
    this.#instances = input.instances;
    this.#firstSeen =
      input.previous === null
        ? null
        : new Map(
            input.previous.map(({ networkInterfaceId, firstSeenAt }) => [networkInterfaceId, firstSeenAt]),
          );
  }

  /** Takes any interface; those that are attached, or that nothing known made, are passed over. */
  add(networkInterface: NetworkInterface): void {
    const { networkInterfaceId, ownerId, status, subnetId, tags } = networkInterface;
    const isOurs = ownerId === null || ownerId === this.#target.accountId;
    if (status !== 'available' || !isOurs) return;
    const rule = LEAK_RULES.find(({ made }) => made(networkInterface));
    if (rule === undefined) return;
    const firstSeen = this.#firstSeenAt(networkInterfaceId, tags);
    this.#sightings.push({
      networkInterfaceId,
      subnetId,
      accountId: this.#target.accountId,
      region: this.#target.region,
      origin: rule.origin,
      clusterName: rule.clusterOf(networkInterface),
      instanceId: tags[CNI_INSTANCE_TAG] ?? null,
      addresses: heldAddresses(networkInterface).addresses,
      firstSeenAt: new Date(firstSeen).toISOString(),
      leaked: this.#now - firstSeen > rule.afterMinutes * 60_000,
    });
  }

  /** All sightings, leaked or not yet, by interface id. Remember them, so that ages survive until the next scan. */
  finish(): readonly LeakedInterface[] {
    return this.#sightings.toSorted((a, b) => (a.networkInterfaceId < b.networkInterfaceId ? -1 : 1));
  }

  /**
   * The `createdAt` tag says when it was made, not when it was left behind: one that was attached for a week and let go a
   * second ago is no leak. EC2 lists an instance for about an hour after its end: one that it does not list is gone for longer.
   */
  #firstSeenAt(networkInterfaceId: string, tags: Tags): number {
    const known = this.#firstSeen === null ? this.#createdAt(tags) : this.#firstSeen.get(networkInterfaceId);
    const seen = Date.parse(known ?? '');
    return Number.isNaN(seen) ? this.#now : Math.min(seen, this.#now);
  }

  #createdAt(tags: Tags): string | undefined {
    const isGone = this.#instances !== null && !this.#instances.has(tags[CNI_INSTANCE_TAG] ?? '');
    return isGone ? tags[CNI_CREATED_AT_TAG] : undefined;
  }
}

/** Leaked interfaces of one subnet: how many, and the addresses they hold. */
export const leaksIn = (
  subnetId: string,
  sightings: readonly LeakedInterface[],
): { readonly interfaces: number; readonly addresses: number } => {
  const leaked = sightings.filter((sighting) => sighting.leaked && sighting.subnetId === subnetId);
  return { interfaces: leaked.length, addresses: leaked.reduce((sum, { addresses }) => sum + addresses, 0) };
};

import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { NetworkInterface, Subnet, Target } from '../model/aws/inventory.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import { eachPacked, InterfacePacker, interfaceIdsIn } from '../model/subnet/packed-interfaces.ts';
import { isTouched, type KeptSubnet, type KeptTarget, planReading } from '../model/target/reading-plan.ts';
import type { CacheStore } from '../state/state-store.ts';
import type { CallEvents } from './call-events.ts';
import type { TargetFacts, TargetSources } from './collect.ts';
import { interfaceListings, LISTINGS_AT_ONCE } from './interface-listings.ts';
import type { KeptMaps } from './kept-maps.ts';

export interface ReadInterfacesInput {
  readonly target: Target;
  readonly scope: InventoryScope;
  readonly inventory: TargetSources['inventory'];
  readonly facts: TargetFacts;
  readonly previous: PastScan | null;
  readonly now: number;
  readonly manyInterfaces?: number | undefined;
}

/** Hands over every interface of the target, as AWS lists them now. @throws HeadroomError when a listing broke off */
export const readAllInterfaces = async (
  { facts, inventory, manyInterfaces, previous, scope }: ReadInterfacesInput,
  receive: (networkInterface: NetworkInterface) => void,
): Promise<void> => {
  const vpcIds = [...facts.vpcs, ...facts.subnets].map(({ vpcId }) => vpcId);
  const listings = interfaceListings(scope, vpcIds, previous, manyInterfaces);
  await Promise.all(listings.map((part) => inventory.eachInterface(part, receive)));
};

/** What a scan keeps for the next one: complete once the assessment is there. */
export interface KeptReading {
  /** When each subnet's interfaces were read, in epoch milliseconds. */
  readonly readAt: ReadonlyMap<string, number>;
  /** @param subnets as they were assessed: a difference between the two counts that is new is doubtful */
  keep(subnets: readonly SubnetAssessment[]): Promise<void>;
}

/**
 * Hands over every interface of the target, those of quiet subnets from what earlier scans kept. A subnet is read again where
 * AWS's count of its available addresses has moved, and in turn; see `planReading`.
 *
 * @throws HeadroomError when a listing broke off
 */
export const readChangedInterfaces = async (
  input: ReadInterfacesInput,
  maps: KeptMaps,
  cache: CacheStore | null,
  receive: (networkInterface: NetworkInterface) => void,
): Promise<KeptReading> => {
  const { facts, inventory, now, target } = input;
  const { subnets } = facts;
  const kept = await maps.load(target, cache, now);
  const plan = planReading(subnets, kept, now, touchedSubnets(facts.events, kept));
  const packers = new Map<string, InterfacePacker>();
  for (const subnet of subnets)
    if (plan === 'all' || plan.has(subnet.subnetId))
      packers.set(subnet.subnetId, new InterfacePacker(subnet));
  const isKept = (subnetId: string): KeptSubnet | undefined =>
    packers.has(subnetId) ? undefined : kept?.subnets.get(subnetId);
  const take = (networkInterface: NetworkInterface): void => {
    packers.get(networkInterface.subnetId)?.add(networkInterface);
    receive(networkInterface);
  };
  if (plan === 'all') await readAllInterfaces(input, take);
  else {
    await Promise.all(shares([...plan]).map((subnetIds) => inventory.eachInterface({ subnetIds }, take)));
    for (const subnet of subnets) {
      const known = isKept(subnet.subnetId);
      if (known === undefined) continue;
      try {
        eachPacked(subnet, known.interfaces, receive);
      } catch (error) {
        await maps.forget(target, cache);
        throw error;
      }
    }
  }
  return {
    readAt: new Map(subnets.map(({ subnetId }) => [subnetId, isKept(subnetId)?.readAt ?? now])),
    keep: async (assessed) => {
      const unaccounted = new Map(assessed.map((each) => [each.subnetId, each.unaccounted]));
      const next = subnets.map((subnet): readonly [string, KeptSubnet] => {
        const { subnetId } = subnet;
        const before = kept?.subnets.get(subnetId);
        return [
          subnetId,
          isKept(subnetId) ??
            reading(subnet, packers.get(subnetId), unaccounted.get(subnetId) ?? null, before, now),
        ];
      });
      const whole: KeptTarget = {
        readInFullAt: plan === 'all' ? now : (kept?.readInFullAt ?? now),
        scannedAt: now,
        subnets: new Map(next),
      };
      await maps.save(target, whole, cache);
    },
  };
};

/** An event that removes an interface names no subnet: it is where the last reading found the interface. */
const touchedSubnets = (events: CallEvents, kept: KeptTarget | null): ReadonlyMap<string, number> => {
  const touched = new Map(events.subnets);
  if (events.interfaces.size === 0) return touched;
  for (const [subnetId, { interfaces, readAt }] of kept?.subnets ?? []) {
    for (const id of interfaceIdsIn(interfaces)) {
      const changedAt = events.interfaces.get(id);
      if (changedAt !== undefined && isTouched(changedAt, readAt))
        touched.set(subnetId, Math.max(changedAt, touched.get(subnetId) ?? 0));
    }
  }
  return touched;
};

const reading = (
  { awsAvailable }: Subnet,
  packer: InterfacePacker | undefined,
  unaccounted: number | null,
  before: KeptSubnet | undefined,
  now: number,
): KeptSubnet => ({
  readAt: now,
  awsAvailable,
  unaccounted,
  doubtful: unaccounted !== (before === undefined ? 0 : before.unaccounted),
  interfaces: packer?.finish() ?? { kinds: [], lines: '' },
});

/** Subnets in one of the lists that are read side by side, where there are few: every list is at least one call. */
const SUBNETS_IN_LIST = 50;

/** Lists of about the same length, none of them empty. */
const shares = <Item>(items: readonly Item[]): readonly (readonly Item[])[] => {
  const size = Math.max(SUBNETS_IN_LIST, Math.ceil(items.length / LISTINGS_AT_ONCE));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
};

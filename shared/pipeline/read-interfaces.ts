import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { NetworkInterface, Subnet, Target } from '../model/aws/inventory.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import { type PackedInstances, packInstances } from '../model/subnet/packed-instances.ts';
import { countPacked, eachPacked, InterfacePacker } from '../model/subnet/packed-interfaces.ts';
import type { KeptSubnet, KeptTarget } from '../model/target/reading-plan.ts';
import type { CacheStore } from '../state/state-store.ts';
import type { TargetFacts, TargetSources } from './collect.ts';
import { interfaceListings, subnetListings } from './interface-listings.ts';
import type { KeptMaps } from './kept-maps.ts';
import type { TargetReading } from './target-reading.ts';

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
 * AWS's count of its available addresses has moved, and in turn; see `planTarget`.
 *
 * @throws HeadroomError when a listing broke off
 */
export const readChangedInterfaces = async (
  input: ReadInterfacesInput,
  { kept, plan }: TargetReading,
  maps: KeptMaps,
  cache: CacheStore | null,
  receive: (networkInterface: NetworkInterface) => void,
): Promise<KeptReading> => {
  const { facts, inventory, now, target } = input;
  const { subnets } = facts;
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
    const interfacesIn = (subnetId: string): number => {
      const known = kept?.subnets.get(subnetId);
      return known === undefined ? 0 : countPacked(known.interfaces);
    };
    await Promise.all(
      subnetListings([...plan], interfacesIn).map((subnetIds) =>
        inventory.eachInterface({ subnetIds }, take),
      ),
    );
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
      const instancesIn = packedInstances(facts.instances);
      const unaccounted = new Map(assessed.map((each) => [each.subnetId, each.unaccounted]));
      const next = subnets.map((subnet): readonly [string, KeptSubnet] => {
        const { subnetId } = subnet;
        const before = kept?.subnets.get(subnetId);
        const known =
          isKept(subnetId) ??
          reading(subnet, packers.get(subnetId), unaccounted.get(subnetId) ?? null, before, now);
        return [subnetId, { ...known, instances: known.instances ?? instancesIn(subnetId) }];
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

const packedInstances = (
  instances: TargetFacts['instances'],
): ((subnetId: string) => PackedInstances | null) => {
  if (instances === null) return () => null;
  const bySubnet = Map.groupBy(instances.values(), ({ subnetId }) => subnetId);
  return (subnetId) => packInstances(bySubnet.get(subnetId) ?? []);
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
  instances: null,
});

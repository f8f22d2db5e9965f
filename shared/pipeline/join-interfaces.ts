import type { NetworkInterface, Subnet, Target } from '../model/aws/inventory.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import { type PackedInstances, packInstances } from '../model/subnet/packed-instances.ts';
import { eachPacked, type PackedInterfaces } from '../model/subnet/packed-interfaces.ts';
import type { KeptSubnet, KeptTarget } from '../model/target/reading-plan.ts';
import type { CacheStore } from '../state/state-store.ts';
import type { TargetFacts } from './collect.ts';
import type { KeptMaps } from './kept-maps.ts';
import type { ReadSubnets } from './read-interfaces.ts';
import type { TargetReading } from './target-reading.ts';

export interface JoinInterfacesInput {
  readonly target: Target;
  readonly facts: Pick<TargetFacts, 'subnets' | 'instances'>;
  readonly reading: TargetReading;
  readonly read: ReadSubnets;
  readonly maps: KeptMaps;
  readonly cache: CacheStore | null;
  readonly now: number;
}

/** What a scan keeps for the next one: complete once the assessment is there. */
export interface KeptReading {
  /** When each subnet's interfaces were read, in epoch milliseconds. */
  readonly readAt: ReadonlyMap<string, number>;
  /** @param subnets as they were assessed: a difference between the two counts that is new is doubtful */
  keep(subnets: readonly SubnetAssessment[]): Promise<void>;
}

/**
 * Hands over every interface of the target: what was read again, and what earlier scans kept of the other subnets.
 *
 * @throws HeadroomError where what was kept is damaged
 */
export const joinInterfaces = async (
  { cache, facts, maps, now, read, reading: { kept, plan }, target }: JoinInterfacesInput,
  receive: (networkInterface: NetworkInterface) => void,
): Promise<KeptReading> => {
  const { instances, subnets } = facts;
  const keptOf = (subnetId: string): KeptSubnet | undefined => kept?.subnets.get(subnetId);
  for (const subnet of subnets) {
    const interfaces = read.get(subnet.subnetId) ?? keptOf(subnet.subnetId)?.interfaces;
    if (interfaces === undefined) continue;
    try {
      eachPacked(subnet, interfaces, receive);
    } catch (error) {
      await maps.forget(target, cache);
      throw error;
    }
  }
  const readAt = (subnetId: string): number => (read.has(subnetId) ? now : (keptOf(subnetId)?.readAt ?? now));
  return {
    readAt: new Map(subnets.map(({ subnetId }) => [subnetId, readAt(subnetId)])),
    keep: async (assessed) => {
      const instancesIn = packedInstances(instances);
      const unaccounted = new Map(assessed.map((each) => [each.subnetId, each.unaccounted]));
      const next = subnets.flatMap((subnet): readonly (readonly [string, KeptSubnet])[] => {
        const { subnetId } = subnet;
        const interfaces = read.get(subnetId);
        const before = keptOf(subnetId);
        const known =
          interfaces === undefined
            ? before
            : keptSubnet(subnet, interfaces, unaccounted.get(subnetId) ?? null, before, now);
        return known === undefined
          ? []
          : [[subnetId, { ...known, instances: known.instances ?? instancesIn(subnetId) }]];
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

const keptSubnet = (
  { awsAvailable }: Subnet,
  interfaces: PackedInterfaces,
  unaccounted: number | null,
  before: KeptSubnet | undefined,
  now: number,
): KeptSubnet => ({
  readAt: now,
  awsAvailable,
  unaccounted,
  doubtful: unaccounted !== (before === undefined ? 0 : before.unaccounted),
  interfaces,
  instances: null,
});

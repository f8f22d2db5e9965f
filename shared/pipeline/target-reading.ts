import type { Subnet, Target } from '../model/aws/inventory.ts';
import { interfaceIdsIn } from '../model/subnet/packed-interfaces.ts';
import { isTouched, type KeptTarget, planReading, type ReadingPlan } from '../model/target/reading-plan.ts';
import type { CacheStore } from '../state/state-store.ts';
import type { CallEvents } from './call-events.ts';
import type { KeptMaps } from './kept-maps.ts';

/** What one scan reads of a target again, and what earlier scans kept of the rest. */
export interface TargetReading {
  /** `null`: nothing, or not all of it. */
  readonly kept: KeptTarget | null;
  readonly plan: ReadingPlan;
}

export const planTarget = async (
  {
    target,
    cache,
    now,
  }: { readonly target: Target; readonly cache: CacheStore | null; readonly now: number },
  maps: KeptMaps,
  subnets: readonly Subnet[],
  events: CallEvents,
): Promise<TargetReading> => {
  const kept = await maps.load(target, cache, now);
  return { kept, plan: planReading(subnets, kept, now, touchedSubnets(events, kept)) };
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

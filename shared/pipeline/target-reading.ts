import type { Instance, Subnet, Target } from '../model/aws/inventory.ts';
import { eachPackedInstance, NO_INSTANCES } from '../model/subnet/packed-instances.ts';
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
  /** Every instance that is not running, by id; `null`: they were not listed. */
  readonly notRunning: ReadonlyMap<string, Instance> | null;
}

export interface PlanInput {
  readonly target: Target;
  readonly cache: CacheStore | null;
  readonly now: number;
  readonly subnets: readonly Subnet[];
  readonly events: CallEvents;
  /** See `planReading`. */
  readonly mostInterfaces: number;
  /** Lists the instances that are not running; `null`: they could not be listed. */
  readonly listNotRunning: () => Promise<ReadonlyMap<string, Instance> | null>;
}

export const planTarget = async (
  { target, cache, now, subnets, events, listNotRunning, mostInterfaces }: PlanInput,
  maps: KeptMaps,
): Promise<TargetReading> => {
  const kept = await maps.load(target, cache, now);
  const notRunning = kept !== null && knowsInstances(kept) ? await listNotRunning() : null;
  const touched = touchedSubnets(events, kept);
  for (const subnetId of startedOrStopped(notRunning, kept)) touched.set(subnetId, now);
  return { kept, plan: planReading(subnets, kept, now, { touched, mostInterfaces }), notRunning };
};

/** Where those of a subnet are not known, all instances are read anyway. */
const knowsInstances = ({ subnets }: KeptTarget): boolean =>
  [...subnets.values()].every(({ instances }) => instances !== null);

/** An event that removes an interface names no subnet: it is where the last reading found the interface. */
const touchedSubnets = (events: CallEvents, kept: KeptTarget | null): Map<string, number> => {
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

/** The subnets in which an instance started, stopped or ended since they were read. That may not move AWS's count. */
const startedOrStopped = (
  notRunning: ReadonlyMap<string, Instance> | null,
  kept: KeptTarget | null,
): ReadonlySet<string> => {
  const found = new Set<string>();
  if (notRunning === null) return found;
  // One that has ended is in no subnet any more: its own is where it was kept.
  const started = new Map([...notRunning].map(([instanceId, { subnetId }]) => [instanceId, subnetId]));
  for (const [subnetId, { instances }] of kept?.subnets ?? []) {
    eachPackedInstance(instances ?? NO_INSTANCES, ({ instanceId, state }) => {
      started.delete(instanceId);
      if ((notRunning.get(instanceId)?.state ?? 'running') !== state) found.add(subnetId);
    });
  }
  for (const subnetId of started.values()) if (subnetId !== null) found.add(subnetId);
  return found;
};

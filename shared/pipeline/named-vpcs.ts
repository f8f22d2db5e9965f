import * as z from 'zod/mini';
import type { Target } from '../model/aws/inventory.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { targetName } from '../model/result/identity.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/**
 * Which of the VPCs that `scan.vpcs` names were seen, and where. Each target has its own VPCs, so one scan cannot say that a
 * name is wrong: only all targets together can.
 */
interface SeenVpcs {
  /** Those that the scan was restricted to. */
  readonly named: readonly string[];
  readonly seen: readonly string[];
}

const SEEN: RecordForm<SeenVpcs> = z.object({ named: z.array(z.string()), seen: z.array(z.string()) });

/** A target that has not been read in full for so long says nothing. */
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000;

const keyOf = (target: Target): string => `named-vpcs/${targetName(target)}`;

/** Notes what a scan saw of the VPCs that it was restricted to. A scan with gaps may have missed some, so it notes nothing. */
export const noteNamedVpcs = async (
  cache: CacheStore,
  target: Target,
  named: readonly string[],
  { target: { status }, vpcs }: Pick<TargetAssessment, 'target' | 'vpcs'>,
  now: number,
): Promise<void> => {
  if (status !== 'ok') return;
  const ids = new Set(vpcs.map(({ vpcId }) => vpcId));
  const seen: SeenVpcs = { named, seen: named.filter((vpcId) => ids.has(vpcId)) };
  await cache.put(keyOf(target), seen, now + KEPT_MILLISECONDS);
};

/**
 * The VPCs that `scan.vpcs` names and no target has. Empty, too, while some target has not been read in full with these names:
 * it may have them.
 */
export const unknownVpcs = async (
  cache: CacheStore,
  targets: readonly Target[],
  named: readonly string[] | null,
  now: number,
): Promise<readonly string[]> => {
  if (named === null) return [];
  const stored = await cache.getMany(targets.map(keyOf), now, SEEN);
  const notes = targets.map((target) => stored.get(keyOf(target)));
  return named.filter((vpcId) =>
    notes.every((note) => note?.named.includes(vpcId) && !note.seen.includes(vpcId)),
  );
};

import * as z from 'zod/mini';
import type { Target } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import { count, number } from '../model/base/text/numbers.ts';
import { utcMinute } from '../model/base/text/times.ts';
import { targetName } from '../model/result/identity.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/** What a process that scans may use, and uses now. */
export interface ScanLife {
  /** Epoch milliseconds: when the process is ended if it has not ended by then. */
  readonly endsBy: number;
  /** In MB; `limit` is `null` where there is none. */
  readonly memory: () => { readonly used: number; readonly limit: number | null };
}

/** A scan that has begun: stored before it reads anything, because a process that is killed stores nothing more. */
export interface ScanStart {
  /** Epoch milliseconds, as are the others. */
  readonly startedAt: number;
  readonly endsBy: number;
  /** When it stored this last. */
  readonly seenAt: number;
  readonly interfaces: number;
  readonly memoryUsed: number;
  readonly memoryLimit: number | null;
}

const STARTS: RecordForm<readonly ScanStart[]> = z.array(
  z.object({
    startedAt: z.number(),
    endsBy: z.number(),
    seenAt: z.number(),
    interfaces: z.number(),
    memoryUsed: z.number(),
    memoryLimit: z.nullable(z.number()),
  }),
);

/** Starts that are older say nothing: the target counts as stale by then. */
const KEPT_MILLISECONDS = 6 * 3_600_000;

/** Starts that are kept of a target: enough for runs that overlap. */
const KEPT = 6;

/**
 * A scan that reads many interfaces says how far it is, first after this pause, and then after one that is three times as long. Each
 * time is a request to the store, and there are few of them however long a scan takes.
 */
const FIRST_PAUSE_MILLISECONDS = 10_000;

const keyOf = (target: Target): string => `scan-starts/${targetName(target)}`;

/** The starts of many targets, by the names of the targets. */
export const readAllStarts = async (
  cache: CacheStore,
  targets: readonly Target[],
  now: number,
): Promise<ReadonlyMap<string, readonly ScanStart[]>> => {
  const stored = await cache.getMany(targets.map(keyOf), now, STARTS);
  return new Map(targets.map((target) => [targetName(target), stored.get(keyOf(target)) ?? []]));
};

const readStarts = async (cache: CacheStore, target: Target, now: number): Promise<readonly ScanStart[]> =>
  (await cache.get(keyOf(target), now, STARTS)) ?? [];

/**
 * Notes that a scan begins. One that ends needs no note: its assessment is later than its start.
 *
 * @returns what to call with the number of interfaces read so far
 */
export const noteStart = async (
  cache: CacheStore,
  target: Target,
  life: ScanLife,
  clock: () => number,
): Promise<(interfaces: number) => void> => {
  const startedAt = clock();
  const others = (await readStarts(cache, target, startedAt)).slice(1 - KEPT);
  const seen = (interfaces: number, seenAt: number): ScanStart => {
    const { used, limit } = life.memory();
    const { endsBy } = life;
    return { startedAt, endsBy, seenAt, interfaces, memoryUsed: used, memoryLimit: limit };
  };
  const put = (start: ScanStart): Promise<void> =>
    cache.put(keyOf(target), [...others, start], startedAt + KEPT_MILLISECONDS);
  let last = seen(0, startedAt);
  let pause = FIRST_PAUSE_MILLISECONDS;
  await put(last);
  return (interfaces) => {
    const now = seen(interfaces, clock());
    // What would explain a sudden end is said at once, and once.
    const why = shortOf(now);
    const isNews = why !== null && why !== shortOf(last);
    if (!isNews && now.seenAt - last.seenAt < pause) return;
    if (!isNews) pause *= 3;
    last = now;
    // The scan does not wait for this, and does not fail with it: it only helps to explain a scan that is killed.
    put(now).catch(() => {});
  };
};

/**
 * Why a target has a scan that began and did not end; `null`: it has none.
 *
 * @param lastScannedAt ISO 8601; `null`: never
 */
export const unfinishedAmong = (
  starts: readonly ScanStart[],
  lastScannedAt: string | null,
  now: number,
): Problem | null => {
  const after = lastScannedAt === null ? 0 : Date.parse(lastScannedAt);
  const unfinished = starts.filter(({ startedAt, endsBy }) => startedAt > after && endsBy < now);
  const last = unfinished.at(-1);
  if (last === undefined) return null;
  const began = `The scan that began at ${utcMinute(new Date(last.startedAt).toISOString())} did not end`;
  const { why, action } = likelyReason(last);
  return { code: 'scan-killed', message: `${began}: ${why}`, action };
};

/** From this share of its memory on, a process that was killed was probably killed for it. */
const NEARLY_ALL_MEMORY = 0.85;

/** A process that was seen this shortly before its end was probably ended by its time limit, in milliseconds. */
const NEARLY_THE_END = 20_000;

/** What a process had nearly used up when it was last seen; `null`: neither. */
const shortOf = ({ endsBy, memoryLimit, memoryUsed, seenAt }: ScanStart): 'memory' | 'time' | null => {
  if (memoryLimit !== null && memoryUsed >= NEARLY_ALL_MEMORY * memoryLimit) return 'memory';
  return endsBy - seenAt <= NEARLY_THE_END ? 'time' : null;
};

/** In serverless.yml, and in the template of CloudFormation, which the Terraform and CDK modules use. */
const MEMORY_PARAMETER = 'the parameter `memorySize`, or `MemorySize` of the CloudFormation template';

const likelyReason = (start: ScanStart): { readonly why: string; readonly action: string } => {
  const { interfaces, memoryLimit, memoryUsed } = start;
  const short = shortOf(start);
  const seen = `when last seen it used ${number(memoryUsed, 0)}${memoryLimit === null ? '' : ` of ${number(memoryLimit)}`} MB and had read ${count(interfaces, 'interface')}`;
  if (short === 'memory') {
    return {
      why: `it probably ran out of memory, ${seen}`,
      action: `Deploy again with more memory for scan-target: ${MEMORY_PARAMETER}.`,
    };
  }
  if (short === 'time') {
    return {
      why: `it probably ran out of time, ${seen}`,
      action: `Deploy again with a larger scan-target, which has more time and more processor: ${MEMORY_PARAMETER}. Or scan fewer VPCs (\`scan.vpcs\`).`,
    };
  }
  return {
    why: `its process was ended, most often for want of memory; ${seen}`,
    action: 'Look in the log of that scan for "Runtime exited", "Task timed out" or the end of the process.',
  };
};

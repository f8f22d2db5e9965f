import * as z from 'zod/mini';
import type { Target } from '../model/aws/inventory.ts';
import type { KeptSubnet, KeptTarget } from '../model/target/reading-plan.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/** What is kept is as good as new while the counts agree. So it is written this seldom, in milliseconds. */
const WRITTEN_EVERY = 30 * 60_000;

/** No map is used at this age, in milliseconds, so nothing of it is missed. */
const EXPIRES_AFTER = 24 * 3_600_000;

/** Characters in one entry of the store. Compressed they are half, and an item of DynamoDB holds 400 KB. */
const PART_CHARACTERS = 500_000;

/** Characters that a process remembers, of all targets together. */
const REMEMBERED_CHARACTERS = 48_000_000;

type StoredPart = readonly (readonly [subnetId: string, kept: KeptSubnet])[];

interface StoredHead {
  readonly parts: number;
  readonly readInFullAt: number;
  readonly scannedAt: number;
}

const HEAD: RecordForm<StoredHead> = z.object({
  parts: z.number(),
  readInFullAt: z.number(),
  scannedAt: z.number(),
});

const PART: RecordForm<StoredPart> = z.array(
  z.tuple([
    z.string(),
    z.object({
      readAt: z.number(),
      awsAvailable: z.nullable(z.number()),
      unaccounted: z.nullable(z.number()),
      doubtful: z.boolean(),
      interfaces: z.object({ kinds: z.array(z.string()), lines: z.string() }),
      instances: z.nullable(z.object({ kinds: z.array(z.string()), ids: z.array(z.string()) })),
    }),
  ]),
);

interface Remembered {
  readonly kept: KeptTarget;
  readonly characters: number;
  readonly writtenAt: number;
}

/**
 * What scans keep of interfaces: in the process, and now and then in the store, for the process that comes next. Losing it
 * costs one full reading.
 */
export class KeptMaps {
  readonly #remembered = new Map<string, Remembered>();

  /** What was kept of a target; `null`: nothing, or not all of it. */
  async load(target: Target, cache: CacheStore | null, now: number): Promise<KeptTarget | null> {
    const remembered = this.#remembered.get(keyOf(target));
    if (remembered !== undefined) return remembered.kept;
    const head = await cache?.get(keyOf(target), now, HEAD);
    if (cache === null || head == null) return null;
    const subnets = new Map<string, KeptSubnet>();
    for (let part = 0; part < head.parts; part += 1) {
      const stored = await cache.get(partKey(target, head, part), now, PART);
      // A part of another writing, or none: all is read again.
      if (stored === null) return null;
      for (const [subnetId, kept] of stored) subnets.set(subnetId, kept);
    }
    return { readInFullAt: head.readInFullAt, scannedAt: head.scannedAt, subnets };
  }

  /** Keeps it for the next scan. */
  async save(target: Target, kept: KeptTarget, cache: CacheStore | null): Promise<void> {
    const key = keyOf(target);
    const known = this.#remembered.get(key);
    // A clock that was ahead when it was written is no reason to leave it so.
    const isDue = known === undefined || Math.abs(kept.scannedAt - known.writtenAt) >= WRITTEN_EVERY;
    if (isDue && cache !== null) await write(target, kept, cache);
    this.#remembered.delete(key);
    this.#remembered.set(key, {
      kept,
      characters: charactersOf(kept),
      writtenAt: isDue ? kept.scannedAt : known.writtenAt,
    });
    this.#forget();
  }

  /** Drops what was kept and cannot be read: the next scan reads everything. */
  async forget(target: Target, cache: CacheStore | null): Promise<void> {
    this.#remembered.delete(keyOf(target));
    const nothing: StoredHead = { parts: 0, readInFullAt: 0, scannedAt: 0 };
    await cache?.put(keyOf(target), nothing, EXPIRES_AFTER);
  }

  /** The targets that were scanned longest ago make room. */
  #forget(): void {
    let sum = 0;
    for (const { characters } of this.#remembered.values()) sum += characters;
    for (const [key, { characters }] of this.#remembered) {
      if (sum <= REMEMBERED_CHARACTERS) return;
      this.#remembered.delete(key);
      sum -= characters;
    }
  }
}

/** The number is that of the form: what another version wrote is not found. */
const keyOf = ({ accountId, region }: Target): string => `interfaces-2/${accountId}/${region}`;

/** With the time of the writing: two processes that write at once do not mix their parts. */
const partKey = (target: Target, { scannedAt }: StoredHead, part: number): string =>
  `${keyOf(target)}/${scannedAt}/${part}`;

const charactersIn = ({ interfaces, instances }: KeptSubnet): number =>
  [...interfaces.kinds, interfaces.lines, ...(instances?.kinds ?? []), ...(instances?.ids ?? [])].reduce(
    (sum, text) => sum + text.length,
    0,
  );

const charactersOf = ({ subnets }: KeptTarget): number =>
  [...subnets.values()].reduce((sum, kept) => sum + charactersIn(kept), 0);

const write = async (target: Target, kept: KeptTarget, cache: CacheStore): Promise<void> => {
  const parts: StoredPart[] = [];
  let part: [string, KeptSubnet][] = [];
  let characters = 0;
  for (const [subnetId, subnet] of kept.subnets) {
    part.push([subnetId, subnet]);
    characters += charactersIn(subnet);
    if (characters < PART_CHARACTERS) continue;
    parts.push(part);
    part = [];
    characters = 0;
  }
  if (part.length > 0) parts.push(part);
  const head: StoredHead = {
    parts: parts.length,
    readInFullAt: kept.readInFullAt,
    scannedAt: kept.scannedAt,
  };
  const expiresAt = kept.scannedAt + EXPIRES_AFTER;
  for (const [index, each] of parts.entries()) await cache.put(partKey(target, head, index), each, expiresAt);
  // The head last: what it names is there.
  await cache.put(keyOf(target), head, expiresAt);
};

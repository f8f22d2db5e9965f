import pLimit from 'p-limit';
import {
  type DayRollups,
  decodeDay,
  encodeDay,
  type NumberedSample,
  visitDay,
} from '../history/history-codec.ts';
import {
  addSample,
  DAY,
  HISTORY_RETENTION,
  HOUR,
  noHours,
  RECENT_WINDOW,
  SUPPLIES,
  type SubnetHours,
  startOfDay,
} from '../history/history-rollup.ts';
import { ColumnMemory } from '../history/hour-columns.ts';
import { noStoredHours, type StoredHours } from '../history/lazy-history.ts';
import type { DayMemo } from './dynamo-day-memo.ts';
import { retried } from './dynamo-history-ledger.ts';
import {
  atVersion,
  bytesOf,
  type DynamoTable,
  expiring,
  type Item,
  numberOf,
  textOf,
} from './dynamo-table.ts';

/** One scan's values, by the subnets' numbers. */
export interface NumberedScan {
  readonly at: number;
  readonly samples: readonly NumberedSample[];
}

/**
 * Subnets in one item of a day. Such an item stays far under 400 KB however the values jump (tested), and who reads few
 * subnets reads little.
 */
export const SUBNETS_PER_BUCKET = 100;

const REQUESTS_AT_ONCE = 16;

/** Days that are read at once: so many are one request. */
const DAYS_IN_PIECE = 100;

/** A bucket is read again once it has been added to for so long, in milliseconds of the ledger's time. */
const READ_AGAIN_AFTER = 6 * HOUR;

/** The most buckets that one reading takes for that reason, those that were read longest ago first: 36 days of them are two requests. */
const OLD_AT_ONCE = 5;

/** A target's rolled-up days: an item for each day and bucket of subnets. */
export class HistoryDays {
  readonly #table: DynamoTable;
  readonly #partition: string;
  readonly #memo: DayMemo;

  constructor(table: DynamoTable, partition: string, memo: DayMemo) {
    this.#table = table;
    this.#partition = partition;
    this.#memo = memo;
  }

  /** Rolls up scans into the days they belong to: one read of all, and a conditional write for each day and bucket that changes. */
  async rollUp(scans: readonly NumberedScan[]): Promise<void> {
    const items = new Map<string, { bucket: number; day: number; scans: NumberedScan[] }>();
    for (const { at, samples } of scans) {
      for (const [bucket, some] of Map.groupBy(samples, ({ ordinal }) => bucketOf(ordinal))) {
        const sk = dayKey(bucket, at);
        const item = items.get(sk) ?? { bucket, day: startOfDay(at), scans: [] };
        items.set(sk, item);
        item.scans.push({ at, samples: some });
      }
    }
    const stored = await this.#stored([...items.keys()], { consistent: true });
    const limited = pLimit(REQUESTS_AT_ONCE);
    await Promise.all(
      [...items].map(([sk, { bucket, day, scans: some }]) =>
        limited(async () => {
          const item = await this.#rollUpInto(sk, day, some, stored.get(sk) ?? null);
          this.#memo.replace(this.#memoKey(bucket), item);
        }),
      ),
    );
  }

  /** The rolled-up days of the subnets with these numbers, as they are stored, from the day of `from` on. */
  async read(ordinals: Iterable<number>, from: number, rolledUpBefore: number): Promise<StoredDays> {
    const earliest = startOfDay(Math.max(0, from, rolledUpBefore - HISTORY_RETENTION));
    const known = new Map<number, readonly Item[]>();
    const asked = new Map<number, number>();
    const old: { readonly bucket: number; readonly readFor: number }[] = [];
    for (const bucket of new Set([...ordinals].map(bucketOf))) {
      const remembered = this.#memo.recall(this.#memoKey(bucket), dayKey(bucket, earliest));
      known.set(bucket, remembered === null ? [] : remembered.items);
      if (remembered === null) asked.set(bucket, earliest);
      else {
        const { rolledUpBefore: before, readFor } = remembered;
        if (rolledUpBefore - readFor > READ_AGAIN_AFTER) old.push({ bucket, readFor });
        // Another process has rolled up since. It looked back from where this one had ended, or from later.
        if (before < rolledUpBefore)
          asked.set(bucket, Math.max(earliest, startOfDay(before - RECENT_WINDOW)));
      }
    }
    for (const { bucket } of old.toSorted((a, b) => a.readFor - b.readFor).slice(0, OLD_AT_ONCE))
      asked.set(bucket, earliest);

    const read = await this.#daysOf(asked, rolledUpBefore);
    for (const [bucket, from] of asked) {
      const [first, since] = [dayKey(bucket, earliest), dayKey(bucket, from)];
      const before = (known.get(bucket) ?? []).filter((item) => textOf(item, 'sk') < since);
      const items = [...before, ...(read.get(bucket) ?? [])];
      known.set(bucket, items);
      const isWhole = from === earliest;
      this.#memo.remember(this.#memoKey(bucket), rolledUpBefore, first, items, isWhole);
    }
    return new StoredDays(known);
  }

  /** The days of buckets, each from its own first day on, in the order of time. */
  async #daysOf(
    asked: ReadonlyMap<number, number>,
    rolledUpBefore: number,
  ): Promise<ReadonlyMap<number, readonly Item[]>> {
    const keys: string[] = [];
    for (const [bucket, from] of asked)
      for (let day = from; day < rolledUpBefore; day += DAY) keys.push(dayKey(bucket, day));
    const items: Item[] = [];
    for (let start = 0; start < keys.length; start += DAYS_IN_PIECE) {
      const some = keys.slice(start, start + DAYS_IN_PIECE);
      const stored = await this.#stored(some, { consistent: false });
      items.push(...inOnePiece(some.map((sk) => stored.get(sk)).filter((item) => item !== undefined)));
    }
    // They are unpacked when they are needed, and what cannot be unpacked has to be known now.
    for (const item of items) visitDay(dayOf(item), bytesOf(item, 'body'), NONE, () => {});
    return Map.groupBy(items, bucketOfItem);
  }

  async #stored(
    keys: readonly string[],
    reading: { readonly consistent: boolean },
  ): Promise<ReadonlyMap<string, Item>> {
    const items = await this.#table.getMany(
      keys.map((sk) => ({ pk: this.#partition, sk })),
      reading,
    );
    return new Map(items.map((item) => [textOf(item, 'sk'), item]));
  }

  /** All scans before `after` are rolled up now; `before` is what the ledger said until then. */
  rolledUp(before: number, after: number): void {
    this.#memo.advance(`${this.#partition}#`, before, after);
  }

  /** @returns the item as it is stored now */
  async #rollUpInto(
    sk: string,
    day: number,
    scans: readonly NumberedScan[],
    stored: Item | null,
  ): Promise<Item> {
    const key = { pk: this.#partition, sk };
    let known: { readonly item: Item | null } | null = { item: stored };
    return retried(async () => {
      // Only who was refused reads it again.
      const { item }: { readonly item: Item | null } = known ?? {
        item: await this.#table.get(key, { consistent: true }),
      };
      known = null;
      const rollups: DayRollups = item === null ? new Map() : decodeDay(day, bytesOf(item, 'body'));
      if (!addAll(rollups, scans) && item !== null) return item;
      const version = item === null ? 0 : numberOf(item, 'version');
      const attributes = {
        version: { N: String(version + 1) },
        body: { B: encodeDay(day, rollups) },
        ...expiring(day + HISTORY_RETENTION + 2 * DAY),
      };
      const outcome = await this.#table.put(key, attributes, atVersion(version));
      return outcome === 'refused' ? null : { pk: { S: key.pk }, sk: { S: sk }, ...attributes };
    });
  }

  #memoKey(bucket: number): string {
    return `${this.#partition}#${bucket}`;
  }
}

/** Whether any of it was new. */
const addAll = (rollups: DayRollups, scans: readonly NumberedScan[]): boolean => {
  let changed = false;
  for (const { at, samples } of scans) {
    for (const sample of samples) {
      const hours: SubnetHours = rollups.get(sample.ordinal) ?? noHours();
      rollups.set(sample.ordinal, hours);
      if (addSample(hours, at, sample)) changed = true;
    }
  }
  return changed;
};

/**
 * The items, with their bytes in one piece of memory. They stay for hours, and in pieces of some kilobytes they would be
 * between others that go.
 */
const inOnePiece = (items: readonly Item[]): readonly Item[] => {
  const bodies = items.map((item) => bytesOf(item, 'body'));
  const piece = Buffer.concat(bodies);
  let end = 0;
  return items.map((item, index) => {
    const start = end;
    end += bodies[index]?.length ?? 0;
    return { ...item, body: { B: piece.subarray(start, end) } };
  });
};

/** Buckets that are kept unpacked: 3 MB each with 36 days. Who goes through the subnets by their numbers needs one at a time. */
const OPEN_BUCKETS = 1;

/** Who jumps from bucket to bucket, and has had each unpacked so often, gets all of them at once: unpacking one takes 60 ms. */
const MOST_UNPACKINGS = 3;

/** Rolled-up days, packed as they were stored. A bucket is unpacked when one of its subnets is asked for. */
export class StoredDays {
  readonly #items: ReadonlyMap<number, readonly Item[]>;
  readonly #open = new Map<number, ReadonlyMap<number, StoredHours>>();
  #unpackings = 0;

  constructor(items: ReadonlyMap<number, readonly Item[]>) {
    this.#items = items;
  }

  /**
   * The rolled-up hours of one subnet. What it returns is the caller's to change.
   *
   * @param openFrom hours from here on may still be added to: they come as roll-ups.
   */
  of(ordinal: number, openFrom: number): StoredHours {
    const bucket = bucketOf(ordinal);
    const hours = this.#unpacked(bucket, openFrom).get(ordinal) ?? noStoredHours(NO_MEMORY);
    return {
      closed: hours.closed,
      open: { addresses: new Map(hours.open.addresses), prefixes: new Map(hours.open.prefixes) },
    };
  }

  #unpacked(bucket: number, openFrom: number): ReadonlyMap<number, StoredHours> {
    const known = this.#open.get(bucket);
    if (known !== undefined) return known;
    const items = this.#items.get(bucket) ?? [];
    const all = new Map<number, StoredHours>();
    const memory = new ColumnMemory(SUPPLIES.length * SUBNETS_PER_BUCKET, 24 * items.length);
    const hoursOf = (ordinal: number): StoredHours => {
      const hours = all.get(ordinal) ?? noStoredHours(memory);
      all.set(ordinal, hours);
      return hours;
    };
    for (const item of items) {
      visitDay(dayOf(item), bytesOf(item, 'body'), EVERY, (ordinal, supply, hour, rollup) => {
        if (hour >= openFrom) hoursOf(ordinal).open[supply].set(hour, rollup);
        else hoursOf(ordinal).closed[supply].push(hour, rollup);
      });
    }
    this.#unpackings += 1;
    const isJumping = this.#unpackings > MOST_UNPACKINGS * this.#items.size;
    for (const oldest of this.#open.keys()) {
      if (isJumping || this.#open.size < OPEN_BUCKETS) break;
      this.#open.delete(oldest);
    }
    this.#open.set(bucket, all);
    return all;
  }
}

const NO_MEMORY = new ColumnMemory(0, 0);
const NONE = { has: () => false };
const EVERY = { has: () => true };

/** Epoch milliseconds. */
const dayOf = (item: Item): number => Date.parse(textOf(item, 'sk').split('#')[2] ?? '');

const bucketOf = (ordinal: number): number => Math.floor(ordinal / SUBNETS_PER_BUCKET);

const bucketOfItem = (item: Item): number => Number(textOf(item, 'sk').split('#')[1]);

/** How many buckets so many subnets have. */
export const bucketsFor = (subnets: number): number => Math.ceil(subnets / SUBNETS_PER_BUCKET);

/** The number of the first subnet of a bucket. */
export const firstOrdinal = (bucket: number): number => bucket * SUBNETS_PER_BUCKET;

const bucketKey = (bucket: number): string => `day#${String(bucket).padStart(6, '0')}`;

const dayKey = (bucket: number, at: number): string =>
  `${bucketKey(bucket)}#${new Date(startOfDay(at)).toISOString().slice(0, 10)}`;

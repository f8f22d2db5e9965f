import pLimit from 'p-limit';
import {
  type DayRollups,
  decodeDay,
  encodeDay,
  type NumberedSample,
  visitDay,
} from '../history/history-codec.ts';
import {
  DAY,
  foldSample,
  HISTORY_RETENTION,
  noHours,
  type SubnetHours,
  startOfDay,
} from '../history/history-rollup.ts';
import { type FoldedHours, noFoldedHours } from '../history/lazy-history.ts';
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

/** A target's folded days: an item for each day and bucket of subnets. */
export class HistoryDays {
  readonly #table: DynamoTable;
  readonly #partition: string;
  readonly #memo: DayMemo;

  constructor(table: DynamoTable, partition: string, memo: DayMemo) {
    this.#table = table;
    this.#partition = partition;
    this.#memo = memo;
  }

  /** Folds scans into the days they belong to: a read and a conditional write for each day and bucket. */
  async fold(scans: readonly NumberedScan[]): Promise<void> {
    const items = new Map<string, { bucket: number; day: number; scans: NumberedScan[] }>();
    for (const { at, samples } of scans) {
      for (const [bucket, some] of Map.groupBy(samples, ({ ordinal }) => bucketOf(ordinal))) {
        const sk = dayKey(bucket, at);
        const item = items.get(sk) ?? { bucket, day: startOfDay(at), scans: [] };
        items.set(sk, item);
        item.scans.push({ at, samples: some });
      }
    }
    const limited = pLimit(REQUESTS_AT_ONCE);
    await Promise.all(
      [...items].map(([sk, { bucket, day, scans: some }]) =>
        limited(async () => {
          await this.#foldInto(sk, day, some);
          this.#memo.forget(this.#memoKey(bucket));
        }),
      ),
    );
  }

  /**
   * The folded hours of these subnets from the day of `from` on, by ordinal.
   *
   * @param openFrom hours from here on may still be folded into: they come as roll-ups, for the caller to change.
   */
  async read(
    ordinals: ReadonlySet<number>,
    from: number,
    foldedBefore: number,
    openFrom: number,
  ): Promise<ReadonlyMap<number, FoldedHours>> {
    const all = new Map([...ordinals].map((ordinal) => [ordinal, noFoldedHours()]));
    const earliest = Math.max(0, from, foldedBefore - HISTORY_RETENTION);
    const limited = pLimit(REQUESTS_AT_ONCE);
    const readBucket = async (bucket: number): Promise<void> => {
      for (const item of await this.#items(bucket, earliest, foldedBefore)) {
        const day = Date.parse(textOf(item, 'sk').split('#')[2] ?? '');
        visitDay(day, bytesOf(item, 'body'), all, (ordinal, supply, hour, rollup) => {
          if (hour >= openFrom) all.get(ordinal)?.open[supply].set(hour, rollup);
          else all.get(ordinal)?.closed[supply].push(hour, rollup);
        });
      }
    };
    const buckets = new Set([...ordinals].map(bucketOf));
    await Promise.all([...buckets].map((bucket) => limited(() => readBucket(bucket))));
    return all;
  }

  async #items(bucket: number, earliest: number, foldedBefore: number): Promise<readonly Item[]> {
    const from = dayKey(bucket, earliest);
    const remembered = this.#memo.recall(this.#memoKey(bucket), foldedBefore, from);
    if (remembered !== null) return remembered;
    const to = `${bucketKey(bucket)}#~`;
    const items = await this.#table.query(this.#partition, { consistent: false, from, to });
    this.#memo.remember(this.#memoKey(bucket), foldedBefore, from, items);
    return items;
  }

  async #foldInto(sk: string, day: number, scans: readonly NumberedScan[]): Promise<void> {
    const key = { pk: this.#partition, sk };
    await retried(async () => {
      const item = await this.#table.get(key, { consistent: true });
      const rollups: DayRollups = item === null ? new Map() : decodeDay(day, bytesOf(item, 'body'));
      if (!foldAll(rollups, scans)) return 'unchanged';
      const version = item === null ? 0 : numberOf(item, 'version');
      const attributes = {
        version: { N: String(version + 1) },
        body: { B: encodeDay(day, rollups) },
        ...expiring(day + HISTORY_RETENTION + 2 * DAY),
      };
      const outcome = await this.#table.put(key, attributes, atVersion(version));
      return outcome === 'refused' ? null : outcome;
    });
  }

  #memoKey(bucket: number): string {
    return `${this.#partition}#${bucket}`;
  }
}

/** Whether any of it was new. */
const foldAll = (rollups: DayRollups, scans: readonly NumberedScan[]): boolean => {
  let changed = false;
  for (const { at, samples } of scans) {
    for (const sample of samples) {
      const hours: SubnetHours = rollups.get(sample.ordinal) ?? noHours();
      rollups.set(sample.ordinal, hours);
      if (foldSample(hours, at, sample)) changed = true;
    }
  }
  return changed;
};

const bucketOf = (ordinal: number): number => Math.floor(ordinal / SUBNETS_PER_BUCKET);

const bucketKey = (bucket: number): string => `day#${String(bucket).padStart(6, '0')}`;

const dayKey = (bucket: number, at: number): string =>
  `${bucketKey(bucket)}#${new Date(startOfDay(at)).toISOString().slice(0, 10)}`;

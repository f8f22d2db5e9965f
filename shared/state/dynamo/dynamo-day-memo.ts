import type { Item } from './dynamo-table.ts';
import { bytesOf } from './dynamo-table.ts';

/** Kept compressed: 36 days of 1,000 subnets are some 3.5 MB. Whose memory is known says how much it can spare. */
const DEFAULT_BYTES = 16 * 1024 * 1024;

/** One bucket's rolled-up days, as they were when all before `rolledUpBefore` had been rolled up. */
interface RememberedDays {
  rolledUpBefore: number;
  /** What `rolledUpBefore` was when all of them were read from the table. */
  readonly readFor: number;
  /** The sort key that reading began with. */
  readonly from: string;
  items: readonly Item[];
  bytes: number;
}

/**
 * Remembers rolled-up days for as long as a process lives: a forecast wants 36 days at every scan, and reading them would be by
 * far the largest part of the bill. What this process rolls up is replaced in it, so that the next hour begins with what is
 * known. Where another process has rolled up an hour, the days of that hour are read again.
 */
export class DayMemo {
  readonly #most: number;
  readonly #buckets = new Map<string, RememberedDays>();
  #bytes = 0;

  /** @param most bytes that are remembered, of all targets together */
  constructor(most = DEFAULT_BYTES) {
    this.#most = most;
  }

  /** The items from sort key `from` on, or `null` when they have to be read. */
  recall(bucket: string, from: string): Pick<RememberedDays, 'rolledUpBefore' | 'readFor' | 'items'> | null {
    const known = this.#buckets.get(bucket);
    if (known === undefined || known.from > from) return null;
    const { rolledUpBefore, items, readFor } = known;
    return { rolledUpBefore, readFor, items: items.filter((item) => sortKey(item) >= from) };
  }

  /** @param isWhole whether all of the items were read now; otherwise those before were remembered */
  remember(
    bucket: string,
    rolledUpBefore: number,
    from: string,
    items: readonly Item[],
    isWhole = true,
  ): void {
    const readFor = isWhole ? rolledUpBefore : (this.#buckets.get(bucket)?.readFor ?? rolledUpBefore);
    this.#forget(bucket);
    const bytes = items.reduce((sum, item) => sum + bytesOf(item, 'body').length, 0);
    this.#buckets.set(bucket, { rolledUpBefore, readFor, from, items, bytes });
    this.#bytes += bytes;
    // A map keeps the order of insertion: what was read longest ago goes first.
    for (const oldest of this.#buckets.keys()) {
      if (this.#bytes <= this.#most) break;
      this.#forget(oldest);
    }
  }

  /** An item of a bucket has been written: it is as it is here. */
  replace(bucket: string, item: Item): void {
    const known = this.#buckets.get(bucket);
    if (known === undefined) return;
    const others = known.items.filter((other) => sortKey(other) !== sortKey(item));
    known.items = [...others, item].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
    const bytes = known.items.reduce((sum, each) => sum + bytesOf(each, 'body').length, 0);
    this.#bytes += bytes - known.bytes;
    known.bytes = bytes;
  }

  /** All that was to be rolled up before `after` has been rolled up by this process, for the buckets whose names begin so. */
  advance(prefix: string, before: number, after: number): void {
    for (const [bucket, known] of this.#buckets)
      if (bucket.startsWith(prefix) && known.rolledUpBefore === before) known.rolledUpBefore = after;
  }

  #forget(bucket: string): void {
    this.#bytes -= this.#buckets.get(bucket)?.bytes ?? 0;
    this.#buckets.delete(bucket);
  }
}

const sortKey = (item: Item): string => item['sk']?.S ?? '';

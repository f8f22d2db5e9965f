import type { Item } from './dynamo-table.ts';
import { bytesOf } from './dynamo-table.ts';

/** Kept compressed: 36 days of 1,000 subnets are some 3.5 MB. A function of 256 MB that reads 100,000 interfaces can spare this much. */
const MAX_BYTES = 16 * 1024 * 1024;

/** One bucket's folded days, as they were when all before `foldedBefore` had been folded. */
interface RememberedDays {
  readonly foldedBefore: number;
  /** The sort key that reading began with. */
  readonly from: string;
  readonly items: readonly Item[];
  readonly bytes: number;
}

/**
 * Remembers folded days for as long as a process lives and the ledger stands still, which is an hour: a forecast wants
 * 36 days at every scan, and reading them twelve times an hour would be by far the largest part of the bill.
 * What another process folds late into a past day is seen an hour late; what this one folds, at once.
 */
export class DayMemo {
  readonly #buckets = new Map<string, RememberedDays>();
  #bytes = 0;

  /** The items from sort key `from` on, or `null` when they have to be read. */
  recall(bucket: string, foldedBefore: number, from: string): readonly Item[] | null {
    const known = this.#buckets.get(bucket);
    if (known === undefined || known.foldedBefore !== foldedBefore || known.from > from) return null;
    return known.items.filter((item) => (item['sk']?.S ?? '') >= from);
  }

  remember(bucket: string, foldedBefore: number, from: string, items: readonly Item[]): void {
    this.forget(bucket);
    const bytes = items.reduce((sum, item) => sum + bytesOf(item, 'body').length, 0);
    this.#buckets.set(bucket, { foldedBefore, from, items, bytes });
    this.#bytes += bytes;
    // A map keeps the order of insertion: the longest unread hour goes first.
    for (const oldest of this.#buckets.keys()) {
      if (this.#bytes <= MAX_BYTES) break;
      this.forget(oldest);
    }
  }

  forget(bucket: string): void {
    this.#bytes -= this.#buckets.get(bucket)?.bytes ?? 0;
    this.#buckets.delete(bucket);
  }
}

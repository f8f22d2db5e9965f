import pLimit from 'p-limit';
import type { Target } from '../../model/aws/inventory.ts';
import type { SubnetHistory } from '../../model/result/forecast.ts';
import { decodeScan, encodeScan, type NumberedSample, ScanColumns } from '../history/history-codec.ts';
import {
  addSample,
  checkedSamples,
  DAY,
  HISTORY_RETENTION,
  type Measurement,
  noHours,
  RECENT_WINDOW,
  startOfDay,
  startOfHour,
  subnetHistory,
} from '../history/history-rollup.ts';
import { LazyHistories, noStoredHours, type SubnetPast } from '../history/lazy-history.ts';
import { targetKey } from '../state-key.ts';
import type { HistorySample, HistoryScan, HistoryStore } from '../state-store.ts';
import { DayMemo } from './dynamo-day-memo.ts';
import { bucketsFor, firstOrdinal, HistoryDays, type NumberedScan } from './dynamo-history-days.ts';
import { HistoryLedger, type Ledger, retried } from './dynamo-history-ledger.ts';
import { atVersion, bytesOf, type DynamoTable, expiring, numberOf, textOf } from './dynamo-table.ts';

export interface DynamoHistoryOptions {
  /** Bytes of rolled-up days that are kept in the process. */
  readonly remembered?: number | undefined;
  /** The most buckets that one scan rolls up. Default: 6, which are 600 subnets. */
  readonly bucketsAtOnce?: number | undefined;
}

/** Each bucket that is rolled up is a conditional write for its day. A scan makes at most 40 requests, whatever the size of its target. */
const BUCKETS_AT_ONCE = 6;

/**
 * History in DynamoDB, laid out by what it costs. One partition per target, with
 *
 * - `ledger`: the numbers that stand for subnets, and up to which hour scans have been rolled up;
 * - `scan#<time>`: one scan's values, written once, gone after two days;
 * - `day#<bucket>#<day>`: the hourly roll-ups of one day for 100 subnets, rewritten once an hour by the first scans of
 *   the next hour;
 * - one more item: how far those scans have come, where a target has more buckets than one scan rolls up.
 *
 * Rolling up a scan twice changes nothing (`history-rollup.ts`), so no step needs another to have happened: a scan that
 * dies half way, two scans that roll up at once and a late scan all end in the same roll-ups, and readers add up in
 * passing what is not added up yet. That is also why reading need not be consistent, which halves its price.
 */
export const dynamoHistory = (
  table: DynamoTable,
  { remembered, bucketsAtOnce = BUCKETS_AT_ONCE }: DynamoHistoryOptions = {},
): HistoryStore => {
  const memo = new DayMemo(remembered);
  const historyOf = (target: Target) => new TargetHistory(table, target, memo, bucketsAtOnce);
  const history: HistoryStore = {
    record: (target, at, samples) => history.backfill(target, [{ at, samples }]),
    backfill: async (target, scans) => {
      const checked = scans
        .map(({ at, samples }) => ({ at, samples: checkedSamples(at, samples) }))
        .filter(({ samples }) => samples.length > 0);
      if (checked.length > 0) await historyOf(target).record(checked);
    },
    read: (target, subnetIds, from) => historyOf(target).read(subnetIds, from),
  };
  return history;
};

/** Scans outlive the recent window: the run that adds them up may be late. */
const SCAN_RETENTION = 2 * DAY;

const REQUESTS_AT_ONCE = 16;

class TargetHistory {
  readonly #table: DynamoTable;
  readonly #partition: string;
  readonly #ledger: HistoryLedger;
  readonly #days: HistoryDays;
  readonly #bucketsAtOnce: number;

  constructor(table: DynamoTable, target: Target, memo: DayMemo, bucketsAtOnce: number) {
    this.#table = table;
    this.#bucketsAtOnce = bucketsAtOnce;
    this.#partition = `history#${targetKey(target)}`;
    this.#ledger = new HistoryLedger(table, this.#partition);
    this.#days = new HistoryDays(table, this.#partition, memo);
  }

  async record(scans: readonly HistoryScan[]): Promise<void> {
    const newest = scans.reduce((latest, { at }) => Math.max(latest, at), 0);
    const subnetIds = new Set(scans.flatMap(({ samples }) => samples.map(({ subnetId }) => subnetId)));
    const ledger = await this.#ledger.withSubnets(subnetIds, startOfHour(newest));
    const ordinals = new Map(ledger.subnetIds.map((subnetId, ordinal) => [subnetId, ordinal]));
    const kept = startOfHour(Math.max(newest, ledger.rolledUpBefore) - HISTORY_RETENTION);
    const numbered: readonly NumberedScan[] = scans
      .filter(({ at }) => at >= kept)
      .map(({ at, samples }) => ({ at, samples: samples.flatMap((one) => numberedSample(ordinals, one)) }));

    const recentFrom = Math.max(ledger.rolledUpBefore, startOfHour(newest)) - RECENT_WINDOW;
    const limited = pLimit(REQUESTS_AT_ONCE);
    await Promise.all(
      numbered.filter(({ at }) => at > recentFrom).map((scan) => limited(() => this.#putScan(scan))),
    );
    const late = numbered.filter(({ at }) => at < ledger.rolledUpBefore);
    if (startOfHour(newest) <= ledger.rolledUpBefore) return this.#days.rollUp(late);

    // The first scans of an hour roll up the hours before it. They look back further than to the last roll-up: a late scan
    // may have been written while that one was under way.
    const waiting = await this.#columns(ledger.rolledUpBefore - RECENT_WINDOW, startOfHour(newest) - 1);
    const older = numbered.filter(({ at }) => at >= ledger.rolledUpBefore && at <= recentFrom);
    const unwritten = [...late, ...older];
    const buckets = bucketsFor(ledger.subnetIds.length);
    // What is nowhere else is rolled up now, whatever it takes. After midnight a bucket may have to be written for two days.
    const days = 1 + (startOfDay(startOfHour(newest) - 1) - startOfDay(ledger.rolledUpBefore)) / DAY;
    const most = unwritten.length > 0 ? buckets : Math.max(1, Math.floor(this.#bucketsAtOnce / days));
    const pass = await this.#pass(ledger, startOfHour(newest), buckets > most);
    const end = Math.min(buckets, pass.next + most);
    for (let bucket = pass.next; bucket < end; bucket += this.#bucketsAtOnce) {
      const from = firstOrdinal(bucket);
      const to = firstOrdinal(Math.min(end, bucket + this.#bucketsAtOnce));
      await this.#days.rollUp([
        ...waiting.map(({ at, samples }) => ({ at, samples: samples.between(from, to) })),
        ...unwritten.map(({ at, samples }) => ({
          at,
          samples: samples.filter(({ ordinal }) => ordinal >= from && ordinal < to),
        })),
      ]);
    }
    if (end < buckets) {
      await this.#notePass({ before: pass.before, next: end });
      return;
    }
    const seen = new Set(waiting.flatMap(({ samples }) => [...samples.ordinals()]));
    for (const { samples } of numbered) for (const { ordinal } of samples) seen.add(ordinal);
    await this.#ledger.advance(ledger, pass.before, seen);
    this.#days.rolledUp(ledger.rolledUpBefore, pass.before);
  }

  /**
   * How far the hours before `hour` are rolled up. It is true of every bucket that is named done, whichever scan says
   * so and however late: rolling up again changes nothing, so two scans may do the same part.
   *
   * @param isLong whether it takes more than one scan
   */
  async #pass({ rolledUpBefore }: Ledger, hour: number, isLong: boolean): Promise<Pass> {
    const item = isLong ? await this.#table.get(this.#passKey(), { consistent: true }) : null;
    const before = item === null ? 0 : numberOf(item, 'before');
    return item === null || before <= rolledUpBefore
      ? { before: hour, next: 0 }
      : { before, next: numberOf(item, 'next') };
  }

  async #notePass({ before, next }: Pass): Promise<void> {
    await this.#table.put(this.#passKey(), { before: { N: String(before) }, next: { N: String(next) } });
  }

  #passKey() {
    // Stored names stay as they were.
    return { pk: this.#partition, sk: 'folding' };
  }

  async read(subnetIds: readonly string[], from: number): Promise<ReadonlyMap<string, SubnetHistory>> {
    const ledger = await this.#ledger.read({ consistent: false });
    if (ledger === null)
      return new Map(subnetIds.map((subnetId) => [subnetId, subnetHistory(noHours(), [], from, 0)]));

    const asked = new Set(subnetIds);
    const wanted = [...ledger.subnetIds.entries()].filter(([, subnetId]) => asked.has(subnetId));
    const openFrom = Math.max(ledger.rolledUpBefore - RECENT_WINDOW, startOfHour(from));
    const [scans, days] = await Promise.all([
      this.#columns(openFrom, Number.MAX_SAFE_INTEGER),
      this.#days.read(
        wanted.map(([ordinal]) => ordinal),
        from,
        ledger.rolledUpBefore,
      ),
    ]);
    const open = (ordinal: number): SubnetPast => {
      if (ordinal === UNNUMBERED) return { hours: noStoredHours(), measurements: [] };
      const hours = days.of(ordinal, openFrom);
      const measurements: Measurement[] = [];
      for (const { at, samples } of scans) {
        const sample = samples.sampleOf(ordinal);
        if (sample === null) continue;
        addSample(hours.open, at, sample);
        measurements.push({ at, sample });
      }
      return { hours, measurements };
    };
    const newest = scans.reduce((latest, { at }) => Math.max(latest, at), ledger.rolledUpBefore);
    // By their numbers, so that who goes through all of them unpacks each part of the history once.
    const numbers = new Map(wanted.map(([ordinal, subnetId]) => [subnetId, ordinal]));
    for (const subnetId of subnetIds) if (!numbers.has(subnetId)) numbers.set(subnetId, UNNUMBERED);
    return new LazyHistories(numbers, open, { from, newest });
  }

  /** Writes one scan, or those of its subnets that are not there yet: the parts of a scan that was split share an item. */
  async #putScan({ at, samples }: NumberedScan): Promise<void> {
    const key = { pk: this.#partition, sk: scanKey(at) };
    // Nearly always it is not there: only who is refused looks.
    let known: { readonly version: number; readonly samples: readonly NumberedSample[] } = NO_SCAN;
    await retried(async () => {
      const there = new Set(known.samples.map(({ ordinal }) => ordinal));
      const added = samples.filter(({ ordinal }) => !there.has(ordinal));
      if (added.length === 0) return 'there already';
      const attributes = {
        version: { N: String(known.version + 1) },
        body: { B: encodeScan([...known.samples, ...added]) },
        ...expiring(at + SCAN_RETENTION),
      };
      if ((await this.#table.put(key, attributes, atVersion(known.version))) === 'written') return 'written';
      const item = await this.#table.get(key, { consistent: true });
      known =
        item === null
          ? NO_SCAN
          : { version: numberOf(item, 'version'), samples: decodeScan(bytesOf(item, 'body')) };
      return null;
    });
  }

  /** The scans from `from` to `to`, both included. */
  async #columns(
    from: number,
    to: number,
  ): Promise<{ readonly at: number; readonly samples: ScanColumns }[]> {
    const range = { consistent: false, from: scanKey(Math.max(0, from)), to: scanKey(to) };
    return (await this.#table.query(this.#partition, range)).map((item) => ({
      at: Number(textOf(item, 'sk').split('#')[1]),
      samples: new ScanColumns(bytesOf(item, 'body')),
    }));
  }
}

/** Stands for the number of a subnet of which nothing was recorded. */
const UNNUMBERED = -1;

/** Buckets before `next` are rolled up, as far as `before`, the start of an hour. */
interface Pass {
  readonly before: number;
  readonly next: number;
}

const NO_SCAN = { version: 0, samples: [] };

/** Zero-padded, so that text order is time's order; 16 digits hold every safe integer. */
const scanKey = (at: number): string => `scan#${String(at).padStart(16, '0')}`;

const numberedSample = (
  ordinals: ReadonlyMap<string, number>,
  { subnetId, available, freePrefixes }: HistorySample,
): readonly NumberedSample[] => {
  const ordinal = ordinals.get(subnetId);
  return ordinal === undefined ? [] : [{ ordinal, available, freePrefixes }];
};

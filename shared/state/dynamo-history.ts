import pLimit from 'p-limit';
import type { SubnetHistory } from '../model/forecast.ts';
import type { Target } from '../model/inventory.ts';
import {
  atVersion,
  bytesOf,
  type DynamoTable,
  expiring,
  type Item,
  numberOf,
  textOf,
} from './dynamo-table.ts';
import {
  type DayRollups,
  decodeDay,
  decodeScan,
  encodeDay,
  encodeScan,
  type NumberedSample,
} from './history-codec.ts';
import {
  checkedSamples,
  DAY,
  foldSample,
  HISTORY_RETENTION,
  type Measurement,
  noHours,
  RECENT_WINDOW,
  type SubnetHours,
  startOfDay,
  startOfHour,
  subnetHistory,
} from './history-rollup.ts';
import { packJson, unpackJson } from './packed-json.ts';
import { targetKey } from './state-key.ts';
import type { HistorySample, HistoryScan, HistoryStore } from './state-store.ts';
import { StateStoreError } from './state-store-error.ts';

/**
 * History in DynamoDB, laid out by what it costs. One partition per target, with
 *
 * - `ledger`: the numbers that stand for subnets, and up to which hour scans have been folded;
 * - `scan#<time>`: one scan's values, written once, gone after two days;
 * - `day#<bucket>#<day>`: the hourly roll-ups of one day for 100 subnets, rewritten once an hour by the first scan of
 *   the next hour.
 *
 * Folding a scan twice changes nothing (`history-rollup.ts`), so no step needs another to have happened: a scan that
 * dies half way, two scans that fold at once and a late scan all end in the same roll-ups, and readers fold what nobody
 * has folded yet in passing. That is also why reading need not be consistent, which halves its price.
 */
export const dynamoHistory = (table: DynamoTable): HistoryStore => {
  const history: HistoryStore = {
    record: (target, at, samples) => history.backfill(target, [{ at, samples }]),
    backfill: async (target, scans) => {
      const checked = scans
        .map(({ at, samples }) => ({ at, samples: checkedSamples(at, samples) }))
        .filter(({ samples }) => samples.length > 0);
      if (checked.length > 0) await new TargetHistory(table, target).record(checked);
    },
    read: (target, subnetIds, from) => new TargetHistory(table, target).read(subnetIds, from),
  };
  return history;
};

/** A day of this many subnets stays far under 400 KB however their values jump (tested), and a reader of few subnets reads little. */
const SUBNETS_PER_BUCKET = 100;

/** Scans outlive the recent window: whoever comes to fold them may be late. */
const SCAN_RETENTION = 2 * DAY;

/** Lost races before giving up. Each one lost means that somebody else got on. */
const ATTEMPTS = 10;

const REQUESTS_AT_ONCE = 16;

interface Ledger {
  readonly version: number;
  /** Subnet IDs; a subnet's number is its place. Only ever appended to. */
  readonly subnetIds: readonly string[];
  /** Scans before this epoch millisecond, the start of an hour, are folded into the days. */
  readonly foldedBefore: number;
}

interface NumberedScan {
  readonly at: number;
  readonly samples: readonly NumberedSample[];
}

class TargetHistory {
  readonly #table: DynamoTable;
  readonly #partition: string;

  constructor(table: DynamoTable, target: Target) {
    this.#table = table;
    this.#partition = `history#${targetKey(target)}`;
  }

  async record(scans: readonly HistoryScan[]): Promise<void> {
    const newest = Math.max(...scans.map(({ at }) => at));
    const ledger = await this.#ledgerFor(scans, newest);
    const ordinals = new Map(ledger.subnetIds.map((subnetId, ordinal) => [subnetId, ordinal]));
    const kept = startOfHour(Math.max(newest, ledger.foldedBefore) - HISTORY_RETENTION);
    const numbered: NumberedScan[] = scans
      .filter(({ at }) => at >= kept)
      .map(({ at, samples }) => ({
        at,
        samples: samples.flatMap((sample) => numberedSample(ordinals, sample)),
      }));

    const recentFrom = Math.max(ledger.foldedBefore, startOfHour(newest)) - RECENT_WINDOW;
    const limited = pLimit(REQUESTS_AT_ONCE);
    await Promise.all(
      numbered.filter(({ at }) => at > recentFrom).map((scan) => limited(() => this.#putScan(scan))),
    );
    const late = numbered.filter(({ at }) => at < ledger.foldedBefore);
    if (startOfHour(newest) <= ledger.foldedBefore) return this.#fold(late);

    // The first scan of an hour folds the hours before it. It looks back further than to the last fold: a late scan
    // may have been written while that one was under way.
    const waiting = await this.#scans(ledger.foldedBefore - RECENT_WINDOW, startOfHour(newest) - 1);
    const isWaiting = (at: number) =>
      at >= ledger.foldedBefore && at < startOfHour(newest) && at <= recentFrom;
    await this.#fold([...waiting, ...late, ...numbered.filter(({ at }) => isWaiting(at))]);
    await this.#advance(ledger, startOfHour(newest));
  }

  async read(subnetIds: readonly string[], from: number): Promise<ReadonlyMap<string, SubnetHistory>> {
    const ledger = await this.#ledger({ consistent: false });
    if (ledger === null) return new Map(subnetIds.map((id) => [id, subnetHistory(noHours(), [], from, 0)]));

    const asked = new Set(subnetIds);
    const wanted = new Map<number, string>();
    for (const [ordinal, subnetId] of ledger.subnetIds.entries()) {
      if (asked.has(subnetId)) wanted.set(ordinal, subnetId);
    }
    const [scans, days] = await Promise.all([
      this.#scans(Math.max(ledger.foldedBefore - RECENT_WINDOW, startOfHour(from)), Number.MAX_SAFE_INTEGER),
      this.#days(new Set(wanted.keys()), from, ledger.foldedBefore),
    ]);
    const measurements = new Map<number, Measurement[]>();
    for (const { at, samples } of scans) {
      for (const sample of samples) {
        if (!wanted.has(sample.ordinal)) continue;
        const hours = days.get(sample.ordinal) ?? noHours();
        days.set(sample.ordinal, hours);
        foldSample(hours, at, sample);
        const known = measurements.get(sample.ordinal) ?? [];
        measurements.set(sample.ordinal, known);
        known.push({ at, sample });
      }
    }
    const newest = Math.max(ledger.foldedBefore, ...scans.map(({ at }) => at));
    const histories = new Map<string, SubnetHistory>();
    for (const [ordinal, subnetId] of wanted) {
      const hours = days.get(ordinal) ?? noHours();
      histories.set(subnetId, subnetHistory(hours, measurements.get(ordinal) ?? [], from, newest));
    }
    return new Map(
      subnetIds.map((id) => [id, histories.get(id) ?? subnetHistory(noHours(), [], from, newest)]),
    );
  }

  /** The ledger with a number for every subnet of these scans. */
  async #ledgerFor(scans: readonly HistoryScan[], newest: number): Promise<Ledger> {
    return this.#retried(async () => {
      const ledger = (await this.#ledger({ consistent: true })) ?? {
        version: 0,
        subnetIds: [],
        foldedBefore: startOfHour(newest),
      };
      const known = new Set(ledger.subnetIds);
      const added = new Set(scans.flatMap(({ samples }) => samples.map(({ subnetId }) => subnetId)));
      const subnetIds = [...ledger.subnetIds, ...[...added].filter((subnetId) => !known.has(subnetId))];
      if (subnetIds.length === known.size) return ledger;
      return this.#putLedger({ ...ledger, subnetIds });
    });
  }

  async #ledger(reading: { readonly consistent: boolean }): Promise<Ledger | null> {
    const item = await this.#table.get({ pk: this.#partition, sk: 'ledger' }, reading);
    return item === null
      ? null
      : {
          version: numberOf(item, 'version'),
          subnetIds: unpackJson<string[]>(bytesOf(item, 'subnetIds'), 'list of subnets'),
          foldedBefore: numberOf(item, 'foldedBefore'),
        };
  }

  /** Stores it as the next version of what it was read as; `null`: somebody else did. */
  async #putLedger(ledger: Ledger): Promise<Ledger | null> {
    const next = { ...ledger, version: ledger.version + 1 };
    const attributes = {
      version: { N: String(next.version) },
      foldedBefore: { N: String(next.foldedBefore) },
      subnetIds: { B: packJson(next.subnetIds) },
    };
    const outcome = await this.#table.put(
      { pk: this.#partition, sk: 'ledger' },
      attributes,
      atVersion(ledger.version),
    );
    return outcome === 'refused' ? null : next;
  }

  async #advance(read: Ledger, foldedBefore: number): Promise<void> {
    let ledger: Ledger | null = read;
    await this.#retried(async () => {
      ledger ??= await this.#ledger({ consistent: true });
      if (ledger === null || ledger.foldedBefore >= foldedBefore) return 'nothing to do';
      const stored = await this.#putLedger({ ...ledger, foldedBefore });
      ledger = null;
      return stored;
    });
  }

  /** Writes one scan, or those of its subnets that are not there yet: the parts of a scan that was split share an item. */
  async #putScan({ at, samples }: NumberedScan): Promise<void> {
    const key = { pk: this.#partition, sk: scanKey(at) };
    // Nearly always it is not there: only who is refused looks.
    let known: { readonly version: number; readonly samples: readonly NumberedSample[] } = {
      version: 0,
      samples: [],
    };
    await this.#retried(async () => {
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
          ? { version: 0, samples: [] }
          : { version: numberOf(item, 'version'), samples: decodeScan(bytesOf(item, 'body')) };
      return null;
    });
  }

  /** The scans from `from` to `to`, both included. */
  async #scans(from: number, to: number): Promise<NumberedScan[]> {
    const items = await this.#table.query(this.#partition, {
      consistent: false,
      from: scanKey(Math.max(0, from)),
      to: scanKey(to),
    });
    return items.map((item) => ({
      at: Number(textOf(item, 'sk').split('#')[1]),
      samples: decodeScan(bytesOf(item, 'body')),
    }));
  }

  /** Folds scans into the days they belong to: a read and a conditional write for each day and bucket. */
  async #fold(scans: readonly NumberedScan[]): Promise<void> {
    const byItem = new Map<string, { readonly day: number; readonly scans: NumberedScan[] }>();
    for (const { at, samples } of scans) {
      for (const [bucket, some] of Map.groupBy(samples, ({ ordinal }) => bucketOf(ordinal))) {
        const key = dayKey(bucket, at);
        const entry = byItem.get(key) ?? { day: startOfDay(at), scans: [] };
        byItem.set(key, entry);
        entry.scans.push({ at, samples: some });
      }
    }
    const limited = pLimit(REQUESTS_AT_ONCE);
    await Promise.all(
      [...byItem].map(([sk, { day, scans: some }]) => limited(() => this.#foldInto(sk, day, some))),
    );
  }

  async #foldInto(sk: string, day: number, scans: readonly NumberedScan[]): Promise<void> {
    const key = { pk: this.#partition, sk };
    await this.#retried(async () => {
      const item = await this.#table.get(key, { consistent: true });
      const rollups: DayRollups = item === null ? new Map() : decodeDay(day, bytesOf(item, 'body'));
      let changed = false;
      for (const { at, samples } of scans) {
        for (const sample of samples) {
          const hours: SubnetHours = rollups.get(sample.ordinal) ?? noHours();
          rollups.set(sample.ordinal, hours);
          changed = foldSample(hours, at, sample) || changed;
        }
      }
      if (!changed) return 'unchanged';
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

  /** The folded hours of these subnets from the day of `from` on, by ordinal. */
  async #days(ordinals: ReadonlySet<number>, from: number, to: number): Promise<DayRollups> {
    const all: DayRollups = new Map();
    const earliest = Math.max(0, from, to - HISTORY_RETENTION);
    const limited = pLimit(REQUESTS_AT_ONCE);
    const readBucket = async (bucket: number) => {
      const range = { consistent: false, from: dayKey(bucket, earliest), to: `${bucketKey(bucket)}#~` };
      for (const item of await this.#table.query(this.#partition, range)) mergeDay(all, item, ordinals);
    };
    const buckets = new Set([...ordinals].map(bucketOf));
    await Promise.all([...buckets].map((bucket) => limited(() => readBucket(bucket))));
    return all;
  }

  async #retried<Outcome>(attempt: () => Promise<Outcome | null>): Promise<Outcome> {
    for (let lost = 0; lost < ATTEMPTS; lost += 1) {
      const outcome = await attempt();
      if (outcome !== null) return outcome;
    }
    throw new StateStoreError(
      'state-contended',
      `The history ${this.#partition} could not be written: others changed it first, ${ATTEMPTS} times running`,
      'Make sure that a target is not scanned by many at once; the next scan goes on where this one stopped.',
    );
  }
}

const mergeDay = (all: DayRollups, item: Item, ordinals: ReadonlySet<number>): void => {
  const day = Date.parse(textOf(item, 'sk').split('#')[2] ?? '');
  for (const [ordinal, hours] of decodeDay(day, bytesOf(item, 'body'), ordinals)) {
    const known = all.get(ordinal);
    if (known === undefined) {
      all.set(ordinal, hours);
      continue;
    }
    for (const [hour, rollup] of hours.addresses) known.addresses.set(hour, rollup);
    for (const [hour, rollup] of hours.prefixes) known.prefixes.set(hour, rollup);
  }
};

const bucketOf = (ordinal: number): number => Math.floor(ordinal / SUBNETS_PER_BUCKET);

/** Zero-padded, so that text order is time's order; 16 digits hold every safe integer. */
const scanKey = (at: number): string => `scan#${String(at).padStart(16, '0')}`;

const bucketKey = (bucket: number): string => `day#${String(bucket).padStart(6, '0')}`;

const dayKey = (bucket: number, at: number): string =>
  `${bucketKey(bucket)}#${new Date(startOfDay(at)).toISOString().slice(0, 10)}`;

const numberedSample = (
  ordinals: ReadonlyMap<string, number>,
  { subnetId, available, freePrefixes }: HistorySample,
): readonly NumberedSample[] => {
  const ordinal = ordinals.get(subnetId);
  return ordinal === undefined ? [] : [{ ordinal, available, freePrefixes }];
};

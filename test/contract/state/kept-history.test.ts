import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SUBNETS_PER_BUCKET } from '../../../shared/state/dynamo/dynamo-history-days.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import {
  type DayRollups,
  decodeDay,
  decodeScan,
  encodeDay,
  encodeScan,
  visitDay,
} from '../../../shared/state/history/history-codec.ts';
import type { HourRollup } from '../../../shared/state/history/history-rollup.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import type { HistorySample, HistoryScan, StateStore } from '../../../shared/state/state-store.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.parse('2026-01-15T00:00:00Z');
const target = { accountId: '111111111111', region: 'eu-west-1' };
const SUBNETS = ['subnet-a', 'subnet-b', 'subnet-c'];

const count = fc.oneof(fc.integer({ min: 0, max: 65_531 }), fc.constant(0));

const sample: fc.Arbitrary<HistorySample> = fc.record({
  subnetId: fc.constantFrom(...SUBNETS),
  available: fc.option(count),
  freePrefixes: fc.option(fc.integer({ min: 0, max: 4_094 })),
});

/** Mostly scan after scan, now and then a repeated, a late or a very late one, or a pause of days. */
const scan: fc.Arbitrary<HistoryScan> = fc.record({
  at: fc
    .oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 8 * 12 }).map((slots) => slots * 5 * MINUTE) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 * HOUR }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 70 }).map((days) => days * DAY + HOUR) },
    )
    .map((offset) => MIDNIGHT + offset),
  samples: fc.uniqueArray(sample, { selector: ({ subnetId }) => subnetId, maxLength: 3 }),
});

/** Every measurement in a list; the history is worked out from all of them whenever it is asked for. */
class NaiveHistory {
  readonly #all: { at: number; sample: HistorySample }[] = [];

  record({ at, samples }: HistoryScan): void {
    for (const one of samples) {
      const isKnown = this.#all.some((known) => known.at === at && known.sample.subnetId === one.subnetId);
      if (!isKnown && (one.available !== null || one.freePrefixes !== null))
        this.#all.push({ at, sample: one });
    }
  }

  read(subnetId: string, from: number) {
    const newest = Math.max(0, ...this.#all.map(({ at }) => at));
    const hourOf = (at: number) => at - (at % HOUR);
    const supply = (valueIn: (one: HistorySample) => number | null) => {
      const values = this.#all
        .filter((known) => known.sample.subnetId === subnetId && valueIn(known.sample) !== null)
        .map((known) => ({ at: known.at, value: valueIn(known.sample) ?? 0 }))
        .toSorted((a, b) => a.at - b.at);
      const hours = [...new Set(values.map(({ at }) => hourOf(at)))].filter(
        (hour) => hour >= hourOf(from) && hour >= hourOf(newest - 60 * DAY),
      );
      return {
        hourly: hours.map((hour) => {
          const inside = values.filter(({ at }) => hourOf(at) === hour).map(({ value }) => value);
          return {
            hour,
            minimum: Math.min(...inside),
            mean: inside.reduce((sum, value) => sum + value, 0) / inside.length,
            last: inside.at(-1),
            count: inside.length,
          };
        }),
        recent: values.filter(({ at }) => at >= from && at > newest - 6 * HOUR),
      };
    };
    return {
      addresses: supply(({ available }) => available),
      prefixes: supply(({ freePrefixes }) => freePrefixes),
    };
  }
}

interface HistoryUnderTest {
  readonly open: () => Promise<StateStore>;
  /** What is recorded first. */
  readonly before?: readonly HistoryScan[];
  readonly numRuns: number;
}

/** Gives the subnets numbers that lie in buckets of their own. */
const spread = (subnetIds: readonly string[]): readonly HistorySample[] =>
  subnetIds.flatMap((subnetId) => [
    { subnetId, available: 1, freePrefixes: null },
    ...Array.from({ length: SUBNETS_PER_BUCKET }, (_, index) => ({
      subnetId: `other-${subnetId}-${index}`,
      available: 1,
      freePrefixes: null,
    })),
  ]);

describe('history agrees with a list of all measurements, whatever comes in whatever order', () => {
  let database: LocalDynamoDb;
  beforeAll(async () => {
    database = await startDynamoDb();
  });
  afterAll(() => database.stop());

  const stores: Readonly<Record<string, HistoryUnderTest>> = {
    memory: { open: async () => createMemoryStateStore(), numRuns: 500 },
    SQLite: { open: async () => openSqliteStateStore(':memory:'), numRuns: 200 },
    DynamoDB: {
      open: async () =>
        createDynamoStateStore({ client: database.client, tableName: await database.createTable() }),
      numRuns: 60,
    },
    'DynamoDB, where several scans roll up an hour': {
      open: async () =>
        createDynamoStateStore({
          client: database.client,
          tableName: await database.createTable(),
          bucketsAtOnce: 1,
        }),
      before: [{ at: MIDNIGHT - 2 * DAY, samples: spread(SUBNETS) }],
      numRuns: 30,
    },
  };

  test.each(Object.entries(stores))('in %s', async (_, { open, before = [], numRuns }) => {
    const batches = fc.array(fc.array(scan, { minLength: 1, maxLength: 4 }), { maxLength: 12 });
    const from = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 3 * DAY }).map((offset) => MIDNIGHT + offset),
    );
    await fc.assert(
      fc.asyncProperty(batches, from, async (scans, readFrom) => {
        const store = await open();
        const naive = new NaiveHistory();
        for (const batch of [...(before.length === 0 ? [] : [before]), ...scans]) {
          // One scan is recorded, several are a past that is brought in.
          const [only] = batch;
          if (batch.length === 1 && only !== undefined)
            await store.history.record(target, only.at, only.samples);
          else await store.history.backfill(target, batch);
          for (const one of batch) naive.record(one);
        }
        const histories = await store.history.read(target, SUBNETS, readFrom);
        for (const subnetId of SUBNETS)
          expect(histories.get(subnetId)).toEqual(naive.read(subnetId, readFrom));
        await store.close();
      }),
      { numRuns },
    );
  });
});

describe('the encoding of history', () => {
  const rollup: fc.Arbitrary<HourRollup> = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: HOUR - 1 }), fc.integer({ min: 0, max: 2 ** 40 })), {
      minLength: 1,
      maxLength: 13,
      selector: ([offset]) => offset,
    })
    .map((measurements) => {
      const ordered = measurements.toSorted(([a], [b]) => a - b);
      const values = ordered.map(([, value]) => value);
      return {
        minimum: Math.min(...values),
        sum: values.reduce((sum, value) => sum + value, 0),
        last: values.at(-1) ?? 0,
        offsets: ordered.map(([offset]) => offset),
      };
    });
  const hours = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 23 }), rollup), {
      maxLength: 24,
      selector: ([hour]) => hour,
    })
    .map(
      (entries) =>
        new Map(
          entries.toSorted(([a], [b]) => a - b).map(([hour, value]) => [MIDNIGHT + hour * HOUR, value]),
        ),
    );
  const rollups: fc.Arbitrary<DayRollups> = fc
    .uniqueArray(fc.tuple(fc.nat({ max: 100_000 }), fc.record({ addresses: hours, prefixes: hours })), {
      maxLength: 6,
      selector: ([ordinal]) => ordinal,
    })
    .map((entries) => new Map(entries.toSorted(([a], [b]) => a - b)));

  test('a day comes back as it was', () => {
    fc.assert(
      fc.property(rollups, (day) => {
        const measured = new Map(
          [...day].filter(([, hours]) => hours.addresses.size + hours.prefixes.size > 0),
        );
        expect(decodeDay(MIDNIGHT, encodeDay(MIDNIGHT, day))).toEqual(measured);
      }),
      { numRuns: 300 },
    );
  });

  test('of a day, the subnets that are asked for are visited hour by hour, and no others', () => {
    fc.assert(
      fc.property(rollups, fc.func(fc.boolean()), (day, choose) => {
        const wanted = new Set([...day.keys()].filter((ordinal) => choose(ordinal)));
        const visited: unknown[] = [];
        visitDay(MIDNIGHT, encodeDay(MIDNIGHT, day), wanted, (...hour) => visited.push(hour));
        const expected = (['addresses', 'prefixes'] as const).flatMap((supply) =>
          [...day]
            .filter(([ordinal]) => wanted.has(ordinal))
            .flatMap(([ordinal, hours]) =>
              [...hours[supply]].map(([hour, value]) => [ordinal, supply, hour, value]),
            ),
        );
        expect(visited).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('a scan comes back as it was', () => {
    const samples = fc.uniqueArray(
      fc.record({ ordinal: fc.nat(), available: fc.option(fc.nat()), freePrefixes: fc.option(fc.nat()) }),
      { selector: ({ ordinal }) => ordinal },
    );
    fc.assert(
      fc.property(samples, (scanned) => {
        expect(decodeScan(encodeScan(scanned))).toEqual(scanned.toSorted((a, b) => a.ordinal - b.ordinal));
      }),
    );
  });

  test('bytes that are cut off, damaged or of another format are refused, and never read as something else', () => {
    const bytes = encodeScan([{ ordinal: 1, available: 200, freePrefixes: 3 }]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decodeScan(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'state-unreadable' }),
      );
    }
    expect(() => decodeScan(Uint8Array.of(2, ...bytes.subarray(1)))).toThrow(/format 2/);
  });
});

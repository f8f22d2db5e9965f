import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import type { HistorySample, StateStore } from '../../../shared/state/state-store.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-01-15T18:10:00Z');
const EVERY = 20 * 60_000;
const target = { accountId: '111111111111', region: 'eu-west-1' };

/** Of the 40 requests of a scan, what alerts, the last assessment and the caches of 5,000 subnets leave to the history. */
const MOST_REQUESTS = 20;

let database: LocalDynamoDb;
beforeAll(async () => {
  database = await startDynamoDb();
});
afterAll(() => database.stop());

const samplesOf = (subnets: number, scan: number): readonly HistorySample[] =>
  Array.from({ length: subnets }, (_, index) => ({
    subnetId: `subnet-${index.toString(16).padStart(17, '0')}`,
    available: 100 + ((index * 37 + scan * (index % 5)) % 150),
    freePrefixes: null,
  }));

/** A scan of the target, as far as its history goes. */
const scanned = async (store: StateStore, subnets: number, scan: number): Promise<void> => {
  const at = START + scan * EVERY;
  const samples = samplesOf(subnets, scan);
  const ids = samples.map(({ subnetId }) => subnetId);
  await store.history.read(target, ids, at - 36 * DAY);
  await store.history.record(target, at, samples);
};

test.each([100, 1_000, 5_000])(
  'the history of %i subnets takes few requests in every scan: at the hour, over midnight, by two processes',
  async (subnets) => {
    const tableName = await database.createTable();
    const [first, second] = [0, 1].map(() => createDynamoStateStore({ client: database.client, tableName }));
    if (first === undefined || second === undefined) throw new Error('Two were made.');
    // Both are warm: they have read what there is.
    for (const [scan, store] of [first, second, first].entries()) await scanned(store, subnets, scan);
    let requests = 0;
    database.fates = () => {
      requests += 1;
      return 'answered';
    };
    const counts: number[] = [];
    for (let scan = 3; scan < 3 + 8 * 3; scan += 1) {
      requests = 0;
      // Three hours are one process's, then they take turns.
      await scanned(scan < 12 || scan % 2 === 0 ? first : second, subnets, scan);
      counts.push(requests);
    }
    database.fates = () => 'answered';
    expect(Math.max(...counts), counts.join(' ')).toBeLessThanOrEqual(MOST_REQUESTS);

    // Whatever was read in part and rolled up in turns: it is what one process would have kept that saw all of it.
    const whole = createDynamoStateStore({ client: database.client, tableName });
    const ids = [0, 99, subnets - 1].map((index) => samplesOf(subnets, 0)[index]?.subnetId ?? '');
    const [kept, read] = await Promise.all(
      [second, whole].map((store) => store.history.read(target, ids, START - DAY)),
    );
    for (const subnetId of ids) {
      const hours = read?.get(subnetId)?.addresses.hourly;
      expect(hours?.map(({ count }) => count).reduce((sum, count) => sum + count, 0)).toBe(27);
      expect(kept?.get(subnetId)).toEqual(read?.get(subnetId));
    }
  },
  300_000,
);

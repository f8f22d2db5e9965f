import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { unknownVpcs } from '../../../shared/pipeline/named-vpcs.ts';
import { planRun } from '../../../shared/pipeline/plan.ts';
import { wantedSeriesKey } from '../../../shared/pipeline/publish.ts';
import { planLog } from '../../../shared/pipeline/run-summary.ts';
import { noteStart, readAllStarts } from '../../../shared/pipeline/scan-starts.ts';
import { HistoryLedger } from '../../../shared/state/dynamo/dynamo-history-ledger.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import { DynamoTable } from '../../../shared/state/dynamo/dynamo-table.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-01-15T00:00:00Z');
const TARGETS = 1_000;
const targets = Array.from({ length: TARGETS }, (_, index) => ({
  accountId: String(100_000_000_000 + index),
  region: 'eu-west-1',
}));

let database: LocalDynamoDb;
let tableName: string;
let store: StateStore;
const sent: string[] = [];
beforeAll(async () => {
  database = await startDynamoDb();
  tableName = await database.createTable();
  store = createDynamoStateStore({ client: database.client, tableName });
  database.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        sent.push(commandName ?? '');
        return next(args);
      },
    { step: 'initialize' },
  );
});
afterAll(() => database.stop());
beforeEach(() => {
  sent.length = 0;
});

describe('a plan of 1,000 targets', () => {
  test('reads what each left behind in ten requests a kind, and none for each target', async () => {
    const [first, , third] = targets;
    if (first === undefined || third === undefined) throw new Error('There are targets.');
    await store.cache.put(wantedSeriesKey(first), { hot: 1, all: 2 }, NOW + HOUR);
    await noteStart(
      store.cache,
      third,
      { endsBy: NOW, memory: () => ({ used: 1, limit: null }) },
      () => NOW - HOUR,
    );
    sent.length = 0;
    const wanted = await store.cache.getMany(targets.map(wantedSeriesKey), NOW, ANY_FORM);
    expect([...wanted.values()]).toEqual([{ hot: 1, all: 2 }]);
    const starts = await readAllStarts(store.cache, targets, NOW);
    expect([...starts.values()].flat()).toMatchObject([{ endsBy: NOW }]);
    expect(await unknownVpcs(store.cache, targets, ['vpc-0a'], NOW)).toEqual([]);
    expect(sent).toEqual(Array.from({ length: 30 }, () => 'BatchGetItemCommand'));
  });
});

describe('plans of 5,000 targets', () => {
  const MOST_REQUESTS = 250;
  /** CloudWatch Logs takes lines of 256 kB; a line of 5,000 names was 298 kB. */
  const MOST_LOGGED = 16_000;
  const [home = { accountId: '', region: '' }] = targets;
  const all = Array.from({ length: 5_000 }, (_, index) => ({
    accountId: String(300_000_000_000 + Math.floor(index / 2)),
    region: index % 2 === 0 ? 'eu-west-1' : 'us-east-1',
    accountName: null,
    roleArn: null,
  }));
  const planAt = (now: number) =>
    planRun({
      home,
      runId: `run ${now}`,
      resolved: { targets: all, unresolved: [] },
      policy: DEFAULT_POLICY,
      vpcIds: ['vpc-0a'],
      subnetSeries: 500,
      links: { dashboard: null },
      store,
      notifier: { send: async () => {} },
      enqueue: async () => {},
      deadLetters: null,
      clock: () => now,
    });

  test('need no request for each target, and a log line of a bounded size, also where no target is watched', async () => {
    for (const now of [NOW + DAY, NOW + DAY + 2 * HOUR]) {
      sent.length = 0;
      const outcome = await planAt(now);
      expect(outcome.requests).toHaveLength(5_000);
      expect(outcome.coverage).toHaveLength(5_000);
      const { line } = planLog(outcome, []);
      const bytes = JSON.stringify(line).length;
      console.log(`a plan of 5,000 targets: ${sent.length} requests to DynamoDB, ${bytes} bytes of log`);
      expect(sent.length).toBeLessThan(MOST_REQUESTS);
      expect(bytes).toBeLessThan(MOST_LOGGED);
    }
    const { coverage } = await planAt(NOW + DAY + 4 * HOUR);
    expect(coverage?.every(({ state }) => state === 'stale')).toBe(true);
  }, 120_000);

  test('name at most 20 problems in the log, and count the others', () => {
    const problems = Array.from({ length: 5_000 }, (_, index) => ({
      code: 'x',
      message: `message ${index}`,
      action: 'Do it.',
    }));
    const { isFine, line } = planLog({ requests: [], coverage: [], problems }, []);
    expect([isFine, line['moreProblems']]).toEqual([false, 4_980]);
    expect(JSON.stringify(line).length).toBeLessThan(MOST_LOGGED);
  });
});

describe('items that DynamoDB leaves out of an answer', () => {
  test('are asked for again, and an answer that stays incomplete is an error', async () => {
    let leftOut = 2;
    let asked = 0;
    const client = {
      send: async ({ input }: { input: { RequestItems: Record<string, { Keys: object[] }> } }) => {
        asked += 1;
        const keys = input.RequestItems['table']?.Keys ?? [];
        const unprocessed = leftOut > 0 ? keys.slice(0, 1) : [];
        leftOut -= 1;
        return {
          Responses: { table: keys.slice(unprocessed.length) },
          UnprocessedKeys: unprocessed.length === 0 ? {} : { table: { Keys: unprocessed } },
        };
      },
    };
    const table = new DynamoTable(client as never, 'table');
    const keys = [1, 2, 3].map((each) => ({ pk: `cache#${each}`, sk: 'entry' }));
    expect(await table.getMany(keys)).toHaveLength(3);
    expect(asked).toBe(3);
    leftOut = 100;
    await expect(table.getMany(keys)).rejects.toMatchObject({ code: 'state-unavailable' });
  });
});

describe('the ledger of a history', () => {
  test('does not grow for ever: numbers of subnets that are long gone are given to new ones', async () => {
    const ledger = new HistoryLedger(new DynamoTable(database.client, tableName), 'history#ledger-test');
    // Every day 20 new subnets appear, as by a pipeline that tests its templates, and 10 stay.
    const stable = Array.from({ length: 10 }, (_, index) => `subnet-stable-${index}`);
    let places = 0;
    for (let day = 0; day < 200; day += 1) {
      const at = NOW + day * DAY;
      const today = Array.from({ length: 20 }, (_, index) => `subnet-${day}-${index}`);
      const known = await ledger.withSubnets(new Set([...stable, ...today]), at);
      const ordinals = new Map(known.subnetIds.map((subnetId, ordinal) => [subnetId, ordinal]));
      const seen = [...stable, ...today].map((subnetId) => ordinals.get(subnetId) ?? -1);
      expect(new Set(seen).size).toBe(30);
      expect(seen.every((ordinal) => ordinal >= 0)).toBe(true);
      // Those that stay keep their numbers.
      expect(seen.slice(0, 10)).toEqual(stable.map((_, index) => index));
      await ledger.advance(known, at + HOUR, new Set(seen));
      places = known.subnetIds.length;
    }
    // 10, and 20 for each of the days that history is kept and a few more, instead of 4,010.
    expect(places).toBeLessThan(10 + 20 * 66);
    expect(places).toBeGreaterThan(10 + 20 * 60);
  }, 60_000);
});

import {
  CreateTableCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stateStoreError } from '../../../shared/state/dynamo/dynamo-errors.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { type Fate, type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { incompressibleText } from '../../fixtures/incompressible-text.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TEN = Date.parse('2026-01-15T10:00:00Z');
const target = { accountId: '111111111111', region: 'eu-west-1' };

describe('the DynamoDB store, when things go wrong', () => {
  let database: LocalDynamoDb;
  let tableName: string;
  let store: StateStore;

  beforeAll(async () => {
    database = await startDynamoDb();
  });
  beforeEach(async () => {
    tableName = await database.createTable();
    store = createDynamoStateStore({ client: database.client, tableName });
    // The first write of a process reads, too: fates are for what comes after.
    await store.alerts.read(target, 'none');
  });
  afterEach(() => {
    database.fates = () => 'answered';
  });
  afterAll(() => database.stop());

  /** The next requests meet these fates, one each; those after them are answered. */
  const next = (...fates: readonly Fate[]): void => {
    const rest = [...fates];
    database.fates = () => rest.shift() ?? 'answered';
  };

  const throttled: Fate = { error: 'ProvisionedThroughputExceededException', status: 400 };

  test.each<[string, Fate]>([
    ['throttling', throttled],
    ['a server error', { error: 'InternalServerError', status: 500 }],
    ['a connection that breaks before the request', 'broken'],
  ])('%s that passes is borne by the client, and the write happens once', async (_, fate) => {
    next(fate, fate);
    expect(await store.alerts.commit(target, anAlert(), 0)).toMatchObject({ version: expect.any(Number) });
    expect(await store.alerts.list(target)).toHaveLength(1);
  });

  test('a write whose answer was lost counts as a conflict: the caller reads again, and finds its own record', async () => {
    next('lost');
    expect(await store.alerts.commit(target, anAlert(), 0)).toBe('conflict');
    expect((await store.alerts.read(target, anAlert().key))?.alert).toEqual(anAlert());
  });

  test.each<[Fate, string, string]>([
    [throttled, 'state-throttled', 'on-demand'],
    [{ error: 'ThrottlingException', status: 400 }, 'state-throttled', 'on-demand'],
    [{ error: 'ResourceNotFoundException', status: 400 }, 'state-table-missing', 'Deploy the stack'],
    [{ error: 'AccessDeniedException', status: 400 }, 'state-access-denied', 'Allow dynamodb:PutItem'],
    [{ error: 'InternalServerError', status: 500 }, 'state-unavailable', 'network path'],
    ['broken', 'state-unavailable', 'network path'],
  ])('%o that does not pass is %s, with what to do', async (fate, code, action) => {
    database.fates = () => fate;
    await expect(store.alerts.commit(target, anAlert(), 0)).rejects.toMatchObject({
      name: 'StateStoreError',
      code,
      message: expect.stringContaining(tableName),
      action: expect.stringContaining(action),
      cause: expect.anything(),
    });
  });

  test.each([
    ['another key', [['id', 'HASH', 'S']]],
    ['no sort key', [['pk', 'HASH', 'S']]],
    [
      'numbers as keys',
      [
        ['pk', 'HASH', 'N'],
        ['sk', 'RANGE', 'N'],
      ],
    ],
  ] as const)('a table of something else is named: %s', async (name, keys) => {
    const other = `other-${name.replaceAll(' ', '-')}`;
    await database.client.send(
      new CreateTableCommand({
        TableName: other,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map(([AttributeName, , AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
      }),
    );
    await waitUntilTableExists(
      { client: database.client, minDelay: 0.005, maxDelay: 0.02, maxWaitTime: 20 },
      { TableName: other },
    );
    const foreign = createDynamoStateStore({ client: database.client, tableName: other });
    const failure = { code: 'state-not-ours', message: expect.stringContaining(other) };
    // Without a sort key a query is answered, by nothing; what is read by its key is not.
    await expect(foreign.alerts.read(target, anAlert().key)).rejects.toMatchObject(failure);
    // A put names no keys: without a sort key each would be written over the last.
    const unread = createDynamoStateStore({ client: database.client, tableName: other });
    await expect(unread.alerts.commit(target, anAlert(), 0)).rejects.toMatchObject(failure);
    await expect(unread.assessments.putLatest(anAssessment())).rejects.toMatchObject(failure);
    const { Count } = await database.client.send(new ScanCommand({ TableName: other }));
    expect(Count).toBe(0);
  });

  test('an answer that is not from DynamoDB, such as a login page, is named', () => {
    const error = Object.assign(new Error("Unexpected token '<'"), { name: 'SyntaxError' });
    expect(stateStoreError(error, 'dynamodb:Query', 'state')).toMatchObject({
      code: 'state-unavailable',
      message: "dynamodb:Query on table state got an answer that is not DynamoDB's",
    });
  });

  test('a table that does not exist is named', async () => {
    const missing = createDynamoStateStore({ client: database.client, tableName: 'no-such-table' });
    await expect(missing.assessments.targets()).rejects.toMatchObject({
      code: 'state-table-missing',
      message: 'There is no table no-such-table in this account and Region',
    });
  });

  test('an answer without a list of items is a failure: no alert and no stored value is gone', async () => {
    await store.alerts.commit(target, anAlert(), 0);
    database.fates = () => 'empty';
    const refused = {
      code: 'state-unavailable',
      message: expect.stringContaining('was answered without a list of items'),
    };
    await expect(store.alerts.list(target)).rejects.toMatchObject(refused);
    await expect(store.cache.getMany(['scan-starts'], TEN, ANY_FORM)).rejects.toMatchObject(refused);
  });

  test('an alert over 400 KB is refused as such', async () => {
    const explanation = incompressibleText(1, 700_000);
    const alert = anAlert();
    const commit = store.alerts.commit(target, { ...alert, finding: { ...alert.finding, explanation } }, 0);
    await expect(commit).rejects.toMatchObject({ code: 'state-record-too-large' });
  });

  test('a cache forgets what is too large to keep, and keeps the rest', async () => {
    const large = incompressibleText(1, 700_000);
    await store.cache.put('large', large, TEN);
    expect(await store.cache.get('large', TEN - 1, ANY_FORM)).toBeNull();
  });

  test('an item that a newer version wrote is refused, not guessed at', async () => {
    await database.client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: {
          pk: { S: 'alerts#111111111111#eu-west-1' },
          sk: { S: 'addresses-low/subnet/subnet-0a' },
          version: { N: '1' },
          body: { B: Uint8Array.of(2, 1, 2, 3) },
        },
      }),
    );
    await expect(store.alerts.list(target)).rejects.toMatchObject({
      code: 'state-unreadable',
      message: 'The stored alert cannot be read: it is of format 2, and this version reads 1',
    });
  });

  test('a damaged item is refused', async () => {
    await store.alerts.commit(target, anAlert(), 0);
    await database.client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: { S: 'alerts#111111111111#eu-west-1' }, sk: { S: anAlert().key } },
        UpdateExpression: 'SET body = :body',
        ExpressionAttributeValues: { ':body': { B: Uint8Array.of(1, 255, 255, 255) } },
      }),
    );
    await expect(store.alerts.read(target, anAlert().key)).rejects.toMatchObject({
      code: 'state-unreadable',
    });
  });

  describe('killed at any request', () => {
    /** Runs `work` again and again; the n-th time, everything from its n-th request on fails. Ends when it was let through. */
    const killedAtEach = async (work: (attempt: number) => Promise<void>): Promise<number> => {
      for (let attempt = 1; ; attempt += 1) {
        let requests = 0;
        database.fates = () => {
          requests += 1;
          return requests >= attempt ? { error: 'AccessDeniedException', status: 400 } : 'answered';
        };
        const outcome = await work(attempt).then(
          () => 'done' as const,
          (error: unknown) => error,
        );
        database.fates = () => 'answered';
        if (outcome === 'done') return attempt;
        expect(outcome).toMatchObject({ code: 'state-access-denied' });
        await work(attempt);
      }
    };

    test('history that is recorded again after each interruption is as if there had been none', async () => {
      const available = (at: number) => Math.floor((at / MINUTE) % 251);
      let recorded = 0;
      await killedAtEach(async (attempt) => {
        // Each time a new hour begins, so that each time there is something to roll up.
        recorded = Math.max(recorded, attempt);
        const at = TEN + attempt * HOUR;
        for (const offset of [0, 10 * MINUTE, 20 * MINUTE]) {
          await store.history.record(target, at + offset, [
            { subnetId: `subnet-${attempt}`, available: available(at + offset), freePrefixes: null },
            { subnetId: 'subnet-0a', available: available(at + offset), freePrefixes: null },
          ]);
        }
      });
      expect(recorded).toBeGreaterThan(5);
      const history = (await store.history.read(target, ['subnet-0a'], 0)).get('subnet-0a');
      expect(history?.addresses.hourly).toEqual(
        Array.from({ length: recorded }, (_, index) => {
          const hour = TEN + (index + 1) * HOUR;
          const values = [0, 10, 20].map((minutes) => available(hour + minutes * MINUTE));
          return {
            hour,
            minimum: Math.min(...values),
            mean: values.reduce((sum, value) => sum + value, 0) / 3,
            last: values[2],
            count: 3,
          };
        }),
      );
    });

    test('a reader of the latest assessment sees a whole one, the old or the new', async () => {
      const version = (n: number) =>
        anAssessment({
          scannedAt: new Date(TEN + n * MINUTE).toISOString(),
          subnets: Array.from({ length: 100 }, (_, index) =>
            aSubnet({ subnetId: `subnet-${index}`, used: n }),
          ),
        });
      await store.assessments.putLatest(version(0));
      let seen = 0;
      const attempts = await killedAtEach(async (attempt) => {
        const latest = await store.assessments.latest(target).catch(() => null);
        if (latest !== null) {
          expect(new Set(latest.subnets.map(({ used }) => used)).size).toBe(1);
          expect(latest.subnets).toHaveLength(100);
          seen += 1;
        }
        await store.assessments.putLatest(version(attempt));
      });
      expect(attempts).toBeGreaterThan(5);
      expect(seen).toBeGreaterThan(5);
      expect(await store.assessments.latest(target)).toEqual(version(attempts));
    });
  });

  test('scans that all lose and win races for one ledger end with every value', async () => {
    const others = Array.from({ length: 4 }, () =>
      createDynamoStateStore({ client: database.client, tableName }),
    );
    await Promise.all(
      others.map((other, index) =>
        other.history.record(target, TEN + index, [
          { subnetId: `subnet-${index}`, available: index, freePrefixes: index },
          { subnetId: 'subnet-0a', available: index, freePrefixes: null },
        ]),
      ),
    );
    const subnetIds = ['subnet-0', 'subnet-1', 'subnet-2', 'subnet-3', 'subnet-0a'];
    const histories = await store.history.read(target, subnetIds, 0);
    expect(subnetIds.map((id) => histories.get(id)?.addresses.recent.map(({ value }) => value))).toEqual([
      [0],
      [1],
      [2],
      [3],
      [0, 1, 2, 3],
    ]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { type Fate, type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { Inbox, type Levels, MINUTE, run, StandingClock, target } from './rehearsal.ts';

const SCANS: readonly Levels[] = [
  { 'subnet-0a': 'warning', 'subnet-0b': 'critical' },
  { 'subnet-0a': 'critical', 'subnet-0b': 'ok' },
  { 'subnet-0a': 'ok', 'subnet-0b': 'ok' },
];
const IDS = [
  'addresses-low/subnet/subnet-0a#1',
  'addresses-low/subnet/subnet-0a#2',
  'addresses-low/subnet/subnet-0a#3',
  'addresses-low/subnet/subnet-0b#1',
  'addresses-low/subnet/subnet-0b#2',
];

const THROTTLED: Fate = { error: 'ProvisionedThroughputExceededException', status: 400 };

describe('alerting on a DynamoDB with faults', () => {
  let database: LocalDynamoDb;
  let store: AlertStore;
  beforeAll(async () => {
    database = await startDynamoDb();
  });
  beforeEach(async () => {
    database.fates = () => 'answered';
    store = createDynamoStateStore({
      client: database.client,
      tableName: await database.createTable(),
    }).alerts;
    return () => {
      database.fates = () => 'answered';
    };
  });
  afterAll(() => database.stop());

  /** Scans five minutes apart; the last one is repeated, for what was left over. `fate` is asked for each request. */
  const live = async (inbox: Inbox, fate: (request: number) => Fate): Promise<number> => {
    const clock = new StandingClock();
    let requests = 0;
    database.fates = () => {
      requests += 1;
      return fate(requests);
    };
    for (const [index, levels] of [...SCANS, ...SCANS.slice(-1)].entries()) {
      const report = await run({ levels, store, notifier: inbox.notifier, clock, runId: `run-${index}` });
      // Borne by the client or by reading again: nothing is left to the next scan.
      expect(report.problems).toEqual([]);
      clock.now += 5 * MINUTE;
    }
    return requests;
  };

  const freshStore = async (): Promise<void> => {
    database.fates = () => 'answered';
    store = createDynamoStateStore({
      client: database.client,
      tableName: await database.createTable(),
    }).alerts;
  };

  test.each<[string, Fate]>([
    ['throttled', THROTTLED],
    ['lost on the way back', 'lost'],
    ['broken off', 'broken'],
    ['failed', { error: 'InternalServerError', status: 500 }],
  ])('whichever one request is %s, every transition is delivered exactly once', async (_, fate) => {
    const steps = await live(new Inbox(), () => 'answered');
    expect(steps).toBeGreaterThan(12);
    for (let step = 1; step <= steps; step += 1) {
      await freshStore();
      const inbox = new Inbox();
      await live(inbox, (request) => (request === step ? fate : 'answered'));
      expect(inbox.received.toSorted(), `request ${step} of ${steps}`).toEqual(IDS);
    }
  });

  test('while every write is throttled, an alert that is not stored is not sent; the next scan tells it', async () => {
    const inbox = new Inbox();
    const clock = new StandingClock();
    const scan = (runId: string) =>
      run({ levels: { 'subnet-0a': 'critical' }, store, notifier: inbox.notifier, clock, runId });
    database.fates = ({ operation }) => (operation === 'PutItem' ? THROTTLED : 'answered');
    const report = await scan('throttled');
    expect(inbox.received).toEqual([]);
    expect(report.problems).toMatchObject([{ code: 'state-throttled' }]);
    database.fates = () => 'answered';
    clock.now += 5 * MINUTE;
    await scan('next');
    expect(inbox.received).toEqual(['addresses-low/subnet/subnet-0a#1']);
  });

  test('when what was sent cannot be marked, it is said, and people hear it twice at most', async () => {
    const inbox = new Inbox();
    const clock = new StandingClock();
    const scan = (runId: string) =>
      run({ levels: { 'subnet-0a': 'critical' }, store, notifier: inbox.notifier, clock, runId });
    database.fates = ({ operation }) =>
      operation === 'PutItem' && inbox.received.length > 0 ? THROTTLED : 'answered';
    const report = await scan('sent');
    expect(report.problems).toMatchObject([{ code: 'state-throttled' }]);
    expect(report.sent).toBe(1);
    database.fates = () => 'answered';
    for (let scans = 0; scans < 3; scans += 1) {
      clock.now += 5 * MINUTE;
      await scan(`later-${scans}`);
    }
    expect(inbox.count('addresses-low/subnet/subnet-0a#1')).toBe(2);
    expect((await store.list(target)).flatMap(({ alert }) => alert.outbox)).toEqual([]);
  });
});

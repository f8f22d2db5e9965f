import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunTargetOutcome } from '../../../shared/pipeline/run-target.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { type Fate, type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { Inbox, StandingClock } from '../alerting/rehearsal.ts';
import { BETWEEN_SCANS, job, SCANS, Series } from './story.ts';

/**
 * The table is throttled, broken or forbidden while a target is scanned. The figures of EC2 are measured and published
 * anyway, missing storage and delivery are reported, and the scan after the fault sends the alerts that still fire.
 */

let database: LocalDynamoDb;
beforeAll(async () => {
  database = await startDynamoDb();
});
afterAll(() => database.stop());

let store: StateStore;
beforeEach(async () => {
  database.fates = () => 'answered';
  store = createDynamoStateStore({ client: database.client, tableName: await database.createTable() });
});

interface Story {
  readonly outcomes: readonly RunTargetOutcome[];
  readonly inbox: Inbox;
  readonly series: Series;
}

/** All scans; during those of `struck` (counted from 0) DynamoDB has these fates. */
const live = async (struck: readonly number[], fates: LocalDynamoDb['fates']): Promise<Story> => {
  const clock = new StandingClock();
  const inbox = new Inbox();
  const series = new Series();
  const outcomes: RunTargetOutcome[] = [];
  for (const [index, scene] of SCANS.entries()) {
    database.fates = struck.includes(index) ? fates : () => 'answered';
    outcomes.push(await job({ scene, store, sink: series, inbox, clock, runId: `run-${index}` }));
    clock.now += BETWEEN_SCANS;
  }
  return { outcomes, inbox, series };
};

const THROTTLED: Fate = { error: 'ProvisionedThroughputExceededException', status: 400 };
const FORBIDDEN: Fate = { error: 'AccessDeniedException', status: 400 };

const onlyOn =
  (operations: readonly string[], fate: Fate): LocalDynamoDb['fates'] =>
  ({ operation }) =>
    operations.includes(operation) ? fate : 'answered';

const READS = ['GetItem', 'Query'];
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem'];

describe.each<[string, LocalDynamoDb['fates'], string]>([
  ['every request is throttled', () => THROTTLED, 'state-throttled'],
  ['every read is throttled', onlyOn(READS, THROTTLED), 'state-throttled'],
  ['every write is throttled', onlyOn(WRITES, THROTTLED), 'state-throttled'],
  ['every connection breaks', () => 'broken', 'state-unavailable'],
  ['no read is allowed', onlyOn(READS, FORBIDDEN), 'state-access-denied'],
  ['no write is allowed', onlyOn(WRITES, FORBIDDEN), 'state-access-denied'],
])('%s', (_, fates, code) => {
  /** The scans in which both subnets are at their worst. */
  const STRUCK = [1, 2, 3];

  test('what is measured is as true as ever, and is published', async () => {
    const { outcomes, series } = await live(STRUCK, fates);
    expect(outcomes.map(({ assessment }) => assessment.target.status)).toEqual(SCANS.map(() => 'ok'));
    for (const [index, { a, b }] of SCANS.entries()) {
      const subnets = outcomes[index]?.assessment.subnets;
      expect(subnets?.map(({ available }) => available)).toEqual([27 - a, 27 - b]);
      expect(subnets?.map(({ confidence }) => confidence)).toEqual(['exact', 'exact']);
    }
    expect(series.valuesOf('AvailableAddresses', 'subnet-0a')).toEqual(SCANS.map(({ a }) => 27 - a));
    expect(series.valuesOf('AvailableAddresses', 'subnet-0b')).toEqual(SCANS.map(({ b }) => 27 - b));
  });

  test('each struck scan says what it could not do, and the others have nothing to say', async () => {
    const { outcomes } = await live(STRUCK, fates);
    for (const [index, { problems, alerting }] of outcomes.entries()) {
      const isStruck = STRUCK.includes(index);
      expect([index, new Set(problems.map((problem) => problem.code))]).toEqual([
        index,
        new Set(isStruck ? [code] : []),
      ]);
      expect([index, alerting !== 'whole']).toEqual([index, isStruck]);
    }
  });

  test('an alert that is not stored is not sent; an alert that still fires afterwards is sent once', async () => {
    const { inbox, outcomes } = await live([1, 2], fates);
    expect(outcomes.slice(0, 3).flatMap(({ transitions }) => transitions)).toEqual([]);
    // At the fourth scan the one subnet is fixed already, and the other is at its worst.
    expect(inbox.received).toEqual(['addresses/subnet/subnet-0b#1', 'addresses/subnet/subnet-0b#2']);
  });

  test('what was remembered before is there afterwards: the age of a leak does not begin again', async () => {
    const { outcomes } = await live(STRUCK, fates);
    const leaks = (await store.assessments.latest(aTarget))?.leakedInterfaces;
    expect(leaks?.map(({ firstSeenAt }) => firstSeenAt)).toEqual([outcomes[0]?.assessment.scannedAt]);
  });
});

test('whichever single request of a scan is refused: it is said, nothing else goes wrong, and nothing is forgotten', async () => {
  const untouched = await live([], () => 'answered');
  let said = 0;
  for (let refused = 1; ; refused += 1) {
    store = createDynamoStateStore({ client: database.client, tableName: await database.createTable() });
    let requests = 0;
    const { outcomes, inbox } = await live([2], () => {
      requests += 1;
      return requests === refused ? FORBIDDEN : 'answered';
    });
    if (requests < refused) break;
    const at = `refused request ${refused}`;
    const { problems, assessment, metrics } = outcomes[2] as RunTargetOutcome;
    expect(
      problems.map((problem) => problem.code),
      at,
    ).toEqual(['state-access-denied']);
    expect([assessment.target.status, metrics?.problem], at).toEqual(['ok', null]);
    expect(
      assessment.subnets.map(({ available }) => available),
      at,
    ).toEqual([1, 4]);
    // What could not be marked as sent is sent again; an alert that could not be stored is sent by the next scan, as it
    // is then.
    for (const id of inbox.distinct) expect(inbox.count(id), `${id}, ${at}`).toBeLessThanOrEqual(2);
    expect(inbox.distinct, at).toEqual(expect.arrayContaining(['addresses/subnet/subnet-0b#1']));
    const end = outcomes.at(-1) as RunTargetOutcome;
    expect(end.alerts, at).toEqual(untouched.outcomes.at(-1)?.alerts);
    expect(end.delivery.undelivered, at).toEqual([]);
    expect(end.assessment.leakedInterfaces, at).toEqual(
      untouched.outcomes.at(-1)?.assessment.leakedInterfaces,
    );
    said += 1;
  }
  expect(said).toBeGreaterThan(15);
});

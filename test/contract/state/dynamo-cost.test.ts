import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SubnetAssessment, TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import type { HistorySample, StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { anAlert, aSubject } from '../../fixtures/stored-alerts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.parse('2026-01-15T00:00:00Z');
const target = { accountId: '111111111111', region: 'eu-west-1' };

const SUBNETS = 1_000;
const ALERTS = 20;
/** Of 1,000 subnets, those whose addresses change from one scan to the next. */
const BUSY = 200;
const SCANS_PER_MONTH = 8_640;
const HOURS_PER_MONTH = 720;
/** shared/pipeline/run-target.ts: what a forecast looks at, and one more. */
const DAYS_READ = 36;

/** us-east-1, on demand, dollars a million: see `shared/state/dynamo/dynamo-state-store.ts`. */
const WRITE_PRICE = 0.625 / 1e6;
const READ_PRICE = 0.125 / 1e6;

interface Consumed {
  requests: number;
  writeUnits: number;
  readUnits: number;
}

describe('what 1,000 subnets cost in DynamoDB', () => {
  let database: LocalDynamoDb;
  let store: StateStore;
  let consumed: Consumed = { requests: 0, writeUnits: 0, readUnits: 0 };

  beforeAll(async () => {
    database = await startDynamoDb();
    const tableName = await database.createTable();
    store = createDynamoStateStore({ client: database.client, tableName });
    // DynamoDB itself says what a request costs; here that is an independent implementation of its rules.
    database.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
          const answer = await next(args);
          const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
          const units = ConsumedCapacity?.CapacityUnits ?? 0;
          consumed.requests += 1;
          if (commandName === 'PutItemCommand' || commandName === 'DeleteItemCommand')
            consumed.writeUnits += units;
          else consumed.readUnits += units;
          return answer;
        },
      { step: 'initialize' },
    );
  });
  afterAll(() => database.stop());

  const subnetIds = Array.from({ length: SUBNETS }, (_, index) => `subnet-${hex(index)}`);
  const available = subnetIds.map((_, index) => 100 + ((index * 37) % 4_000));

  /** A random walk, the same in every run: in each scan some subnets gain or lose a few addresses. */
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
  const aScan = (): readonly HistorySample[] => {
    for (let changes = 0; changes < BUSY; changes += 1) {
      const index = random(SUBNETS);
      available[index] = Math.max(0, (available[index] ?? 0) + random(41) - 20);
    }
    return subnetIds.map((subnetId, index) => ({
      subnetId,
      available: available[index] ?? 0,
      freePrefixes: Math.floor((available[index] ?? 0) / 17),
    }));
  };

  const assessmentOf = (at: number, samples: readonly HistorySample[]): TargetAssessment =>
    anAssessment({
      scannedAt: new Date(at).toISOString(),
      subnets: samples.map((sample, index): SubnetAssessment => subnetOf(sample, index, at)),
    });

  const measured = async (work: () => Promise<unknown>): Promise<Consumed> => {
    consumed = { requests: 0, writeUnits: 0, readUnits: 0 };
    await work();
    return { ...consumed };
  };

  test('cents a month for alerts and history, and less than a dollar with the latest assessment of a busy estate', async () => {
    // A day of scans is there, and twenty alerts fire.
    const past = Array.from({ length: 288 }, (_, index) => ({
      at: MIDNIGHT - DAY + index * 5 * MINUTE,
      samples: aScan(),
    }));
    await store.history.backfill(target, past);
    for (let index = 0; index < ALERTS; index += 1) {
      await store.alerts.commit(target, anAlert({ subject: aSubject(subnetIds[index] ?? '') }), 0);
    }
    let samples = aScan();
    // Ten buckets: the day is added up by two scans.
    await store.history.record(target, MIDNIGHT, samples);
    await store.history.record(target, MIDNIGHT + MINUTE, samples);
    await store.assessments.putLatest(assessmentOf(MIDNIGHT, samples));

    const listed = await measured(() => store.alerts.list(target));
    const committed = await measured(() => store.alerts.commit(target, anAlert({ key: 'another' }), 0));

    samples = aScan();
    const recorded = await measured(() => store.history.record(target, MIDNIGHT + 5 * MINUTE, samples));
    expect(recorded.requests).toBe(2);

    const put = await measured(() =>
      store.assessments.putLatest(assessmentOf(MIDNIGHT + 5 * MINUTE, samples)),
    );
    const unchanged = await measured(() =>
      store.assessments.putLatest(assessmentOf(MIDNIGHT + 6 * MINUTE, samples)),
    );
    const got = await measured(() => store.assessments.latest(target));

    // A process reads rolled-up days every six hours, and the recent scans every time.
    const readFirst = await measured(() => store.history.read(target, subnetIds, MIDNIGHT - DAYS_READ * DAY));
    const readAgain = await measured(() => store.history.read(target, subnetIds, MIDNIGHT - DAYS_READ * DAY));

    for (let minutes = 10; minutes < 60; minutes += 5) {
      await store.history.record(target, MIDNIGHT + minutes * MINUTE, aScan());
    }
    samples = aScan();
    const rolledUp = await measured(async () => {
      await store.history.record(target, MIDNIGHT + HOUR, samples);
      await store.history.record(target, MIDNIGHT + HOUR + MINUTE, samples);
    });

    // One rolled-up day is there: a forecast reads 36.
    const dayUnits = readFirst.readUnits - readAgain.readUnits;
    const monthly = {
      alertsListed: dollars(listed, SCANS_PER_MONTH),
      historyRecorded: dollars(recorded, SCANS_PER_MONTH),
      historyRolledUp: dollars(rolledUp, HOURS_PER_MONTH),
      recentRead: dollars(readAgain, SCANS_PER_MONTH),
      daysRead: (HOURS_PER_MONTH / 6) * DAYS_READ * dayUnits * READ_PRICE,
    };
    expect(listed.requests).toBe(1);
    expect(committed).toEqual({ requests: 1, writeUnits: 1, readUnits: 0 });
    expect(recorded).toEqual({ requests: 2, writeUnits: 4, readUnits: 3 });
    expect(readAgain.requests).toBe(2);
    expect(unchanged).toEqual({ requests: 2, writeUnits: 1, readUnits: 1 });
    // Ten buckets of a day, each read and written, the scans since the last roll-up, and the ledger, by two scans.
    expect(rolledUp.requests).toBeLessThanOrEqual(34);
    const history = Object.values(monthly).reduce((sum, cost) => sum + cost, 0);
    expect(history, JSON.stringify(monthly)).toBeLessThan(0.15);
    expect(dollars(put, SCANS_PER_MONTH)).toBeLessThan(0.6);
    expect(dollars(got, SCANS_PER_MONTH)).toBeLessThan(0.05);
  });
});

const dollars = ({ writeUnits, readUnits }: Consumed, times: number): number =>
  times * (writeUnits * WRITE_PRICE + readUnits * READ_PRICE);

/** 17 digits that do not compress, as AWS's are. */
const hex = (index: number): string => {
  const high = Math.imul(index + 1, 2_654_435_761) >>> 0;
  const low = Math.imul(high ^ 0x5bd1e995, 1_540_483_477) >>> 0;
  const rest = Math.imul(low ^ high, 2_246_822_519) >>> 0;
  return `${high.toString(16)}${low.toString(16)}${rest.toString(16)}`.padEnd(17, '0').slice(0, 17);
};

/** Realistic in size: a name, tags, an owner or two, forecasts that are made again every hour. */
const subnetOf = (
  { subnetId, available, freePrefixes }: HistorySample,
  index: number,
  at: number,
): SubnetAssessment => {
  const free = available ?? 0;
  const hour = new Date(at - (at % HOUR) + free * HOUR).toISOString();
  const forecast = {
    exhaustionAt: hour,
    earliest: hour,
    latest: hour,
    probabilityWithin: { '24h': 0.01, '72h': 0.04, '7d': 0.2 },
    method: 'drift',
    reason: `It loses ${index % 9} addresses a day.`,
  };
  return aSubnet({
    subnetId,
    name: `production-private-${index}`,
    vpcId: `vpc-${hex(Math.floor(index / 20))}`,
    cidrBlock: `10.${Math.floor(index / 16)}.${(index % 16) * 16}.0/20`,
    tags: {
      Name: `production-private-${index}`,
      team: `team-${index % 30}`,
      'kubernetes.io/role/internal-elb': '1',
    },
    total: 4_096,
    usable: 4_091,
    used: 4_091 - free,
    available,
    availableSingle: available,
    awsAvailable: available,
    prefixes: {
      assigned: 10,
      free: freePrefixes ?? 0,
      freeInReservation: 0,
      freeUnreserved: freePrefixes ?? 0,
    },
    owners: [
      { kind: 'cluster-nodes', name: `cluster-${index % 40}`, interfaces: 40, addresses: 4_000 - free },
      { kind: 'load-balancer', name: `app/ingress-${index}`, interfaces: 3, addresses: 3 },
    ],
    forecast: { addresses: forecast, prefixes: forecast },
  });
};

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { monthlyCost } from '../../../shared/metrics/monthly-cost.ts';
import { HOURS_PER_MONTH, PRICES } from '../../../shared/metrics/prices.ts';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import { HUB, THREE_ACCOUNTS_YML, threeAccounts } from '../../fixtures/three-accounts.ts';

/**
 * The lines of `headroom cost`, beside a warm hour of the deployed functions: twelve runs over three accounts. DynamoDB itself
 * counts its units, and the lab every other request.
 */

const HOUR = 3_600_000;
const RUNS = 12;
const TARGETS = 3;

const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'];

let headroom: DeployedHeadroom;
const spent = { reads: 0, writes: 0, requests: 0 };
let calls: readonly string[] = [];
let series = 0;
let logged = 0;

/** What the functions wrote so far, in bytes, as lines of JSON. */
const loggedSoFar = (): number =>
  (['log', 'info', 'warn', 'error'] as const)
    .flatMap((level) => vi.mocked(console[level]).mock.calls)
    .reduce((sum, [line]) => sum + JSON.stringify(JSON.parse(String(line))).length + 1, 0);

const run = async (): Promise<void> => {
  vi.setSystemTime(Date.now() + HOUR / RUNS);
  headroom.lab.clock.advance(HOUR / RUNS);
  await headroom.plan();
  await headroom.drain();
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / HOUR) * HOUR + HOUR / 2 });
  headroom = await deployHeadroom({
    estate: threeAccounts,
    accountId: HUB,
    configuration: THREE_ACCOUNTS_YML,
  });
  // Two hours until everything that is kept is kept.
  for (let index = 0; index < 2 * RUNS; index += 1) await run();
  headroom.dynamo.consumed = ({ operation, units }) => {
    spent.requests += 1;
    if (WRITES.includes(operation)) spent.writes += units;
    else spent.reads += units;
  };
  const before = headroom.lab.calls.length;
  const loggedBefore = loggedSoFar();
  const published = headroom.lab.metrics.length;
  for (let index = 0; index < RUNS; index += 1) await run();
  logged = loggedSoFar() - loggedBefore;
  calls = headroom.lab.calls.slice(before).map(({ service, action }) => `${service}:${action}`);
  series = new Set(
    headroom.lab.metrics.slice(published).map(({ name, dimensions }) => JSON.stringify([name, dimensions])),
  ).size;
}, 600_000);
afterAll(async () => {
  await headroom.close();
  vi.useRealTimers();
});

const cost = () =>
  monthlyCost({
    targets: TARGETS,
    subnets: TARGETS,
    vpcs: TARGETS,
    clusters: 0,
    activeAddresses: 40,
    scanIntervalMinutes: 5,
    subnetSeries: 500,
    scanSeconds: 3,
  });

const lineOf = (item: string): number =>
  cost().lines.find((line) => line.item === item)?.dollars ?? expect.fail(`there should be a line ${item}`);

const count = (name: string): number => calls.filter((call) => call === name).length;

/** What is said is at least what was measured, and not twice as much. */
const expectHeld = (item: string, said: number, measured: number): void => {
  process.stdout.write(`${`${item}: said $${said.toFixed(3)} a month, measured $${measured.toFixed(3)}`}\n`);
  expect(said / measured, `${item}: ${said} said, ${measured} measured`).toBeGreaterThan(0.999);
  expect(said / measured, `${item}: ${said} said, ${measured} measured`).toBeLessThanOrEqual(2);
};

test('DynamoDB: the units of reads and writes', () => {
  process.stdout.write(`${JSON.stringify({ ...spent, aScan: spent.requests / RUNS / TARGETS })}\n`);
  const measured =
    HOURS_PER_MONTH *
    ((spent.reads * PRICES.dynamoReadsPerMillion + spent.writes * PRICES.dynamoWritesPerMillion) / 1e6);
  expectHeld('DynamoDB', lineOf('DynamoDB'), measured);
});

test('SQS: the requests, and the polls of Lambda that the lab has no part in', () => {
  const names = Object.fromEntries([...new Set(calls)].toSorted().map((name) => [name, count(name)]));
  process.stdout.write(`${JSON.stringify(names)}\n`);
  const requests = calls.filter((call) => call.startsWith('sqs:')).length + 60 * 15;
  expectHeld('SQS', lineOf('SQS'), (HOURS_PER_MONTH * requests * PRICES.sqsPerMillion) / 1e6);
});

test('SNS: an estate in which nothing changes sends nothing', () => {
  expect(count('sns:Publish')).toBe(0);
  expect(lineOf('SNS')).toBeLessThan(0.01);
});

test('CloudWatch Logs: the bytes of the functions, and 400 of Lambda for each invocation', () => {
  const bytes = logged + 400 * RUNS * (TARGETS + 1);
  expectHeld(
    'CloudWatch Logs',
    lineOf('CloudWatch Logs'),
    (HOURS_PER_MONTH * bytes * PRICES.logsGigabyte) / 1e9,
  );
});

test('CloudWatch: the series and the requests', () => {
  const requests = calls.filter((call) => /PutMetricData/.test(call)).length;
  process.stdout.write(`${JSON.stringify({ series, requests })}\n`);
  expectHeld(
    'PutMetricData',
    lineOf('PutMetricData'),
    (HOURS_PER_MONTH * requests * PRICES.putMetricDataPerThousand) / 1_000,
  );
  expectHeld('CloudWatch metrics', lineOf('CloudWatch metrics'), series * PRICES.metricTiers[0].price);
});

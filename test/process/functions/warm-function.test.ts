import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import type { Fate } from '../../fixtures/dynamodb.ts';
import { HUB, THREE_ACCOUNTS_REGION as REGION, threeAccounts } from '../../fixtures/three-accounts.ts';

/** A function that Lambda keeps warm: one state for all of its invocations. */

const HOUR = 3_600_000;

let headroom: DeployedHeadroom;
beforeEach(async () => {
  // In the middle of an hour, so that no scan of a test is the first of the next one.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / HOUR) * HOUR + HOUR / 2 });
  headroom = await deployHeadroom({ estate: threeAccounts, accountId: HUB });
});
afterEach(async () => {
  await headroom.close();
  vi.useRealTimers();
});

/** One scan of the function's own account, with these fates; tells which requests its table got. */
const scan = async (fateOf: (index: number) => Fate = () => 'answered'): Promise<readonly string[]> => {
  const operations: string[] = [];
  headroom.dynamo.fates = ({ operation }) => fateOf(operations.push(operation) - 1);
  await headroom.send(
    JSON.stringify({
      schema: 'headroom/scan-request@1',
      runId: 'run',
      accountId: HUB,
      region: REGION,
      subnetSeries: 500,
    }),
  );
  expect(await headroom.drain()).toEqual([{ batchItemFailures: [] }]);
  return operations;
};

/** Days are read by their keys, many at once. */
const batchesRead = (operations: readonly string[]): number =>
  operations.filter((operation) => operation === 'BatchGetItem').length;

test('reads the rolled-up days of its history once, and not at every scan or every hour', async () => {
  const counts: number[] = [];
  for (let hour = 0; hour < 3; hour += 1) {
    for (let scans = 0; scans < 2; scans += 1) {
      vi.setSystemTime(Date.now() + 300_000);
      counts.push(batchesRead(await scan()));
    }
    vi.setSystemTime(Date.now() + HOUR - 600_000);
  }
  // There is no history before the first scan. The second reads the days, and then they are known.
  const [, reading = 0, ...others] = counts;
  const warm = reading - 1;
  // The first scan of an hour reads the days that it adds the scans of the last one to.
  expect(others).toEqual([warm + 1, warm, warm + 1, warm]);
});

test('asks a table that does not answer again after seconds: the scan is not lost', async () => {
  const operations = await scan((index) => (index === 0 ? 'silent' : 'answered'));
  expect(operations[1]).toBe(operations[0]);
  const latest = await headroom.store.assessments.latest({ accountId: HUB, region: REGION });
  expect(latest?.target.status).toBe('ok');
});

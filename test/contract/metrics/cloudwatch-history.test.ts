import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import {
  MAX_DATAPOINTS,
  MAX_QUERIES,
  readCloudWatchHistory,
} from '../../../shared/metrics/cloudwatch-history.ts';
import { createCloudWatchSink } from '../../../shared/metrics/cloudwatch-sink.ts';
import type { MetricDatum } from '../../../shared/metrics/metric-sink.ts';
import { backfill } from '../../../shared/pipeline/backfill.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const HUB = '111122223333';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const target = { accountId: '444455556666', region: 'eu-west-1' };

describe('the past that CloudWatch has kept', () => {
  let lab: Lab;
  let client: CloudWatchClient;
  let now: number;
  beforeAll(async () => {
    lab = await startLab({
      estate: scenarioEstate({
        name: 'past',
        description: '',
        accounts: [labAccount(HUB, 'hub', ['eu-west-1'])],
        scenarios: [],
      }),
    });
    client = new CloudWatchClient(labClient(lab, HUB));
    now = lab.clock.now() - (lab.clock.now() % HOUR);
  });
  afterAll(async () => {
    client.destroy();
    await lab.close();
  });
  beforeEach(() => {
    (lab.metrics as unknown[]).length = 0;
  });

  const datum = (subnetId: string, name: string, timestamp: number, value: number): MetricDatum => ({
    namespace: 'VpcHeadroom',
    name,
    dimensions: { AccountId: target.accountId, Region: target.region, VpcId: 'vpc-1', SubnetId: subnetId },
    value,
    unit: 'Count',
    timestamp,
  });

  test('comes as the least of each hour, for both supplies of every subnet of the target', async () => {
    const other = { ...datum('subnet-3', 'AvailableAddresses', now - HOUR, 1) };
    await createCloudWatchSink(client).publish([
      datum('subnet-1', 'AvailableAddresses', now - 2 * HOUR, 90),
      datum('subnet-1', 'AvailableAddresses', now - 2 * HOUR + 5 * 60_000, 80),
      datum('subnet-1', 'AvailableAddresses', now - HOUR, 85),
      datum('subnet-1', 'FreePrefixes', now - HOUR, 4),
      datum('subnet-2', 'AvailableAddresses', now - HOUR, 11),
      datum('subnet-2', 'UsedAddresses', now - HOUR, 240),
      { ...other, dimensions: { ...other.dimensions, AccountId: '777788889999' } },
    ]);
    const pasts = await readCloudWatchHistory(client, 'VpcHeadroom', target, now - 60 * DAY, now);
    expect(pasts.toSorted((a, b) => a.subnetId.localeCompare(b.subnetId))).toEqual([
      {
        subnetId: 'subnet-1',
        addresses: [
          { at: now - 2 * HOUR, value: 80 },
          { at: now - HOUR, value: 85 },
        ],
        prefixes: [{ at: now - HOUR, value: 4 }],
      },
      { subnetId: 'subnet-2', addresses: [{ at: now - HOUR, value: 11 }], prefixes: [] },
    ]);
  });

  test('of hundreds of subnets comes in several requests, and none is left out', async () => {
    const subnetIds = Array.from({ length: 150 }, (_, index) => `subnet-${index}`);
    const data = subnetIds.flatMap((subnetId, index) => [
      datum(subnetId, 'AvailableAddresses', now - HOUR, index),
      datum(subnetId, 'FreePrefixes', now - HOUR, index % 15),
    ]);
    await createCloudWatchSink(client).publish(data);
    const store = createMemoryStateStore();
    const pasts = await readCloudWatchHistory(client, 'VpcHeadroom', target, now - 60 * DAY, now);
    expect(await backfill(store.history, target, pasts)).toEqual({ subnets: 150, moments: 1 });
    const histories = await store.history.read(target, subnetIds, 0);
    expect(subnetIds.map((subnetId) => histories.get(subnetId)?.addresses.hourly[0]?.minimum)).toEqual(
      subnetIds.map((_, index) => index),
    );
  });

  test('is nothing where nothing was published', async () => {
    expect(await readCloudWatchHistory(client, 'VpcHeadroom', target, now - DAY, now)).toEqual([]);
  });
});

describe('reading from a CloudWatch that answers as it likes', () => {
  let aws: CannedAws;
  let client: CloudWatchClient;
  let results: (queries: readonly { Id: string }[], nth: number) => unknown;

  const metric = (index: number) => ({
    Namespace: 'VpcHeadroom',
    MetricName: 'AvailableAddresses',
    Dimensions: [{ Name: 'SubnetId', Value: `subnet-${index}` }],
  });

  beforeAll(async () => {
    aws = await startCannedAws(({ action, body, nth }) => {
      const input = JSON.parse(body);
      const answer =
        action === 'ListMetrics'
          ? {
              Metrics:
                input.MetricName === 'AvailableAddresses'
                  ? Array.from({ length: 1_201 }, (_, index) => metric(index))
                  : [],
            }
          : results(input.MetricDataQueries, nth);
      return { headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(answer) };
    });
    client = new CloudWatchClient({
      endpoint: aws.url,
      region: 'eu-west-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await aws.close();
  });
  beforeEach(() => {
    aws.requests.length = 0;
  });

  const queriesOf = () =>
    aws.requests
      .filter(({ action }) => action === 'GetMetricData')
      .map(({ body }): number => JSON.parse(body).MetricDataQueries.length);

  test('no request asks for more metrics or values than CloudWatch answers at once', async () => {
    results = () => ({ MetricDataResults: [] });
    await readCloudWatchHistory(client, 'VpcHeadroom', target, 0, DAY);
    expect(queriesOf()).toEqual([MAX_QUERIES, MAX_QUERIES, 201]);
    aws.requests.length = 0;
    await readCloudWatchHistory(client, 'VpcHeadroom', target, 0, 60 * DAY);
    expect(Math.max(...queriesOf())).toBe(Math.floor(MAX_DATAPOINTS / (60 * 24)));
    expect(queriesOf().reduce((sum, count) => sum + count, 0)).toBe(1_201);
  });

  test('an answer that comes in parts is put together', async () => {
    results = ([query], nth) => ({
      MetricDataResults: [
        {
          Id: query?.Id,
          Timestamps: [nth * 3_600],
          Values: [nth],
          StatusCode: nth === 0 ? 'PartialData' : 'Complete',
        },
      ],
      ...(nth === 0 ? { NextToken: 'more' } : {}),
    });
    const pasts = await readCloudWatchHistory(client, 'VpcHeadroom', target, 0, HOUR);
    expect(pasts.find(({ subnetId }) => subnetId === 'subnet-0')?.addresses).toEqual([
      { at: 0, value: 0 },
      { at: HOUR, value: 1 },
    ]);
  });

  test.each(['InternalError', 'Forbidden'])('%s is a failure, not an empty past', async (StatusCode) => {
    results = ([query]) => ({
      MetricDataResults: [{ Id: query?.Id, Timestamps: [], Values: [], StatusCode }],
    });
    await expect(readCloudWatchHistory(client, 'VpcHeadroom', target, 0, HOUR)).rejects.toMatchObject({
      code: 'history-not-read',
      message: expect.stringContaining(StatusCode),
    });
  });
});

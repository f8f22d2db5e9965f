import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const ACCOUNT = '111122223333';
const MINUTE = 60_000;
let lab: Lab;
let client: CloudWatchClient;

beforeAll(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'metrics',
      description: '',
      accounts: [labAccount(ACCOUNT, 'hub', ['eu-west-1'])],
      scenarios: [],
    }),
  });
  client = new CloudWatchClient(labClient(lab, ACCOUNT));
});
afterAll(() => lab.close());
beforeEach(() => {
  (lab.metrics as unknown[]).length = 0;
});

const datum = (changes: Partial<MetricDatum> = {}): MetricDatum => ({
  MetricName: 'AvailableAddresses',
  Dimensions: [{ Name: 'SubnetId', Value: 'subnet-1' }],
  Value: 12,
  Unit: 'Count',
  Timestamp: new Date(lab.clock.now()),
  ...changes,
});
const put = (MetricData: MetricDatum[], Namespace = 'VpcHeadroom') =>
  client.send(new PutMetricDataCommand({ Namespace, MetricData }));

describe('PutMetricData', () => {
  test('keeps what it was given', async () => {
    await put([datum()]);
    expect(lab.metrics).toEqual([
      {
        accountId: ACCOUNT,
        region: 'eu-west-1',
        namespace: 'VpcHeadroom',
        name: 'AvailableAddresses',
        dimensions: { SubnetId: 'subnet-1' },
        unit: 'Count',
        timestamp: lab.clock.now(),
        values: [12],
      },
    ]);
  });

  test('takes 1,000 data in a compressed request, and none of 1,001', async () => {
    const data = (length: number): MetricDatum[] =>
      Array.from({ length }, (_, index) => datum({ Value: index }));
    await put(data(1000));
    expect(lab.metrics).toHaveLength(1000);
    await expect(put(data(1001))).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    expect(lab.metrics).toHaveLength(1000);
  });

  test('takes 30 dimensions and not 31', async () => {
    const dimensions = (length: number) =>
      Array.from({ length }, (_, index) => ({ Name: `d${index}`, Value: 'x' }));
    await put([datum({ Dimensions: dimensions(30) })]);
    await expect(put([datum({ Dimensions: dimensions(31) })])).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', async (Value) => {
    await expect(put([datum({ Value })])).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    expect(lab.metrics).toEqual([]);
  });

  test('refuses a timestamp older than two weeks or further ahead than two hours, by simulated time', async () => {
    const at = (milliseconds: number) =>
      put([datum({ Timestamp: new Date(lab.clock.now() + milliseconds) })]);
    await at(120 * MINUTE);
    await at(-14 * 24 * 60 * MINUTE);
    await expect(at(121 * MINUTE)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(at(-14 * 24 * 60 * MINUTE - MINUTE)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  test('refuses a request over a mebibyte as it comes over the wire', async () => {
    const uncompressed = new CloudWatchClient({
      ...labClient(lab, ACCOUNT),
      disableRequestCompression: true,
    });
    const MetricData = Array.from({ length: 1000 }, (_, index) =>
      datum({ Dimensions: [{ Name: 'SubnetId', Value: `${index}-${'x'.repeat(1000)}` }] }),
    );
    await expect(
      uncompressed.send(new PutMetricDataCommand({ Namespace: 'VpcHeadroom', MetricData })),
    ).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
  });

  test('refuses the namespaces of AWS and a datum without a value', async () => {
    await expect(put([datum()], 'AWS/EC2')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await expect(put([{ MetricName: 'Empty' }])).rejects.toMatchObject({
      name: 'InvalidParameterCombinationException',
    });
  });
});

describe('reading back', () => {
  test('GetMetricData gives a statistic of each period, oldest first when asked', async () => {
    const start = lab.clock.now();
    for (const [minute, Value] of [
      [0, 10],
      [1, 20],
      [6, 5],
    ] as const) {
      await put([datum({ Value, Timestamp: new Date(start + minute * MINUTE) })]);
    }
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(start),
        EndTime: new Date(start + 60 * MINUTE),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: ['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount'].map((Stat, index) => ({
          Id: `q${index}`,
          MetricStat: {
            Metric: {
              Namespace: 'VpcHeadroom',
              MetricName: 'AvailableAddresses',
              Dimensions: [{ Name: 'SubnetId', Value: 'subnet-1' }],
            },
            Period: 300,
            Stat,
          },
        })),
      }),
    );
    expect(MetricDataResults[0]?.Timestamps).toEqual([new Date(start), new Date(start + 5 * MINUTE)]);
    expect(MetricDataResults.map(({ Values }) => Values)).toEqual([
      [15, 5],
      [10, 5],
      [20, 5],
      [30, 5],
      [2, 1],
    ]);
  });

  test('ListMetrics names each series once', async () => {
    await put([datum(), datum({ Value: 13 }), datum({ MetricName: 'FreePrefixes' })]);
    const { Metrics = [] } = await client.send(
      new ListMetricsCommand({ Namespace: 'VpcHeadroom', Dimensions: [{ Name: 'SubnetId' }] }),
    );
    expect(Metrics.map(({ MetricName }) => MetricName)).toEqual(['AvailableAddresses', 'FreePrefixes']);
  });
});

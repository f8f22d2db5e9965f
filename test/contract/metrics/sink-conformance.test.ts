import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCloudWatchSink } from '../../../shared/metrics/cloudwatch-sink.ts';
import { createEmfSink } from '../../../shared/metrics/emf-sink.ts';
import type { MetricDatum, MetricSink } from '../../../shared/metrics/metric-sink.ts';
import { OtlpCounters } from '../../../shared/metrics/otlp-counters.ts';
import { createOtlpSink } from '../../../shared/metrics/otlp-sink.ts';
import { type MetricReceiver, startMetricReceiver } from '../../fixtures/metric-receiver.ts';
import { readOtlp } from '../../fixtures/otlp-reader.ts';

const AT = Date.parse('2026-01-01T00:00:00Z');

const datum = (changes: Partial<MetricDatum> = {}): MetricDatum => ({
  namespace: 'VpcHeadroom',
  name: 'AvailableAddresses',
  dimensions: { AccountId: '111122223333', Region: 'eu-west-1', VpcId: 'vpc-0a', SubnetId: 'subnet-0a' },
  value: 1,
  unit: 'Count',
  timestamp: AT,
  subject: 'subnet',
  ...changes,
});
const many = (count: number): MetricDatum[] =>
  Array.from({ length: count }, (_, value) =>
    datum({ value, dimensions: { ...datum().dimensions, SubnetId: `subnet-${value}` } }),
  );

/** What each sink sent, in one form. */
interface Arrived {
  readonly subnet: string | undefined;
  readonly value: number;
  readonly at: number;
}

interface SinkUnderTest {
  readonly name: string;
  readonly sink: (receiver: MetricReceiver, lines: string[]) => MetricSink;
  readonly arrived: (receiver: MetricReceiver, lines: readonly string[]) => readonly Arrived[];
  /** How its receiver refuses the caller; `null`: there is no receiver that could. */
  readonly refusesCaller: { status: number; body: string } | null;
}

const SINKS: readonly SinkUnderTest[] = [
  {
    name: 'CloudWatch',
    sink: ({ url }) =>
      createCloudWatchSink(
        new CloudWatchClient({
          region: 'eu-west-1',
          endpoint: url,
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxAttempts: 1,
        }),
      ),
    arrived: ({ requests }) =>
      requests.flatMap(({ body }) => {
        const { MetricData: data } = JSON.parse(body.toString()) as {
          MetricData: { Value: number; Timestamp: number; Dimensions: { Name: string; Value: string }[] }[];
        };
        return data.map(({ Value: value, Timestamp: at, Dimensions: dimensions }) => ({
          value,
          at: at * 1000,
          subnet: dimensions.find(({ Name }) => Name === 'SubnetId')?.Value,
        }));
      }),
    refusesCaller: { status: 403, body: '{"__type":"AccessDenied","message":"Not allowed."}' },
  },
  {
    name: 'EMF',
    sink: (_, lines) => createEmfSink((line) => lines.push(line)),
    arrived: (_, lines) =>
      lines.map((line) => {
        const read = JSON.parse(line) as Record<string, unknown> & { _aws: { Timestamp: number } };
        return {
          subnet: read['SubnetId'] as string | undefined,
          value: read['AvailableAddresses'] as number,
          at: read._aws.Timestamp,
        };
      }),
    refusesCaller: null,
  },
  {
    name: 'OTLP',
    sink: ({ url }) =>
      createOtlpSink(
        {
          url: `${url}/v1/metrics`,
          temporality: 'delta',
          origin: { accountId: '111122223333', region: 'eu-west-1', version: '1' },
          counters: new OtlpCounters('instance'),
        },
        {
          fetch: (input, init) => fetch(input, init),
          sleep: async () => {},
          authorize: async () => ({ authorization: 'Bearer hidden-token' }),
        },
      ),
    arrived: ({ requests }) =>
      requests
        .flatMap(({ body }) => readOtlp(body))
        .map(({ attributes, value, time }) => ({ subnet: attributes['aws.subnet.id'], value, at: time })),
    refusesCaller: { status: 403, body: 'Not allowed.' },
  },
];

let receiver: MetricReceiver;
let lines: string[];
beforeEach(async () => {
  receiver = await startMetricReceiver();
  receiver.answer = () => ({ status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' } });
  lines = [];
});
afterEach(() => receiver.close());

describe.each(SINKS)('$name as a sink', ({ sink, arrived }) => {
  test('every value arrives once, with its subnet and its time', async () => {
    const data = many(2_500);
    const { published } = await sink(receiver, lines).publish(data);
    expect(published).toBe(2_500);
    expect(arrived(receiver, lines)).toEqual(
      data.map(({ value }) => ({ subnet: `subnet-${value}`, value, at: AT })),
    );
  });

  test('nothing to publish is no request', async () => {
    expect(await sink(receiver, lines).publish([])).toEqual({ published: 0, requests: 0 });
    expect([receiver.requests, lines]).toEqual([[], []]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a value of %s is left out and named', async (value) => {
    const data = [
      ...many(2),
      datum({ value, dimensions: { ...datum().dimensions, SubnetId: 'subnet-bad' } }),
    ];
    await expect(sink(receiver, lines).publish(data)).rejects.toMatchObject({
      code: 'metric-refused',
      taken: 2,
      message: expect.stringMatching(/^1 of 3 metric values .*subnet-bad.*its value is/),
    });
    expect(arrived(receiver, lines)).toHaveLength(2);
  });
});

test.each(SINKS.filter(({ refusesCaller }) => refusesCaller !== null))(
  '$name: a caller that is refused publishes nothing, and hears why',
  async ({ sink, refusesCaller }) => {
    receiver.answer = () => ({ ...(refusesCaller ?? { status: 403 }) });
    await expect(sink(receiver, lines).publish(many(3))).rejects.toMatchObject({
      code: 'metrics-not-published',
      taken: 0,
      message: expect.stringMatching(/did not take 3 of 3 metric values \(.*Not allowed\.\)\.$/),
    });
  },
);

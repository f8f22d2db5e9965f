import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MAX_DIMENSION_VALUE, MAX_DIMENSIONS } from '../../../shared/metrics/cloudwatch-limits.ts';
import {
  createCloudWatchSink,
  MAX_DATA_PER_REQUEST,
  MAX_REQUEST_BYTES,
  splitIntoRequests,
} from '../../../shared/metrics/cloudwatch-sink.ts';
import type { MetricDatum } from '../../../shared/metrics/metric-sink.ts';

interface Received {
  readonly bytes: number;
  readonly body: { Namespace: string; MetricData: { MetricName: string; Value: number }[] };
}

const received: Received[] = [];
let answer: (request: Received) => { status: number; body: string } = () => ({ status: 200, body: '{}' });
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const raw = Buffer.concat(chunks);
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const entry = { bytes: plain.length, body: JSON.parse(plain.toString()) as Received['body'] };
    received.push(entry);
    const { status, body } = answer(entry);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
});
let client: CloudWatchClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new CloudWatchClient({
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  server.close();
});
beforeEach(() => {
  received.length = 0;
  answer = () => ({ status: 200, body: '{}' });
});

const datum = (changes: Partial<MetricDatum> = {}): MetricDatum => ({
  namespace: 'VpcHeadroom',
  name: 'AvailableAddresses',
  dimensions: { SubnetId: 'subnet-0a' },
  value: 1,
  unit: 'Count',
  timestamp: Date.parse('2026-01-01T00:00:00Z'),
  ...changes,
});
const many = (count: number, changes: Partial<MetricDatum> = {}) =>
  Array.from({ length: count }, (_, value) => datum({ value, ...changes }));

describe('publishing through the real client', () => {
  test(`${MAX_DATA_PER_REQUEST} data go in one request, and one more makes a second`, async () => {
    const sink = createCloudWatchSink(client);
    expect(await sink.publish(many(MAX_DATA_PER_REQUEST))).toEqual({ published: 1000, requests: 1 });
    expect(await sink.publish(many(MAX_DATA_PER_REQUEST + 1))).toEqual({ published: 1001, requests: 2 });
    expect(received.map(({ body }) => body.MetricData.length)).toEqual([1000, 1000, 1]);
  });

  test('no request is larger than CloudWatch takes, however long the dimensions', async () => {
    const dimensions = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`Dimension${i}`, 'x'.repeat(MAX_DIMENSION_VALUE)]),
    );
    const data = many(600, { dimensions });
    expect(await createCloudWatchSink(client).publish(data)).toMatchObject({ published: 600 });
    expect(received.length).toBeGreaterThan(3);
    for (const { bytes } of received) expect(bytes).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
    expect(received.flatMap(({ body }) => body.MetricData.map((sent) => sent.Value))).toEqual(
      data.map((d) => d.value),
    );
  });

  test('each namespace has requests of its own', async () => {
    await createCloudWatchSink(client).publish([datum(), datum({ namespace: 'Kubernetes' }), datum()]);
    expect(received.map(({ body }) => [body.Namespace, body.MetricData.length])).toEqual([
      ['VpcHeadroom', 2],
      ['Kubernetes', 1],
    ]);
  });

  test('nothing to publish is no request', async () => {
    expect(await createCloudWatchSink(client).publish([])).toEqual({ published: 0, requests: 0 });
    expect(received).toEqual([]);
  });

  test('a request that fails does not take the others with it, and the error counts what was lost', async () => {
    answer = ({ body }) =>
      body.MetricData[0]?.Value === 0
        ? { status: 403, body: '{"__type":"AccessDenied","message":"Not allowed."}' }
        : { status: 200, body: '{}' };
    await expect(createCloudWatchSink(client).publish(many(1500))).rejects.toMatchObject({
      code: 'metrics-not-published',
      taken: 500,
      message: expect.stringMatching(
        /^CloudWatch did not take 1000 of 1500 metric values \(AccessDenied\w*: Not allowed\.\)\.$/,
      ),
    });
    expect(received.map(({ body }) => body.MetricData.length)).toEqual([1000, 500]);
  });

  test('values that CloudWatch refuses although they look fit are found, left out and named', async () => {
    const bad = new Set([7, 700, 701]);
    answer = ({ body }) =>
      body.MetricData.some(({ Value }) => bad.has(Value))
        ? { status: 400, body: '{"__type":"InvalidParameterValue","message":"The parameter is bad."}' }
        : { status: 200, body: '{}' };
    await expect(createCloudWatchSink(client).publish(many(1500))).rejects.toMatchObject({
      code: 'metric-refused',
      taken: 1497,
      message: expect.stringMatching(
        /^3 of 1500 metric values are not fit for CloudWatch and were left out: VpcHeadroom, SubnetId subnet-0a \(InvalidParameterValue\w*: The parameter is bad\.\)\.$/,
      ),
    });
  });

  test('when CloudWatch refuses every value, the search for those that are fit ends', async () => {
    answer = () => ({
      status: 400,
      body: '{"__type":"InvalidParameterValue","message":"The parameter is bad."}',
    });
    await expect(createCloudWatchSink(client).publish(many(1000))).rejects.toMatchObject({ taken: 0 });
    expect(received.length).toBeLessThan(50);
  });
});

describe('data that CloudWatch would refuse', () => {
  test.each<[string, Partial<MetricDatum>]>([
    ['NaN', { value: Number.NaN }],
    ['an infinity', { value: Number.NEGATIVE_INFINITY }],
    ['a value beyond 2^360', { value: 2 ** 361 }],
    ['a dimension that is not ASCII', { dimensions: { ClusterName: 'blå' } }],
    ['an empty dimension', { dimensions: { ClusterName: ' ' } }],
    ['a dimension that is too long', { dimensions: { ClusterName: 'x'.repeat(MAX_DIMENSION_VALUE + 1) } }],
    [
      'one dimension too many',
      {
        dimensions: Object.fromEntries(Array.from({ length: MAX_DIMENSIONS + 1 }, (_, i) => [`D${i}`, 'x'])),
      },
    ],
  ])('%s is left out alone, counted and named: the others are published', async (_, changes) => {
    await expect(
      createCloudWatchSink(client).publish([datum({ value: 1 }), datum(changes), datum({ value: 2 })]),
    ).rejects.toMatchObject({
      code: 'metric-refused',
      taken: 2,
      message: expect.stringMatching(
        /^1 of 3 metric values are not fit for CloudWatch and were left out: VpcHeadroom, /,
      ),
    });
    expect(received.flatMap(({ body }) => body.MetricData.map(({ Value }) => Value))).toEqual([1, 2]);
  });

  test('one cluster tag with ü leaves 207 of 214 values published', async () => {
    const ofCluster = (name: string) => many(7, { dimensions: { ClusterName: name } });
    await expect(
      createCloudWatchSink(client).publish([...many(200), ...ofCluster('prod-ü'), ...ofCluster('prod')]),
    ).rejects.toMatchObject({
      taken: 207,
      message:
        '7 of 214 metric values are not fit for CloudWatch and were left out: VpcHeadroom, ClusterName prod-ü (dimension ClusterName is not 1 to 1024 printable ASCII characters).',
    });
  });

  test(`${MAX_DIMENSIONS} dimensions, 2^360 and ${MAX_DIMENSION_VALUE} characters are allowed`, async () => {
    const dimensions = Object.fromEntries(
      Array.from({ length: MAX_DIMENSIONS }, (_, i) => [`D${i}`, 'x'.repeat(MAX_DIMENSION_VALUE)]),
    );
    expect(
      await createCloudWatchSink(client).publish([datum({ dimensions, value: 2 ** 360 })]),
    ).toMatchObject({
      published: 1,
    });
  });
});

test('splitting keeps every datum exactly once and in order', () => {
  const data = many(2345);
  expect(splitIntoRequests(data).flat()).toEqual(data);
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMetricSinks } from '../../../shared/aws/metric-sinks.ts';
import type { MetricDatum } from '../../../shared/metrics/metric-sink.ts';
import { OtlpCounters, type Temporality } from '../../../shared/metrics/otlp-counters.ts';
import {
  createOtlpSink,
  MAX_OTLP_REQUEST_BYTES,
  MAX_POINTS_PER_REQUEST,
  type OtlpEnvironment,
} from '../../../shared/metrics/otlp-sink.ts';
import { type MetricReceiver, startMetricReceiver } from '../../fixtures/metric-receiver.ts';
import { type ReadPoint, readOtlp } from '../../fixtures/otlp-reader.ts';

const AT = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const origin = { accountId: '111122223333', region: 'eu-west-1', version: '1.2.3' };
const subnet = { AccountId: '111122223333', Region: 'eu-west-1', VpcId: 'vpc-0a', SubnetId: 'subnet-0a' };

const datum = (changes: Partial<MetricDatum> = {}): MetricDatum => ({
  namespace: 'VpcHeadroom',
  name: 'AvailableAddresses',
  dimensions: subnet,
  value: 7,
  unit: 'Count',
  timestamp: AT,
  subject: 'subnet',
  ...changes,
});
/** What one scan counted of its own calls. */
const calls = (value: number, scan: number): MetricDatum => ({
  namespace: 'VpcHeadroom',
  name: 'ApiCalls',
  dimensions: {},
  value,
  unit: 'Count',
  timestamp: AT + scan * 5 * MINUTE + 3_000,
  subject: 'run',
  count: { since: AT + scan * 5 * MINUTE },
});

let receiver: MetricReceiver;
const waits: number[] = [];
beforeEach(async () => {
  receiver = await startMetricReceiver();
  waits.length = 0;
});
afterEach(() => receiver.close());

const sink = (temporality: Temporality = 'delta', environment: Partial<OtlpEnvironment> = {}) =>
  createOtlpSink(
    { url: `${receiver.url}/v1/metrics`, temporality, origin, counters: new OtlpCounters('process-1') },
    {
      fetch: (input, init) => fetch(input, init),
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
      authorize: async () => ({}),
      ...environment,
    },
  );
const points = (): readonly ReadPoint[] => receiver.requests.flatMap(({ body }) => readOtlp(body));

describe('what is sent', () => {
  test('protobuf, compressed, to the whole address', async () => {
    await sink().publish([datum()]);
    const [request] = receiver.requests;
    expect(request?.path).toBe('/v1/metrics');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
    });
  });

  test('names, units and attributes are those of semantic conventions', async () => {
    await sink().publish([
      datum(),
      datum({ name: 'UtilizationPercent', unit: 'Percent', value: 50 }),
      datum({ name: 'HoursToExhaustion', unit: 'None', value: 2 }),
      datum({ name: 'FragmentationIndex', unit: 'None', value: 0.5 }),
      datum({ name: 'Nodes', subject: 'cluster', dimensions: { ...subnet, ClusterName: 'prod' } }),
      datum({
        name: 'NamespaceAddresses',
        subject: 'holder',
        dimensions: { ClusterName: 'prod', Namespace: 'web' },
      }),
      { ...datum({ name: 'ScanDuration', unit: 'Seconds', dimensions: {}, subject: 'run' }) },
    ]);
    expect(points().map(({ name, unit, value, kind }) => [name, unit, value, kind])).toEqual([
      ['headroom.subnet.available_addresses', '{count}', 7, 'gauge'],
      ['headroom.subnet.utilization', '1', 0.5, 'gauge'],
      ['headroom.subnet.exhaustion', 's', 7200, 'gauge'],
      ['headroom.subnet.fragmentation_index', '', 0.5, 'gauge'],
      ['headroom.cluster.nodes', '{count}', 7, 'gauge'],
      ['headroom.cluster.namespace_addresses', '{count}', 7, 'gauge'],
      ['headroom.scan_duration', 's', 7, 'gauge'],
    ]);
    const resource = {
      'service.name': 'headroom',
      'service.version': '1.2.3',
      'cloud.provider': 'aws',
      'cloud.account.id': '111122223333',
      'cloud.region': 'eu-west-1',
    };
    for (const point of points()) expect(point.resource).toEqual(resource);
    expect(points()[0]?.attributes).toEqual({ 'aws.vpc.id': 'vpc-0a', 'aws.subnet.id': 'subnet-0a' });
    expect(points()[5]?.attributes).toEqual({ 'k8s.cluster.name': 'prod', 'k8s.namespace.name': 'web' });
  });

  test('each account and Region is a resource of its own', async () => {
    const other = { ...subnet, AccountId: '444455556666' };
    await sink().publish([datum(), datum({ dimensions: other })]);
    expect(points().map(({ resource }) => resource['cloud.account.id'])).toEqual([
      '111122223333',
      '444455556666',
    ]);
  });

  test(`at most ${MAX_POINTS_PER_REQUEST} points, and no request is too large`, async () => {
    const long = 'x'.repeat(5_000);
    const data = Array.from({ length: 600 }, (_, value) =>
      datum({ value, dimensions: { ...subnet, VpcId: long } }),
    );
    expect(await sink().publish(data)).toMatchObject({ published: 600 });
    expect(receiver.requests.length).toBeGreaterThan(3);
    for (const { body } of receiver.requests) expect(body.length).toBeLessThanOrEqual(MAX_OTLP_REQUEST_BYTES);
    receiver.requests.length = 0;
    const short = Array.from({ length: MAX_POINTS_PER_REQUEST + 1 }, (_, value) => datum({ value }));
    expect(await sink().publish(short)).toEqual({ published: MAX_POINTS_PER_REQUEST + 1, requests: 2 });
  });
});

describe('counts of events', () => {
  test('delta: each point counts its own scan, and none overlaps the one before', async () => {
    const delta = sink('delta');
    for (const scan of [0, 1, 2]) await delta.publish([calls(10 + scan, scan)]);
    expect(
      points().map(({ value, start, time, kind, isMonotonic }) => [value, start, time, kind, isMonotonic]),
    ).toEqual(
      [0, 1, 2].map((scan) => [
        10 + scan,
        AT + scan * 5 * MINUTE,
        AT + scan * 5 * MINUTE + 3_000,
        'delta',
        true,
      ]),
    );
    expect(points()[0]?.attributes).toEqual({});
  });

  test('cumulative: the sum grows from one start, and names the process that counts', async () => {
    const cumulative = sink('cumulative');
    for (const scan of [0, 1, 2]) await cumulative.publish([calls(10, scan)]);
    expect(points().map(({ value, start, kind }) => [value, start, kind])).toEqual([
      [10, AT, 'cumulative'],
      [20, AT, 'cumulative'],
      [30, AT, 'cumulative'],
    ]);
    expect(points()[0]?.attributes).toEqual({ 'service.instance.id': 'process-1' });
  });

  test('a request that is tried again counts nothing twice', async () => {
    receiver.answer = (_, nth) => ({ status: nth === 1 ? 503 : 200 });
    const cumulative = sink('cumulative');
    await cumulative.publish([calls(10, 0)]);
    await cumulative.publish([calls(10, 1)]);
    expect(points().map(({ value }) => value)).toEqual([10, 10, 20]);
  });

  test('a count whose beginning is not known starts where the last one ended', async () => {
    const delta = sink('delta');
    await delta.publish([{ ...calls(1, 0), count: { since: null } }]);
    await delta.publish([{ ...calls(1, 1), count: { since: null } }]);
    expect(points().map(({ start }) => start)).toEqual([0, AT + 3_000]);
  });

  test('targets are counted apart', async () => {
    const counters = new OtlpCounters('process-1');
    const first = counters.count('a', calls(5, 0), 'cumulative');
    const second = counters.count('b', calls(7, 0), 'cumulative');
    expect([first.value, second.value]).toEqual([5, 7]);
  });
});

describe('answers of the receiver', () => {
  test.each([429, 502, 503, 504])(
    'HTTP %d is tried again, after the pause that it asks for',
    async (status) => {
      receiver.answer = (_, nth) =>
        nth === 1 ? { status, headers: { 'retry-after': '2' } } : { status: 200 };
      expect(await sink().publish([datum()])).toEqual({ published: 1, requests: 1 });
      expect(waits).toEqual([2_000]);
    },
  );

  test('it is tried three times, and no longer', async () => {
    receiver.answer = () => ({ status: 503, body: 'Busy.' });
    await expect(sink().publish([datum()])).rejects.toMatchObject({ code: 'metrics-not-published' });
    expect(receiver.requests).toHaveLength(3);
  });

  test('a long pause is left to the next scan', async () => {
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '600' } });
    await expect(sink().publish([datum()])).rejects.toMatchObject({ code: 'metrics-not-published' });
    expect([receiver.requests.length, waits]).toEqual([1, []]);
  });

  test('points that it dropped are counted, with its reason', async () => {
    // ExportMetricsServiceResponse: partial_success (1) with rejected_data_points (1) and error_message (2).
    const why = Buffer.from('too old');
    const partial = Buffer.concat([Buffer.from([0x08, 1, 0x12, why.length]), why]);
    receiver.answer = () => ({
      status: 200,
      body: Buffer.concat([Buffer.from([0x0a, partial.length]), partial]),
    });
    await expect(sink().publish([datum(), datum({ value: 8 })])).rejects.toMatchObject({
      code: 'metric-refused',
      taken: 1,
      message: '1 of 2 metric values are not fit for the OTLP endpoint and were left out: too old.',
    });
  });

  test('a point that makes it refuse the request is found, left out and named', async () => {
    receiver.answer = ({ body }) =>
      readOtlp(body).some(({ value }) => value === 3) ? { status: 400, body: 'bad point' } : { status: 200 };
    const data = Array.from({ length: 8 }, (_, value) =>
      datum({ value, dimensions: { ...subnet, SubnetId: `subnet-${value}` } }),
    );
    await expect(sink().publish(data)).rejects.toMatchObject({
      code: 'metric-refused',
      taken: 7,
      message: expect.stringContaining('subnet-3 (HTTP 400: bad point)'),
    });
  });

  test('a redirect is not followed, and a token that it repeats is not shown', async () => {
    const authorize = async () => ({ authorization: 'Bearer hidden-token' });
    receiver.answer = () => ({ status: 307, headers: { location: `${receiver.url}/else` } });
    await expect(sink('delta', { authorize }).publish([datum()])).rejects.toThrow('HTTP 307');
    receiver.answer = ({ headers }) => ({ status: 401, body: `No: ${headers.authorization}` });
    await expect(sink('delta', { authorize }).publish([datum()])).rejects.toThrow('No: ***');
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/metrics', '/v1/metrics']);
  });

  test('a receiver that is not there is an error with a way on', async () => {
    const closed = sink();
    await receiver.close();
    await expect(closed.publish([datum()])).rejects.toMatchObject({
      code: 'metrics-not-published',
      action: expect.stringContaining('metrics.otlp'),
    });
    receiver = await startMetricReceiver();
  });
});

describe('as headroom.yml chooses it', () => {
  const home = { accountId: '999900001111', region: 'eu-west-1' };
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("CloudWatch's endpoint is signed for monitoring in its Region, and sums are deltas", async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH', receiver.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
    const sinks = createMetricSinks(
      { sink: 'otlp', otlp: { endpoint: null, temporality: null, headers: new Map() } },
      home,
      process.env,
    );
    await sinks.of({ accountId: '111122223333', region: 'us-east-1' }).publish([calls(3, 0)]);
    sinks.close();
    const [request] = receiver.requests;
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/monitoring\/aws4_request, SignedHeaders=[^,]*content-type;host;[^,]*, Signature=[0-9a-f]{64}$/,
    );
    expect(points()).toMatchObject([
      { kind: 'delta', resource: { 'cloud.account.id': '111122223333', 'cloud.region': 'us-east-1' } },
    ]);
  });

  test('a collector is not signed, and gets cumulative sums', async () => {
    const sinks = createMetricSinks(
      {
        sink: 'otlp',
        otlp: { endpoint: `${receiver.url}/v1/metrics`, temporality: null, headers: new Map() },
      },
      home,
      process.env,
    );
    await sinks.of(home).publish([calls(3, 0)]);
    expect(receiver.requests[0]?.headers.authorization).toBeUndefined();
    expect(points()).toMatchObject([{ kind: 'cumulative' }]);
  });
});

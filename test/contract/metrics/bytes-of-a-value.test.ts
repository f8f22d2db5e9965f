import { afterEach, beforeEach, expect, test } from 'vitest';
import { SUBNET_METRICS } from '../../../shared/metrics/catalogue.ts';
import { dataOf } from '../../../shared/metrics/data.ts';
import { createEmfSink } from '../../../shared/metrics/emf-sink.ts';
import { EMF_BYTES_PER_VALUE, OTLP_BYTES_PER_VALUE } from '../../../shared/metrics/monthly-cost.ts';
import { OtlpCounters } from '../../../shared/metrics/otlp-counters.ts';
import { createOtlpSink } from '../../../shared/metrics/otlp-sink.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { type MetricReceiver, startMetricReceiver } from '../../fixtures/metric-receiver.ts';

let receiver: MetricReceiver;
beforeEach(async () => {
  receiver = await startMetricReceiver();
});
afterEach(() => receiver.close());

/** Thirteen subnets, about what one of 80 targets has of 1,000. */
const data = Array.from({ length: 13 }, (_, index) =>
  aSubnet({
    subnetId: `subnet-0a1b2c3d4e5f6${String(index).padStart(4, '0')}`,
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    accountId: '111122223333',
    region: 'ap-southeast-1',
  }),
).flatMap((subnet) =>
  dataOf(SUBNET_METRICS, subnet, { scannedAt: Date.parse('2026-11-27T12:00:00Z') }, 'VpcHeadroom'),
);

test(`a value takes at most ${OTLP_BYTES_PER_VALUE} bytes by OTLP, and half of that at least`, async () => {
  const sink = createOtlpSink(
    {
      url: `${receiver.url}/v1/metrics`,
      temporality: 'delta',
      origin: { accountId: '111122223333', region: 'ap-southeast-1', version: '1.0.0' },
      counters: new OtlpCounters('one'),
    },
    { fetch: (input, init) => fetch(input, init), sleep: async () => {}, authorize: async () => ({}) },
  );
  await sink.publish(data);
  const bytes = receiver.requests.reduce((sum, { body }) => sum + body.length, 0) / data.length;
  expect(bytes).toBeLessThanOrEqual(OTLP_BYTES_PER_VALUE);
  expect(bytes).toBeGreaterThan(OTLP_BYTES_PER_VALUE / 2);
});

test(`a value takes at most ${EMF_BYTES_PER_VALUE} bytes by EMF, and half of that at least`, async () => {
  const lines: string[] = [];
  await createEmfSink((line) => lines.push(line)).publish(data);
  const bytes = lines.join('').length / data.length;
  expect(bytes).toBeLessThanOrEqual(EMF_BYTES_PER_VALUE);
  expect(bytes).toBeGreaterThan(EMF_BYTES_PER_VALUE / 2);
});

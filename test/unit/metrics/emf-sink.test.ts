import { expect, test } from 'vitest';
import { createEmfSink, MAX_METRICS_PER_LINE } from '../../../shared/metrics/emf-sink.ts';
import type { MetricDatum } from '../../../shared/metrics/metric-sink.ts';

const datum = (number: number): MetricDatum => ({
  namespace: 'VpcHeadroom',
  name: `Metric${number}`,
  value: number,
  unit: 'Count',
  timestamp: 0,
  dimensions: { SubnetId: 'subnet-0a' },
});

test.each([
  [MAX_METRICS_PER_LINE, [MAX_METRICS_PER_LINE]],
  [MAX_METRICS_PER_LINE + 1, [MAX_METRICS_PER_LINE, 1]],
])(
  '%i metrics of one subnet are on lines of %j: CloudWatch reads no more of a line',
  async (count, sizes) => {
    const lines: string[] = [];
    await createEmfSink((line) => lines.push(line)).publish(
      Array.from({ length: count }, (_, number) => datum(number)),
    );
    const metricsOf = (line: string): number =>
      (JSON.parse(line) as { _aws: { CloudWatchMetrics: { Metrics: unknown[] }[] } })._aws
        .CloudWatchMetrics[0]?.Metrics.length ?? 0;
    expect(lines.map(metricsOf)).toEqual(sizes);
  },
);

import { refusal } from './cloudwatch-limits.ts';
import type { MetricDatum, MetricSink } from './metric-sink.ts';
import { publishTo } from './publication.ts';

// Limits of the embedded metric format:
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
export const MAX_METRICS_PER_LINE = 100;

/**
 * Publishes by lines in the log, which CloudWatch makes metrics of: no request, no permission, and the same price for a
 * series. Each line holds the metrics of one thing.
 */
export const createEmfSink = (write: (line: string) => void): MetricSink => ({
  publish: (data) =>
    publishTo(
      {
        name: 'the log',
        whereUnavailable: 'Look at what the process writes its log to; the next scan publishes again.',
        whereUnfit:
          'CloudWatch takes dimensions of printable ASCII characters only: change the name or the tag. Alerts and reports are complete without it.',
        refusal,
        split: linesOf,
        isRefusedForContent: () => false,
        send: async (line) => {
          write(`${JSON.stringify(toLine(line))}\n`);
          return null;
        },
      },
      data,
    ),
});

/** Data that share namespace, dimensions and time, and no name twice. */
const linesOf = (data: readonly MetricDatum[]): MetricDatum[][] => {
  const lines: MetricDatum[][] = [];
  const open = new Map<string, { data: MetricDatum[]; names: Set<string> }>();
  for (const datum of data) {
    const key = JSON.stringify([datum.namespace, datum.timestamp, datum.dimensions]);
    let line = open.get(key);
    if (line === undefined || line.data.length === MAX_METRICS_PER_LINE || line.names.has(datum.name)) {
      line = { data: [], names: new Set() };
      lines.push(line.data);
      open.set(key, line);
    }
    line.data.push(datum);
    line.names.add(datum.name);
  }
  return lines;
};

const toLine = (data: readonly MetricDatum[]): object => {
  const [first] = data;
  const dimensions = first?.dimensions ?? {};
  return {
    _aws: {
      Timestamp: first?.timestamp,
      CloudWatchMetrics: [
        {
          Namespace: first?.namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: data.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(data.map(({ name, value }) => [name, value])),
  };
};

import { type CloudWatchClient, PutMetricDataCommand, type StandardUnit } from '@aws-sdk/client-cloudwatch';
import { HeadroomError } from '../model/base/errors.ts';
import type { MetricDatum, MetricSink } from './metric-sink.ts';

// Limits of PutMetricData: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
/** Different metrics in one request. */
export const MAX_DATA_PER_REQUEST = 1000;
/** Size of a request's body, before compression. */
export const MAX_REQUEST_BYTES = 1_000_000;
/** Dimensions of one metric. */
export const MAX_DIMENSIONS = 30;
/** Characters in a dimension's value (API_Dimension). */
export const MAX_DIMENSION_VALUE = 1024;
/** The magnitude of a value. */
export const MAX_VALUE = 2 ** 360;

/** Some data were not taken by CloudWatch, or are not fit to be sent at all. */
export class MetricsNotPublished extends HeadroomError {
  /** How many values CloudWatch took anyway. */
  readonly taken: number;

  constructor(
    code: 'metric-refused' | 'metrics-not-published',
    message: string,
    action: string,
    options: ErrorOptions & { readonly taken?: number } = {},
  ) {
    super(code, message, action, options);
    this.name = 'MetricsNotPublished';
    this.taken = options.taken ?? 0;
  }
}

const ASCII = /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/;

/** Why CloudWatch would refuse a datum; `null` when it would not. One bad datum makes it refuse the whole request. */
const refusal = ({ value, dimensions }: MetricDatum): string | null => {
  if (!Number.isFinite(value) || Math.abs(value) > MAX_VALUE) return `its value is ${value}`;
  const entries = Object.entries(dimensions);
  if (entries.length > MAX_DIMENSIONS)
    return `it has ${entries.length} dimensions, and ${MAX_DIMENSIONS} are allowed`;
  for (const [name, text] of entries) {
    if (text.length > MAX_DIMENSION_VALUE || !ASCII.test(text)) {
      return `dimension ${name} is not 1 to ${MAX_DIMENSION_VALUE} printable ASCII characters`;
    }
  }
  return null;
};

const toWire = (datum: MetricDatum) => ({
  MetricName: datum.name,
  Dimensions: Object.entries(datum.dimensions).map(([Name, Value]) => ({ Name, Value })),
  Value: datum.value,
  Unit: datum.unit as StandardUnit,
  Timestamp: new Date(datum.timestamp),
});

/** JSON writes a timestamp as seconds; `toISOString` is longer, so this is never too small. The comma is the `1`. */
const wireBytes = (datum: MetricDatum): number => Buffer.byteLength(JSON.stringify(toWire(datum))) + 1;

/** Room for the namespace and the frame of the request. */
const FRAME_BYTES = 1024;

/** Splits data into requests: one namespace each, within CloudWatch's number and size. */
export const splitIntoRequests = (data: readonly MetricDatum[]): MetricDatum[][] => {
  const requests: MetricDatum[][] = [];
  const open = new Map<string, { data: MetricDatum[]; bytes: number }>();
  for (const datum of data) {
    const bytes = wireBytes(datum);
    let request = open.get(datum.namespace);
    if (
      request === undefined ||
      request.data.length === MAX_DATA_PER_REQUEST ||
      request.bytes + bytes > MAX_REQUEST_BYTES
    ) {
      request = { data: [], bytes: FRAME_BYTES };
      requests.push(request.data);
      open.set(datum.namespace, request);
    }
    request.data.push(datum);
    request.bytes += bytes;
  }
  return requests;
};

/** Publishes to CloudWatch. Every request is tried, so that one that fails does not take the others with it. */
export const createCloudWatchSink = (client: CloudWatchClient, signal?: AbortSignal): MetricSink => ({
  async publish(data) {
    for (const datum of data) {
      const why = refusal(datum);
      if (why !== null) {
        throw new MetricsNotPublished(
          'metric-refused',
          `Metric ${datum.name} was not published, nor were the others of this scan: ${why}.`,
          'This is a defect of Headroom: please report it with the scan output.',
        );
      }
    }
    const requests = splitIntoRequests(data);
    const failures: { error: unknown; size: number }[] = [];
    for (const request of requests) {
      try {
        await client.send(
          new PutMetricDataCommand({ Namespace: request[0]?.namespace, MetricData: request.map(toWire) }),
          signal === undefined ? {} : { abortSignal: signal },
        );
      } catch (error) {
        failures.push({ error, size: request.length });
      }
    }
    const first = failures[0];
    if (first !== undefined) {
      const lost = failures.reduce((sum, { size }) => sum + size, 0);
      const reason =
        first.error instanceof Error ? `${first.error.name}: ${first.error.message}` : String(first.error);
      throw new MetricsNotPublished(
        'metrics-not-published',
        `CloudWatch did not take ${lost} of ${data.length} metric values (${reason}).`,
        'Check that the role may call cloudwatch:PutMetricData for this namespace; the next scan publishes again.',
        { cause: first.error, taken: data.length - lost },
      );
    }
    return { published: data.length, requests: requests.length };
  },
});

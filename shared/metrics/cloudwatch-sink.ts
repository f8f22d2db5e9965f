import { type CloudWatchClient, PutMetricDataCommand, type StandardUnit } from '@aws-sdk/client-cloudwatch';
import { refusal } from './cloudwatch-limits.ts';
import type { MetricDatum, MetricSink } from './metric-sink.ts';
import { publishTo } from './publication.ts';

// Limits of PutMetricData: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
/** Different metrics in one request. */
export const MAX_DATA_PER_REQUEST = 1000;
/** Size of a request's body, before compression. */
export const MAX_REQUEST_BYTES = 1_000_000;
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

/** `InvalidParameterValue`, `InvalidParameterCombination`, `MissingParameter`, `ValidationError`, with or without `Exception`. */
const isRefusedForContent = (error: unknown): boolean =>
  error instanceof Error &&
  /^(InvalidParameter|MissingParameter|MissingRequiredParameter|Validation)/.test(error.name);

/**
 * Publishes to CloudWatch. A request that fails does not take the others with it, nor does a datum that CloudWatch
 * refuses: it alone is left out, counted and named.
 */
export const createCloudWatchSink = (client: CloudWatchClient, signal?: AbortSignal): MetricSink => ({
  publish: (data) =>
    publishTo(
      {
        name: 'CloudWatch',
        whereUnavailable:
          'Check that the role may call cloudwatch:PutMetricData for this namespace; the next scan publishes again.',
        whereUnfit:
          'CloudWatch takes dimensions of printable ASCII characters only: change the name or the tag. Alerts and reports are complete without it.',
        refusal,
        split: splitIntoRequests,
        isRefusedForContent,
        send: async (request) => {
          await client.send(
            new PutMetricDataCommand({ Namespace: request[0]?.namespace, MetricData: request.map(toWire) }),
            signal === undefined ? {} : { abortSignal: signal },
          );
          return null;
        },
      },
      data,
    ),
});

import { type CloudWatchClient, PutMetricDataCommand, type StandardUnit } from '@aws-sdk/client-cloudwatch';
import { HeadroomError } from '../model/base/errors.ts';
import { printable } from '../model/base/invisible-characters.ts';
import { listOf, shorten } from '../model/base/text/names.ts';
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

/** Some data were not taken by CloudWatch, or are not fit to be sent at all. The others were published. */
export class MetricsNotPublished extends HeadroomError {
  /** How many values CloudWatch took. */
  readonly taken: number;

  /** @param code `metric-refused`: these values are not fit for CloudWatch, now or later. */
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

const ASCII = /^(?! *$)[\x20-\x7e]+$/;

/** Why CloudWatch would refuse a datum; `null` when it would not. One bad datum makes it refuse its whole request. */
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

/** A datum that CloudWatch does not take, and why. */
interface Unfit {
  readonly datum: MetricDatum;
  readonly why: string;
}

/**
 * Requests that one publication may make more than it needs, to find the data that CloudWatch refuses although they look
 * fit: each takes about ten to be found among a thousand.
 */
const MAX_EXTRA_REQUESTS = 40;

/** What becomes of the data of one publication. */
class Publication {
  readonly unfit: Unfit[] = [];
  readonly failures: { readonly error: unknown; readonly size: number }[] = [];
  published = 0;
  requests = 0;
  #extra = 0;
  readonly #client: CloudWatchClient;
  readonly #signal: AbortSignal | undefined;

  constructor(client: CloudWatchClient, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Sends a request. One that is refused for its content is sent in halves, until what is wrong stands alone. */
  async send(data: readonly MetricDatum[]): Promise<void> {
    this.requests += 1;
    try {
      await this.#client.send(
        new PutMetricDataCommand({ Namespace: data[0]?.namespace, MetricData: data.map(toWire) }),
        this.#signal === undefined ? {} : { abortSignal: this.#signal },
      );
      this.published += data.length;
    } catch (error) {
      const [only] = data;
      if (!isRefusedForContent(error)) this.failures.push({ error, size: data.length });
      else if (data.length === 1 && only !== undefined)
        this.unfit.push({ datum: only, why: reasonOf(error) });
      else if (this.#extra >= MAX_EXTRA_REQUESTS) this.failures.push({ error, size: data.length });
      else {
        this.#extra += 2;
        const middle = Math.ceil(data.length / 2);
        await this.send(data.slice(0, middle));
        await this.send(data.slice(middle));
      }
    }
  }
}

/** `InvalidParameterValue`, `InvalidParameterCombination`, `MissingParameter`, `ValidationError`, with or without `Exception`. */
const isRefusedForContent = (error: unknown): boolean =>
  error instanceof Error &&
  /^(InvalidParameter|MissingParameter|MissingRequiredParameter|Validation)/.test(error.name);

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Subjects that a message names: more are not read. */
const NAMED = 3;

/** What the unfit data are of, each once, with why: `ClusterName prod (dimension ...)`. */
const subjectsOf = (unfit: readonly Unfit[]): string => {
  const subjects = new Set(
    unfit.map(({ datum, why }) => {
      const dimensions = Object.entries(datum.dimensions).map(
        ([name, value]) => `${name} ${shorten(printable(value), 100)}`,
      );
      return `${[datum.namespace, ...dimensions].join(', ')} (${why})`;
    }),
  );
  return listOf([...subjects], NAMED);
};

/**
 * Publishes to CloudWatch. A request that fails does not take the others with it, nor does a datum that CloudWatch
 * refuses: it alone is left out, counted and named.
 */
export const createCloudWatchSink = (client: CloudWatchClient, signal?: AbortSignal): MetricSink => ({
  async publish(data) {
    const publication = new Publication(client, signal);
    const { unfit, failures } = publication;
    const fit = data.filter((datum) => {
      const why = refusal(datum);
      if (why !== null) unfit.push({ datum, why });
      return why === null;
    });
    for (const request of splitIntoRequests(fit)) await publication.send(request);
    const { published, requests } = publication;
    const [first] = failures;
    if (first !== undefined) {
      const lost = failures.reduce((sum, { size }) => sum + size, 0);
      throw new MetricsNotPublished(
        'metrics-not-published',
        `CloudWatch did not take ${lost} of ${data.length} metric values (${reasonOf(first.error)}).`,
        'Check that the role may call cloudwatch:PutMetricData for this namespace; the next scan publishes again.',
        { cause: first.error, taken: published },
      );
    }
    if (unfit.length > 0) {
      throw new MetricsNotPublished(
        'metric-refused',
        `${unfit.length} of ${data.length} metric values are not fit for CloudWatch and were left out: ${subjectsOf(unfit)}.`,
        'CloudWatch takes dimensions of printable ASCII characters only: change the name or the tag. Alerts and reports are complete without it.',
        { taken: published },
      );
    }
    return { published, requests };
  },
});

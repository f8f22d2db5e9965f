import { gzipSync } from 'node:zlib';
import { printable } from '../model/base/invisible-characters.ts';
import { readBytes } from '../model/base/read-bytes.ts';
import { redactSecrets } from '../model/base/redaction.ts';
import { shorten } from '../model/base/text/names.ts';
import type { MetricDatum, MetricSink } from './metric-sink.ts';
import type { OtlpCounters, Temporality } from './otlp-counters.ts';
import { type OtlpOrigin, type OtlpPoint, otlpBody, otlpPoint, rejectedPoints } from './otlp-request.ts';
import { publishTo } from './publication.ts';

// Limits of CloudWatch's OTLP endpoint; collectors take more.
// docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html
export const MAX_POINTS_PER_REQUEST = 1000;
/** Before compression. */
export const MAX_OTLP_REQUEST_BYTES = 1_000_000;

const MAX_ATTEMPTS = 3;
const FIRST_WAIT_MILLISECONDS = 500;
/** A receiver that asks for a longer pause is asked again by the next scan. */
const MAX_WAIT_MILLISECONDS = 10_000;
const ATTEMPT_MILLISECONDS = 15_000;
/** Answers are a few bytes of protobuf, or a sentence. */
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_REASON = 300;

export interface OtlpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What differs between receivers, and between production and a test. */
export interface OtlpEnvironment {
  readonly fetch: typeof fetch;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Headers that prove who sends this request: a signature, a token. Asked again for each attempt. */
  readonly authorize: (request: OtlpRequest) => Promise<Readonly<Record<string, string>>>;
}

export interface OtlpSettings {
  /** The whole address, such as `https://collector.example.com:4318/v1/metrics`. */
  readonly url: string;
  readonly temporality: Temporality;
  readonly origin: OtlpOrigin;
  readonly counters: OtlpCounters;
}

/** The receiver answered that it did not take the request. */
class OtlpRefused extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text === '' ? 'no reason given' : text);
    this.name = `HTTP ${status}`;
    this.status = status;
  }
}

/** After these the same request may be taken (OTLP 1.x, "Failures"). */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** The request itself is at fault: it is too large, or one of its points is not fit. */
const OF_CONTENT: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * Publishes to CloudWatch's OTLP endpoint, or to any collector, in protobuf over HTTP. There is no price for a series, so
 * every subnet has its own, and namespaces, workloads and teams do, too.
 */
export const createOtlpSink = (
  { url, temporality, origin, counters }: OtlpSettings,
  environment: OtlpEnvironment,
  signal?: AbortSignal,
): MetricSink => ({
  hasFreeSeries: true,
  publish: (data) => {
    const points = new Map<MetricDatum, OtlpPoint>(
      data.map((datum) => [datum, otlpPoint(datum, origin, temporality, counters)]),
    );
    const pointsOf = (request: readonly MetricDatum[]): readonly OtlpPoint[] =>
      request.flatMap((datum) => points.get(datum) ?? []);
    return publishTo(
      {
        name: 'the OTLP endpoint',
        whereUnavailable:
          'Check metrics.otlp in headroom.yml, and that the role may call cloudwatch:PutMetricData; the next scan publishes again.',
        whereUnfit:
          'The answer above says what is wrong. Alerts and reports are complete without these values.',
        refusal: ({ value }) => (Number.isFinite(value) ? null : `its value is ${value}`),
        split: (fit) => requestsOf(pointsOf(fit)),
        isRefusedForContent: (error) => error instanceof OtlpRefused && OF_CONTENT.has(error.status),
        send: async (request) =>
          rejectedPoints(await post(url, otlpBody(pointsOf(request), temporality), environment, signal)),
      },
      data,
    );
  },
});

/** An upper bound: the name and unit are sent once for all points of a metric. */
const bytesOf = ({ datum, attributes }: OtlpPoint): number =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 16,
    100 + datum.name.length,
  );

/** One resource to a request, within the receiver's number and size. */
const requestsOf = (points: readonly OtlpPoint[]): MetricDatum[][] => {
  const requests: MetricDatum[][] = [];
  const open = new Map<string, { data: MetricDatum[]; bytes: number }>();
  for (const point of points) {
    const resource = JSON.stringify(point.resource);
    const bytes = bytesOf(point);
    let request = open.get(resource);
    if (
      request === undefined ||
      request.data.length === MAX_POINTS_PER_REQUEST ||
      request.bytes + bytes > MAX_OTLP_REQUEST_BYTES
    ) {
      request = { data: [], bytes: resource.length + 1024 };
      requests.push(request.data);
      open.set(resource, request);
    }
    request.data.push(point.datum);
    request.bytes += bytes;
  }
  return requests;
};

const post = async (
  url: string,
  plain: Uint8Array,
  environment: OtlpEnvironment,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> => {
  const body = gzipSync(plain);
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt === MAX_ATTEMPTS || signal?.aborted === true;
    let pause = FIRST_WAIT_MILLISECONDS * 4 ** (attempt - 1);
    try {
      const proof = await environment.authorize({ url, headers, body });
      const deadline = AbortSignal.timeout(ATTEMPT_MILLISECONDS);
      const answer = await environment.fetch(url, {
        method: 'POST',
        headers: { ...headers, ...proof },
        body,
        // A redirect would carry the proof to a place that is not configured.
        redirect: 'manual',
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
      const said = await beginningOf(answer);
      if (answer.ok) return said;
      const refused = new OtlpRefused(answer.status, withoutProof(said, proof));
      const asked = retryAfter(answer.headers.get('retry-after'));
      if (!PASSING.has(answer.status) || (asked ?? 0) > MAX_WAIT_MILLISECONDS) throw refused;
      if (last) throw refused;
      pause = asked ?? pause;
    } catch (error) {
      if (last || error instanceof OtlpRefused) throw error;
    }
    await environment.sleep(pause);
  }
};

const beginningOf = async ({ body }: Response): Promise<Uint8Array> => {
  const bytes = await readBytes(body ?? [], (size) => size < MAX_ANSWER_BYTES);
  return bytes.subarray(0, MAX_ANSWER_BYTES);
};

/** What the receiver said in words; a receiver may repeat the headers that it was sent. */
const withoutProof = (said: Uint8Array, proof: Readonly<Record<string, string>>): string => {
  let text = Buffer.from(said).toString('utf8');
  for (const value of Object.values(proof)) if (value !== '') text = text.replaceAll(value, '***');
  return shorten(printable(redactSecrets(text)).trim(), MAX_REASON);
};

/** Seconds, or a date (RFC 9110, 10.2.3), in milliseconds from now. */
const retryAfter = (given: string | null): number | null => {
  if (given === null) return null;
  if (/^\d{1,6}$/.test(given)) return Number(given) * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
};

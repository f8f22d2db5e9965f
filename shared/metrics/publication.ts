import { HeadroomError } from '../model/base/errors.ts';
import { printable } from '../model/base/invisible-characters.ts';
import { listOf, shorten } from '../model/base/text/names.ts';
import type { MetricDatum } from './metric-sink.ts';

/** Some data were not taken by the receiver, or are not fit to be sent at all. The others were published. */
export class MetricsNotPublished extends HeadroomError {
  /** How many values the receiver took. */
  readonly taken: number;

  /** @param code `metric-refused`: these values are not fit for the receiver, now or later. */
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

/** How one receiver takes metrics. */
export interface Receiver {
  /** Shown in messages: `CloudWatch`. */
  readonly name: string;
  /** What to do where it does not answer, or refuses the caller. */
  readonly whereUnavailable: string;
  /** What to do where values are not fit for it. */
  readonly whereUnfit: string;
  /** Why it would refuse a datum; `null` when it would not. */
  readonly refusal: (datum: MetricDatum) => string | null;
  readonly split: (data: readonly MetricDatum[]) => readonly (readonly MetricDatum[])[];
  /** Sends one request. @returns how many of its values the receiver did not take although it took the request, and why */
  readonly send: (data: readonly MetricDatum[]) => Promise<Rejected | null>;
  /** Whether an error of `send` means that a value in it is not fit, so that the others may be taken without it. */
  readonly isRefusedForContent: (error: unknown) => boolean;
}

export interface Rejected {
  readonly count: number;
  readonly why: string;
}

/** A datum that the receiver does not take, and why. */
interface Unfit {
  readonly datum: MetricDatum;
  readonly why: string;
}

/**
 * Requests that one publication may make more than it needs, to find the data that the receiver refuses although they look
 * fit: each takes about ten to be found among a thousand.
 */
const MAX_EXTRA_REQUESTS = 40;

/** What becomes of the data of one publication. */
class Publication {
  readonly unfit: Unfit[] = [];
  readonly failures: { readonly error: unknown; readonly size: number }[] = [];
  readonly rejected: Rejected[] = [];
  published = 0;
  requests = 0;
  #extra = 0;
  readonly #receiver: Receiver;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  /** Sends a request. One that is refused for its content is sent in halves, until what is wrong stands alone. */
  async send(data: readonly MetricDatum[]): Promise<void> {
    this.requests += 1;
    try {
      const rejected = await this.#receiver.send(data);
      if (rejected !== null) this.rejected.push(rejected);
      this.published += data.length - (rejected?.count ?? 0);
    } catch (error) {
      const [only] = data;
      if (!this.#receiver.isRefusedForContent(error)) this.failures.push({ error, size: data.length });
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

/** A name as the first word of a sentence. */
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Subjects that a message names: more are not read. */
const NAMED = 3;

/** What the unfit data are of, each once, with why: `ClusterName prod (dimension ...)`. */
const subjectsOf = (unfit: readonly Unfit[]): readonly string[] => {
  const subjects = new Set(
    unfit.map(({ datum, why }) => {
      const dimensions = Object.entries(datum.dimensions).map(
        ([name, value]) => `${name} ${shorten(printable(value), 100)}`,
      );
      return `${[datum.namespace, ...dimensions].join(', ')} (${why})`;
    }),
  );
  return [...subjects];
};

/**
 * Publishes all that is fit. A request that fails does not take the others with it, nor does a datum that is refused: it
 * alone is left out, counted and named.
 *
 * @throws MetricsNotPublished after all else was sent, where some were not taken
 */
export const publishTo = async (
  receiver: Receiver,
  data: readonly MetricDatum[],
): Promise<{ readonly published: number; readonly requests: number }> => {
  const publication = new Publication(receiver);
  const { unfit, failures, rejected } = publication;
  const fit = data.filter((datum) => {
    const why = receiver.refusal(datum);
    if (why !== null) unfit.push({ datum, why });
    return why === null;
  });
  for (const request of receiver.split(fit)) await publication.send(request);
  const { published, requests } = publication;
  const [first] = failures;
  if (first !== undefined) {
    const lost = failures.reduce((sum, { size }) => sum + size, 0);
    throw new MetricsNotPublished(
      'metrics-not-published',
      `${capital(receiver.name)} did not take ${lost} of ${data.length} metric values (${reasonOf(first.error)}).`,
      receiver.whereUnavailable,
      { cause: first.error, taken: published },
    );
  }
  const leftOut = unfit.length + rejected.reduce((sum, { count }) => sum + count, 0);
  if (leftOut > 0) {
    const reasons = [...subjectsOf(unfit), ...new Set(rejected.map(({ why }) => why))];
    throw new MetricsNotPublished(
      'metric-refused',
      `${leftOut} of ${data.length} metric values are not fit for ${receiver.name} and were left out: ${listOf(reasons, NAMED)}.`,
      receiver.whereUnfit,
      { taken: published },
    );
  }
  return { published, requests };
};

import { setTimeout as wait } from 'node:timers/promises';
import { readBytes } from '../model/base/read-bytes.ts';
import { redactSecrets } from '../model/base/redaction.ts';
import { TimeUp, withDeadline } from './deadline.ts';
import { DeliveryError } from './delivery-error.ts';
import { errorWithoutSecret, withoutSecret } from './known-secret.ts';

/**
 * Posts JSON to a chat or paging service: waits as long as it is asked to, tries again what may pass, and says what
 * happened without ever naming the URL, which is the credential of a Slack webhook.
 */
export interface HttpDelivery {
  /** Shown in errors: `Slack`. */
  readonly service: string;
  /** The prefix of error codes: `slack`. */
  readonly code: string;
  readonly url: string;
  readonly body: string;
  /** The credential that this request carries. It is removed from answers and errors. */
  readonly secret: string;
  readonly signal: AbortSignal;
  /** Further headers, such as the one with the credential. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The service would do it twice: only what it refused for being busy is sent again by itself. Default: false. */
  readonly isOnlyOnce?: boolean;
  /** How much of the answer is needed, in characters: most services say all in a few words. */
  readonly answerLength?: number;
}

/** What differs between production and a test. */
export interface HttpEnvironment {
  readonly fetch: typeof fetch;
  /** Resolves after so many milliseconds, or rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const defaultHttpEnvironment: HttpEnvironment = {
  fetch: (input, init) => fetch(input, init),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, { signal });
  },
};

export interface HttpAnswer {
  readonly status: number;
  /** The beginning of the body, redacted: these services answer with a word or a short JSON. */
  readonly text: string;
}

/** For one attempt. Slack usually answers in well under a second; a Lambda function has better things to wait for. */
const ATTEMPT_TIMEOUT_MS = 10_000;
export const MAX_ATTEMPTS = 3;
/** Waits longer than this are left to the caller: Lambda tries again after one minute, the outbox at the next scan. */
export const MAX_WAIT_MS = 30_000;
const FIRST_BACKOFF_MS = 500;
const MAX_ANSWER_LENGTH = 500;

/** These services answer with a few words. What answers in their place may send without an end. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** The beginning of a body; the rest is not read. */
const beginningOf = async ({ body }: Response): Promise<string> => {
  const bytes = await readBytes(body ?? [], (size) => size < MAX_ANSWER_BYTES);
  return Buffer.from(bytes.buffer).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
};

/**
 * The service's answer, once it is one that trying again would not change.
 * @throws DeliveryError `<code>-rate-limited`, `<code>-unavailable`, `<code>-unreachable`, `delivery-aborted` (none of them permanent),
 *   `<code>-too-large` or `<code>-redirected`
 */
export const postJson = async (delivery: HttpDelivery, environment: HttpEnvironment): Promise<HttpAnswer> => {
  try {
    return await post(delivery, environment);
  } catch (error) {
    throw errorWithoutSecret(error, delivery.secret);
  }
};

/** Uploads bytes, once. @throws DeliveryError `slack-unreachable` where there is no answer */
export const postBytes = async (
  { url, bytes, signal }: { readonly url: string; readonly bytes: Buffer; readonly signal: AbortSignal },
  { fetch }: HttpEnvironment,
): Promise<{ readonly status: number }> => {
  try {
    return await withDeadline(ATTEMPT_TIMEOUT_MS, signal, async (deadline) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(bytes),
        signal: deadline,
        redirect: 'manual',
      });
      await answer.body?.cancel();
      return { status: answer.status };
    });
  } catch (error) {
    throw unreachable({ service: 'Slack', code: 'slack' }, error);
  }
};

const post = async (delivery: HttpDelivery, environment: HttpEnvironment): Promise<HttpAnswer> => {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(delivery, environment);
    if ('answer' in outcome) return outcome.answer;
    const delay = outcome.retryAfterMs ?? FIRST_BACKOFF_MS * 4 ** (attempt - 1);
    const mayHaveIt = delivery.isOnlyOnce === true && !outcome.isRefusal;
    if (attempt === MAX_ATTEMPTS || delay > MAX_WAIT_MS || mayHaveIt) throw outcome.failure;
    await environment.sleep(delay, delivery.signal).catch(() => {
      throw aborted(delivery, outcome.failure);
    });
  }
};

type Outcome =
  | { readonly answer: HttpAnswer }
  | {
      readonly failure: DeliveryError;
      readonly retryAfterMs: number | null;
      /** The service says that it has done nothing. */
      readonly isRefusal: boolean;
    };

const attemptOnce = async (delivery: HttpDelivery, { fetch }: HttpEnvironment): Promise<Outcome> => {
  try {
    const { response, text } = await withDeadline(ATTEMPT_TIMEOUT_MS, delivery.signal, async (signal) => {
      const answer = await fetch(delivery.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', ...delivery.headers },
        body: delivery.body,
        signal,
        // A redirect would carry the message to a place that is not configured.
        redirect: 'manual',
      });
      return { response: answer, text: await beginningOf(answer) };
    });
    return judge(
      delivery,
      response,
      redactSecrets(withoutSecret(text, delivery.secret))
        .slice(0, delivery.answerLength ?? MAX_ANSWER_LENGTH)
        .trim(),
    );
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    if (delivery.signal.aborted) throw aborted(delivery);
    return { failure: unreachable(delivery, error), retryAfterMs: null, isRefusal: false };
  }
};

/** `Slack`, but `the webhook`: what stands in the middle of a sentence. */
const inSentence = (service: string): string => service.replace(/^The /, 'the ');

const judge = (delivery: HttpDelivery, response: Response, text: string): Outcome => {
  const { service, code } = delivery;
  const { status } = response;
  if (status === 429) {
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'));
    const wait = retryAfterMs === null ? '' : ` and asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
    return {
      failure: new DeliveryError(
        `${code}-rate-limited`,
        `${service} is receiving too many messages (HTTP 429)${wait}`,
        { ifItPersists: 'route fewer alerts to this destination.' },
        { permanent: false },
      ),
      retryAfterMs,
      isRefusal: true,
    };
  }
  if (status >= 500) {
    return {
      failure: new DeliveryError(
        `${code}-unavailable`,
        `${service} answered HTTP ${status}${text === '' ? '' : `: ${text}`}`,
        { ifItPersists: `check the status page of ${inSentence(service)}.` },
        { permanent: false },
      ),
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
      isRefusal: false,
    };
  }
  if (status === 413 || (status >= 300 && status < 400)) throw refusedAnywhere(delivery, status, text);
  return { answer: { status, text } };
};

/** What no service means by its own rules, but a proxy before it, or an address that has moved. */
const refusedAnywhere = (
  { service, code, body }: HttpDelivery,
  status: number,
  text: string,
): DeliveryError => {
  const answered = `(HTTP ${status}${text === '' ? '' : `: ${text.slice(0, 200)}`})`;
  return status === 413
    ? new DeliveryError(
        `${code}-too-large`,
        `${service} refused a message of ${Math.ceil(Buffer.byteLength(body) / 1_024)} KiB for its size ${answered}`,
        `Let ${inSentence(service)}, and any proxy before it, take messages of up to 256 KiB.`,
        { permanent: true, fault: 'message' },
      )
    : new DeliveryError(
        `${code}-redirected`,
        `${service} answered with a redirect, which Headroom does not follow ${answered}`,
        'Store the address that the redirect leads to, if it is yours. Check that no login page answers in its place.',
        { permanent: true },
      );
};

/** Seconds, as Slack and PagerDuty send it. The date form of the header is not used by either and is ignored. */
const parseRetryAfter = (header: string | null): number | null =>
  header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header.trim()) * 1_000 : null;

/** The time of this one message was up, or that of the whole run. */
const aborted = ({ service, signal }: HttpDelivery, cause?: DeliveryError): DeliveryError => {
  const reason: unknown = signal.reason;
  const last = cause === undefined ? '' : ` (last: ${cause.message})`;
  return reason instanceof TimeUp
    ? new DeliveryError(
        'delivery-aborted',
        `${service} did not accept the message within ${reason.seconds} s${last}`,
        { ifItPersists: `look at the state of ${inSentence(service)}.` },
        { permanent: false },
      )
    : new DeliveryError(
        'delivery-aborted',
        `The time limit of this run was reached before ${inSentence(service)} accepted the message${last}`,
        { ifItPersists: 'give the function more time.' },
        { permanent: false },
      );
};

/** Of what `fetch` threw only the code goes on: its own message may hold the URL. */
const unreachable = (
  { service, code }: Pick<HttpDelivery, 'service' | 'code'>,
  error: unknown,
): DeliveryError => {
  const reason = networkReason(error);
  return new DeliveryError(
    `${code}-unreachable`,
    `${service} could not be reached (${reason})`,
    `Check Headroom's Internet access: a function in a VPC needs a NAT gateway or a proxy to reach ${inSentence(service)}.`,
    { permanent: false },
  );
};

/** Codes of Node's own HTTP client in words. Those of the network, such as ECONNREFUSED, are known to people who look them up. */
const CLIENT_CODES: ReadonlyMap<string, string> = new Map([
  ['UND_ERR_SOCKET', 'the connection was closed before the answer'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'no whole answer in time'],
]);

const networkReason = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.name === 'TimeoutError') return `no answer within ${ATTEMPT_TIMEOUT_MS / 1_000} s`;
  const code = codeOf(error.cause) ?? codeOf(error);
  return code === null ? error.name : (CLIENT_CODES.get(code) ?? code);
};

const codeOf = (error: unknown): string | null => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[A-Z_]+$/.test(error.code) ? error.code : null;
};

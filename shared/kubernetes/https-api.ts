import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiAnswer, ApiRequest, KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';
import { type ByteBudget, readBody } from './read-body.ts';

/** Where the API of a cluster is, and as whom it is read. */
export interface KubernetesConnection {
  /** The endpoint, as DescribeCluster and a kubeconfig give it: `https://HOST[:PORT][/PATH]`. */
  readonly server: string;
  /** PEM. The only authority that is trusted; `null`: those that Node trusts, as a kubeconfig without one says. */
  readonly certificateAuthority: string | null;
  /** The name to expect in the server's certificate, where it is not the host of `server`. */
  readonly tlsServerName?: string | undefined;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
  /** The bearer token. Asked for before every request, and once more after a 401 with `renew`. `null`: none. */
  readonly token: (options: { readonly renew: boolean }) => Promise<string | null>;
}

export interface HttpsApiOptions {
  readonly userAgent: string;
  /** Variables of a proxy: `HTTPS_PROXY`, `NO_PROXY`. Absent: no proxy is used. */
  readonly proxyEnv?: NodeJS.ProcessEnv | undefined;
  readonly limits?: Partial<ApiLimits>;
  /** Ends all requests, as when the scan has run out of time. */
  readonly signal?: AbortSignal | undefined;
}

export interface ApiLimits {
  /** For one request, in milliseconds. */
  readonly request: number;
  /** For all requests to one cluster, in milliseconds. */
  readonly total: number;
  /** For all answers of one cluster, in bytes after decompression. */
  readonly bytes: number;
  /** For one answer, in bytes after decompression. A page of 500 pods as JSON has about 7 MB. */
  readonly answerBytes: number;
}

/**
 * 50,000 pods as JSON in pages are 640 MB after decompression, and took 11 s on two busy cores; their table is 9 MB. So the
 * budget only ends a reading that would take the scan's own time.
 */
export const DEFAULT_LIMITS: ApiLimits = {
  request: 10_000,
  total: 30_000,
  bytes: 700_000_000,
  answerBytes: 32_000_000,
};

/** Lists follow one another; the few sockets are for the pods of ipamd, 32 at once. */
const SOCKETS = 32;

/** An API server that is starting or protects itself answers so, and says when to come back. */
const RETRIED: ReadonlySet<number> = new Set([429, 503]);
const ATTEMPTS = 4;
/** Without `Retry-After`, in milliseconds. API servers themselves name one second. */
const PAUSE = 1_000;

/**
 * A Kubernetes API over HTTPS, read by Node alone: the official client takes 2 MB of a bundle and four times the memory.
 * Certificates are always checked. Redirects are not followed, and no answer is kept.
 *
 * @throws KubernetesFailure when `server` is no address that can be used
 */
export const createHttpsApi = (connection: KubernetesConnection, options: HttpsApiOptions): KubernetesApi => {
  const base = addressOf(connection.server);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const budget: ByteBudget = { left: limits.bytes };
  const startedAt = performance.now();
  const deadline = AbortSignal.timeout(limits.total);
  const all = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const agent = agentOf(base, connection, options.proxyEnv);

  const once = (asked: ApiRequest, token: string | null): Promise<Exchange> =>
    new Promise((resolve, reject) => {
      const { path, accept = 'application/json', review, timeout = limits.request } = asked;
      const ended = AbortSignal.any([all, AbortSignal.timeout(timeout)]);
      const fail = (error: unknown): void => {
        reject(error instanceof KubernetesFailure ? error : failureOf(error, base, ended));
      };
      const send = base.protocol === 'http:' ? httpRequest : request;
      const sent = send(
        {
          hostname: base.hostname.replace(/^\[(.*)\]$/, '$1'),
          port: base.port === '' ? undefined : base.port,
          path: `${base.pathname.replace(/\/$/, '')}${path}`,
          method: review === undefined ? 'GET' : 'POST',
          agent,
          signal: ended,
          headers: {
            accept,
            'accept-encoding': 'gzip',
            'user-agent': options.userAgent,
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
            ...(review === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(review) }),
          },
        },
        (answer: IncomingMessage) => {
          const status = answer.statusCode ?? 0;
          const retryAfter = secondsOf(answer.headers['retry-after']);
          readBody(answer, budget, limits.answerBytes).then(
            (text) => resolve({ status, text, retryAfter }),
            fail,
          );
        },
      );
      sent.once('error', fail);
      sent.end(review);
    });

  const patiently = async (asked: ApiRequest): Promise<ApiAnswer> => {
    let renew = false;
    for (let attempt = 1; ; attempt += 1) {
      if (all.aborted) throw failureOf(all.reason, base, all);
      const { status, text, retryAfter } = await once(asked, await connection.token({ renew }));
      if (status === 401 && !renew) {
        renew = true;
        continue;
      }
      if (!RETRIED.has(status) || asked.proxied === true) return { status, text };
      const pause = retryAfter === null ? PAUSE : retryAfter * 1_000;
      const left = limits.total - (performance.now() - startedAt);
      if (attempt === ATTEMPTS || pause >= left)
        throw new KubernetesFailure('throttled', `${base.host} answered ${status} to ${attempt} requests`, {
          status,
        });
      await wait(pause, undefined, { signal: all }).catch((error: unknown) => {
        throw failureOf(error, base, all);
      });
    }
  };

  return { ask: patiently, close: () => agent.destroy() };
};

interface Exchange extends ApiAnswer {
  readonly retryAfter: number | null;
}

/** Plain HTTP only within this machine: `kubectl proxy`, and tests. */
const addressOf = (server: string): URL => {
  const url = URL.canParse(server) ? new URL(server) : null;
  const isLocal = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    throw new KubernetesFailure('unreachable', 'the endpoint of the cluster is no https address');
  return url;
};

const agentOf = (
  base: URL,
  { certificateAuthority, tlsServerName, clientCertificate }: KubernetesConnection,
  proxyEnv: NodeJS.ProcessEnv | undefined,
): Agent | HttpAgent => {
  const shared = { keepAlive: true, maxSockets: SOCKETS, ...(proxyEnv === undefined ? {} : { proxyEnv }) };
  if (base.protocol === 'http:') return new HttpAgent(shared);
  const secure: AgentOptions = {
    ...shared,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
    ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    ...(clientCertificate === undefined
      ? {}
      : { cert: clientCertificate.certificate, key: clientCertificate.key }),
  };
  return new Agent(secure);
};

const secondsOf = (header: string | undefined): number | null =>
  header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : null;

/** The code of Node's error says what is wrong; its message may quote what the server sent. */
const failureOf = (error: unknown, { host }: URL, ended: AbortSignal): KubernetesFailure => {
  if (ended.aborted)
    return new KubernetesFailure('deadline', `${host} did not answer in time`, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code.startsWith('Z_')) return new KubernetesFailure('malformed', `${host} sent data that is not gzip`);
  const why = Object.hasOwn(IN_WORDS, code) ? IN_WORDS[code] : undefined;
  return new KubernetesFailure('unreachable', `${host} ${why ?? 'cannot be read'} (${code})`, {
    cause: error,
  });
};

const OTHER_AUTHORITY =
  'has a certificate that the authority of the cluster did not sign: a proxy may be in between, or the authority is an old one';

/** Codes of Node's errors in words. */
const IN_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'closed the connection',
  ENOTFOUND: 'has a name that cannot be resolved',
  EAI_AGAIN: 'has a name that cannot be resolved now',
  EHOSTUNREACH: 'cannot be reached over the network',
  ENETUNREACH: 'cannot be reached over the network',
  ETIMEDOUT: 'did not answer in time',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet: check the clock here',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: OTHER_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: OTHER_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OTHER_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OTHER_AUTHORITY,
};

import type { Problem } from '../base/errors.ts';
import type { Target } from './inventory.ts';

/** A call to AWS that failed: what was asked, and what can be read from whatever was thrown. */

/** What was asked. */
export interface AwsCallContext {
  /** As IAM writes it: `ec2:DescribeSubnets`. */
  readonly action: string;
  /** The one resource that it is about: `cluster payments`. Absent for a list. */
  readonly resource?: string;
  readonly target: Target;
  /** The role that is used to read this target, where there is one. */
  readonly roleArn?: string | null;
}

export type AwsFailureCode =
  | 'access-denied'
  | 'expired-credentials'
  | 'invalid-credentials'
  | 'no-credentials'
  | 'region-not-enabled'
  | 'no-region'
  | 'throttled'
  | 'unreachable'
  | 'clock-skew'
  | 'not-found'
  | 'deadline-exceeded'
  | 'repeated-page-token'
  | 'malformed-answer'
  | 'aws-error';

/** What can be read from a thrown value, no matter where it came from. */
export interface FailedCall {
  readonly error: unknown;
  readonly name: string;
  readonly message: string;
  /** Node's own code of a network error, `ECONNREFUSED`. */
  readonly networkCode: string | null;
  readonly endpoint: string | null;
  readonly status: number | null;
  readonly attempts: number | null;
}

/** One kind of failure in words, or `null` where the call failed in another way. */
export type Recogniser = (failed: FailedCall, context: AwsCallContext) => Problem | null;

export const problem = (code: AwsFailureCode, message: string, action: string): Problem => ({
  code,
  message,
  action,
});

/** Behind the name of a call: ` for cluster payments in account 111122223333, eu-west-1`. */
export const placeOf = ({ resource, target }: AwsCallContext): string =>
  `${resource === undefined ? '' : ` for ${resource}`} in account ${target.accountId}, ${target.region}`;

/** How sentences about a failed call begin. */
export const where = (context: AwsCallContext): string => `${context.action}${placeOf(context)},`;

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPROTO',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_PROXY_TUNNEL',
  'ERR_PROXY_INVALID_CONFIG',
]);

export const isUnreachable = (networkCode: string | null): boolean =>
  networkCode !== null && UNREACHABLE.has(networkCode);

export const readFailedCall = (error: unknown): FailedCall => {
  const metadata = member(error, '$metadata');
  const network = networkError(error);
  const hostname = text(member(network, 'hostname'));
  const address = text(member(network, 'address'));
  const port = member(network, 'port');
  return {
    error,
    name: text(member(error, 'name')) ?? typeof error,
    message: text(member(error, 'message')) ?? String(error),
    networkCode: text(member(network, 'code')),
    endpoint:
      text(member(error, 'endpoint')) ??
      hostname ??
      (address === null ? null : typeof port === 'number' ? `${address}:${port}` : address),
    status: number(member(metadata, 'httpStatusCode')),
    attempts: number(member(metadata, 'attempts')),
  };
};

/** Node tries several addresses of a host and throws all their errors in one; the SDK may put a network error into `cause`. */
const networkError = (error: unknown, depth = 0): unknown => {
  const code = text(member(error, 'code'));
  if ((code !== null && UNREACHABLE.has(code)) || depth > 3) return error;
  const errors = member(error, 'errors');
  const inner = Array.isArray(errors) ? errors[0] : member(error, 'cause');
  return inner === undefined ? error : networkError(inner, depth + 1);
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** One line, without the SDK's hints and without IAM's encoded message, which is long and tells people nothing. */
export const brief = (message: string): string => {
  const line = message.replace(/(?:\n| Encoded authorization failure message)[\s\S]*/, '');
  return line.length > 300 ? `${line.slice(0, 299)}...` : line;
};

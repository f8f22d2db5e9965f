import { HeadroomError, type Problem } from '../base/errors.ts';
import { redactSecrets } from '../base/redaction.ts';
import type { Target } from './inventory.ts';

/**
 * What AWS, its SDK and the network answer when a call fails, in words that say which permission of which identity
 * in which account, and what to do. Errors are read by their shape alone, so the model needs no SDK.
 */

/** The call that failed. */
export interface AwsCallContext {
  /** As IAM writes it: `ec2:DescribeSubnets`. */
  readonly action: string;
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

/** A call to AWS that did not succeed, after the retries. `cause` is what the SDK threw. */
export class AwsFailure extends HeadroomError {
  readonly context: AwsCallContext;

  constructor(problem: Problem, context: AwsCallContext, options?: ErrorOptions) {
    super(problem.code, problem.message, problem.action, options);
    this.name = 'AwsFailure';
    this.context = context;
  }
}

/** AWS handed out a page token that it had handed out before: following it would never end, and stopping would shorten the answer. */
export class RepeatedPageTokenError extends AwsFailure {
  constructor(context: AwsCallContext) {
    const failed = problem(
      'repeated-page-token',
      `${where(context)} repeated an earlier page token, so its answer would never end`,
      'Scan again. If it persists, check for a caching proxy between Headroom and AWS.',
    );
    super(failed, context);
    this.name = 'RepeatedPageTokenError';
  }
}

/** An answer that cannot be read in full: cut off, not XML, or without a part that must be there. Never a partial inventory. */
export class MalformedAnswerError extends HeadroomError {
  constructor(message: string, options?: ErrorOptions) {
    super(
      'malformed-answer',
      message,
      'Scan again. If it persists, check proxies and custom endpoints between Headroom and AWS.',
      options,
    );
    this.name = 'MalformedAnswerError';
  }
}

/** The failure to throw for a failed call: itself when it is one already, otherwise described. */
export const awsFailure = (error: unknown, context: AwsCallContext): AwsFailure =>
  error instanceof AwsFailure
    ? error
    : new AwsFailure(describeAwsFailure(error, context), context, { cause: error });

/** Describes a failed call. Total: whatever was thrown, there is an answer. */
export const describeAwsFailure = (error: unknown, context: AwsCallContext): Problem => {
  const failed = read(error);
  for (const recognise of RECOGNISERS) {
    const problem = recognise(failed, context);
    if (problem !== null) return problem;
  }
  const status = failed.status === null ? '' : ` (HTTP ${failed.status})`;
  return problem(
    'aws-error',
    `${where(context)} failed with ${failed.name}${status}: ${brief(failed.message)}`,
    'Scan again; if it persists, look the error up in the documentation of that API.',
  );
};

/** What can be read from a thrown value, no matter where it came from. */
interface FailedCall {
  readonly error: unknown;
  readonly name: string;
  readonly message: string;
  /** Node's own code of a network error, `ECONNREFUSED`. */
  readonly networkCode: string | null;
  readonly endpoint: string | null;
  readonly status: number | null;
  readonly attempts: number | null;
}

type Recogniser = (failed: FailedCall, context: AwsCallContext) => Problem | null;

const problem = (code: AwsFailureCode, message: string, action: string): Problem => ({
  code,
  message,
  action,
});

const where = ({ action, target }: AwsCallContext): string =>
  `${action} in account ${target.accountId}, ${target.region},`;

const headroomProblem: Recogniser = ({ error }, context) =>
  error instanceof HeadroomError
    ? {
        code: error.code,
        message: `${where(context)} failed: ${error.message}`,
        action: error.action,
      }
    : null;

const deadlineExceeded: Recogniser = ({ name }, context) =>
  name === 'AbortError'
    ? problem(
        'deadline-exceeded',
        `${where(context)} was stopped because the time limit of this scan was reached`,
        'Give the scan more time, or split the target by VPC.',
      )
    : null;

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'AuthorizationError',
  'AuthorizationErrorException',
]);

/** IAM's own sentence: who, what, on what, and which policy said no. */
const NOT_AUTHORIZED =
  /User: (?<identity>\S{1,2048}) is not authorized to perform: (?<action>[\w-]{1,64}:\w{1,128})(?: on resource: (?<resource>\S{1,2048}))?/;

const accessDenied: Recogniser = ({ name, message }, context) => {
  if (!DENIED.has(name)) return null;
  const said = NOT_AUTHORIZED.exec(message)?.groups;
  const action = said?.['action'] ?? context.action;
  const identity = said?.['identity'] ?? context.roleArn ?? 'the identity in use';
  const caller = identity.replace(/^the /, 'The ');
  const denial = explicitDenial(message);
  const missing = missingAllowance(message);
  const because =
    denial !== null ? `: ${denial} denies it` : missing !== null ? `: no ${missing} allows it` : '';
  const elsewhere =
    denial !== null
      ? `Remove ${action} from the denied actions of ${denial}. Another policy cannot override a denial.`
      : missing !== null
        ? `Allow ${action} in the ${missing} that applies to ${identity}.`
        : null;
  if (action === 'sts:AssumeRole') {
    const role = said?.['resource'] ?? context.roleArn ?? 'the scan role';
    return problem(
      'access-denied',
      `${caller} is not allowed to assume ${role}, which is needed for ${context.action} in account ${context.target.accountId}, ${context.target.region}${because}`,
      elsewhere ??
        `Check that ${role} exists, that its trust policy allows ${identity} with the configured external ID, and that ${identity} has sts:AssumeRole on it.`,
    );
  }
  if (context.action.startsWith('organizations:'))
    return problem(
      'access-denied',
      `${caller} is not allowed to call ${action} in account ${context.target.accountId}${because}`,
      elsewhere ??
        `Allow ${action} in the policy of ${policyOwner(identity)}. Run Headroom in the management account or in a delegated administrator account.`,
    );
  return problem(
    'access-denied',
    `${caller} is not allowed to call ${action} in account ${context.target.accountId}, ${context.target.region}${because}`,
    elsewhere ?? `Allow ${action} in the policy of ${policyOwner(identity)}.`,
  );
};

/** IAM names the session of a role, and policies belong to the role. The ARN of a session has no path, so the name stands alone. */
const policyOwner = (identity: string): string => {
  const [, account, role] =
    /^arn:[\w-]{1,20}:sts::(\d{12}):assumed-role\/([^/]{1,64})\//.exec(identity) ?? [];
  return role === undefined ? identity : `the role ${role} of account ${account}`;
};

/**
 * The policy that says no, with its article and its ARN where IAM gives one: "a service control policy". Source: IAM user
 * guide, "Troubleshoot access denied error messages".
 */
const explicitDenial = (message: string): string | null => {
  const said =
    /with an explicit deny in (?<policy>an? [a-z -]{0,60}(?:policy|boundary))(?:: (?<arn>arn:\S{1,2048}))?/i.exec(
      message,
    )?.groups;
  if (said === undefined) return null;
  const { policy = '', arn } = said;
  return arn === undefined ? policy : `${policy} (${arn})`;
};

/** The kind of policy that would have to allow the action, and does not, where it is not the identity's own. */
const missingAllowance = (message: string): string | null => {
  const kind = /because no (?<kind>[a-z -]{0,60}(?:policy|boundary)) allows the/i.exec(message)?.groups?.[
    'kind'
  ];
  return kind === undefined || kind.startsWith('identity-based') || kind.startsWith('resource-based')
    ? null
    : kind;
};

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);

const expiredCredentials: Recogniser = ({ name, message }, context) => {
  const expiredSso = isCredentialsError(name) && /expired|sso login|login session/i.test(message);
  if (!EXPIRED.has(name) && !expiredSso) return null;
  return problem(
    'expired-credentials',
    `${where(context)} was refused because the credentials have expired`,
    expiredSso
      ? 'Sign in again, for example with `aws sso login`.'
      : 'Get new credentials. If they are new, set the clock of this machine.',
  );
};

const isCredentialsError = (name: string): boolean =>
  name === 'CredentialsProviderError' || name === 'TokenProviderError' || name === 'ProviderError';

const noCredentials: Recogniser = ({ name, message }, context) =>
  isCredentialsError(name)
    ? problem(
        'no-credentials',
        `${where(context)} could not be signed: ${brief(message)}`,
        /AWS_PROFILE|credential_process/.test(message)
          ? 'Correct the profile, or name another one in AWS_PROFILE.'
          : 'Provide AWS credentials: a profile (`AWS_PROFILE`), environment variables, single sign-on, or a role.',
      )
    : null;

const INVALID = new Set([
  'AuthFailure',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
  'MissingAuthenticationToken',
  'IncompleteSignature',
]);

const SKEWED = /signature expired|not yet current|clock/i;

const clockSkew: Recogniser = ({ name, message }, context) => {
  const signature = name === 'InvalidSignatureException' || name === 'SignatureDoesNotMatch';
  if (
    name !== 'RequestTimeTooSkewed' &&
    name !== 'RequestInTheFuture' &&
    !(signature && SKEWED.test(message))
  )
    return null;
  return problem(
    'clock-skew',
    `${where(context)} was refused because the clock of this machine is too far from that of AWS`,
    'Set the clock of this machine, for example by NTP.',
  );
};

const regionNotEnabled: Recogniser = ({ name }, context) =>
  name === 'OptInRequired' || name === 'RegionDisabledException'
    ? problem(
        'region-not-enabled',
        `${where(context)} was refused because the account has not enabled this Region`,
        `Enable ${context.target.region} in the account, or leave the Region out of the scan.`,
      )
    : null;

const invalidCredentials: Recogniser = ({ name, message }, context) =>
  INVALID.has(name) || name === 'InvalidSignatureException' || name === 'SignatureDoesNotMatch'
    ? problem(
        'invalid-credentials',
        `${where(context)} was refused because AWS does not accept the credentials: ${brief(message)}`,
        `Check the credentials, and that ${context.target.region} is enabled in the account.`,
      )
    : null;

const noRegion: Recogniser = ({ message }) =>
  message === 'Region is missing'
    ? problem(
        'no-region',
        'No AWS Region is configured',
        'Set one with `--region`, `AWS_REGION` or the profile.',
      )
    : null;

const THROTTLED = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Whether AWS refused an attempt because its request quota was used up. */
export const isThrottle = (error: unknown): boolean => {
  const { name, status } = read(error);
  return THROTTLED.has(name) || status === 429;
};

const throttled: Recogniser = ({ error, attempts }, context) =>
  isThrottle(error)
    ? problem(
        'throttled',
        `${where(context)} was throttled${attempts === null ? '' : ` in each of ${attempts} attempts`}: the request quota of this API in this account and Region is used up`,
        'Find out what else calls this API, scan less often, or ask AWS for a higher request quota.',
      )
    : null;

const notFound: Recogniser = ({ name, message, status }, context) =>
  /NotFound(Exception)?$/.test(name) || name === 'NoSuchEntity' || status === 404
    ? problem(
        'not-found',
        `${where(context)} found no such resource: ${brief(message)}`,
        'Scan again. The resource may have been deleted between two calls.',
      )
    : null;

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

/** What a proxy that inspects TLS looks like to those who do not know its certificates. */
const UNTRUSTED: ReadonlySet<string | null> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const unreachable: Recogniser = ({ name, message, networkCode, endpoint }, context) => {
  const coded = networkCode !== null && UNREACHABLE.has(networkCode);
  if (!coded && name !== 'TimeoutError') return null;
  const service = context.action.slice(0, context.action.indexOf(':'));
  return problem(
    'unreachable',
    `${where(context)} could not reach ${endpoint ?? `the endpoint of ${service} in ${context.target.region}`}: ${networkCode === null || networkCode.startsWith('ERR_PROXY') ? redactSecrets(brief(message)) : networkCode}`,
    UNTRUSTED.has(networkCode)
      ? 'If a proxy inspects TLS here, name the file with its certificates in `AWS_CA_BUNDLE` or `NODE_EXTRA_CA_CERTS`.'
      : 'Check the network path to that endpoint: name resolution, route, proxy, VPC endpoint, and `AWS_ENDPOINT_URL` if it is set.',
  );
};

const malformedAnswer: Recogniser = ({ name, message }, context) =>
  name === 'SyntaxError' || message.includes('XML parse error') || message.includes('Deserialization error')
    ? problem(
        'malformed-answer',
        `${where(context)} returned an answer that cannot be read: ${brief(message)}`,
        'Scan again. If it persists, check proxies and custom endpoints between Headroom and AWS.',
      )
    : null;

/** The order matters: the more telling one first. */
const RECOGNISERS: readonly Recogniser[] = [
  headroomProblem,
  deadlineExceeded,
  accessDenied,
  clockSkew,
  expiredCredentials,
  noCredentials,
  regionNotEnabled,
  invalidCredentials,
  noRegion,
  throttled,
  notFound,
  unreachable,
  malformedAnswer,
];

const read = (error: unknown): FailedCall => {
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
const brief = (message: string): string => {
  const line = message.replace(/(?:\n| Encoded authorization failure message)[\s\S]*/, '');
  return line.length > 300 ? `${line.slice(0, 299)}...` : line;
};

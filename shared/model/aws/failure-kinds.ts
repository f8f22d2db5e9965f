import { HeadroomError } from '../base/errors.ts';
import { redactSecrets } from '../base/redaction.ts';
import { accessDenied } from './access-denied.ts';
import { brief, isUnreachable, problem, type Recogniser, readFailedCall, where } from './failed-call.ts';

/** The kinds of failures that are known, in words. */

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
  const { name, status } = readFailedCall(error);
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

/** What a proxy that inspects TLS looks like to those who do not know its certificates. */
const UNTRUSTED: ReadonlySet<string | null> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const unreachable: Recogniser = ({ name, message, networkCode, endpoint }, context) => {
  if (!isUnreachable(networkCode) && name !== 'TimeoutError') return null;
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
export const RECOGNISERS: readonly Recogniser[] = [
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

import { denied } from '../access.ts';
import { LabError } from '../http/lab-error.ts';
import { pageToken } from '../http/pages.ts';
import type { BodyStep, Fault, StruckRequest } from './fault.ts';

/** The faults that Headroom must survive, each as AWS or a network shows it. */

const throttlingError = ({ service }: StruckRequest): LabError => {
  switch (service.name) {
    case 'ec2':
      return new LabError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    case 'sts':
    case 'sns':
    case 'auto-scaling':
      return new LabError('Throttling', 'Rate exceeded', 400);
    case 'organizations':
      return new LabError(
        'TooManyRequestsException',
        'You have sent too many requests in too short a period of time.',
        400,
      );
    default:
      return new LabError('ThrottlingException', 'Rate exceeded', 400);
  }
};

/** Every struck request is throttled, in the service's own words. */
export const throttled = (): Fault => ({ name: 'throttled', error: throttlingError });

/**
 * Requests are throttled when the bucket is empty, as EC2 does it: one bucket for each account, Region and action
 * (EC2 API, request throttling). `now` is real time in milliseconds, since clients wait in real time.
 */
export const tokenBucket = (
  capacity: number,
  refillPerSecond: number,
  now: () => number = () => performance.now(),
): Fault => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    name: 'token-bucket',
    error: (request) => {
      const key = [request.accountId, request.region, request.service.name, request.action].join('/');
      const { tokens, at } = buckets.get(key) ?? { tokens: capacity, at: now() };
      const filled = Math.min(capacity, tokens + ((now() - at) / 1000) * refillPerSecond);
      buckets.set(key, { tokens: filled >= 1 ? filled - 1 : filled, at: now() });
      return filled >= 1 ? null : throttlingError(request);
    },
  };
};

/** Requests at once and a second. Source: EC2 API, request throttling. Listings without pages get half. */
const BUCKETS = {
  paged: { capacity: 100, perSecond: 20 },
  unpaged: { capacity: 50, perSecond: 10 },
} as const;

const UNPAGED: ReadonlySet<string> = new Set([
  'DescribeInstances',
  'DescribeNetworkInterfaces',
  'DescribeSecurityGroups',
  'DescribeSnapshots',
  'DescribeSpotInstanceRequests',
  'DescribeVolumes',
]);

const isUnpaged = ({ action, parameters }: StruckRequest): boolean =>
  UNPAGED.has(action) && !Object.keys(parameters).some((name) => name === 'MaxResults' || name === 'Filter');

/**
 * EC2's own request buckets for actions that read: one for each account, Region and action.
 *
 * @param now milliseconds
 */
export const requestBuckets = (now: () => number): Fault => {
  const kinds = {
    paged: tokenBucket(BUCKETS.paged.capacity, BUCKETS.paged.perSecond, now),
    unpaged: tokenBucket(BUCKETS.unpaged.capacity, BUCKETS.unpaged.perSecond, now),
  };
  return {
    name: 'request-buckets',
    error: (request) => kinds[isUnpaged(request) ? 'unpaged' : 'paged'].error?.(request) ?? null,
  };
};

/** A service that is broken: EC2 says `InternalError`, the others `InternalFailure`. */
export const internalError = (status = 500): Fault => ({
  name: 'internal-error',
  error: ({ service }) =>
    new LabError(
      service.name === 'ec2' ? 'InternalError' : 'InternalFailure',
      'An internal error has occurred',
      status,
    ),
});

/** The permission for the struck action is missing. */
export const accessDenied = (): Fault => ({
  name: 'access-denied',
  error: ({ service, action, callerArn }) => denied(service, action, callerArn),
});

/** Credentials that were good until a moment ago. EC2 has a code of its own for it. */
export const expiredToken = (): Fault => ({
  name: 'expired-token',
  error: ({ service }) =>
    service.name === 'ec2'
      ? new LabError('RequestExpired', 'Request has expired.', 400)
      : new LabError('ExpiredToken', 'The security token included in the request is expired', 403),
});

/** The caller's clock is wrong by more than AWS accepts. */
export const clockSkew = (): Fault => ({
  name: 'clock-skew',
  error: () =>
    new LabError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
    ),
});

/** A role that was deleted between two scans. STS does not tell this from a refusal. */
export const vanishedRole = (): Fault => ({
  name: 'vanished-role',
  error: ({ callerArn, parameters }) =>
    new LabError(
      'AccessDenied',
      `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${String(parameters['RoleArn'])}`,
      403,
    ),
});

/** A subnet that was deleted after it had been listed. */
export const vanishedSubnet = (subnetId: string): Fault => ({
  name: 'vanished-subnet',
  error: ({ parameters }) =>
    parameters['SubnetId'] === subnetId
      ? new LabError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`, 400)
      : null,
});

/** Any error there is, by its code. */
export const failing = (code: string, message: string, status = 400): Fault => ({
  name: code,
  error: () => new LabError(code, message, status),
});

/** No answer, ever. */
export const hanging = (): Fault => ({ name: 'hanging', hangs: true });

/** The first bytes of a body, and what comes after them. */
function* upTo(chunks: Iterable<string>, bytes: number, then: readonly BodyStep[]): Generator<BodyStep> {
  let left = bytes;
  for (const chunk of chunks) {
    const buffer = Buffer.from(chunk);
    if (buffer.length >= left) {
      yield buffer.subarray(0, left).toString('latin1');
      yield* then;
      return;
    }
    left -= buffer.length;
    yield chunk;
  }
}

/** The connection breaks in the middle of the body. */
export const resetMidBody = (afterBytes: number): Fault => ({
  name: 'reset-mid-body',
  body: (chunks) => upTo(chunks, afterBytes, [{ reset: true }]),
});

/** The body ends early, and nothing in HTTP says so: only its content can. */
export const truncatedBody = (afterBytes: number): Fault => ({
  name: 'truncated-body',
  body: (chunks) => upTo(chunks, afterBytes, []),
});

/** Something in between damaged the body: a tag that is never closed. */
export const malformedBody = (afterBytes: number): Fault => ({
  name: 'malformed-body',
  *body(chunks) {
    let left = afterBytes;
    for (const chunk of chunks) {
      if (left >= 0 && chunk.length > left) yield `${chunk.slice(0, left)}<broken ${chunk.slice(left)}`;
      else yield chunk;
      left -= chunk.length;
    }
  },
});

/** The body comes in pieces with real pauses between them. */
export const slowBody = (pieceCharacters: number, pauseMilliseconds: number): Fault => ({
  name: 'slow-body',
  *body(chunks) {
    for (const chunk of chunks) {
      for (let start = 0; start < chunk.length; start += pieceCharacters) {
        yield chunk.slice(start, start + pieceCharacters);
        yield { pauseMilliseconds };
      }
    }
  },
});

/**
 * Every page carries the same token, which leads to the first page again: a reader that only follows tokens never ends.
 */
export const repeatedToken = (): Fault => ({
  name: 'repeated-token',
  answer: (record, { action }) => {
    const [name] = Object.keys(record).filter((each) => each.toLowerCase() === 'nexttoken');
    return name === undefined ? record : { ...record, [name]: pageToken(action, 0) };
  },
});

/** Pages without records that still have a token, as Organizations documents for its lists. */
export const emptyPage = (): Fault => ({
  name: 'empty-page',
  answer: (record, { action, parameters }) => {
    const token = parameters['NextToken'] ?? parameters['nextToken'];
    return Object.fromEntries(
      Object.entries(record).map(([name, value]) => {
        if (name.toLowerCase() === 'nexttoken')
          return [name, typeof token === 'string' ? token : pageToken(action, 0)];
        return [name, typeof value === 'object' && value !== null && Symbol.iterator in value ? [] : value];
      }),
    );
  },
});

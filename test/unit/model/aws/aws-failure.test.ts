import { describe, expect, test } from 'vitest';
import {
  AwsFailure,
  awsFailure,
  describeAwsFailure,
  MalformedAnswerError,
  RepeatedPageTokenError,
} from '../../../../shared/model/aws/aws-failure.ts';
import { isThrottle } from '../../../../shared/model/aws/failure-kinds.ts';
import { NETWORK_CODES } from '../../../fixtures/network-codes.ts';

const context = {
  action: 'ec2:DescribeSubnets',
  target: { accountId: '222222222222', region: 'eu-west-1' },
  roleArn: 'arn:aws:iam::222222222222:role/headroom-reader',
};

/** An error as the SDK throws it. */
const sdkError = (name: string, message: string, rest: object = {}): Error =>
  Object.assign(new Error(message), { name, ...rest });

const described = (error: unknown) => describeAwsFailure(error, context);

describe('a denied call names the permission, the identity and the account', () => {
  const identity = 'arn:aws:sts::222222222222:assumed-role/headroom-reader/headroom';

  test('from the sentence that EC2 sends, without its encoded part', () => {
    const problem = described(
      sdkError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. User: ${identity} is not authorized to perform: ec2:DescribeSubnets because no identity-based policy allows the ec2:DescribeSubnets action. Encoded authorization failure message: 4wyrkl9Vn7kMTsd8b`,
      ),
    );
    expect(problem).toEqual({
      code: 'access-denied',
      message: `${identity} is not allowed to call ec2:DescribeSubnets in account 222222222222, eu-west-1`,
      action: 'Allow ec2:DescribeSubnets in the policy of the role headroom-reader of account 222222222222.',
    });
  });

  test('from the call itself when AWS does not say more', () => {
    expect(
      described(sdkError('UnauthorizedOperation', 'You are not authorized to perform this operation.')),
    ).toEqual({
      code: 'access-denied',
      message:
        'arn:aws:iam::222222222222:role/headroom-reader is not allowed to call ec2:DescribeSubnets in account 222222222222, eu-west-1',
      action: 'Allow ec2:DescribeSubnets in the policy of arn:aws:iam::222222222222:role/headroom-reader.',
    });
    expect(describeAwsFailure(sdkError('AccessDenied', 'no'), { ...context, roleArn: null }).message).toMatch(
      /^The identity in use is not allowed to call/,
    );
  });

  test('and says which kind of policy denies it, where allowing more would not help', () => {
    const problem = described(
      sdkError(
        'AccessDeniedException',
        `User: ${identity} is not authorized to perform: eks:ListClusters on resource: arn:aws:eks:eu-west-1:222222222222:cluster/* with an explicit deny in a service control policy`,
      ),
    );
    expect(problem.message).toBe(
      `${identity} is not allowed to call eks:ListClusters in account 222222222222, eu-west-1: a service control policy denies it`,
    );
    expect(problem.action).toBe(
      'Remove eks:ListClusters from the denied actions of a service control policy. Another policy cannot override a denial.',
    );
    expect(
      described(sdkError('AccessDenied', 'is denied with an explicit deny in an identity-based policy'))
        .message,
    ).toContain(': an identity-based policy denies it');
  });

  test.each([
    ['an explicit deny in a service control policy', 'a service control policy denies it'],
    [
      'an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1',
      'a service control policy (arn:aws:organizations::1:policy/o-1/service_control_policy/p-1) denies it',
    ],
    ['an explicit deny in a permissions boundary', 'a permissions boundary denies it'],
    ['an explicit deny in a resource control policy', 'a resource control policy denies it'],
  ])('a role that may not be assumed because of %s: the advice names that policy', (said, because) => {
    const { message, action } = described(
      sdkError(
        'AccessDenied',
        `User: ${identity} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/r with ${said}`,
      ),
    );
    expect(message).toContain(`eu-west-1: ${because}`);
    expect(action).toBe(
      `Remove sts:AssumeRole from the denied actions of ${because.replace(' denies it', '')}. Another policy cannot override a denial.`,
    );
  });

  test.each(['service control policy', 'permissions boundary', 'session policy', 'VPC endpoint policy'])(
    'an action that no %s allows is to be allowed there',
    (kind) => {
      const { message, action } = described(
        sdkError(
          'AccessDenied',
          `User: ${identity} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/r because no ${kind} allows the sts:AssumeRole action`,
        ),
      );
      expect(message).toContain(`: no ${kind} allows it`);
      expect(action).toBe(`Allow sts:AssumeRole in the ${kind} that applies to ${identity}.`);
    },
  );

  test('an organization that a service control policy hides is named with that policy', () => {
    const { action } = describeAwsFailure(
      sdkError(
        'AccessDeniedException',
        `User: ${identity} is not authorized to perform: organizations:ListAccounts on resource: * with an explicit deny in a service control policy`,
      ),
      { ...context, action: 'organizations:ListAccounts' },
    );
    expect(action).toBe(
      'Remove organizations:ListAccounts from the denied actions of a service control policy. Another policy cannot override a denial.',
    );
  });

  test('a role that cannot be assumed is recognised: what to check, and what it is for', () => {
    const hub = 'arn:aws:sts::111111111111:assumed-role/headroom-scan/scan-target';
    const problem = described(
      sdkError(
        'AccessDenied',
        `User: ${hub} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/headroom-reader`,
      ),
    );
    expect(problem.code).toBe('access-denied');
    expect(problem.message).toBe(
      `${hub} is not allowed to assume arn:aws:iam::222222222222:role/headroom-reader, which is needed for ec2:DescribeSubnets in account 222222222222, eu-west-1`,
    );
    expect(problem.action).toBe(
      `Check that arn:aws:iam::222222222222:role/headroom-reader exists, that its trust policy allows ${hub} with the configured external ID, and that ${hub} has sts:AssumeRole on it.`,
    );
    const assume = { ...context, action: 'sts:AssumeRole' };
    expect(describeAwsFailure(sdkError('AccessDenied', 'no'), assume).message).toContain(
      'is not allowed to assume arn:aws:iam::222222222222:role/headroom-reader, which',
    );
    expect(
      describeAwsFailure(sdkError('AccessDenied', 'no'), { ...assume, roleArn: null }).message,
    ).toContain('The identity in use is not allowed to assume the scan role, which');
  });

  test('an organization is answered only to its management account and delegated administrators', () => {
    const problem = describeAwsFailure(
      sdkError('AccessDeniedException', "You don't have permissions to access this resource."),
      { action: 'organizations:ListAccounts', target: { accountId: '111111111111', region: 'us-east-1' } },
    );
    expect(problem).toEqual({
      code: 'access-denied',
      message:
        'The identity in use is not allowed to call organizations:ListAccounts in account 111111111111',
      action:
        'Allow organizations:ListAccounts in the policy of the identity in use. Run Headroom in the management account or in a delegated administrator account.',
    });
  });
});

const call = 'ec2:DescribeSubnets in account 222222222222, eu-west-1,';

/** The name and text of AWS, and the texts that people see. */
const refusals: readonly {
  readonly names: readonly string[];
  readonly said?: string;
  readonly problem: { readonly code: string; readonly message: string; readonly action: string };
}[] = [
  {
    names: ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'],
    problem: {
      code: 'expired-credentials',
      message: `${call} was refused because the credentials have expired`,
      action: 'Get new credentials. If they are new, set the clock of this machine.',
    },
  },
  {
    names: ['CredentialsProviderError', 'TokenProviderError', 'ProviderError'],
    said: "Token is expired. To refresh this SSO session run 'aws sso login'",
    problem: {
      code: 'expired-credentials',
      message: `${call} was refused because the credentials have expired`,
      action: 'Sign in again, for example with `aws sso login`.',
    },
  },
  {
    names: ['CredentialsProviderError', 'TokenProviderError', 'ProviderError'],
    said: 'Could not load credentials from any providers',
    problem: {
      code: 'no-credentials',
      message: `${call} could not be signed: Could not load credentials from any providers`,
      action:
        'Provide AWS credentials: a profile (`AWS_PROFILE`), environment variables, single sign-on, or a role.',
    },
  },
  {
    names: ['CredentialsProviderError'],
    said: 'Could not resolve credentials using profile: [AWS_PROFILE] in configuration files.',
    problem: {
      code: 'no-credentials',
      message: `${call} could not be signed: Could not resolve credentials using profile: [AWS_PROFILE] in configuration files.`,
      action: 'Correct the profile, or name another one in AWS_PROFILE.',
    },
  },
  {
    names: [
      'AuthFailure',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'InvalidAccessKeyId',
      'MissingAuthenticationToken',
      'IncompleteSignature',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
    ],
    said: 'not accepted',
    problem: {
      code: 'invalid-credentials',
      message: `${call} was refused because AWS does not accept the credentials: not accepted`,
      action: 'Check the credentials, and that eu-west-1 is enabled in the account.',
    },
  },
  {
    names: ['RequestTimeTooSkewed', 'RequestInTheFuture'],
    problem: {
      code: 'clock-skew',
      message: `${call} was refused because the clock of this machine is too far from that of AWS`,
      action: 'Set the clock of this machine, for example by NTP.',
    },
  },
  {
    names: ['InvalidSignatureException', 'SignatureDoesNotMatch'],
    said: 'Signature expired: 20261120T000000Z is now earlier than 20261120T010000Z',
    problem: {
      code: 'clock-skew',
      message: `${call} was refused because the clock of this machine is too far from that of AWS`,
      action: 'Set the clock of this machine, for example by NTP.',
    },
  },
  {
    names: ['OptInRequired', 'RegionDisabledException'],
    problem: {
      code: 'region-not-enabled',
      message: `${call} was refused because the account has not enabled this Region`,
      action: 'Enable eu-west-1 in the account, or leave the Region out of the scan.',
    },
  },
  {
    names: ['Error'],
    said: 'Region is missing',
    problem: {
      code: 'no-region',
      message: 'No AWS Region is configured',
      action: 'Set one with `--region`, `AWS_REGION` or the profile.',
    },
  },
  {
    names: [
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
    ],
    problem: {
      code: 'throttled',
      message: `${call} was throttled: the request quota of this API in this account and Region is used up`,
      action: 'Find out what else calls this API, scan less often, or ask AWS for a higher request quota.',
    },
  },
  {
    names: ['InvalidSubnetID.NotFound', 'ResourceNotFoundException', 'NoSuchEntity'],
    said: 'it is not there',
    problem: {
      code: 'not-found',
      message: `${call} found no such resource: it is not there`,
      action: 'Scan again. The resource may have been deleted between two calls.',
    },
  },
  {
    names: ['AbortError'],
    problem: {
      code: 'deadline-exceeded',
      message: `${call} was stopped because the time limit of this scan was reached`,
      action: 'Give the scan more time, or split the target by VPC.',
    },
  },
  {
    names: ['TimeoutError'],
    said: 'Connection timed out after 5000 ms',
    problem: {
      code: 'unreachable',
      message: `${call} could not reach the endpoint of ec2 in eu-west-1: Connection timed out after 5000 ms`,
      action:
        'Check the network path to that endpoint: name resolution, route, proxy, VPC endpoint, and `AWS_ENDPOINT_URL` if it is set.',
    },
  },
  {
    names: ['SyntaxError'],
    said: 'Unexpected token <',
    problem: {
      code: 'malformed-answer',
      message: `${call} returned an answer that cannot be read: Unexpected token <`,
      action: 'Scan again. If it persists, check proxies and custom endpoints between Headroom and AWS.',
    },
  },
  {
    names: ['InternalError', 'NotFoundOrSo', 'HasNoRegion'],
    said: 'An internal error has occurred',
    problem: {
      code: 'aws-error',
      message: `${call} failed with NAME: An internal error has occurred`,
      action: 'Scan again; if it persists, look the error up in the documentation of that API.',
    },
  },
];

test.each(
  refusals.flatMap(({ names, said = '', problem }) => names.map((name) => ({ name, said, problem }))),
)('$name "$said" is $problem.code', ({ name, said, problem }) => {
  expect(described(sdkError(name, said))).toEqual({
    ...problem,
    message: problem.message.replace('NAME', name),
  });
});

test.each([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'AuthorizationError',
  'AuthorizationErrorException',
])('%s is a missing permission', (name) => {
  expect(described(sdkError(name, 'no')).code).toBe('access-denied');
});

test.each([
  '@aws-sdk XML parse error: unexpected content.',
  'Unexpected end of JSON input\n  Deserialization error: to see the raw response, inspect the hidden field',
])('what the SDK could not read (%s) is malformed', (message) => {
  const problem = described(sdkError('Error', message));
  expect(problem.code).toBe('malformed-answer');
  expect(problem.message).not.toContain('\n');
});

test('an HTTP status tells where a name does not', () => {
  const withStatus = (httpStatusCode: number) =>
    described(sdkError('Odd', 'x', { $metadata: { httpStatusCode } }));
  expect(withStatus(404).code).toBe('not-found');
  expect(withStatus(429).code).toBe('throttled');
  expect(withStatus(418)).toMatchObject({
    code: 'aws-error',
    message: `${call} failed with Odd (HTTP 418): x`,
  });
});

test.each(NETWORK_CODES)('%s is a network that does not answer', (code) => {
  expect(described(sdkError('Error', 'x', { code }))).toMatchObject({
    code: 'unreachable',
    message: `${call} could not reach the endpoint of ec2 in eu-west-1: ${code}`,
  });
  expect(described(sdkError('Error', 'x', { code: `${code}X` })).code).toBe('aws-error');
});

describe('a network that does not answer', () => {
  test('is named by the endpoint that the client called, whatever the error says', () => {
    const error = sdkError('Error', 'connect ECONNREFUSED 127.0.0.1:4566', {
      code: 'ECONNREFUSED',
      address: '127.0.0.1',
      port: 4566,
    });
    expect(described(error).message).toBe(
      'ec2:DescribeSubnets in account 222222222222, eu-west-1, could not reach 127.0.0.1:4566: ECONNREFUSED',
    );
    Object.defineProperty(error, 'endpoint', { value: 'http://127.0.0.1:4566' });
    expect(described(error).message).toContain('could not reach http://127.0.0.1:4566: ECONNREFUSED');
  });

  test('is found within the errors of several addresses, and within a cause', () => {
    const refused = sdkError('Error', 'getaddrinfo ENOTFOUND ec2.eu-west-9.amazonaws.com', {
      code: 'ENOTFOUND',
      hostname: 'ec2.eu-west-9.amazonaws.com',
    });
    for (const error of [new AggregateError([refused], ''), new Error('failed', { cause: refused })]) {
      expect(described(error)).toMatchObject({
        code: 'unreachable',
        message: expect.stringContaining('could not reach ec2.eu-west-9.amazonaws.com: ENOTFOUND'),
      });
    }
  });

  test('is named by its address where there is no port', () => {
    const error = sdkError('Error', 'x', { code: 'EHOSTUNREACH', address: '10.0.0.1' });
    expect(described(error).message).toContain('could not reach 10.0.0.1: EHOSTUNREACH');
  });

  test('is looked for in causes of causes, but not for ever', () => {
    const nested = (depth: number): Error =>
      depth === 0
        ? sdkError('Error', 'x', { code: 'ECONNREFUSED' })
        : new Error('outer', { cause: nested(depth - 1) });
    expect(described(nested(4)).code).toBe('unreachable');
    expect(described(nested(5)).code).toBe('aws-error');
    const circular = new Error('round and round');
    circular.cause = circular;
    expect(described(circular).code).toBe('aws-error');
  });
});

test('a throttled call tells how often it was tried', () => {
  const error = sdkError('RequestLimitExceeded', 'Request limit exceeded.', { $metadata: { attempts: 8 } });
  expect(described(error).message).toContain('was throttled in each of 8 attempts');
  expect(isThrottle(error)).toBe(true);
  expect(isThrottle(sdkError('Unknown', '', { $metadata: { httpStatusCode: 429 } }))).toBe(true);
  expect(isThrottle(sdkError('InternalError', ''))).toBe(false);
});

test('our own errors keep their code and gain the call, and a described failure is not described twice', () => {
  const failure = awsFailure(new MalformedAnswerError('The answer is empty'), context);
  expect(failure).toBeInstanceOf(AwsFailure);
  expect(failure.code).toBe('malformed-answer');
  expect(failure.message).toBe(
    'ec2:DescribeSubnets in account 222222222222, eu-west-1, failed: The answer is empty',
  );
  expect(failure.cause).toBeInstanceOf(MalformedAnswerError);
  expect(awsFailure(failure, { ...context, action: 'ec2:DescribeVpcs' })).toBe(failure);
});

test.each([undefined, null, 'oops', 42, {}])('whatever is thrown (%s) is described', (thrown) => {
  expect(described(thrown)).toMatchObject({ code: 'aws-error', message: expect.any(String) });
});

test('a message is one line, and not longer than anybody reads', () => {
  const messageOf = (text: string): string =>
    described(sdkError('Odd', text)).message.slice(`${call} failed with Odd: `.length);
  expect(messageOf('first\nsecond')).toBe('first');
  expect(messageOf('denied. Encoded authorization failure message: 4wyrkl9V')).toBe('denied.');
  expect(messageOf('x'.repeat(300))).toBe('x'.repeat(300));
  expect(messageOf('x'.repeat(301))).toBe(`${'x'.repeat(299)}...`);
});

test('failures tell their names, and what to do', () => {
  const refused = awsFailure(sdkError('AbortError', ''), context);
  expect(refused.name).toBe('AwsFailure');
  expect(new RepeatedPageTokenError(context)).toMatchObject({
    name: 'RepeatedPageTokenError',
    action: 'Scan again. If it persists, check for a caching proxy between Headroom and AWS.',
  });
  expect(new MalformedAnswerError('x')).toMatchObject({
    name: 'MalformedAnswerError',
    action: 'Scan again. If it persists, check proxies and custom endpoints between Headroom and AWS.',
  });
});

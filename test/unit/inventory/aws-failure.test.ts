import { describe, expect, test } from 'vitest';
import {
  AwsFailure,
  awsFailure,
  describeAwsFailure,
  isThrottle,
  MalformedAnswerError,
} from '../../../shared/model/aws-failure.ts';

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
      message: `${identity} may not ec2:DescribeSubnets in account 222222222222, eu-west-1`,
      action: `Allow ec2:DescribeSubnets in the policy of ${identity}.`,
    });
  });

  test('from the call itself when AWS does not say more', () => {
    expect(
      described(sdkError('UnauthorizedOperation', 'You are not authorized to perform this operation.')),
    ).toEqual({
      code: 'access-denied',
      message:
        'arn:aws:iam::222222222222:role/headroom-reader may not ec2:DescribeSubnets in account 222222222222, eu-west-1',
      action: 'Allow ec2:DescribeSubnets in the policy of arn:aws:iam::222222222222:role/headroom-reader.',
    });
    expect(describeAwsFailure(sdkError('AccessDenied', 'no'), { ...context, roleArn: null }).message).toMatch(
      /^the identity in use may not/,
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
      `${identity} may not eks:ListClusters in account 222222222222, eu-west-1: a service control policy denies it`,
    );
    expect(problem.action).toContain('allowing it elsewhere has no effect');
  });

  test('a role that can not be assumed is told apart: what to check, and what it is for', () => {
    const hub = 'arn:aws:sts::111111111111:assumed-role/headroom-scan/scan-target';
    const problem = described(
      sdkError(
        'AccessDenied',
        `User: ${hub} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/headroom-reader`,
      ),
    );
    expect(problem.code).toBe('access-denied');
    expect(problem.message).toBe(
      `${hub} may not assume arn:aws:iam::222222222222:role/headroom-reader, which is needed for ec2:DescribeSubnets in account 222222222222, eu-west-1`,
    );
    expect(problem.action).toContain('exists');
    expect(problem.action).toContain('external ID');
  });

  test('an organization is answered only to its management account and delegated administrators', () => {
    const problem = describeAwsFailure(
      sdkError('AccessDeniedException', "You don't have permissions to access this resource."),
      { action: 'organizations:ListAccounts', target: { accountId: '111111111111', region: 'us-east-1' } },
    );
    expect(problem.action).toContain('delegated administrator');
  });
});

test.each([
  ['ExpiredToken', 'The security token included in the request is expired', 'expired-credentials', 'fresh'],
  ['RequestExpired', 'Request has expired.', 'expired-credentials', 'fresh'],
  [
    'CredentialsProviderError',
    "Token is expired. To refresh this SSO session run 'aws sso login'",
    'expired-credentials',
    'aws sso login',
  ],
  [
    'CredentialsProviderError',
    'Could not load credentials from any providers',
    'no-credentials',
    'AWS_PROFILE',
  ],
  [
    'AuthFailure',
    'AWS was not able to validate the provided access credentials',
    'invalid-credentials',
    'eu-west-1 is enabled',
  ],
  [
    'InvalidClientTokenId',
    'The security token included in the request is invalid.',
    'invalid-credentials',
    'credentials',
  ],
  [
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match',
    'invalid-credentials',
    'credentials',
  ],
  [
    'SignatureDoesNotMatch',
    'Signature expired: 20261120T000000Z is now earlier than 20261120T010000Z',
    'clock-skew',
    'NTP',
  ],
  [
    'InvalidSignatureException',
    'Signature not yet current: 20261120T020000Z is still later than 20261120T010000Z',
    'clock-skew',
    'NTP',
  ],
  [
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large',
    'clock-skew',
    'NTP',
  ],
  ['OptInRequired', 'You are not subscribed to this service', 'region-not-enabled', 'Enable eu-west-1'],
  ['Error', 'Region is missing', 'no-region', 'AWS_REGION'],
  ['RequestLimitExceeded', 'Request limit exceeded.', 'throttled', 'quota'],
  ['ThrottlingException', 'Rate exceeded', 'throttled', 'quota'],
  ['InvalidSubnetID.NotFound', "The subnet ID 'subnet-1' does not exist", 'not-found', 'scan again'],
  ['ResourceNotFoundException', 'No cluster found for name: a.', 'not-found', 'scan again'],
  ['NoSuchEntity', 'The role can not be found', 'not-found', 'scan again'],
  ['AbortError', 'Request aborted', 'deadline-exceeded', 'more time'],
  ['TimeoutError', 'Connection timed out after 5000 ms', 'unreachable', 'AWS_ENDPOINT_URL'],
  ['Error', '@aws-sdk XML parse error: unexpected content.', 'malformed-answer', 'proxy'],
  ['SyntaxError', 'Unexpected token < in JSON at position 0', 'malformed-answer', 'proxy'],
  ['InternalError', 'An internal error has occurred', 'aws-error', 'Scan again'],
])('%s "%s" is %s', (name, message, code, advice) => {
  const problem = described(sdkError(name, message));
  expect(problem.code).toBe(code);
  expect(problem.action).toContain(advice);
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

  test('is at least named by service and Region', () => {
    expect(described(sdkError('TimeoutError', 'socket hang up')).message).toContain(
      'could not reach the endpoint of ec2 in eu-west-1: socket hang up',
    );
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
  const problem = described(sdkError('Odd', `${'x'.repeat(400)}\n  Deserialization hint`));
  expect(problem.message).not.toContain('\n');
  expect(problem.message.length).toBeLessThan(450);
});

import { expect, test } from 'vitest';
import { awsFailure, describeAwsFailure } from '../../../../shared/model/aws/aws-failure.ts';
import { isThrottle } from '../../../../shared/model/aws/failure-kinds.ts';
import { NETWORK_CODES } from '../../../fixtures/network-codes.ts';

/**
 * What is said of every error that AWS, its SDK and the network are known to answer with, as it was last reviewed. After a change that
 * is meant, read the difference: `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const CALL = {
  action: 'ec2:DescribeSubnets',
  target: { accountId: '222222222222', region: 'eu-west-1' },
  roleArn: 'arn:aws:iam::222222222222:role/headroom-reader',
};
const OTHER_CALL = { ...CALL, action: 'organizations:ListAccounts', roleArn: null };

const NAMES = [
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'AuthorizationError',
  'AuthorizationErrorException',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
  'AuthFailure',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
  'MissingAuthenticationToken',
  'IncompleteSignature',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'RequestInTheFuture',
  'OptInRequired',
  'RegionDisabledException',
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
  'InvalidSubnetID.NotFound',
  'ResourceNotFoundException',
  'NotFoundLately',
  'NoSuchEntity',
  'TimeoutError',
  'AbortError',
  'SyntaxError',
  'InternalError',
];

const IDENTITY = 'arn:aws:sts::222222222222:assumed-role/headroom-reader/scan';
const REFUSED = `User: ${IDENTITY} is not authorized to perform: `;

/** Messages on which the answer depends, with the name that they come with. */
const MESSAGES: readonly (readonly [name: string, message: string])[] = [
  ['AccessDenied', `${REFUSED}ec2:DescribeVpcs`],
  ['AccessDenied', `${REFUSED}sts:AssumeRole`],
  ['AccessDenied', `${REFUSED}sts:AssumeRole on resource: arn:aws:iam::333333333333:role/scan`],
  ['AccessDenied', `${REFUSED}ec2:DescribeVpcs with an explicit deny in a permissions boundary`],
  [
    'AccessDenied',
    `${REFUSED}ec2:DescribeVpcs with an explicit deny in an SCP policy: arn:aws:organizations::1:policy/p-1`,
  ],
  ['AccessDenied', `${REFUSED}ec2:DescribeVpcs because no service control policy allows the action`],
  ['AccessDenied', `${REFUSED}ec2:DescribeVpcs because no identity-based policy allows the action`],
  ['AccessDenied', `${REFUSED}ec2:DescribeVpcs because no resource-based policy allows the action`],
  ['AccessDenied', `${REFUSED}sts:AssumeRole because no VPC endpoint policy allows the action`],
  [
    'AccessDenied',
    'User: arn:aws:iam::222222222222:user/anna is not authorized to perform: ec2:DescribeVpcs',
  ],
  ['CredentialsProviderError', 'The SSO session has expired'],
  ['TokenProviderError', 'Run aws sso login'],
  ['ProviderError', 'Your login session is over'],
  ['CredentialsProviderError', 'Could not resolve AWS_PROFILE nobody'],
  ['CredentialsProviderError', 'credential_process ended with 1'],
  ['InvalidSignatureException', 'Signature expired: 20260101T000000Z'],
  ['SignatureDoesNotMatch', 'Signature not yet current'],
  ['SignatureDoesNotMatch', 'Check your clock'],
  ['Error', 'Region is missing'],
  ['Error', 'XML parse error: no element found'],
  ['Error', 'Deserialization error: unexpected token'],
  ['Error', 'it failed\nand said more in a second line'],
  ['Error', 'it failed. Encoded authorization failure message: abcdefgh'],
  ['Error', 'x'.repeat(300)],
  ['Error', 'x'.repeat(301)],
];

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });

/** Values that are thrown, with what they are called here. */
const THROWN: readonly (readonly [string, unknown])[] = [
  ...NAMES.map((name) => [name, named(name, 'what AWS said')] as const),
  ...MESSAGES.map(([name, message]) => [`${name} ${message}`.slice(0, 200), named(name, message)] as const),
  ...[...NETWORK_CODES, 'ERR_PROXY_TUNNEL', 'ERR_PROXY_INVALID_CONFIG', 'EACCES'].map(
    (code) => [code, named('Error', 'what Node said', { code })] as const,
  ),
  [
    'a proxy with a password',
    named('Error', 'http://anna:secret@proxy failed', { code: 'ERR_PROXY_TUNNEL' }),
  ],
  ['an address', named('Error', 'no', { code: 'ECONNREFUSED', address: '10.0.0.1', port: 443 })],
  ['an address alone', named('Error', 'no', { code: 'ECONNREFUSED', address: '10.0.0.1' })],
  ['a host name', named('Error', 'no', { code: 'ENOTFOUND', hostname: 'ec2.local', address: '10.0.0.1' })],
  [
    'an endpoint',
    named('Error', 'no', { code: 'ENOTFOUND', hostname: 'ec2.local', endpoint: 'https://here' }),
  ],
  ['several errors', named('AggregateError', '', { errors: [named('Error', 'no', { code: 'EPIPE' })] })],
  ['a cause', named('Error', 'outside', { cause: { cause: { code: 'EPROTO', hostname: 'ec2.local' } } })],
  ['HTTP 429', named('Error', 'slower', { $metadata: { httpStatusCode: 429, attempts: 4 } })],
  ['HTTP 404', named('Error', 'nothing', { $metadata: { httpStatusCode: 404 } })],
  ['HTTP 500', named('InternalFailure', 'broken', { $metadata: { httpStatusCode: 500 } })],
  ['a text', 'out of order'],
  ['nothing', undefined],
  ['an error without words', named('', '')],
];

const answer = (thrown: unknown, context: typeof CALL | typeof OTHER_CALL): readonly string[] => {
  const { code, message, action } = describeAwsFailure(thrown, context);
  return [`  ${code}: ${message}`, `  ${action}`];
};

test('what is said of each error', async () => {
  const text = THROWN.flatMap(([name, thrown]) => [
    `${name}${isThrottle(thrown) ? ' (a throttle)' : ''}`,
    ...answer(thrown, CALL),
    ...(name.startsWith('AccessDenied') ? answer(thrown, OTHER_CALL) : []),
    '',
  ]).join('\n');
  await expect(text).toMatchFileSnapshot('aws-failures.txt');
});

test('a failure that was described once is not described again', () => {
  const failure = awsFailure(named('SlowDown', 'slower'), CALL);
  expect(awsFailure(failure, OTHER_CALL)).toBe(failure);
});

import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-eks';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import {
  type CannedAws,
  type CannedReply,
  type CannedRequest,
  startCannedAws,
} from '../../fixtures/canned-aws.ts';
import { ec2Answer, ec2Error, list } from '../../fixtures/ec2-xml.ts';

let server: CannedAws | null = null;
let reply: (request: CannedRequest) => CannedReply = () => ({ status: 500 });

beforeEach(async () => {
  server = await startCannedAws((request) => reply(request));
  // The SDK's own chain finds endpoint, Region and credentials here, as it does for every user.
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDHUB');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
});

const subnets: CannedReply = { body: ec2Answer('DescribeSubnets', [list('subnetSet', [])]) };
const throttle: CannedReply = {
  status: 503,
  body: ec2Error('RequestLimitExceeded', 'Request limit exceeded.'),
};

const accessKey = (request: CannedRequest | undefined): string | undefined =>
  /Credential=([^/]+)/.exec(request?.headers.authorization ?? '')?.[1];

test('endpoint, Region and credentials come from the chain of the SDK, the user agent from us', async () => {
  reply = () => subnets;
  const { ec2 } = createTargetClients({ meter: new CallMeter() });
  await ec2.send(new DescribeSubnetsCommand({}));
  const request = server?.requests[0];
  expect(request?.headers.authorization).toMatch(/Credential=AKIDHUB\/\d{8}\/eu-west-1\/ec2\/aws4_request/);
  expect(request?.headers['user-agent']).toMatch(/ headroom\/\d+\.\d+\.\d+/);
});

test('an endpoint for one service goes before the one for all', async () => {
  reply = () => subnets;
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_ENDPOINT_URL_EC2', server?.url);
  const { ec2 } = createTargetClients({ meter: new CallMeter() });
  await ec2.send(new DescribeSubnetsCommand({}));
  expect(server?.requests).toHaveLength(1);
});

test('a role is assumed once for all clients of a target, by name, external ID, session name and source identity', async () => {
  reply = ({ action }) =>
    action === 'AssumeRole'
      ? {
          body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIASPOKE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
        }
      : action === 'DescribeSubnets'
        ? subnets
        : { body: '{"clusters": []}', headers: { 'content-type': 'application/json' } };
  const meter = new CallMeter();
  const { ec2, services } = createTargetClients({
    region: 'eu-central-1',
    role: {
      roleArn: 'arn:aws:iam::222222222222:role/headroom-reader',
      externalId: 'e-1',
      sessionName: 'headroom-scan',
      sourceIdentity: 'headroom',
    },
    meter,
  });
  await ec2.send(new DescribeSubnetsCommand({}));
  await (await services()).eks.send(new ListClustersCommand({}));
  const [assume, describe_, listClusters] = server?.requests ?? [];
  expect(Object.fromEntries(assume?.parameters ?? [])).toMatchObject({
    RoleArn: 'arn:aws:iam::222222222222:role/headroom-reader',
    ExternalId: 'e-1',
    RoleSessionName: 'headroom-scan',
    SourceIdentity: 'headroom',
  });
  expect([assume, describe_, listClusters].map(accessKey)).toEqual(['AKIDHUB', 'ASIASPOKE', 'ASIASPOKE']);
  expect(assume?.headers.authorization).toContain('/eu-central-1/sts/');
  expect([...meter.byAction().keys()]).toEqual(['ec2:DescribeSubnets', 'eks:ListClusters', 'sts:AssumeRole']);
});

describe('every attempt is counted by service and action', () => {
  test('throttled, failed and successful ones', async () => {
    const replies = [throttle, throttle, { status: 500, body: ec2Error('InternalError', 'x') }, subnets];
    reply = ({ action, nth }) =>
      action === 'DescribeSubnets'
        ? (replies[nth] ?? subnets)
        : {
            body: '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
          };
    const meter = new CallMeter();
    const { ec2, sts } = createTargetClients({ meter });
    await ec2.send(new DescribeSubnetsCommand({}));
    await sts.send(new GetCallerIdentityCommand({}));
    expect([...meter.byAction()]).toEqual([
      ['ec2:DescribeSubnets', { calls: 4, throttles: 2, failures: 1 }],
      ['sts:GetCallerIdentity', { calls: 1, throttles: 0, failures: 0 }],
    ]);
    expect(meter.total()).toEqual({ calls: 5, throttles: 2, failures: 1 });
  });

  test('an attempt that got no answer is a failure, and the endpoint it went to is named', async () => {
    // TLS spoken to a server that has none: not worth a retry, so it fails at once.
    const endpoint = (server?.url ?? '').replace('http:', 'https:');
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    const meter = new CallMeter();
    const { ec2 } = createTargetClients({ meter });
    const inventory = createEc2Inventory({
      client: ec2,
      target: { accountId: '111111111111', region: 'eu-west-1' },
    });
    await expect(inventory.subnets({})).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`could not reach ${endpoint}: `),
    });
    expect(meter.total()).toEqual({ calls: 1, throttles: 0, failures: 1 });
  });
});

test('every client tries eight times and slows down when it is throttled', async () => {
  const { ec2, services, sts } = createTargetClients({ meter: new CallMeter() });
  const { eks, autoScaling, ecs, serviceQuotas } = await services();
  for (const { config } of [ec2, eks, autoScaling, ecs, serviceQuotas, sts]) {
    expect(await config.maxAttempts()).toBe(8);
    expect((await config.retryStrategy()).constructor.name).toBe('AdaptiveRetryStrategy');
  }
});

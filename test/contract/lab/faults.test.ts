import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { EXTERNAL_ID, labAccount, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import {
  accessDenied,
  clockSkew,
  emptyPage,
  expiredToken,
  failing,
  hanging,
  internalError,
  malformedBody,
  repeatedToken,
  resetMidBody,
  slowBody,
  throttled,
  tokenBucket,
  truncatedBody,
  vanishedRole,
  vanishedSubnet,
} from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
let lab: Lab;
let subnetId = '';

beforeAll(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'faults',
      description: '',
      accounts: [labAccount(ACCOUNT, 'hub', ['eu-west-1']), labAccount(OTHER, 'other', ['eu-west-1'])],
      scenarios: [
        (world) => {
          const vpc = world.createVpc({
            ownerId: ACCOUNT,
            region: 'eu-west-1',
            cidrBlock: '10.0.0.0/16',
            name: 'core',
          });
          ({ subnetId } = world.createSubnet({ vpcId: vpc.vpcId, cidrBlock: '10.0.0.0/24', name: 'nodes' }));
          for (let count = 0; count < 12; count += 1)
            world.createInterface({ subnetId, description: `${count}` });
          return () => undefined;
        },
      ],
    }),
  });
});
afterAll(() => lab.close());
afterEach(() => lab.faults.clear());

const client = (accountId = ACCOUNT, options: { maxAttempts?: number; retryMode?: string } = {}): EC2Client =>
  new EC2Client({ ...labClient(lab, accountId), ...options });
const interfaces = (from = client()) => from.send(new DescribeNetworkInterfacesCommand({}));

describe('which requests are struck', () => {
  test('service, action, account and Region narrow it down', async () => {
    const fault = lab.faults.inject(
      { service: 'ec2', action: 'DescribeV*', accountId: OTHER, region: 'eu-west-1' },
      throttled(),
    );
    await client().send(new DescribeVpcsCommand({}));
    await client(OTHER).send(new DescribeSubnetsCommand({}));
    await expect(client(OTHER).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
    });
    expect(fault.hits).toBe(1);
  });

  test('after and times choose the nth call', async () => {
    const fault = lab.faults.inject({ action: 'DescribeVpcs' }, throttled(), { after: 1, times: 1 });
    const outcome = () =>
      client()
        .send(new DescribeVpcsCommand({}))
        .then(
          () => 'ok',
          (error: Error) => error.name,
        );
    expect([await outcome(), await outcome(), await outcome()]).toEqual(['ok', 'RequestLimitExceeded', 'ok']);
    expect(fault.hits).toBe(1);
  });

  test('a removed fault strikes no more', async () => {
    const fault = lab.faults.inject({}, internalError());
    fault.remove();
    await client().send(new DescribeVpcsCommand({}));
  });
});

describe('errors in the words of each service', () => {
  test.each([
    ['throttling', throttled(), 503, 'RequestLimitExceeded'],
    ['an internal error', internalError(), 500, 'InternalError'],
    ['expired credentials', expiredToken(), 400, 'RequestExpired'],
    ['a wrong clock', clockSkew(), 403, 'RequestTimeTooSkewed'],
    ['a missing permission', accessDenied(), 403, 'UnauthorizedOperation'],
    ['anything else', failing('VolumeInUse', 'busy', 409), 409, 'VolumeInUse'],
  ] as const)('EC2: %s', async (_, fault, httpStatusCode, name) => {
    lab.faults.inject({ service: 'ec2' }, fault);
    await expect(interfaces()).rejects.toMatchObject({
      name,
      $metadata: expect.objectContaining({ httpStatusCode }),
    });
    expect(lab.calls.at(-1)).toMatchObject({ errorCode: name, status: httpStatusCode });
  });

  test('Organizations and SNS: throttling and a missing permission', async () => {
    const organizations = new OrganizationsClient(labClient(lab, ACCOUNT, 'us-east-1'));
    const sns = new SNSClient(labClient(lab, ACCOUNT));
    const publish = new PublishCommand({ TopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:alerts`, Message: 'x' });
    const throttling = lab.faults.inject({}, throttled());
    await expect(organizations.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    await expect(sns.send(publish)).rejects.toMatchObject({ name: 'Throttling' });
    throttling.remove();
    lab.faults.inject({}, accessDenied());
    await expect(organizations.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(sns.send(publish)).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining('SNS:Publish'),
    });
  });

  test('a role that vanished between two calls', async () => {
    const assume = () =>
      new STSClient(labClient(lab, ACCOUNT)).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${OTHER}:role/${SCAN_ROLE}`,
          RoleSessionName: 'x',
          ExternalId: EXTERNAL_ID,
        }),
      );
    lab.faults.inject({ action: 'AssumeRole' }, vanishedRole(), { after: 1 });
    await assume();
    await expect(assume()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`role/${SCAN_ROLE}`),
    });
  });

  test('a subnet that vanished after it was listed', async () => {
    lab.faults.inject({}, vanishedSubnet(subnetId));
    await client().send(new DescribeSubnetsCommand({}));
    await expect(
      client().send(new GetSubnetCidrReservationsCommand({ SubnetId: subnetId })),
    ).rejects.toMatchObject({
      name: 'InvalidSubnetID.NotFound',
    });
  });
});

describe('a token bucket', () => {
  test('lets its capacity through, then as many as time refills, separately for each action', async () => {
    let now = 0;
    const fault = lab.faults.inject(
      { service: 'ec2' },
      tokenBucket(2, 1, () => now),
    );
    const outcomes = async (count: number): Promise<string[]> => {
      const names: string[] = [];
      for (let call = 0; call < count; call += 1) {
        names.push(
          await interfaces().then(
            () => 'ok',
            (error: Error) => error.name,
          ),
        );
      }
      return names;
    };
    expect(await outcomes(3)).toEqual(['ok', 'ok', 'RequestLimitExceeded']);
    await client().send(new DescribeVpcsCommand({}));
    now = 1000;
    expect(await outcomes(2)).toEqual(['ok', 'RequestLimitExceeded']);
    now = 60_000;
    expect(await outcomes(3)).toEqual(['ok', 'ok', 'RequestLimitExceeded']);
    expect(fault.hits).toBe(9);
  });
});

describe('bodies', () => {
  test('a reset in the middle is an error, and a retry gets the whole page', async () => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, resetMidBody(2000), { times: 1 });
    await expect(interfaces()).rejects.toMatchObject({ code: 'ECONNRESET' });
    lab.faults.clear();
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, resetMidBody(2000), { times: 1 });
    const { NetworkInterfaces } = await interfaces(client(ACCOUNT, { maxAttempts: 2 }));
    expect(NetworkInterfaces).toHaveLength(12);
  });

  test('a truncated one ends like a whole one: only its content tells', async () => {
    lab.faults.inject({}, truncatedBody(2000));
    const whole = await fetchInterfaces();
    expect(whole.status).toBe(200);
    expect((await whole.text()).length).toBe(2000);
  });

  test('a malformed one is as long as the damage, and no XML', async () => {
    lab.faults.inject({}, malformedBody(2000));
    expect(await (await fetchInterfaces()).text()).toContain('<broken ');
    await expect(interfaces()).rejects.toThrow();
  });

  test('a slow one comes whole', async () => {
    lab.faults.inject({}, slowBody(4000, 1));
    expect((await interfaces()).NetworkInterfaces).toHaveLength(12);
  });

  test('a request that is left hanging is on record with status 0', async () => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, hanging());
    const controller = new AbortController();
    const pending = client().send(new DescribeNetworkInterfacesCommand({}), {
      abortSignal: controller.signal,
    });
    const before = lab.calls.length;
    await expect.poll(() => lab.calls.length).toBe(before + 1);
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    expect(lab.calls.at(-1)?.status).toBe(0);
  });
});

describe('pages', () => {
  test('a repeated token leads round in circles', async () => {
    lab.faults.inject({}, repeatedToken());
    const first = await interfaces();
    const second = await client().send(new DescribeNetworkInterfacesCommand({ NextToken: first.NextToken }));
    expect(second.NextToken).toBe(first.NextToken);
    const walk = async (): Promise<void> => {
      for await (const page of paginateDescribeNetworkInterfaces(
        { client: client(), stopOnSameToken: true },
        {},
      )) {
        expect(page.NextToken).toBe(first.NextToken);
      }
    };
    await walk();
  });

  test('an empty page still has a token, and the next page goes on', async () => {
    lab.faults.inject({ service: 'organizations' }, emptyPage(), { times: 1 });
    const organizations = new OrganizationsClient(labClient(lab, ACCOUNT, 'us-east-1'));
    const empty = await organizations.send(new ListAccountsCommand({}));
    expect(empty.Accounts).toEqual([]);
    const { Accounts, NextToken } = await organizations.send(
      new ListAccountsCommand({ NextToken: empty.NextToken }),
    );
    expect([Accounts?.length, NextToken]).toEqual([2, undefined]);
  });
});

/** A plain request: SDKs may hide how a body ended. */
const fetchInterfaces = (): Promise<Response> =>
  fetch(lab.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIA${ACCOUNT}LABS/20260105/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: 'Action=DescribeNetworkInterfaces&Version=2016-11-15',
  });

import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  ListAccountsForParentCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListOrganizationalUnitsForParent,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXTERNAL_ID, labAccount, ROOT_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const HUB = '111122223333';
const SPOKE = '444455556666';
const DENIED = '555566667777';
const CLOSED = '666677778888';
const roleArn = (accountId: string, name = SCAN_ROLE): string => `arn:aws:iam::${accountId}:role/${name}`;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'accounts',
      description: 'an organization',
      accounts: [
        labAccount(HUB, 'hub', ['eu-west-1']),
        labAccount(SPOKE, 'spoke', ['eu-west-1'], { parentId: 'ou-lab1-workloads', tags: { team: 'shop' } }),
        labAccount(DENIED, 'denied', ['eu-west-1'], {
          parentId: 'ou-lab1-workloads',
          deniedActions: ['ec2:DescribeV*'],
        }),
        labAccount(CLOSED, 'closed', [], { state: 'SUSPENDED', parentId: 'ou-lab1-old' }),
        ...Array.from({ length: 21 }, (_, index) =>
          labAccount(String(700000000000 + index), `more ${index}`, ['eu-west-1']),
        ),
      ],
      units: [
        { unitId: 'ou-lab1-workloads', name: 'Workloads', parentId: ROOT_ID },
        { unitId: 'ou-lab1-old', name: 'Old', parentId: ROOT_ID },
      ],
      scenarios: [],
    }),
  });
});
afterAll(() => lab.close());

const assume = (
  accountId: string,
  changes: { RoleArn?: string; ExternalId?: string | undefined; DurationSeconds?: number } = {},
) =>
  new STSClient(labClient(lab, HUB)).send(
    new AssumeRoleCommand({
      RoleArn: roleArn(accountId),
      RoleSessionName: 'headroom',
      ExternalId: EXTERNAL_ID,
      ...changes,
    }),
  );

describe('identity', () => {
  test('comes from the access key', async () => {
    const { Account, Arn } = await new STSClient(labClient(lab, SPOKE)).send(
      new GetCallerIdentityCommand({}),
    );
    expect([Account, Arn]).toEqual([SPOKE, `arn:aws:iam::${SPOKE}:user/headroom`]);
  });

  test("of a key that names no account is the estate's home account", async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const { Account } = await new STSClient({ ...labClient(lab, HUB), credentials }).send(
      new GetCallerIdentityCommand({}),
    );
    expect(Account).toBe(HUB);
  });

  test('of an assumed role is the role in its account, and EC2 sees that account', async () => {
    const credentials = fromTemporaryCredentials({
      params: { RoleArn: roleArn(SPOKE), RoleSessionName: 'headroom', ExternalId: EXTERNAL_ID },
      masterCredentials: labClient(lab, HUB).credentials,
      clientConfig: { region: 'eu-west-1', endpoint: lab.url },
    });
    const { Arn } = await new STSClient({ ...labClient(lab, HUB), credentials }).send(
      new GetCallerIdentityCommand({}),
    );
    expect(Arn).toBe(`arn:aws:sts::${SPOKE}:assumed-role/${SCAN_ROLE}/headroom`);
    await new EC2Client({ ...labClient(lab, HUB), credentials }).send(new DescribeVpcsCommand({}));
    expect(lab.calls.at(-1)).toMatchObject({ service: 'ec2', accountId: SPOKE });
  });
});

describe('AssumeRole', () => {
  test('hands out credentials that end in the future', async () => {
    const { Credentials, AssumedRoleUser } = await assume(SPOKE, { DurationSeconds: 900 });
    expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now());
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${SPOKE}:assumed-role/${SCAN_ROLE}/headroom`);
  });

  test.each([
    ['a role that is not there', { RoleArn: roleArn(SPOKE, 'Nobody') }],
    ['a wrong external ID', { ExternalId: 'guess' }],
    ['no external ID', { ExternalId: undefined }],
    ['an account outside the estate', { RoleArn: roleArn('999999999999') }],
    ['a suspended account', { RoleArn: roleArn(CLOSED) }],
  ])('refuses %s in the same words', async (_, changes) => {
    await expect(assume(SPOKE, changes)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(
        /^User: arn:aws:iam::111122223333:user\/headroom is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::/,
      ),
    });
  });

  test.each([899, 43_201])('refuses a session of %i seconds', async (DurationSeconds) => {
    await expect(assume(SPOKE, { DurationSeconds })).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('caps a chained session at an hour', async () => {
    const { Credentials } = await assume(SPOKE);
    const chained = new STSClient({
      ...labClient(lab, HUB),
      credentials: { accessKeyId: Credentials?.AccessKeyId ?? '', secretAccessKey: 'x', sessionToken: 'y' },
    });
    const command = (DurationSeconds: number) =>
      new AssumeRoleCommand({
        RoleArn: roleArn(DENIED),
        RoleSessionName: 'chained',
        ExternalId: EXTERNAL_ID,
        DurationSeconds,
      });
    await expect(chained.send(command(3601))).rejects.toMatchObject({ name: 'ValidationError' });
    expect((await chained.send(command(3600))).AssumedRoleUser?.Arn).toContain(DENIED);
  });
});

test('a denied action names the action, the identity and nothing else', async () => {
  await expect(new EC2Client(labClient(lab, DENIED)).send(new DescribeVpcsCommand({}))).rejects.toMatchObject(
    {
      name: 'UnauthorizedOperation',
      message:
        'You are not authorized to perform this operation. User: arn:aws:iam::555566667777:user/headroom is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action',
    },
  );
});

describe('the organization', () => {
  const client = (accountId = HUB): OrganizationsClient =>
    new OrganizationsClient(labClient(lab, accountId, 'us-east-1'));

  test('lists every account over its pages of twenty, with State and without the retired Status', async () => {
    const pages: number[] = [];
    const states = new Set<string | undefined>();
    for await (const { Accounts = [] } of paginateListAccounts({ client: client() }, {})) {
      pages.push(Accounts.length);
      for (const { State, Status } of Accounts) {
        states.add(State);
        expect(Status).toBeUndefined();
      }
    }
    expect(pages).toEqual([20, 5]);
    expect(states).toEqual(new Set(['ACTIVE', 'SUSPENDED']));
  });

  test('is a tree of units with accounts', async () => {
    const { Roots = [] } = await client().send(new ListRootsCommand({}));
    expect(Roots.map(({ Id }) => Id)).toEqual([ROOT_ID]);
    const units: (string | undefined)[] = [];
    for await (const { OrganizationalUnits = [] } of paginateListOrganizationalUnitsForParent(
      { client: client() },
      { ParentId: ROOT_ID },
    )) {
      units.push(...OrganizationalUnits.map(({ Name }) => Name));
    }
    expect(units).toEqual(['Workloads', 'Old']);
    const { Accounts = [] } = await client().send(
      new ListAccountsForParentCommand({ ParentId: 'ou-lab1-workloads' }),
    );
    expect(Accounts.map(({ Id }) => Id)).toEqual([SPOKE, DENIED]);
    await expect(
      client().send(new ListAccountsForParentCommand({ ParentId: 'ou-lab1-gone' })),
    ).rejects.toMatchObject({
      name: 'ParentNotFoundException',
    });
  });

  test('knows the tags of an account', async () => {
    const { Tags } = await client().send(new ListTagsForResourceCommand({ ResourceId: SPOKE }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'shop' }]);
  });

  test('answers only its management account', async () => {
    await expect(client(SPOKE).send(new ListRootsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

import { EC2Client } from '@aws-sdk/client-ec2';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { afterEach, describe, expect, test } from 'vitest';
import { organizationAccounts } from '../../../shared/inventory/organization-accounts.ts';
import { enabledRegions, type ResolvedTargets, resolveTargets } from '../../../shared/inventory/targets.ts';
import { AwsFailure } from '../../../shared/model/aws/aws-failure.ts';
import type {
  OrganizationSelection,
  TargetSelection,
} from '../../../shared/model/target/target-selection.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import { ec2Answer, ec2Error, element, list } from '../../fixtures/ec2-xml.ts';

let server: CannedAws | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const hub = { accountId: '100000000000', region: 'eu-west-1' };

interface Unit {
  readonly accounts: readonly string[];
  readonly units: readonly string[];
}

/** An organization: 1... runs Headroom, 2 and 3 are in production, 4 below it, 5 in a sandbox, 6 suspended. */
const units: Record<string, Unit> = {
  'r-root': { accounts: ['100000000000'], units: ['ou-prod', 'ou-sandbox'] },
  'ou-prod': { accounts: ['200000000000', '300000000000', '600000000000'], units: ['ou-prod-eu'] },
  'ou-prod-eu': { accounts: ['400000000000'], units: [] },
  'ou-sandbox': { accounts: ['500000000000'], units: [] },
};
const tags: Record<string, Record<string, string>> = {
  '200000000000': { headroom: 'on', tier: 'gold' },
  '300000000000': { headroom: 'off' },
  '400000000000': { headroom: 'on', tier: '' },
};

const account = (id: string): object => ({
  Id: id,
  Name: `account ${id[0]}`,
  State: id.startsWith('6') ? 'SUSPENDED' : 'ACTIVE',
  // Retired; says the opposite here, so that it is not read.
  Status: id.startsWith('6') ? 'ACTIVE' : 'SUSPENDED',
});

const json = (content: object, status = 200): CannedReply => ({
  status,
  body: JSON.stringify(content),
  headers: { 'content-type': 'application/x-amz-json-1.1' },
});

const startOrganization = async (deny: string | null = null): Promise<OrganizationsClient> => {
  server = await startCannedAws(({ action, body }) => {
    const input: { ParentId?: string; ResourceId?: string; NextToken?: string } = JSON.parse(body);
    const unit = units[input.ParentId ?? ''] ?? { accounts: [], units: [] };
    if (action === deny)
      return json(
        { __type: 'AccessDeniedException', Message: "You don't have permissions to access this resource." },
        400,
      );
    // Organizations may answer an empty page that has a successor.
    if (input.NextToken === undefined) return json({ NextToken: 'next' });
    switch (action) {
      case 'ListAccounts':
        return json({ Accounts: Object.values(units).flatMap(({ accounts }) => accounts.map(account)) });
      case 'ListAccountsForParent':
        return json({ Accounts: unit.accounts.map(account) });
      case 'ListOrganizationalUnitsForParent':
        return json({ OrganizationalUnits: unit.units.map((Id) => ({ Id })) });
      case 'ListTagsForResource':
        return json({
          Tags: Object.entries(tags[input.ResourceId ?? ''] ?? {}).map(([Key, Value]) => ({ Key, Value })),
        });
      default:
        return json({ __type: 'UnknownOperationException' }, 400);
    }
  });
  return new OrganizationsClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
};

const role = { name: 'headroom/reader', externalId: 'e', sessionName: null, sourceIdentity: null };

const resolve = (
  selection: Partial<TargetSelection>,
  organizations?: OrganizationsClient,
  regionsOf: (account: { readonly accountId: string }) => Promise<readonly string[]> = async () => [
    'eu-west-1',
  ],
): Promise<ResolvedTargets> =>
  resolveTargets({
    selection: { accounts: { from: 'self' }, regions: ['eu-west-1'], role, ...selection },
    hub,
    organizations: () => {
      if (organizations === undefined) throw new Error('nobody should have asked');
      return organizations;
    },
    regionsOf,
  });

const ofOrganization = async (selection: Partial<OrganizationSelection>): Promise<ResolvedTargets> =>
  resolve(
    {
      accounts: {
        from: 'organization',
        organizationalUnits: [],
        tags: {},
        include: [],
        exclude: [],
        ...selection,
      },
    },
    await startOrganization(),
  );

const first = ({ targets }: ResolvedTargets): string => targets.map(({ accountId }) => accountId[0]).join('');

test('by itself Headroom scans its own account, with its own credentials', async () => {
  expect(await resolve({})).toEqual({
    targets: [{ accountId: '100000000000', accountName: null, region: 'eu-west-1', roleArn: null }],
    unresolved: [],
  });
});

test('a list of accounts times a list of Regions is read through the role of each account, doubles once', async () => {
  const { targets } = await resolve({
    accounts: { from: 'list', accountIds: ['300000000000', '200000000000', '300000000000'] },
    regions: ['eu-west-1', 'eu-central-1', 'eu-west-1'],
  });
  expect(targets.map(({ accountId, region, roleArn }) => [accountId, region, roleArn])).toEqual([
    ['200000000000', 'eu-west-1', 'arn:aws:iam::200000000000:role/headroom/reader'],
    ['200000000000', 'eu-central-1', 'arn:aws:iam::200000000000:role/headroom/reader'],
    ['300000000000', 'eu-west-1', 'arn:aws:iam::300000000000:role/headroom/reader'],
    ['300000000000', 'eu-central-1', 'arn:aws:iam::300000000000:role/headroom/reader'],
  ]);
});

test.each([
  ['eu-west-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eusc-de-east-1', 'aws-eusc'],
])('in %s a role is in the partition %s', async (region, partition) => {
  const { targets } = await resolveTargets({
    selection: { accounts: { from: 'list', accountIds: ['200000000000'] }, regions: [region], role },
    hub: { ...hub, region },
    organizations: () => {
      throw new Error('nobody should have asked');
    },
    regionsOf: async () => [],
  });
  expect(targets[0]?.roleArn).toBe(`arn:${partition}:iam::200000000000:role/headroom/reader`);
});

describe('of an organization', () => {
  test('all active accounts are scanned, by State, with their names', async () => {
    const resolved = await ofOrganization({});
    expect(first(resolved)).toBe('12345');
    expect(resolved.targets[1]).toMatchObject({ accountName: 'account 2' });
  });

  test('a unit stands for all that is below it', async () => {
    expect(first(await ofOrganization({ organizationalUnits: ['ou-prod'] }))).toBe('234');
    expect(first(await ofOrganization({ organizationalUnits: ['r-root'] }))).toBe('12345');
    expect(first(await ofOrganization({ organizationalUnits: ['ou-prod', 'ou-prod-eu'] }))).toBe('234');
  });

  test('tags must all be carried; an empty value stands for any', async () => {
    expect(first(await ofOrganization({ tags: { headroom: 'on' } }))).toBe('24');
    expect(first(await ofOrganization({ tags: { headroom: 'on', tier: 'gold' } }))).toBe('2');
    expect(first(await ofOrganization({ tags: { tier: '' } }))).toBe('24');
  });

  test('an included account needs no unit and no tag; an excluded account or unit is out, even if included', async () => {
    expect(
      first(await ofOrganization({ organizationalUnits: ['ou-prod-eu'], include: ['500000000000'] })),
    ).toBe('45');
    expect(first(await ofOrganization({ tags: { tier: 'gold' }, include: ['300000000000'] }))).toBe('23');
    expect(first(await ofOrganization({ exclude: ['ou-prod', '500000000000'] }))).toBe('1');
    expect(first(await ofOrganization({ include: ['300000000000'], exclude: ['300000000000'] }))).toBe(
      '1245',
    );
  });

  test('an included account that cannot be scanned is reported, and the others are scanned', async () => {
    const resolved = await ofOrganization({
      organizationalUnits: ['ou-prod-eu'],
      include: ['600000000000', '999999999999'],
    });
    expect(first(resolved)).toBe('4');
    expect(resolved.unresolved.map(({ problem }) => problem.message)).toEqual([
      'Account 600000000000 is to be included, but its state is SUSPENDED',
      'Account 999999999999 is to be included, but is not in this organization',
    ]);
  });

  test('an answer without a list is a failure, and not an organization without accounts', async () => {
    server = await startCannedAws(() => json({ message: 'Service unavailable' }));
    const client = new OrganizationsClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const selection = {
      from: 'organization' as const,
      organizationalUnits: [],
      tags: {},
      include: [],
      exclude: [],
    };
    await expect(organizationAccounts({ client, selection, hub })).rejects.toMatchObject({
      code: 'malformed-answer',
    });
  });

  test('a refusal says where Headroom would have to run', async () => {
    const organizations = await startOrganization('ListAccounts');
    const accounts = {
      from: 'organization' as const,
      organizationalUnits: [],
      tags: {},
      include: [],
      exclude: [],
    };
    await expect(resolve({ accounts }, organizations)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('organizations:ListAccounts in account 100000000000'),
      action: expect.stringContaining('delegated administrator'),
    });
  });
});

describe('enabled Regions', () => {
  test('are asked of each account, and an account that does not answer hinders no other', async () => {
    const failure = new AwsFailure(
      { code: 'access-denied', message: 'is not allowed to assume', action: 'Check the role.' },
      { action: 'ec2:DescribeRegions', target: { ...hub, accountId: '300000000000' } },
    );
    const resolved = await resolve(
      { accounts: { from: 'list', accountIds: ['200000000000', '300000000000'] }, regions: 'enabled' },
      undefined,
      async ({ accountId }) => {
        if (accountId.startsWith('3')) throw failure;
        return ['eu-north-1', 'eu-west-1'];
      },
    );
    expect(resolved.targets.map(({ accountId, region }) => `${accountId[0]} ${region}`)).toEqual([
      '2 eu-north-1',
      '2 eu-west-1',
    ]);
    expect(resolved.unresolved).toEqual([
      {
        accountId: '300000000000',
        problem: { code: 'access-denied', message: 'is not allowed to assume', action: 'Check the role.' },
      },
    ]);
  });

  test('are those that EC2 answers without being asked for all', async () => {
    server = await startCannedAws(({ parameters }) =>
      parameters.has('AllRegions')
        ? { status: 400, body: ec2Error('InvalidParameter', 'no') }
        : {
            body: ec2Answer('DescribeRegions', [
              list('regionInfo', [
                [element('regionName', 'eu-west-1')],
                [element('regionName', 'eu-north-1')],
              ]),
            ]),
          },
    );
    const client = new EC2Client({
      endpoint: server.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    });
    expect(await enabledRegions(client, { target: hub })).toEqual(['eu-north-1', 'eu-west-1']);
  });
});

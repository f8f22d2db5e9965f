import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import { OrganizationsClient, paginateListAccounts } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import type { EstateBlueprint } from '../../../lab/estate/estate.ts';
import { EXTERNAL_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { GENERATED_ACCOUNT, generatedEstate } from '../../../lab/estates/generated.ts';
import {
  HOSTILE_ACCOUNT,
  HOSTILE_NAMES,
  HOSTILE_REGION,
  hostileNames,
} from '../../../lab/estates/hostile-names.ts';
import {
  DENIED_ACCOUNT,
  HUB_ACCOUNT,
  HUGE_ACCOUNT,
  ORGANIZATION_REGIONS,
  organization,
  ROLELESS_ACCOUNT,
  SANDBOX_ACCOUNT,
  SUSPENDED_ACCOUNT,
} from '../../../lab/estates/organization.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const running: Lab[] = [];
const start = async (estate: EstateBlueprint): Promise<Lab> => {
  const lab = await startLab({ estate });
  running.push(lab);
  return lab;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((lab) => lab.close()));
});

test('hostile names come over the wire letter by letter', async () => {
  const lab = await start(hostileNames);
  const client = new EC2Client(labClient(lab, HOSTILE_ACCOUNT, HOSTILE_REGION));
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}));
  expect(Subnets.map(({ Tags }) => Tags?.find(({ Key }) => Key === 'Name')?.Value ?? '')).toEqual(
    HOSTILE_NAMES,
  );
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'status', Values: ['available'] }] }),
  );
  expect(NetworkInterfaces.map(({ Description = '' }) => Description)).toEqual(HOSTILE_NAMES);
});

describe('the organization', () => {
  const scanRole = async (lab: Lab, accountId: string): Promise<EC2Client> => {
    const command = new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/${SCAN_ROLE}`,
      RoleSessionName: 'headroom',
      ExternalId: EXTERNAL_ID,
    });
    const { Credentials } = await new STSClient(labClient(lab, HUB_ACCOUNT)).send(command);
    return new EC2Client({
      ...labClient(lab, accountId),
      credentials: { accessKeyId: Credentials?.AccessKeyId ?? '', secretAccessKey: 'x', sessionToken: 'x' },
    });
  };

  test('lists the accounts that are to be scanned, and those that cannot be', async () => {
    const lab = await start(organization);
    const states = new Map<string | undefined, string | undefined>();
    const client = new OrganizationsClient(labClient(lab, HUB_ACCOUNT, 'us-east-1'));
    for await (const { Accounts = [] } of paginateListAccounts({ client }, {})) {
      for (const { Id, State } of Accounts) states.set(Id, State);
    }
    expect(states.size).toBe(26);
    expect([HUGE_ACCOUNT, SANDBOX_ACCOUNT, SUSPENDED_ACCOUNT].map((id) => states.get(id))).toEqual([
      'ACTIVE',
      'ACTIVE',
      'SUSPENDED',
    ]);
  });

  test('has a huge account, one without the permission and one without the role', async () => {
    const lab = await start(organization);
    const count = async (accountId: string): Promise<number> => {
      let interfaces = 0;
      for await (const page of paginateDescribeNetworkInterfaces(
        { client: await scanRole(lab, accountId), pageSize: 1000 },
        {},
      )) {
        interfaces += page.NetworkInterfaces?.length ?? 0;
      }
      return interfaces;
    };
    expect(await count(HUGE_ACCOUNT)).toBe(3200);
    expect(await count('700000000000')).toBe(3);
    await expect(count(DENIED_ACCOUNT)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    await expect(count(ROLELESS_ACCOUNT)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('spreads over two Regions', async () => {
    const lab = await start(organization);
    for (const region of ORGANIZATION_REGIONS) {
      const { Subnets = [] } = await new EC2Client(labClient(lab, SANDBOX_ACCOUNT, region)).send(
        new DescribeSubnetsCommand({}),
      );
      expect(Subnets).toHaveLength(1);
    }
  });
});

test('a generated account is read whole, page by page', async () => {
  const lab = await start(generatedEstate({ interfaces: 2500, holds: { prefixes: 10 } }));
  const client = new EC2Client(labClient(lab, GENERATED_ACCOUNT));
  const pages: number[] = [];
  const prefixes = new Set<string | undefined>();
  for await (const { NetworkInterfaces = [] } of paginateDescribeNetworkInterfaces(
    { client, pageSize: 1000 },
    {},
  )) {
    pages.push(NetworkInterfaces.length);
    for (const { Ipv4Prefixes = [] } of NetworkInterfaces)
      for (const { Ipv4Prefix } of Ipv4Prefixes) prefixes.add(Ipv4Prefix);
  }
  expect(pages).toEqual([1000, 1000, 500]);
  expect(prefixes.size).toBe(25_000);
});

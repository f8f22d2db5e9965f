import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetManagedResourceVisibilityCommand,
  GetSubnetCidrReservationsCommand,
  paginateDescribeNetworkInterfaces,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import type { World } from '../../../lab/estate/world.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const OWNER = '111122223333';
const PARTICIPANT = '444455556666';
const REGION = 'eu-west-1';

let ids: { vpcId: string; subnetId: string; sharedId: string };

const build = (world: World): (() => void) => {
  const vpc = world.createVpc({
    ownerId: OWNER,
    region: REGION,
    cidrBlock: '10.0.0.0/16',
    name: 'R&D <"core">',
    ipv6CidrBlocks: ['2001:db8::/56'],
  });
  world.associateCidrBlock(vpc.vpcId, '100.64.0.0/16');
  world.associateCidrBlock(vpc.vpcId, '198.19.0.0/16', 'disassociated');
  const subnet = world.createSubnet({ vpcId: vpc.vpcId, cidrBlock: '10.0.0.0/24', name: 'nodes' });
  world.reserve(subnet.subnetId, '10.0.0.64/26', 'prefix');
  world.reserve(subnet.subnetId, '10.0.0.128/28', 'explicit');
  for (let count = 0; count < 12; count += 1) {
    world.createInterface({
      subnetId: subnet.subnetId,
      description: `number ${count}`,
      secondaryAddresses: 2,
      prefixes: count === 0 ? 1 : 0,
    });
  }
  world.createInterface({
    subnetId: subnet.subnetId,
    description: 'free',
    attachment: null,
    tags: { 'odd:key': 'ä\u{1f600}' },
  });
  world.createInterface({
    subnetId: subnet.subnetId,
    description: 'auto mode',
    operator: { principal: 'eks.amazonaws.com', hiddenByDefault: true },
  });
  const shared = world.createSubnet({
    vpcId: vpc.vpcId,
    cidrBlock: '10.0.1.0/24',
    name: 'shared',
    zone: 'b',
    sharedWith: [PARTICIPANT],
  });
  world.createInterface({ subnetId: shared.subnetId, description: 'of the owner' });
  world.createInterface({
    subnetId: shared.subnetId,
    description: 'of the participant',
    ownerId: PARTICIPANT,
  });
  world.createSubnet({
    vpcId: vpc.vpcId,
    cidrBlock: null,
    name: 'six',
    ipv6CidrBlocks: ['2001:db8:0:1::/64'],
  });
  ids = { vpcId: vpc.vpcId, subnetId: subnet.subnetId, sharedId: shared.subnetId };
  return () => undefined;
};

let lab: Lab;
let client: EC2Client;
let participant: EC2Client;

beforeAll(async () => {
  lab = await startLab({
    estate: scenarioEstate({
      name: 'contract',
      description: 'one of everything that DescribeX shows',
      accounts: [
        labAccount(OWNER, 'owner', [REGION, 'us-east-1']),
        labAccount(PARTICIPANT, 'participant', [REGION]),
      ],
      scenarios: [build],
    }),
  });
  client = new EC2Client(labClient(lab, OWNER));
  participant = new EC2Client(labClient(lab, PARTICIPANT));
});
afterAll(() => lab.close());

const nameOf = (record: Vpc): string | undefined => record.Tags?.find(({ Key }) => Key === 'Name')?.Value;

describe('what the SDK reads', () => {
  test('a VPC with its secondary blocks and their states, and a name that needs escaping', async () => {
    const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
    expect(Vpcs.map(nameOf)).toEqual(['R&D <"core">']);
    expect(Vpcs[0]).toMatchObject({
      OwnerId: OWNER,
      CidrBlock: '10.0.0.0/16',
      State: 'available',
      IsDefault: false,
    });
    expect(
      Vpcs[0]?.CidrBlockAssociationSet?.map(({ CidrBlock, CidrBlockState }) => [
        CidrBlock,
        CidrBlockState?.State,
      ]),
    ).toEqual([
      ['10.0.0.0/16', 'associated'],
      ['100.64.0.0/16', 'associated'],
      ['198.19.0.0/16', 'disassociated'],
    ]);
    expect(Vpcs[0]?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock).toBe('2001:db8::/56');
  });

  test('subnets with their counts; an IPv6-only one has no CIDR block', async () => {
    const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}));
    const [nodes, , six] = Subnets;
    // 251, less 14 interfaces with 24 secondary addresses; the prefix and 63 more addresses lie in reservations.
    expect(nodes).toMatchObject({
      SubnetId: ids.subnetId,
      CidrBlock: '10.0.0.0/24',
      AvailableIpAddressCount: 251 - 14 - 24 - 64 - 16,
      AvailabilityZone: 'eu-west-1a',
      AvailabilityZoneId: 'euw1-az1',
      OwnerId: OWNER,
      Ipv6Native: false,
    });
    expect(six).toMatchObject({ Ipv6Native: true, AvailableIpAddressCount: 0 });
    expect(six?.CidrBlock).toBeUndefined();
    expect(six?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock).toBe('2001:db8:0:1::/64');
  });

  test('reservations of one subnet', async () => {
    const { SubnetIpv4CidrReservations = [] } = await client.send(
      new GetSubnetCidrReservationsCommand({ SubnetId: ids.subnetId }),
    );
    expect(SubnetIpv4CidrReservations.map(({ Cidr, ReservationType }) => [Cidr, ReservationType])).toEqual([
      ['10.0.0.64/26', 'prefix'],
      ['10.0.0.128/28', 'explicit'],
    ]);
  });

  test('an interface with its addresses, its prefix from the reservation, and its attachment', async () => {
    const { NetworkInterfaces = [] } = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['number 0'] }] }),
    );
    const [found] = NetworkInterfaces;
    expect(found).toMatchObject({
      Status: 'in-use',
      InterfaceType: 'interface',
      RequesterManaged: false,
      VpcId: ids.vpcId,
    });
    expect(found?.PrivateIpAddresses?.map(({ Primary }) => Primary)).toEqual([true, false, false]);
    expect(found?.PrivateIpAddresses?.[0]?.PrivateIpAddress).toBe(found?.PrivateIpAddress);
    expect(found?.Ipv4Prefixes).toHaveLength(1);
    expect(found?.Ipv4Prefixes?.[0]?.Ipv4Prefix).toMatch(/^10\.0\.0\.(64|80|96|112)\/28$/);
    expect(found?.Attachment?.AttachTime).toEqual(new Date('2026-01-05T00:00:00Z'));
  });

  test('an available interface has no attachment, and tags of any script survive', async () => {
    const { NetworkInterfaces = [] } = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'status', Values: ['available'] }] }),
    );
    expect(NetworkInterfaces).toHaveLength(1);
    expect(NetworkInterfaces[0]?.Attachment).toBeUndefined();
    expect(NetworkInterfaces[0]?.TagSet).toEqual([{ Key: 'odd:key', Value: 'ä\u{1f600}' }]);
  });

  test('instance types with cards, interfaces and addresses', async () => {
    const { InstanceTypes = [] } = await client.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.large', 't2.large', 'p5.48xlarge'] }),
    );
    expect(
      InstanceTypes.map(({ InstanceType, Hypervisor, NetworkInfo, VCpuInfo }) => [
        InstanceType,
        Hypervisor,
        NetworkInfo?.NetworkCards?.[0]?.MaximumNetworkInterfaces,
        NetworkInfo?.Ipv4AddressesPerInterface,
        NetworkInfo?.NetworkCards?.length,
        VCpuInfo?.DefaultVCpus,
      ]),
    ).toEqual([
      ['t2.large', 'xen', 3, 12, 1, 2],
      ['m5.large', 'nitro', 3, 10, 1, 2],
      ['p5.48xlarge', 'nitro', 2, 50, 32, 192],
    ]);
  });

  test('the Regions of the account, and how it shows managed resources', async () => {
    const { Regions = [] } = await client.send(new DescribeRegionsCommand({}));
    expect(Regions.map(({ RegionName }) => RegionName)).toEqual([REGION, 'us-east-1']);
    const { Visibility } = await client.send(new GetManagedResourceVisibilityCommand({}));
    expect(Visibility?.DefaultVisibility).toBe('hidden');
  });

  test('an empty Region answers empty lists', async () => {
    const elsewhere = new EC2Client(labClient(lab, OWNER, 'us-east-1'));
    expect((await elsewhere.send(new DescribeVpcsCommand({}))).Vpcs).toEqual([]);
    expect((await elsewhere.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  });
});

describe('managed resources', () => {
  test('are hidden until a request asks for them', async () => {
    const count = async (IncludeManagedResources?: boolean): Promise<number> =>
      (await client.send(new DescribeNetworkInterfacesCommand({ IncludeManagedResources }))).NetworkInterfaces
        ?.length ?? 0;
    expect([await count(), await count(false), await count(true)]).toEqual([15, 15, 16]);
  });

  test('say who operates them', async () => {
    const { NetworkInterfaces = [] } = await client.send(
      new DescribeNetworkInterfacesCommand({
        IncludeManagedResources: true,
        Filters: [{ Name: 'operator.managed', Values: ['true'] }],
      }),
    );
    expect(NetworkInterfaces.map(({ Operator }) => Operator)).toEqual([
      { Managed: true, Principal: 'eks.amazonaws.com', HiddenByDefault: true },
    ]);
  });
});

describe('pages', () => {
  test('carry opaque tokens and together hold every interface once', async () => {
    const pages: string[][] = [];
    for await (const { NetworkInterfaces = [] } of paginateDescribeNetworkInterfaces(
      { client, pageSize: 5 },
      {},
    )) {
      pages.push(NetworkInterfaces.map(({ NetworkInterfaceId = '' }) => NetworkInterfaceId));
    }
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5]);
    expect(new Set(pages.flat()).size).toBe(15);
  });

  test('follow the filter: a last page that is full carries no token', async () => {
    const { NetworkInterfaces, NextToken } = await client.send(
      new DescribeNetworkInterfacesCommand({
        MaxResults: 12,
        Filters: [{ Name: 'description', Values: ['number *'] }],
      }),
    );
    expect(NetworkInterfaces).toHaveLength(12);
    expect(NextToken).toBeUndefined();
  });

  test.each([4, 1001])('of %i interfaces are refused', async (MaxResults) => {
    await expect(client.send(new DescribeNetworkInterfacesCommand({ MaxResults }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  test.each([5, 1000])('of %i interfaces are answered', async (MaxResults) => {
    const { NetworkInterfaces = [] } = await client.send(
      new DescribeNetworkInterfacesCommand({ MaxResults }),
    );
    expect(NetworkInterfaces).toHaveLength(Math.min(MaxResults, 15));
  });

  test('of instance types end at 100', async () => {
    await expect(client.send(new DescribeInstanceTypesCommand({ MaxResults: 101 }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    const { InstanceTypes = [] } = await client.send(new DescribeInstanceTypesCommand({ MaxResults: 100 }));
    expect(InstanceTypes.length).toBeGreaterThan(10);
  });

  test('with a token of another action, or made up, are refused', async () => {
    const { NextToken } = await client.send(new DescribeNetworkInterfacesCommand({ MaxResults: 5 }));
    await expect(client.send(new DescribeSubnetsCommand({ NextToken }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
    await expect(client.send(new DescribeSubnetsCommand({ NextToken: 'guess' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
  });

  test('and interface ids exclude each other', async () => {
    await expect(
      client.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-1'], MaxResults: 5 })),
    ).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
  });
});

describe('filters', () => {
  test('all must match, any of the values of each', async () => {
    const { NetworkInterfaces = [] } = await client.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [
          { Name: 'subnet-id', Values: [ids.subnetId] },
          { Name: 'description', Values: ['number 1', 'number 11', 'of the owner'] },
        ],
      }),
    );
    expect(NetworkInterfaces.map(({ Description }) => Description)).toEqual(['number 1', 'number 11']);
  });

  test('match tags, and an unknown one is refused by name', async () => {
    const { NetworkInterfaces = [] } = await client.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'tag:odd:key', Values: ['*'] }] }),
    );
    expect(NetworkInterfaces.map(({ Description }) => Description)).toEqual(['free']);
    await expect(
      client.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'vpc', Values: ['x'] }] })),
    ).rejects.toThrow("The filter 'vpc' is invalid");
  });
});

test('200 filter values are taken, 201 are not', async () => {
  const values = (length: number) =>
    client.send(
      new DescribeSubnetsCommand({
        Filters: [{ Name: 'vpc-id', Values: Array.from({ length }, (_, index) => `vpc-${index}`) }],
      }),
    );
  expect((await values(200)).Subnets).toEqual([]);
  await expect(values(201)).rejects.toMatchObject({ name: 'FilterLimitExceeded' });
});

describe('a shared subnet', () => {
  test('shows its owner every interface and a participant its own', async () => {
    const inShared = async (from: EC2Client): Promise<(string | undefined)[]> =>
      (
        (
          await from.send(
            new DescribeNetworkInterfacesCommand({
              Filters: [{ Name: 'subnet-id', Values: [ids.sharedId] }],
            }),
          )
        ).NetworkInterfaces ?? []
      ).map(({ Description }) => Description);
    expect(await inShared(client)).toEqual(['of the owner', 'of the participant']);
    expect(await inShared(participant)).toEqual(['of the participant']);
  });

  test('is described to the participant with its owner, and no other subnet is', async () => {
    const { Subnets = [] } = await participant.send(new DescribeSubnetsCommand({}));
    expect(Subnets.map(({ SubnetId, OwnerId }) => [SubnetId, OwnerId])).toEqual([[ids.sharedId, OWNER]]);
  });
});

describe('refusals', () => {
  test('an id that is not there', async () => {
    await expect(client.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0'] }))).rejects.toMatchObject({
      name: 'InvalidSubnetID.NotFound',
      message: "The subnet ID 'subnet-0' does not exist",
    });
  });

  test('an account that the estate does not have, and no signature at all', async () => {
    const stranger = new EC2Client(labClient(lab, '999999999999'));
    await expect(stranger.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    const unsigned = await fetch(lab.url, {
      method: 'POST',
      body: new URLSearchParams({ Action: 'DescribeVpcs' }),
    });
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  test('a Region that is not enabled', async () => {
    const elsewhere = new EC2Client(labClient(lab, PARTICIPANT, 'us-east-1'));
    await expect(elsewhere.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: 'AuthFailure' });
  });
});

test('every request is on record: service, action, account, Region, outcome and parameters', async () => {
  lab.calls.length = 0;
  await client.send(new DescribeNetworkInterfacesCommand({ MaxResults: 5, IncludeManagedResources: true }));
  await expect(participant.send(new DescribeSubnetsCommand({ SubnetIds: [ids.subnetId] }))).rejects.toThrow();
  expect(lab.calls).toEqual([
    expect.objectContaining({
      service: 'ec2',
      action: 'DescribeNetworkInterfaces',
      accountId: OWNER,
      region: REGION,
      status: 200,
      errorCode: null,
      at: lab.clock.now(),
      parameters: expect.objectContaining({ MaxResults: '5', IncludeManagedResources: 'true' }),
    }),
    expect.objectContaining({
      action: 'DescribeSubnets',
      accountId: PARTICIPANT,
      status: 400,
      errorCode: 'InvalidSubnetID.NotFound',
    }),
  ]);
});

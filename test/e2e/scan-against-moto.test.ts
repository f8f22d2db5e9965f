import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateNetworkInterfaceCommand,
  CreateSubnetCidrReservationCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSubnets,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import { headroom } from '../fixtures/headroom-command.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { countByHand } from './brute-force.ts';
import { type MotoServer, startMoto } from './moto-server.ts';

/**
 * The command line as a user runs it, against moto. moto hands out addresses as they are asked for and counts them by
 * itself; prefixes on interfaces and pagination it does not have, so those are tried in the lab alone.
 */

const REGION = 'eu-west-1';
const OTHER_ACCOUNT = '222233334444';

let moto: MotoServer;
let environment: Record<string, string>;
const clientOf = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
  new EC2Client({ region: REGION, endpoint: moto.url, credentials });

const addressesOf = (cidrBlock: string, count: number, random: () => number): string[] => {
  const [base = '', length = '32'] = cidrBlock.split('/');
  const [a, b, c, d] = base.split('.').map(Number) as [number, number, number, number];
  const size = 2 ** (32 - Number(length));
  const taken = new Set<number>();
  while (taken.size < count) taken.add(4 + Math.floor(random() * (size - 5)));
  return [...taken].map((offset) => {
    const low = c * 256 + d + offset;
    return `${a}.${b}.${Math.floor(low / 256)}.${low % 256}`;
  });
};

const build = async (client: EC2Client): Promise<void> => {
  const random = seededRandom(7);
  const vpc = await client.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }));
  const shapes: [string, number][] = [
    ['10.1.0.0/28', 0],
    ['10.1.0.16/28', 11],
    ['10.1.1.0/24', 40],
    ['10.1.2.0/26', 20],
    ['10.1.16.0/20', 150],
  ];
  for (const [cidrBlock, count] of shapes) {
    const { Subnet } = await client.send(
      new CreateSubnetCommand({ VpcId: vpc.Vpc?.VpcId, CidrBlock: cidrBlock }),
    );
    const addresses = addressesOf(cidrBlock, count, random);
    // Half of the interfaces hold several addresses, as nodes do.
    for (let index = 0; index < addresses.length; ) {
      const group = addresses.slice(index, index + (index % 2 === 0 ? 1 : 4));
      await client.send(
        new CreateNetworkInterfaceCommand({
          SubnetId: Subnet?.SubnetId,
          PrivateIpAddresses: group.map((PrivateIpAddress, position) => ({
            PrivateIpAddress,
            Primary: position === 0,
          })),
        }),
      );
      index += group.length;
    }
    if (cidrBlock.endsWith('/24')) {
      for (const [Cidr, ReservationType] of [
        ['10.1.1.64/26', 'prefix'],
        ['10.1.1.192/28', 'explicit'],
      ] as const) {
        await client.send(
          new CreateSubnetCidrReservationCommand({ SubnetId: Subnet?.SubnetId, Cidr, ReservationType }),
        );
      }
    }
  }
};

beforeAll(async () => {
  moto = await startMoto();
  environment = {
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_DISABLE_REQUEST_COMPRESSION: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  await build(clientOf({ accessKeyId: 'testing', secretAccessKey: 'testing' }));
});
afterAll(async () => {
  await moto.close();
});

describe('headroom scan --format json against moto', () => {
  test('agrees, subnet by subnet, with a count by hand of what the API itself answers', async () => {
    const { code, out, err } = await headroom(['scan', '--format', 'json'], environment);
    expect(err).toBe('');
    const document = JSON.parse(out) as ScanDocument;
    expect(document.targets.map(({ status, errors }) => [status, errors])).toEqual([['ok', []]]);
    expect([0, 1]).toContain(code);

    const client = clientOf({ accessKeyId: 'testing', secretAccessKey: 'testing' });
    const used = new Map<string, string[]>();
    for await (const page of paginateDescribeNetworkInterfaces({ client }, {})) {
      for (const { SubnetId = '', PrivateIpAddresses = [] } of page.NetworkInterfaces ?? []) {
        const addresses = PrivateIpAddresses.map(({ PrivateIpAddress = '' }) => PrivateIpAddress);
        used.set(SubnetId, [...(used.get(SubnetId) ?? []), ...addresses]);
      }
    }
    let compared = 0;
    for await (const page of paginateDescribeSubnets({ client }, {})) {
      for (const { SubnetId = '', CidrBlock = '', AvailableIpAddressCount } of page.Subnets ?? []) {
        const { SubnetIpv4CidrReservations = [] } = await client.send(
          new GetSubnetCidrReservationsCommand({ SubnetId }),
        );
        const reservations = SubnetIpv4CidrReservations.map(({ Cidr = '', ReservationType = '' }) => ({
          cidr: Cidr,
          type: ReservationType,
        }));
        const counted = countByHand(CidrBlock, used.get(SubnetId) ?? [], reservations);
        const found = document.subnets.find(({ subnetId }) => subnetId === SubnetId);
        expect({
          total: found?.total,
          usable: found?.usable,
          used: found?.used,
          available: found?.available,
          availableSingle: found?.availableSingle,
          freePrefixes: found?.prefixes?.free,
          largestFreeBlock: found?.largestFreeBlock,
        }).toEqual(counted);
        expect(found?.awsAvailable).toBe(AvailableIpAddressCount);
        compared += 1;
      }
    }
    expect(compared).toBe(document.subnets.length);
    // Five of ours, and those of the default VPC that every new account has.
    expect(compared).toBeGreaterThanOrEqual(8);
  });

  test('a full /28 is critical: exit 1', async () => {
    const { code, out } = await headroom(['scan', '--format', 'json'], environment);
    const document = JSON.parse(out) as ScanDocument;
    const full = document.subnets.find(({ cidrBlock }) => cidrBlock === '10.1.0.16/28');
    expect(full).toMatchObject({ used: 11, available: 0, largestFreeBlock: null, fragmentationIndex: null });
    expect(
      document.findings.some(
        ({ subject, severity }) => subject.id === full?.subnetId && severity === 'critical',
      ),
    ).toBe(true);
    expect(code).toBe(1);
  });

  test('--vpc restricts the scan to that VPC', async () => {
    const whole = JSON.parse((await headroom(['scan', '-f', 'json'], environment)).out) as ScanDocument;
    const vpcId = whole.vpcs.find(({ cidrBlocks }) => cidrBlocks.includes('10.1.0.0/16'))?.vpcId ?? '';
    const { out } = await headroom(['scan', '-f', 'json', '--vpc', vpcId], environment);
    const document = JSON.parse(out) as ScanDocument;
    expect(document.vpcs.map((vpc) => vpc.vpcId)).toEqual([vpcId]);
    expect(document.subnets).toHaveLength(5);
  });

  test('another account is scanned through a role', async () => {
    const role = `arn:aws:iam::${OTHER_ACCOUNT}:role/HeadroomReader`;
    const { out } = await headroom(['scan', '-f', 'json', '--role-arn', role], environment);
    const document = JSON.parse(out) as ScanDocument;
    expect(document.targets).toEqual([
      { accountId: OTHER_ACCOUNT, region: REGION, status: 'ok', errors: [] },
    ]);
    expect(document.subnets.every(({ accountId }) => accountId === OTHER_ACCOUNT)).toBe(true);
    expect(document.subnets.length).toBeGreaterThan(0);
  });

  test('--publish puts the figures into CloudWatch', async () => {
    const { err } = await headroom(['scan', '--publish'], environment);
    const published = Number(/^Published (\d+) metric values to VpcHeadroom\.$/m.exec(err)?.[1]);
    expect(published).toBeGreaterThan(60);
    const cloudWatch = new CloudWatchClient({
      region: REGION,
      endpoint: moto.url,
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    });
    const { Metrics = [] } = await cloudWatch.send(
      new ListMetricsCommand({ Namespace: 'VpcHeadroom', MetricName: 'AvailableAddresses' }),
    );
    const perSubnet = Metrics.filter(({ Dimensions = [] }) =>
      Dimensions.some(({ Name }) => Name === 'SubnetId'),
    );
    expect(perSubnet.length).toBeGreaterThanOrEqual(8);
    expect(perSubnet[0]?.Dimensions?.map(({ Name }) => Name).sort()).toEqual([
      'AccountId',
      'Region',
      'SubnetId',
      'VpcId',
    ]);
  });
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeSubnetsCommand, EC2Client, paginateDescribeNetworkInterfaces } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  everyOwner,
  OWNERS_ACCOUNT,
  OWNERS_REGION,
  PARTICIPANT_ACCOUNT,
} from '../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { labClient } from '../fixtures/lab-clients.ts';
import { pythonProgram } from './python.ts';

/** boto3 has a parser, a signer and an idea of errors of its own: it must see in the lab what the JavaScript SDK sees. */

interface SeenByBoto3 {
  readonly account: string;
  readonly pages: number;
  readonly interfaces: readonly unknown[];
  readonly subnets: readonly unknown[];
  readonly reservations: readonly string[];
  readonly received: readonly string[];
  readonly clusters: readonly unknown[];
  readonly groups: readonly unknown[];
  readonly accounts: readonly unknown[];
  readonly secret: string;
  readonly refusals: Readonly<Record<string, string | null>>;
}

let lab: Lab;
let seen: SeenByBoto3;

beforeAll(async () => {
  lab = await startLab({ estate: everyOwner, secrets: { 'headroom/slack': 'a secret' } });
  const script = fileURLToPath(new URL('read-with-boto3.py', import.meta.url));
  const { stdout } = await promisify(execFile)(
    pythonProgram('python'),
    [script, lab.url, OWNERS_ACCOUNT, OWNERS_REGION],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  seen = JSON.parse(stdout) as SeenByBoto3;
});
afterAll(() => lab.close());

test('boto3 and the JavaScript SDK see the same interfaces, over pages of five', async () => {
  const client = new EC2Client(labClient(lab, OWNERS_ACCOUNT));
  const interfaces: unknown[] = [];
  let pages = 0;
  for await (const page of paginateDescribeNetworkInterfaces(
    { client, pageSize: 5 },
    { IncludeManagedResources: true },
  )) {
    pages += 1;
    for (const each of page.NetworkInterfaces ?? []) {
      interfaces.push([
        each.NetworkInterfaceId,
        each.InterfaceType,
        each.Status,
        each.Description,
        each.PrivateIpAddresses?.map(({ PrivateIpAddress }) => PrivateIpAddress),
        each.Ipv4Prefixes?.map(({ Ipv4Prefix }) => Ipv4Prefix) ?? [],
        Object.fromEntries((each.TagSet ?? []).map(({ Key, Value }) => [Key, Value])),
      ]);
    }
  }
  expect(interfaces.length).toBeGreaterThan(40);
  expect(seen.interfaces).toEqual(interfaces);
  expect(seen.pages).toBe(pages);
});

test('and the same subnets and reservations, an IPv6-only subnet included', async () => {
  const { Subnets = [] } = await new EC2Client(labClient(lab, OWNERS_ACCOUNT)).send(
    new DescribeSubnetsCommand({}),
  );
  expect(seen.subnets).toEqual(
    Subnets.map((each) => [
      each.SubnetId,
      each.CidrBlock ?? null,
      each.AvailableIpAddressCount,
      each.Ipv6Native,
    ]),
  );
  expect(seen.subnets.filter((each) => Array.isArray(each) && each[3] === true)).toHaveLength(1);
  expect(seen.reservations).toEqual(['10.60.9.0/25', '10.60.1.96/27']);
});

test('and the same clusters, groups, accounts and secrets', async () => {
  const { AutoScalingGroups = [] } = await new AutoScalingClient(labClient(lab, OWNERS_ACCOUNT)).send(
    new DescribeAutoScalingGroupsCommand({}),
  );
  expect(AutoScalingGroups.length).toBeGreaterThan(1);
  expect(seen.groups).toEqual(
    AutoScalingGroups.map((each) => [each.AutoScalingGroupName, each.MaxSize, each.VPCZoneIdentifier]),
  );
  expect(seen.clusters).toEqual([
    ['core', false],
    ['custom', false],
    ['auto', true],
  ]);
  expect(seen.accounts).toEqual([
    [OWNERS_ACCOUNT, 'ACTIVE'],
    [PARTICIPANT_ACCOUNT, 'ACTIVE'],
  ]);
  expect([seen.account, seen.secret]).toEqual([OWNERS_ACCOUNT, 'a secret']);
});

test('what boto3 published and sent has arrived', () => {
  expect(lab.metrics).toMatchObject([
    { namespace: 'VpcHeadroom', name: 'AvailableAddresses', values: [7], unit: 'Count' },
  ]);
  expect(lab.sns).toMatchObject([{ message: 'a < b & c', attributes: { severity: 'critical' } }]);
  expect(seen.received).toEqual(['from boto3']);
});

test('refusals have the codes that Python programs look for', () => {
  expect(seen.refusals).toEqual({
    subnet: 'InvalidSubnetID.NotFound',
    page: 'InvalidParameterValue',
    topic: 'NotFound',
    cluster: 'ResourceNotFoundException',
    datum: 'InvalidParameterValue',
    role: 'AccessDenied',
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { createEc2Inventory } from '../../../shared/inventory/ec2-inventory.ts';
import { FILTER_VALUES, PAGE_SIZE } from '../../../shared/inventory/ec2-limits.ts';
import type { InventorySource } from '../../../shared/inventory/inventory-source.ts';
import {
  type CannedAws,
  type CannedReply,
  type CannedRequest,
  startCannedAws,
} from '../../fixtures/canned-aws.ts';
import { cannedEc2 } from '../../fixtures/canned-ec2.ts';
import { streamingEc2Client } from '../../fixtures/ec2-clients.ts';
import { ec2Answer, ec2Error, element, list } from '../../fixtures/ec2-xml.ts';
import { mixedEstate } from '../../fixtures/mixed-estate.ts';

let server: CannedAws | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const inventoryOver = async (reply: (request: CannedRequest) => CannedReply): Promise<InventorySource> => {
  server = await startCannedAws(reply);
  return createEc2Inventory({
    client: streamingEc2Client(server.url, { maxAttempts: 1 }),
    target: mixedEstate.target,
    roleArn: 'arn:aws:iam::111111111111:role/headroom-reader',
  });
};

const ignore = (): void => undefined;

/** Every call that an inventory makes. */
const calls: readonly (readonly [action: string, call: (inventory: InventorySource) => Promise<unknown>])[] =
  [
    ['DescribeVpcs', (inventory) => inventory.vpcs({})],
    ['DescribeSubnets', (inventory) => inventory.subnets({})],
    ['DescribeNetworkInterfaces', (inventory) => inventory.eachInterface({}, ignore)],
    ['GetSubnetCidrReservations', (inventory) => inventory.reservations('subnet-0a')],
    ['DescribeInstances', (inventory) => inventory.eachInstance({}, ignore)],
    ['DescribeInstanceTypes', (inventory) => inventory.instanceTypes(['m5.large'])],
    ['DescribeRouteTables', (inventory) => inventory.routeTables({})],
    ['DescribeVpcPeeringConnections', (inventory) => inventory.vpcConnections({})],
    ['DescribeTransitGatewayVpcAttachments', (inventory) => inventory.vpcConnections({})],
  ];

const answer = cannedEc2(mixedEstate);

describe.each(calls)('%s', (action, call) => {
  const failsWith = (reply: CannedReply) => (request: CannedRequest) =>
    request.action === action ? reply : answer(request);

  test('that is denied fails whole, and the permission, the role and the account are named', async () => {
    const inventory = await inventoryOver(
      failsWith({
        status: 403,
        body: ec2Error('UnauthorizedOperation', 'You are not authorized to perform this operation.'),
      }),
    );
    await expect(call(inventory)).rejects.toMatchObject({
      name: 'AwsFailure',
      code: 'access-denied',
      message: `arn:aws:iam::111111111111:role/headroom-reader is not allowed to call ec2:${action} in account 111111111111, eu-west-1`,
    });
  });

  test('whose page token comes back is refused: it would never end, and to stop would shorten it', async () => {
    const sets: Record<string, string> = {
      DescribeVpcs: 'vpcSet',
      DescribeSubnets: 'subnetSet',
      DescribeNetworkInterfaces: 'networkInterfaceSet',
      GetSubnetCidrReservations: 'subnetIpv4CidrReservationSet',
      DescribeInstances: 'reservationSet',
      DescribeInstanceTypes: 'instanceTypeSet',
      DescribeRouteTables: 'routeTableSet',
      DescribeVpcPeeringConnections: 'vpcPeeringConnectionSet',
      DescribeTransitGatewayVpcAttachments: 'transitGatewayVpcAttachments',
    };
    const tokens = ['a', 'b', 'a'];
    const inventory = await inventoryOver((request) =>
      request.action === action
        ? { body: ec2Answer(action, [list(sets[action] ?? '', [])], tokens[request.nth] ?? null) }
        : answer(request),
    );
    await expect(call(inventory)).rejects.toMatchObject({
      name: 'RepeatedPageTokenError',
      code: 'repeated-page-token',
      message: expect.stringContaining(`ec2:${action} in account 111111111111, eu-west-1,`),
    });
    expect(server?.requests.filter((request) => request.action === action)).toHaveLength(3);
  });

  test("answered with a page that is not EC2's is refused, not taken for an empty account", async () => {
    const inventory = await inventoryOver(failsWith({ body: '<html><body>Sign in</body></html>' }));
    await expect(call(inventory)).rejects.toMatchObject({ code: 'malformed-answer' });
  });

  test('that is throttled to the end says whose quota is used up', async () => {
    const inventory = await inventoryOver(
      failsWith({ status: 503, body: ec2Error('RequestLimitExceeded', 'Request limit exceeded.') }),
    );
    await expect(call(inventory)).rejects.toMatchObject({
      code: 'throttled',
      message: expect.stringContaining('in each of 1 attempts'),
    });
  });
});

describe('an answer that would make a figure wrong without a word is refused', () => {
  const reservation = (type: string): string =>
    ec2Answer('GetSubnetCidrReservations', [
      list('subnetIpv4CidrReservationSet', [
        [
          element('subnetCidrReservationId', 'scr-1'),
          element('subnetId', 'subnet-0a'),
          element('cidr', '10.0.0.0/28'),
          element('reservationType', type),
        ],
      ]),
    ]);
  const subnet = (fields: readonly string[]): string =>
    ec2Answer('DescribeSubnets', [list('subnetSet', [fields])]);
  const id = element('subnetId', 'subnet-1');
  const vpc = element('vpcId', 'vpc-1');

  test.each([
    [
      'a count that is none',
      subnet([id, vpc, element('availableIpAddressCount', 'many')]),
      'subnet-1 with an availableIpAddressCount that is no count',
    ],
    ['a negative count', subnet([id, vpc, element('availableIpAddressCount', -1)]), 'that is no count'],
    ['a subnet without an id', subnet([vpc]), 'a subnet without subnetId'],
    ['a subnet without a VPC', subnet([id]), 'subnet subnet-1 without vpcId'],
  ])('%s', async (_, body, said) => {
    const inventory = await inventoryOver(() => ({ body }));
    await expect(inventory.subnets({})).rejects.toMatchObject({
      code: 'malformed-answer',
      message: expect.stringContaining(said),
    });
  });

  test('a reservation of an unknown type', async () => {
    const inventory = await inventoryOver(() => ({ body: reservation('elastic') }));
    await expect(inventory.reservations('subnet-0a')).rejects.toMatchObject({
      code: 'malformed-answer',
      message: expect.stringContaining('scr-1 of the unknown type "elastic"'),
    });
  });

  test('an instance without what tells it', async () => {
    const fields = [
      element('instanceId', 'i-1'),
      element('instanceType', 'm5.large'),
      element('instanceState', [element('name', 'running')]),
    ];
    for (const missing of fields) {
      await server?.close();
      const item = fields.filter((field) => field !== missing);
      const inventory = await inventoryOver(() => ({
        body: ec2Answer('DescribeInstances', [list('reservationSet', [[list('instancesSet', [item])]])]),
      }));
      await expect(inventory.eachInstance({}, ignore)).rejects.toMatchObject({
        code: 'malformed-answer',
        message: expect.stringContaining('without'),
      });
    }
  });
});

describe("EC2's limits", () => {
  const vpcIds = (count: number): string[] => Array.from({ length: count }, (_, index) => `vpc-${index}`);
  const filtered = ({ parameters }: CannedRequest): number =>
    [...parameters.keys()].filter((key) => key.startsWith('Filter.1.Value.')).length;

  test('a filter holds 200 values: 201 VPCs are asked for in two requests', async () => {
    const inventory = await inventoryOver(answer);
    expect(FILTER_VALUES).toBe(200);
    await inventory.subnets({ vpcIds: vpcIds(200) });
    await inventory.subnets({ vpcIds: vpcIds(201) });
    expect(server?.requests.map(filtered)).toEqual([200, 200, 1]);
  });

  test('pages are as large as EC2 allows: 1,000, and 100 for instance types and route tables', async () => {
    const inventory = await inventoryOver(answer);
    for (const [, call] of calls) await call(inventory);
    const sizes = new Map(
      server?.requests.map(({ action, parameters }) => [action, Number(parameters.get('MaxResults'))]),
    );
    expect(PAGE_SIZE).toBe(1000);
    for (const action of ['DescribeInstanceTypes', 'DescribeRouteTables']) {
      expect(sizes.get(action)).toBe(100);
      sizes.delete(action);
    }
    expect([...new Set(sizes.values())]).toEqual([1000]);
    expect(sizes.size).toBe(7);
  });

  test('interfaces and instances of managed services are asked for', async () => {
    const inventory = await inventoryOver(answer);
    for (const [, call] of calls) await call(inventory);
    const asked = server?.requests
      .filter(({ parameters }) => parameters.get('IncludeManagedResources') === 'true')
      .map(({ action }) => action);
    expect(asked).toEqual(['DescribeNetworkInterfaces', 'DescribeInstances']);
  });
});

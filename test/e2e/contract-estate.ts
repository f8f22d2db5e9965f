import {
  AssociateVpcCidrBlockCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCidrReservationCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  type EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { addressNumber } from '../../lab/cni/ipv4-range.ts';
import { type EstateBlueprint, labAccount } from '../../lab/estate/estate.ts';
import { scenarioEstate } from '../../lab/estate/scenario.ts';

/** moto's default account. */
export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** What both AWS stand-ins are to hold. Addresses are given, so that both must answer the same ones. */
export const CONTRACT = {
  vpc: { cidrBlock: '10.7.0.0/16', secondary: '100.64.0.0/16', name: 'R&D <"core">' },
  peer: { cidrBlock: '10.8.0.0/16', name: 'peer' },
  subnets: [
    { name: 'nodes', cidrBlock: '10.7.0.0/24', zone: 'a' },
    { name: 'services', cidrBlock: '10.7.1.0/27', zone: 'b' },
    { name: 'empty', cidrBlock: '10.7.2.0/28', zone: 'a' },
  ],
  reservations: [
    { subnet: 'nodes', cidr: '10.7.0.64/26', type: 'prefix' },
    { subnet: 'nodes', cidr: '10.7.0.128/28', type: 'explicit' },
  ],
  interfaces: [
    { subnet: 'nodes', description: 'one address', addresses: ['10.7.0.10'], tags: {} },
    {
      subnet: 'nodes',
      description: 'three addresses',
      addresses: ['10.7.0.20', '10.7.0.21', '10.7.0.22'],
      tags: { team: 'a & b' },
    },
    {
      subnet: 'services',
      description: '<sevices> & "more"',
      addresses: ['10.7.1.5'],
      tags: { 'odd:key/with=signs': 'ä' },
    },
  ],
  instanceType: 'm5.large',
} as const;

/** Tells moto, through the real SDK. */
export const seedMoto = async (client: EC2Client): Promise<void> => {
  const named = (ResourceType: 'vpc' | 'subnet', name: string) => [
    { ResourceType, Tags: [{ Key: 'Name', Value: name }] },
  ];
  const create = async ({
    cidrBlock,
    name,
  }: {
    cidrBlock: string;
    name: string;
  }): Promise<string | undefined> =>
    (await client.send(new CreateVpcCommand({ CidrBlock: cidrBlock, TagSpecifications: named('vpc', name) })))
      .Vpc?.VpcId;
  const VpcId = await create(CONTRACT.vpc);
  const PeerVpcId = await create(CONTRACT.peer);
  await client.send(new AssociateVpcCidrBlockCommand({ VpcId, CidrBlock: CONTRACT.vpc.secondary }));
  await client.send(new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId }));
  const subnetIds = new Map<string, string | undefined>();
  for (const { name, cidrBlock, zone } of CONTRACT.subnets) {
    const { Subnet } = await client.send(
      new CreateSubnetCommand({
        VpcId,
        CidrBlock: cidrBlock,
        AvailabilityZone: `${REGION}${zone}`,
        TagSpecifications: named('subnet', name),
      }),
    );
    subnetIds.set(name, Subnet?.SubnetId);
  }
  for (const { subnet, cidr, type } of CONTRACT.reservations) {
    await client.send(
      new CreateSubnetCidrReservationCommand({
        SubnetId: subnetIds.get(subnet),
        Cidr: cidr,
        ReservationType: type,
      }),
    );
  }
  for (const { subnet, description, addresses, tags } of CONTRACT.interfaces) {
    await client.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: subnetIds.get(subnet),
        Description: description,
        PrivateIpAddresses: addresses.map((PrivateIpAddress, index) => ({
          PrivateIpAddress,
          Primary: index === 0,
        })),
        TagSpecifications: [
          {
            ResourceType: 'network-interface',
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          },
        ],
      }),
    );
  }
  await client.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      InstanceType: CONTRACT.instanceType,
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnetIds.get('services'),
      PrivateIpAddress: '10.7.1.20',
    }),
  );
};

/** Tells the lab. */
export const labContract: EstateBlueprint = scenarioEstate({
  name: 'moto-contract',
  description: 'what moto is told too',
  accounts: [labAccount(ACCOUNT, 'contract', [REGION, 'us-east-1'])],
  scenarios: [
    (world) => {
      const create = ({ cidrBlock, name }: { cidrBlock: string; name: string }) =>
        world.createVpc({ ownerId: ACCOUNT, region: REGION, cidrBlock, name });
      const vpc = create(CONTRACT.vpc);
      const peer = create(CONTRACT.peer);
      world.associateCidrBlock(vpc.vpcId, CONTRACT.vpc.secondary);
      const side = ({ vpcId }: typeof vpc, cidrBlocks: readonly string[]) => ({
        vpcId,
        ownerId: ACCOUNT,
        region: REGION,
        cidrBlocks,
      });
      world.peerings.push({
        peeringId: world.newId('pcx'),
        status: 'pending-acceptance',
        requester: side(vpc, [CONTRACT.vpc.cidrBlock, CONTRACT.vpc.secondary]),
        accepter: side(peer, [CONTRACT.peer.cidrBlock]),
      });
      const subnetIds = new Map(
        CONTRACT.subnets.map(({ name, cidrBlock, zone }) => [
          name as string,
          world.createSubnet({ vpcId: vpc.vpcId, cidrBlock, name, zone, reservedCountsAsAvailable: true })
            .subnetId,
        ]),
      );
      const idOf = (subnet: string): string => subnetIds.get(subnet) ?? '';
      for (const { subnet, cidr, type } of CONTRACT.reservations) world.reserve(idOf(subnet), cidr, type);
      for (const { subnet, description, addresses, tags } of CONTRACT.interfaces) {
        world.createInterface({
          subnetId: idOf(subnet),
          description,
          at: addresses.map(addressNumber),
          attachment: null,
          tags,
        });
      }
      // For the lab alone: moto drops prefixes.
      const prefixSubnet = world.createSubnet({
        vpcId: peer.vpcId,
        cidrBlock: '10.8.0.0/24',
        name: 'prefixes',
      });
      world.createInterface({
        subnetId: prefixSubnet.subnetId,
        description: 'a prefix',
        prefixes: 1,
        attachment: null,
      });
      const instanceId = world.newId('i');
      const primary = world.createInterface({
        subnetId: idOf('services'),
        description: 'Primary network interface',
        at: [addressNumber('10.7.1.20')],
        attachment: { instanceId, instanceOwnerId: ACCOUNT, deviceIndex: 0, deleteOnTermination: true },
      });
      world.instances.set(instanceId, {
        instanceId,
        instanceType: CONTRACT.instanceType,
        state: 'running',
        subnetId: primary.subnetId,
        vpcId: vpc.vpcId,
        availabilityZone: primary.availabilityZone,
        ownerId: ACCOUNT,
        privateAddress: '10.7.1.20',
        launchTime: new Date(world.now),
        operator: null,
        tags: {},
      });
      return () => undefined;
    },
  ],
});

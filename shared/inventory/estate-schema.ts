import * as z from 'zod/mini';
import type {
  AutoScalingGroup,
  EksCluster,
  Instance,
  InstanceLimits,
  NetworkInterface,
  RouteTable,
  Subnet,
  SubnetCidrReservation,
  Vpc,
  VpcConnection,
} from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import type { Estate, TargetEstate } from './estate.ts';

/**
 * What an estate file must hold. Each part is typed by the record that it becomes, so that the file, the published JSON
 * Schema (docs/schema/estate.schema.json) and the model cannot drift apart. Fields that are not named are passed over:
 * later versions add some.
 */

const text = z.string();
const texts = z.array(z.string());
const orNull = <Schema extends z.core.SomeType>(schema: Schema) => z.nullable(schema);
const count = z.int().check(z.nonnegative());
const tags = z.record(z.string(), z.string());
const accountId = z.string().check(z.regex(/^\d{12}$/, 'must be an account number of 12 digits'));

const problem: z.ZodMiniType<Problem> = z.object({ code: text, message: text, action: text });

const vpc: z.ZodMiniType<Vpc> = z.object({
  vpcId: text,
  ownerId: orNull(text),
  name: orNull(text),
  cidrBlocks: texts,
  ipv6CidrBlocks: texts,
  tags,
});

const subnet: z.ZodMiniType<Subnet> = z.object({
  subnetId: text,
  vpcId: text,
  ownerId: orNull(text),
  name: orNull(text),
  cidrBlock: orNull(text),
  ipv6CidrBlocks: texts,
  ipv6Native: z.boolean(),
  availabilityZone: orNull(text),
  availabilityZoneId: orNull(text),
  outpostArn: orNull(text),
  awsAvailable: orNull(count),
  tags,
});

const networkInterface: z.ZodMiniType<NetworkInterface> = z.object({
  networkInterfaceId: text,
  subnetId: text,
  vpcId: orNull(text),
  ownerId: orNull(text),
  interfaceType: text,
  status: text,
  description: text,
  requesterId: orNull(text),
  requesterManaged: z.boolean(),
  operatorPrincipal: orNull(text),
  attachment: orNull(
    z.object({
      attachmentId: orNull(text),
      instanceId: orNull(text),
      instanceOwnerId: orNull(text),
      deviceIndex: orNull(count),
      networkCardIndex: orNull(count),
      deleteOnTermination: orNull(z.boolean()),
    }),
  ),
  privateAddresses: z.array(z.object({ address: text, primary: z.boolean() })),
  ipv4Prefixes: texts,
  ipv6AddressCount: count,
  ipv6Prefixes: texts,
  tags,
});

const reservation: z.ZodMiniType<SubnetCidrReservation> = z.object({
  reservationId: text,
  subnetId: text,
  cidr: text,
  type: z.enum(['prefix', 'explicit']),
});

const instance: z.ZodMiniType<Instance> = z.object({
  instanceId: text,
  instanceType: text,
  state: text,
  subnetId: orNull(text),
  vpcId: orNull(text),
  availabilityZone: orNull(text),
  ownerId: orNull(text),
  platform: z.exactOptional(orNull(text)),
  tags,
});

const instanceLimits: z.ZodMiniType<InstanceLimits> = z.object({
  type: text,
  maxEnis: count,
  ipv4PerEni: count,
  hypervisor: text,
  bareMetal: z.boolean(),
  networkCards: count,
  prefixDelegation: z.boolean(),
  trunk: z.boolean(),
  branchEnis: orNull(count),
  vcpus: orNull(count),
});

const vpcConnection: z.ZodMiniType<VpcConnection> = z.object({
  kind: z.enum(['peering', 'transit-gateway']),
  id: text,
  vpcs: z.array(z.object({ vpcId: text, accountId: orNull(text), cidrBlocks: orNull(texts) })),
  membersKnown: z.exactOptional(z.boolean()),
});

const routeTable: z.ZodMiniType<RouteTable> = z.object({
  routeTableId: text,
  vpcId: text,
  main: z.boolean(),
  subnetIds: texts,
  routes: z.array(z.object({ destination: text, target: orNull(text), active: z.boolean() })),
});

const healthIssues = z.array(z.object({ code: text, message: orNull(text), resourceIds: texts }));

const eksCluster: z.ZodMiniType<EksCluster> = z.object({
  name: text,
  arn: text,
  version: orNull(text),
  status: orNull(text),
  vpcId: orNull(text),
  subnetIds: texts,
  ipFamily: orNull(z.enum(['ipv4', 'ipv6'])),
  autoMode: z.boolean(),
  healthIssues,
  nodeGroups: z.array(
    z.object({
      name: text,
      status: orNull(text),
      minSize: count,
      maxSize: count,
      desiredSize: count,
      subnetIds: texts,
      instanceTypes: texts,
      amiType: z.exactOptional(orNull(text)),
      autoScalingGroups: texts,
      healthIssues,
    }),
  ),
  fargateProfiles: z.array(z.object({ name: text, subnetIds: texts })),
  vpcCni: orNull(z.object({ version: orNull(text), configuration: orNull(text) })),
});

const autoScalingGroup: z.ZodMiniType<AutoScalingGroup> = z.object({
  name: text,
  minSize: count,
  maxSize: count,
  desiredCapacity: count,
  subnetIds: texts,
  instanceTypes: texts,
  instanceIds: texts,
  tags,
});

/** The records, or why they could not be read. */
const recorded = <Record>(record: z.ZodMiniType<Record>) => z.union([z.array(record), problem]);

const targetEstate: z.ZodMiniType<TargetEstate> = z.object({
  target: z.object({ accountId, region: text }),
  vpcs: recorded(vpc),
  subnets: recorded(subnet),
  interfaces: recorded(networkInterface),
  reservations: z.record(z.string(), recorded(reservation)),
  instances: recorded(instance),
  instanceTypes: recorded(instanceLimits),
  vpcConnections: recorded(vpcConnection),
  routeTables: z.exactOptional(recorded(routeTable)),
  eksClusters: recorded(eksCluster),
  autoScalingGroups: recorded(autoScalingGroup),
});

export const ESTATE_SCHEMA: z.ZodMiniType<Estate> = z.object({
  schema: z.literal('headroom/estate@1'),
  collectedAt: z.iso.datetime(),
  redacted: z.boolean(),
  targets: z.array(targetEstate),
});

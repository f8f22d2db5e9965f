import * as z from 'zod/mini';
import type {
  AutoScalingGroup,
  EksCluster,
  ElasticAddress,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  NetworkInterface,
  RouteTable,
  ServiceQuota,
  Subnet,
  SubnetCidrReservation,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import {
  ACCOUNT_ID,
  ANY_ID,
  ARN,
  AWS_WORD,
  IPV4_ADDRESS,
  IPV4_CIDR,
  IPV6_CIDR,
  idOf,
  QUOTA_CODE,
  REGION,
  ROUTE_DESTINATION,
  type WordPattern,
  ZONE,
  ZONE_ID,
} from '../model/aws/word-patterns.ts';
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
const word = ({ pattern, words }: WordPattern) => z.string().check(z.regex(pattern, `must be ${words}`));
const id = (kind: string) => word(idOf(kind));
const accountId = word(ACCOUNT_ID);
const anyId = word(ANY_ID);
const zone = word(ZONE);
const cidr = word(IPV4_CIDR);
const awsWord = word(AWS_WORD);
const vpcId = id('vpc');
const subnetId = id('subnet');

const problem: z.ZodMiniType<Problem> = z.object({ code: awsWord, message: text, action: text });

const vpc: z.ZodMiniType<Vpc> = z.object({
  vpcId,
  ownerId: orNull(accountId),
  name: orNull(text),
  cidrBlocks: z.array(cidr),
  ipv6CidrBlocks: z.array(word(IPV6_CIDR)),
  tags,
});

const subnet: z.ZodMiniType<Subnet> = z.object({
  subnetId,
  vpcId,
  ownerId: orNull(accountId),
  name: orNull(text),
  cidrBlock: orNull(cidr),
  ipv6CidrBlocks: z.array(word(IPV6_CIDR)),
  ipv6Native: z.boolean(),
  availabilityZone: orNull(zone),
  availabilityZoneId: orNull(word(ZONE_ID)),
  outpostArn: orNull(word(ARN)),
  mapPublicIpOnLaunch: z.exactOptional(z.boolean()),
  awsAvailable: orNull(count),
  tags,
});

const networkInterface: z.ZodMiniType<NetworkInterface> = z.object({
  networkInterfaceId: id('eni'),
  subnetId,
  vpcId: orNull(vpcId),
  ownerId: orNull(accountId),
  interfaceType: awsWord,
  // EC2 may leave it out.
  status: z.union([awsWord, z.literal('')]),
  description: text,
  requesterId: orNull(anyId),
  requesterManaged: z.boolean(),
  operatorPrincipal: orNull(anyId),
  attachment: orNull(
    z.object({
      attachmentId: orNull(anyId),
      instanceId: orNull(anyId),
      instanceOwnerId: orNull(anyId),
      deviceIndex: orNull(count),
      networkCardIndex: orNull(count),
      deleteOnTermination: orNull(z.boolean()),
    }),
  ),
  privateAddresses: z.array(z.object({ address: word(IPV4_ADDRESS), primary: z.boolean() })),
  ipv4Prefixes: z.array(cidr),
  ipv6AddressCount: count,
  ipv6Prefixes: z.array(word(IPV6_CIDR)),
  tags,
});

const reservation: z.ZodMiniType<SubnetCidrReservation> = z.object({
  reservationId: anyId,
  subnetId,
  cidr: z.union([cidr, word(IPV6_CIDR)]),
  type: z.enum(['prefix', 'explicit']),
});

const instance: z.ZodMiniType<Instance> = z.object({
  instanceId: anyId,
  instanceType: awsWord,
  state: awsWord,
  subnetId: orNull(subnetId),
  vpcId: orNull(vpcId),
  availabilityZone: orNull(zone),
  ownerId: orNull(accountId),
  platform: z.exactOptional(orNull(text)),
  tags,
});

const instanceLimits: z.ZodMiniType<InstanceLimits> = z.object({
  type: awsWord,
  maxEnis: count,
  ipv4PerEni: count,
  hypervisor: awsWord,
  bareMetal: z.boolean(),
  networkCards: count,
  prefixDelegation: z.boolean(),
  trunk: z.boolean(),
  branchEnis: orNull(count),
  vcpus: orNull(count),
});

const vpcConnection: z.ZodMiniType<VpcConnection> = z.object({
  kind: z.enum(['peering', 'transit-gateway']),
  id: anyId,
  vpcs: z.array(z.object({ vpcId, accountId: orNull(accountId), cidrBlocks: orNull(z.array(cidr)) })),
  membersKnown: z.exactOptional(z.boolean()),
});

const routeTable: z.ZodMiniType<RouteTable> = z.object({
  routeTableId: anyId,
  vpcId,
  main: z.boolean(),
  subnetIds: z.array(subnetId),
  routes: z.array(
    z.object({ destination: word(ROUTE_DESTINATION), target: orNull(anyId), active: z.boolean() }),
  ),
});

const healthIssues = z.array(z.object({ code: awsWord, message: orNull(text), resourceIds: z.array(anyId) }));

const warmPool = z.object({ minSize: count, maxGroupPreparedCapacity: orNull(count) });

const eksCluster: z.ZodMiniType<EksCluster> = z.object({
  name: text,
  arn: word(ARN),
  version: orNull(awsWord),
  status: orNull(awsWord),
  vpcId: orNull(vpcId),
  subnetIds: z.array(subnetId),
  ipFamily: orNull(z.enum(['ipv4', 'ipv6'])),
  serviceIpv4Cidr: z.exactOptional(orNull(cidr)),
  serviceIpv6Cidr: z.exactOptional(orNull(word(IPV6_CIDR))),
  autoMode: z.boolean(),
  controlPlaneTier: z.exactOptional(orNull(awsWord)),
  healthIssues,
  nodeGroups: z.array(
    z.object({
      name: text,
      status: orNull(awsWord),
      minSize: count,
      maxSize: count,
      desiredSize: count,
      subnetIds: z.array(subnetId),
      instanceTypes: z.array(awsWord),
      amiType: z.exactOptional(orNull(awsWord)),
      autoScalingGroups: texts,
      update: z.exactOptional(
        orNull(
          z.object({
            maxUnavailable: orNull(count),
            maxUnavailablePercentage: orNull(count),
            strategy: orNull(awsWord),
          }),
        ),
      ),
      warmPool: z.exactOptional(orNull(warmPool)),
      healthIssues,
    }),
  ),
  fargateProfiles: z.array(z.object({ name: text, subnetIds: z.array(subnetId) })),
  vpcCni: orNull(z.object({ version: orNull(awsWord), configuration: orNull(text) })),
  outsideRanges: z.exactOptional(z.array(cidr)),
});

/** A number, `$Latest` or `$Default`. */
const templateVersion = word({
  pattern: /^(?:\d{1,9}|\$Latest|\$Default)$/,
  words: 'the version of a launch template, such as 3 or $Latest',
});

const autoScalingGroup: z.ZodMiniType<AutoScalingGroup> = z.object({
  name: text,
  minSize: count,
  maxSize: count,
  desiredCapacity: count,
  subnetIds: z.array(subnetId),
  instanceTypes: z.array(awsWord),
  instanceIds: z.array(anyId),
  weights: z.exactOptional(orNull(z.record(awsWord, z.number().check(z.positive())))),
  launchTemplates: z.exactOptional(z.array(z.object({ launchTemplateId: anyId, version: templateVersion }))),
  warmPool: z.exactOptional(warmPool),
  tags,
});

const launchTemplate: z.ZodMiniType<LaunchTemplate> = z.object({
  launchTemplateId: anyId,
  version: templateVersion,
  interfaces: z.array(
    z.object({
      deviceIndex: count,
      networkCardIndex: count,
      interfaceType: awsWord,
      subnetId: orNull(subnetId),
      secondaries: count,
      prefixes: count,
    }),
  ),
  maxPods: z.exactOptional(count),
});

const vpcEndpoint: z.ZodMiniType<VpcEndpoint> = z.object({
  vpcEndpointId: anyId,
  vpcId,
  type: awsWord,
  name: orNull(text),
  prefixes: z.array(z.object({ subnetId, cidr })),
});

const elasticAddress: z.ZodMiniType<ElasticAddress> = z.object({
  allocationId: anyId,
  name: orNull(text),
  associationId: orNull(anyId),
  networkInterfaceId: orNull(id('eni')),
  serviceManaged: orNull(awsWord),
});

const serviceQuota: z.ZodMiniType<ServiceQuota> = z.object({
  service: z.enum(['ec2', 'vpc']),
  code: word(QUOTA_CODE),
  name: text,
  value: z.number().check(z.nonnegative()),
});

/** The lists of a target, each without the alternative that it could not be read. */
export const LISTS_OF_A_TARGET = {
  vpcs: z.array(vpc),
  subnets: z.array(subnet),
  interfaces: z.array(networkInterface),
  instances: z.array(instance),
  instanceTypes: z.array(instanceLimits),
  vpcConnections: z.array(vpcConnection),
  routeTables: z.array(routeTable),
  elasticAddresses: z.array(elasticAddress),
  launchTemplates: z.array(launchTemplate),
  vpcEndpoints: z.array(vpcEndpoint),
  serviceQuotas: z.array(serviceQuota),
  eksClusters: z.array(eksCluster),
  autoScalingGroups: z.array(autoScalingGroup),
};

/** The records, or why they could not be read. */
const recorded = <Record>(record: z.ZodMiniType<Record>) => z.union([z.array(record), problem]);

const targetEstate: z.ZodMiniType<TargetEstate> = z.object({
  target: z.object({ accountId, region: word(REGION) }),
  vpcs: recorded(vpc),
  subnets: recorded(subnet),
  interfaces: recorded(networkInterface),
  reservations: z.record(subnetId, recorded(reservation)),
  instances: recorded(instance),
  instanceTypes: recorded(instanceLimits),
  vpcConnections: recorded(vpcConnection),
  routeTables: z.exactOptional(recorded(routeTable)),
  elasticAddresses: z.exactOptional(recorded(elasticAddress)),
  launchTemplates: z.exactOptional(recorded(launchTemplate)),
  vpcEndpoints: z.exactOptional(recorded(vpcEndpoint)),
  serviceQuotas: z.exactOptional(recorded(serviceQuota)),
  eksClusters: recorded(eksCluster),
  refusedClusters: z.exactOptional(z.array(z.object({ name: text, problem }))),
  autoScalingGroups: recorded(autoScalingGroup),
});

export const ESTATE_SCHEMA: z.ZodMiniType<Estate> = z.object({
  schema: z.literal('headroom/estate@1'),
  collectedAt: z.iso.datetime(),
  redacted: z.boolean(),
  targets: z.array(targetEstate),
});

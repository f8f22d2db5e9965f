import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Filter,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';
import { describingFailure, eachItem } from '../model/aws/aws-pages.ts';
import type { AwsCallContext } from '../model/aws/failed-call.ts';
import type {
  ElasticAddress,
  Instance,
  InstanceLimits,
  LaunchTemplate,
  LaunchTemplateVersion,
  NetworkInterface,
  RouteTable,
  Subnet,
  SubnetCidrReservation,
  Target,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import { FILTER_VALUES, PAGE_SIZE } from './ec2-limits.ts';
import {
  elasticAddressRecord,
  instanceLimitsRecord,
  instanceRecord,
  interfaceRecord,
  launchTemplateRecord,
  listOf,
  reservationRecord,
  subnetRecord,
  vpcEndpointRecord,
  vpcRecord,
} from './ec2-records.ts';
import {
  type InstanceScope,
  type InterfaceScope,
  type InventoryScope,
  type InventorySource,
  SubnetGoneError,
} from './inventory-source.ts';
import { HandOver } from './page-reader/hand-over.ts';
import { routeTableRecord } from './route-tables.ts';
import {
  peeringRecord,
  type TransitGatewayAttachment,
  transitGatewayAttachmentRecord,
  transitGatewayConnections,
} from './vpc-connections.ts';

/** The same for DescribeInstanceTypes: 5 to 100. */
const INSTANCE_TYPE_PAGE_SIZE = 100;

/** The same for DescribeRouteTables: 5 to 100. */
const ROUTE_TABLE_PAGE_SIZE = 100;

export interface Ec2InventoryInput {
  readonly client: EC2Client;
  readonly target: Target;
  /** The caller's deadline. When it fires, the call in flight ends and the failure says so. */
  readonly signal?: AbortSignal;
  /** The role the client uses, to name it in failures. */
  readonly roleArn?: string | null;
}

/**
 * Inventory from the EC2 API of one target. Sends `IncludeManagedResources`, without which interfaces and nodes of
 * EKS Auto Mode and other managed services can be hidden and would be taken for free addresses.
 *
 * Every method throws an `AwsFailure` (shared/model/aws/aws-failure.ts) when AWS did not answer in full.
 */
export const createEc2Inventory = ({
  client,
  target,
  signal,
  roleArn,
}: Ec2InventoryInput): InventorySource => {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const context = (action: string): AwsCallContext => ({
    action: `ec2:${action}`,
    target,
    roleArn: roleArn ?? null,
  });

  const vpcs = async (scope: InventoryScope): Promise<readonly Vpc[]> => {
    const found: Vpc[] = [];
    for (const filters of vpcFilters(scope)) {
      await eachItem(
        context('DescribeVpcs'),
        async (NextToken) => {
          const command = new DescribeVpcsCommand({ ...filters, MaxResults: PAGE_SIZE, NextToken });
          const answer = await client.send(command, options);
          return { items: listOf(answer.Vpcs, 'vpcSet').map(vpcRecord), nextToken: answer.NextToken };
        },
        (vpc) => found.push(vpc),
      );
    }
    return found;
  };

  const subnets = async (scope: InventoryScope): Promise<readonly Subnet[]> => {
    const found: Subnet[] = [];
    for (const filters of vpcFilters(scope)) {
      await eachItem(
        context('DescribeSubnets'),
        async (NextToken) => {
          const command = new DescribeSubnetsCommand({ ...filters, MaxResults: PAGE_SIZE, NextToken });
          const answer = await client.send(command, options);
          return {
            items: listOf(answer.Subnets, 'subnetSet').map(subnetRecord),
            nextToken: answer.NextToken,
          };
        },
        (subnet) => found.push(subnet),
      );
    }
    return found;
  };

  const eachInterface = async (
    scope: InterfaceScope,
    receive: (networkInterface: NetworkInterface) => void,
  ): Promise<void> => {
    for (const filters of interfaceFilters(scope)) {
      await eachItem(
        context('DescribeNetworkInterfaces'),
        async (NextToken) => {
          const command = new DescribeNetworkInterfacesCommand({
            ...filters,
            IncludeManagedResources: true,
            MaxResults: PAGE_SIZE,
            NextToken,
          });
          const page = new HandOver(interfaceId, receive);
          page.attachTo(command);
          const answer = await client.send(command, options);
          const items = page.streamed
            ? []
            : listOf(answer.NetworkInterfaces, 'networkInterfaceSet').map(interfaceRecord);
          return { items, nextToken: answer.NextToken };
        },
        receive,
      );
    }
  };

  const reservations = async (subnetId: string): Promise<readonly SubnetCidrReservation[]> => {
    const found: SubnetCidrReservation[] = [];
    try {
      await eachItem(
        context('GetSubnetCidrReservations'),
        async (NextToken) => {
          const command = new GetSubnetCidrReservationsCommand({
            SubnetId: subnetId,
            MaxResults: PAGE_SIZE,
            NextToken,
          });
          const answer = await client.send(command, options);
          const items = listOf(answer.SubnetIpv4CidrReservations, 'subnetIpv4CidrReservationSet').map(
            (reservation) => reservationRecord(reservation, subnetId),
          );
          return { items, nextToken: answer.NextToken };
        },
        (reservation) => found.push(reservation),
      );
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (cause instanceof Error && cause.name === 'InvalidSubnetID.NotFound')
        throw new SubnetGoneError(subnetId, { cause });
      throw error;
    }
    return found;
  };

  const eachInstance = async (scope: InstanceScope, receive: (instance: Instance) => void): Promise<void> => {
    for (const filters of instanceFilters(scope)) {
      await eachItem(
        context('DescribeInstances'),
        async (NextToken) => {
          const command = new DescribeInstancesCommand({
            ...filters,
            IncludeManagedResources: true,
            MaxResults: PAGE_SIZE,
            NextToken,
          });
          const page = new HandOver(instanceId, receive);
          page.attachTo(command);
          const answer = await client.send(command, options);
          const items = page.streamed
            ? []
            : listOf(answer.Reservations, 'reservationSet').flatMap(({ Instances, OwnerId }) =>
                listOf(Instances, 'instancesSet').map((instance) => instanceRecord(instance, OwnerId)),
              );
          return { items, nextToken: answer.NextToken };
        },
        receive,
      );
    }
  };

  const instanceTypes = async (types: readonly string[]): Promise<readonly InstanceLimits[]> => {
    const found: InstanceLimits[] = [];
    // By filter, not by `InstanceTypes`: one unknown type in that list fails the whole call.
    for (const Values of chunks([...new Set(types)], FILTER_VALUES)) {
      await eachItem(
        context('DescribeInstanceTypes'),
        async (NextToken) => {
          const command = new DescribeInstanceTypesCommand({
            Filters: [{ Name: 'instance-type', Values }],
            MaxResults: INSTANCE_TYPE_PAGE_SIZE,
            NextToken,
          });
          const answer = await client.send(command, options);
          const items = listOf(answer.InstanceTypes, 'instanceTypeSet').flatMap(
            (info) => instanceLimitsRecord(info) ?? [],
          );
          return { items, nextToken: answer.NextToken };
        },
        (limits) => found.push(limits),
      );
    }
    return found;
  };

  const peerings = async (): Promise<readonly VpcConnection[]> => {
    const found: VpcConnection[] = [];
    await eachItem(
      context('DescribeVpcPeeringConnections'),
      async (NextToken) => {
        const command = new DescribeVpcPeeringConnectionsCommand({
          Filters: [{ Name: 'status-code', Values: ['active'] }],
          MaxResults: PAGE_SIZE,
          NextToken,
        });
        const answer = await client.send(command, options);
        return {
          items: listOf(answer.VpcPeeringConnections, 'vpcPeeringConnectionSet').map(peeringRecord),
          nextToken: answer.NextToken,
        };
      },
      (peering) => found.push(peering),
    );
    return found;
  };

  const transitGatewayAttachments = async (): Promise<readonly TransitGatewayAttachment[]> => {
    const found: TransitGatewayAttachment[] = [];
    await eachItem(
      context('DescribeTransitGatewayVpcAttachments'),
      async (NextToken) => {
        const command = new DescribeTransitGatewayVpcAttachmentsCommand({
          Filters: [{ Name: 'state', Values: ['available'] }],
          MaxResults: PAGE_SIZE,
          NextToken,
        });
        const answer = await client.send(command, options);
        const items = listOf(answer.TransitGatewayVpcAttachments, 'transitGatewayVpcAttachments').map(
          transitGatewayAttachmentRecord,
        );
        return { items, nextToken: answer.NextToken };
      },
      (attachment) => found.push(attachment),
    );
    return found;
  };

  const vpcConnections = async ({ vpcIds }: InventoryScope): Promise<readonly VpcConnection[]> => {
    const peered = await peerings();
    const attachments = await transitGatewayAttachments();
    const ranges = attachments.length === 0 ? [] : await vpcs({});
    const connections = [...peered, ...transitGatewayConnections(attachments, ranges, target.accountId)];
    return vpcIds === undefined
      ? connections
      : connections.filter((connection) => connection.vpcs.some(({ vpcId }) => vpcIds.includes(vpcId)));
  };

  const routeTables = async (scope: InventoryScope): Promise<readonly RouteTable[]> => {
    const found: RouteTable[] = [];
    for (const filters of vpcFilters(scope)) {
      await eachItem(
        context('DescribeRouteTables'),
        async (NextToken) => {
          const command = new DescribeRouteTablesCommand({
            ...filters,
            MaxResults: ROUTE_TABLE_PAGE_SIZE,
            NextToken,
          });
          const answer = await client.send(command, options);
          return {
            items: listOf(answer.RouteTables, 'routeTableSet').map(routeTableRecord),
            nextToken: answer.NextToken,
          };
        },
        (table) => found.push(table),
      );
    }
    return found;
  };

  /** EC2 answers them all at once: the call knows no pages. Those of EC2-Classic have no allocation, and are gone. */
  const elasticAddresses = (): Promise<readonly ElasticAddress[]> =>
    describingFailure(context('DescribeAddresses'), async () => {
      const answer = await client.send(new DescribeAddressesCommand({}), options);
      return listOf(answer.Addresses, 'addressesSet').map(elasticAddressRecord);
    });

  /** One call for each: EC2 takes one template at a time. */
  const launchTemplates = async (
    versions: readonly LaunchTemplateVersion[],
  ): Promise<readonly LaunchTemplate[]> => {
    const found: LaunchTemplate[] = [];
    for (const wanted of versions) {
      const { launchTemplateId, version } = wanted;
      await describingFailure(
        { ...context('DescribeLaunchTemplateVersions'), resource: `launch template ${launchTemplateId}` },
        async () => {
          try {
            const command = new DescribeLaunchTemplateVersionsCommand({
              LaunchTemplateId: launchTemplateId,
              Versions: [version],
            });
            const answer = await client.send(command, options);
            const [first] = listOf(answer.LaunchTemplateVersions, 'launchTemplateVersionSet');
            if (first !== undefined) found.push(launchTemplateRecord(wanted, first));
          } catch (error) {
            const isGone = error instanceof Error && GONE_TEMPLATES.has(error.name);
            if (!isGone) throw error;
          }
        },
      );
    }
    return found;
  };

  const vpcEndpoints = async (scope: InventoryScope): Promise<readonly VpcEndpoint[]> => {
    const found: VpcEndpoint[] = [];
    for (const filters of vpcFilters(scope)) {
      await eachItem(
        context('DescribeVpcEndpoints'),
        async (NextToken) => {
          const command = new DescribeVpcEndpointsCommand({ ...filters, MaxResults: PAGE_SIZE, NextToken });
          const answer = await client.send(command, options);
          return {
            items: listOf(answer.VpcEndpoints, 'vpcEndpointSet').map(vpcEndpointRecord),
            nextToken: answer.NextToken,
          };
        },
        (endpoint) => {
          if (endpoint.prefixes.length > 0) found.push(endpoint);
        },
      );
    }
    return found;
  };

  return {
    vpcs,
    subnets,
    eachInterface,
    reservations,
    eachInstance,
    instanceTypes,
    vpcConnections,
    routeTables,
    elasticAddresses,
    launchTemplates,
    vpcEndpoints,
  };
};

/** A template, or a version of it, that was deleted since its group was listed. EC2 API reference, error codes. */
const GONE_TEMPLATES: ReadonlySet<string> = new Set([
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateId.VersionNotFound',
]);

const interfaceId = ({ networkInterfaceId }: NetworkInterface): string => networkInterfaceId;

const instanceId = ({ instanceId }: Instance): string => instanceId;

/** One request's filters each. */
type Filters = readonly { readonly Filters?: Filter[] }[];

/**
 * None for everything, otherwise as many as the filter limit makes of the values.
 *
 * @param also what every request asks for besides
 */
const filtersOf = (
  Name: string,
  values: readonly string[] | undefined,
  also: readonly Filter[] = [],
): Filters => {
  if (values === undefined) return [also.length === 0 ? {} : { Filters: [...also] }];
  return chunks([...new Set(values)], FILTER_VALUES).map((Values) => ({
    Filters: [{ Name, Values }, ...also],
  }));
};

const vpcFilters = ({ vpcIds }: InventoryScope): Filters => filtersOf('vpc-id', vpcIds);

const interfaceFilters = ({ subnetIds, vpcIds }: InterfaceScope, also?: readonly Filter[]): Filters =>
  subnetIds === undefined ? filtersOf('vpc-id', vpcIds, also) : filtersOf('subnet-id', subnetIds, also);

const instanceFilters = (scope: InstanceScope): Filters =>
  interfaceFilters(
    scope,
    scope.states === undefined ? [] : [{ Name: 'instance-state-name', Values: [...scope.states] }],
  );

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

import type { ReservationType, Tags } from '../../shared/model/aws/inventory.ts';
import { addressNumber, addressText, rangeOf } from '../cni/ipv4-range.ts';
import { type SeededRandom, seededRandom } from '../cni/seeded-random.ts';
import { SubnetPool } from '../cni/subnet-pool.ts';
import type { ClusterController } from './cluster-controller.ts';
import type { EstateView } from './estate-view.ts';
import type {
  LabAttachment,
  LabAutoScalingGroup,
  LabEcsService,
  LabEksCluster,
  LabElasticAddress,
  LabFleet,
  LabInstance,
  LabInterface,
  LabIpamPool,
  LabLaunchTemplate,
  LabPeering,
  LabQuota,
  LabReservation,
  LabRoute,
  LabRouteTable,
  LabScalingActivity,
  LabSpotRequest,
  LabTransitGatewayAttachment,
  LabVpc,
  LabVpcEndpoint,
  SimulatedSubnet,
} from './records.ts';

interface SubnetInput {
  readonly vpcId: string;
  /** `null`: IPv6 only. */
  readonly cidrBlock: string | null;
  readonly name: string;
  /** The zone's letter: `a` becomes `eu-west-1a`. */
  readonly zone?: string;
  readonly availabilityZone?: string;
  readonly ipv6CidrBlocks?: readonly string[];
  readonly outpostArn?: string;
  readonly mapPublicIpOnLaunch?: boolean;
  readonly sharedWith?: readonly string[];
  readonly tags?: Tags;
  readonly reservedCountsAsAvailable?: boolean;
}

interface InterfaceInput {
  readonly subnetId: string;
  readonly description: string;
  /** Where it is not the subnet's owner: a participant's interface in a shared subnet. */
  readonly ownerId?: string;
  readonly interfaceType?: string;
  readonly status?: string;
  readonly requesterId?: string;
  readonly requesterManaged?: boolean;
  readonly operator?: LabInterface['operator'];
  readonly attachment?: Partial<LabAttachment> | null;
  readonly secondaryAddresses?: number;
  readonly prefixes?: number;
  /** Exact addresses in place of random ones, the primary first. */
  readonly at?: readonly number[];
  readonly ipv6Addresses?: readonly string[];
  readonly ipv6Prefixes?: readonly string[];
  readonly tags?: Tags;
}

/** Region name without its hyphens' words, as AWS's zone ids have it: `eu-west-1` becomes `euw1`. */
const zoneIdRegion = (region: string): string => {
  const [area = '', direction = '', number = ''] = region.split('-');
  const directions = direction.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0));
  return `${area}${directions}${number}`;
};

const SCALING_ACTIVITIES_KEPT = 500;

/**
 * The state of a simulated estate, and the few things that change it. Addresses come from each subnet's pool, so that
 * counts, interfaces and refusals always agree with one another.
 */
export class World {
  readonly random: SeededRandom;
  /** Simulated time, for the moments that records carry. */
  now: number;
  readonly vpcs = new Map<string, LabVpc>();
  readonly subnets = new Map<string, SimulatedSubnet>();
  readonly interfaces = new Map<string, LabInterface>();
  readonly instances = new Map<string, LabInstance>();
  readonly peerings: LabPeering[] = [];
  readonly transitGatewayAttachments: LabTransitGatewayAttachment[] = [];
  /** Tables beside the main table that every VPC has from the beginning. */
  readonly routeTables = new Map<string, LabRouteTable>();
  readonly elasticAddresses = new Map<string, LabElasticAddress>();
  readonly launchTemplates = new Map<string, LabLaunchTemplate>();
  readonly vpcEndpoints = new Map<string, LabVpcEndpoint>();
  readonly ipamPools = new Map<string, LabIpamPool>();
  /** By `cluster/service`. */
  readonly ecsServices = new Map<string, LabEcsService>();
  readonly fleets = new Map<string, LabFleet>();
  readonly spotRequests = new Map<string, LabSpotRequest>();
  readonly clusters = new Map<string, LabEksCluster>();
  readonly autoScalingGroups = new Map<string, LabAutoScalingGroup>();
  /** Launches that EC2 refused, the latest first. */
  #scalingActivities: readonly LabScalingActivity[] = [];
  /** Clusters that carry out the orders that EKS and Auto Scaling get, by name. */
  readonly controllers = new Map<string, ClusterController>();
  /** How many IPv4 blocks EC2 lets a VPC have. Source: VPC user guide, quotas. */
  cidrBlocksPerVpc = 5;
  /** Further quotas, by their codes. One that is not here has AWS's default, and Service Quotas does not list it. */
  readonly quotas = new Map<string, LabQuota>();
  #lastId = 0;

  constructor(seed: number, now: number) {
    this.random = seededRandom(seed);
    this.now = now;
  }

  #raisedQuotas(ownerId: string, region: string): readonly LabQuota[] {
    const value = this.cidrBlocksPerVpc;
    if (value === 5) return [];
    return [{ ownerId, region, service: 'vpc', code: 'L-83CA0A9D', name: 'IPv4 CIDR blocks per VPC', value }];
  }

  /** An id as EC2 makes them: seventeen hexadecimal digits. Scattered, but the same in every run. */
  newId(kind: string): string {
    this.#lastId += 1;
    const scattered = Math.imul(this.#lastId, 0x9e3779b1) >>> 0;
    return `${kind}-0${scattered.toString(16).padStart(8, '0')}${this.#lastId.toString(16).padStart(8, '0')}`;
  }

  createVpc(input: {
    readonly ownerId: string;
    readonly region: string;
    readonly cidrBlock: string;
    readonly name: string;
    readonly ipv6CidrBlocks?: readonly string[];
    readonly tags?: Tags;
  }): LabVpc {
    const vpc: LabVpc = {
      vpcId: this.newId('vpc'),
      ownerId: input.ownerId,
      region: input.region,
      isDefault: false,
      cidrBlocks: [this.#association(input.cidrBlock)],
      ipv6CidrBlocks: input.ipv6CidrBlocks ?? [],
      tags: { Name: input.name, ...input.tags },
    };
    this.vpcs.set(vpc.vpcId, vpc);
    return vpc;
  }

  associateCidrBlock(vpcId: string, cidrBlock: string, state = 'associated'): void {
    const vpc = found(this.vpcs, vpcId);
    const association = { ...this.#association(cidrBlock), state };
    this.vpcs.set(vpcId, { ...vpc, cidrBlocks: [...vpc.cidrBlocks, association] });
  }

  createSubnet(input: SubnetInput): SimulatedSubnet {
    const vpc = found(this.vpcs, input.vpcId);
    const zone = input.zone ?? 'a';
    const number = zone.charCodeAt(0) - 'a'.charCodeAt(0) + 1;
    const options = { reservedCountsAsAvailable: input.reservedCountsAsAvailable ?? false };
    const subnet: SimulatedSubnet = {
      subnetId: this.newId('subnet'),
      vpcId: vpc.vpcId,
      ownerId: vpc.ownerId,
      region: vpc.region,
      cidrBlock: input.cidrBlock,
      ipv6CidrBlocks: input.ipv6CidrBlocks ?? [],
      availabilityZone: input.availabilityZone ?? `${vpc.region}${zone}`,
      availabilityZoneId: `${zoneIdRegion(vpc.region)}-az${number}`,
      outpostArn: input.outpostArn ?? null,
      mapPublicIpOnLaunch: input.mapPublicIpOnLaunch ?? false,
      sharedWith: input.sharedWith ?? [],
      tags: { Name: input.name, ...input.tags },
      pool: input.cidrBlock === null ? null : new SubnetPool(input.cidrBlock, this.random, options),
    };
    this.subnets.set(subnet.subnetId, subnet);
    return subnet;
  }

  /** A table of its own for some subnets of a VPC; its local routes need not be given. */
  createRouteTable(input: {
    readonly vpcId: string;
    readonly subnetIds: readonly string[];
    readonly routes: readonly LabRoute[];
    readonly name?: string;
  }): LabRouteTable {
    const vpc = found(this.vpcs, input.vpcId);
    const table: LabRouteTable = {
      routeTableId: this.newId('rtb'),
      vpcId: vpc.vpcId,
      ownerId: vpc.ownerId,
      main: false,
      subnetIds: input.subnetIds,
      routes: input.routes,
      tags: input.name === undefined ? {} : { Name: input.name },
    };
    this.routeTables.set(table.routeTableId, table);
    return table;
  }

  /** An Elastic IP address, of the range that is kept for documents (RFC 5737). */
  allocateAddress(
    input: Pick<LabElasticAddress, 'ownerId' | 'region' | 'networkInterfaceId'> & { readonly name?: string },
  ): LabElasticAddress {
    const { name, ...facts } = input;
    const address: LabElasticAddress = {
      ...facts,
      allocationId: this.newId('eipalloc'),
      publicIp: `203.0.113.${1 + (this.elasticAddresses.size % 254)}`,
      tags: name === undefined ? {} : { Name: name },
    };
    this.elasticAddresses.set(address.allocationId, address);
    return address;
  }

  /** The subnet is served by this table from now on, and by no other. @throws RangeError for what is not there */
  associateRouteTable(routeTableId: string, subnetId: string): void {
    const table = found(this.routeTables, routeTableId);
    this.subnet(subnetId);
    for (const each of this.routeTables.values()) {
      const subnetIds = each.subnetIds.filter((id) => id !== subnetId);
      this.routeTables.set(each.routeTableId, { ...each, subnetIds });
    }
    const subnetIds = table.subnetIds.filter((id) => id !== subnetId);
    this.routeTables.set(routeTableId, { ...table, subnetIds: [...subnetIds, subnetId] });
  }

  /** The subnet, which every further action needs to exist. */
  subnet(subnetId: string): SimulatedSubnet {
    return found(this.subnets, subnetId);
  }

  /** The addresses of a subnet that has IPv4. */
  pool(subnetId: string): SubnetPool {
    const { pool } = this.subnet(subnetId);
    if (pool === null) throw new RangeError(`The subnet ${subnetId} has no IPv4 addresses.`);
    return pool;
  }

  reserve(subnetId: string, cidr: string, type: ReservationType): void {
    this.pool(subnetId).reserve(cidr, type);
  }

  /** @throws AllocationError as EC2's CreateNetworkInterface would fail */
  createInterface(input: InterfaceInput): LabInterface {
    const subnet = this.subnet(input.subnetId);
    const { pool } = subnet;
    const addresses =
      pool === null
        ? []
        : (input.at?.map((address) => pool.takeAddress(address)) ??
          pool.takeAddresses(1 + (input.secondaryAddresses ?? 0)));
    const prefixes = pool?.takePrefixes(input.prefixes ?? 0) ?? [];
    const created: LabInterface = {
      networkInterfaceId: this.newId('eni'),
      subnetId: subnet.subnetId,
      vpcId: subnet.vpcId,
      availabilityZone: subnet.availabilityZone,
      ownerId: input.ownerId ?? subnet.ownerId,
      interfaceType: input.interfaceType ?? 'interface',
      status: input.status ?? (input.attachment === null ? 'available' : 'in-use'),
      description: input.description,
      requesterId: input.requesterId ?? null,
      requesterManaged: input.requesterManaged ?? input.requesterId !== undefined,
      operator: input.operator ?? null,
      attachment: input.attachment === null ? null : this.attachment(input.attachment ?? {}),
      addresses: addresses.map(addressText),
      prefixes: prefixes.map((base) => `${addressText(base)}/28`),
      ipv6Addresses: input.ipv6Addresses ?? [],
      ipv6Prefixes: input.ipv6Prefixes ?? [],
      tags: input.tags ?? {},
    };
    this.interfaces.set(created.networkInterfaceId, created);
    return created;
  }

  /** Gives its addresses back. @throws RangeError for one that is not there */
  deleteInterface(networkInterfaceId: string): void {
    const { subnetId, addresses, prefixes } = found(this.interfaces, networkInterfaceId);
    const { pool } = this.subnet(subnetId);
    for (const address of addresses) pool?.releaseAddress(addressNumber(address));
    for (const prefix of prefixes) pool?.releasePrefix(rangeOf(prefix).base);
    this.interfaces.delete(networkInterfaceId);
  }

  /** Puts tags on a resource, and takes away those whose value is `null`. */
  tagSubnet(subnetId: string, changes: Readonly<Record<string, string | null>>): void {
    const subnet = this.subnet(subnetId);
    const tags = Object.fromEntries(
      Object.entries({ ...subnet.tags, ...changes }).flatMap(([key, value]) =>
        value === null || value === undefined ? [] : [[key, value]],
      ),
    );
    this.subnets.set(subnetId, { ...subnet, tags });
  }

  attachment(input: Partial<LabAttachment>): LabAttachment {
    return {
      attachmentId: this.newId('eni-attach'),
      instanceId: null,
      instanceOwnerId: 'amazon-aws',
      deviceIndex: 1,
      networkCardIndex: 0,
      deleteOnTermination: false,
      attachTime: new Date(this.now),
      ...input,
    };
  }

  #association(cidrBlock: string): LabVpc['cidrBlocks'][number] {
    return { associationId: this.newId('vpc-cidr-assoc'), cidrBlock, state: 'associated' };
  }

  /** What EC2 shows this account here: what it owns, and in subnets it owns also what participants hold. */
  view(accountId: string, region: string): EstateView {
    const subnets = [...this.subnets.values()].filter(
      (subnet) =>
        subnet.region === region && (subnet.ownerId === accountId || subnet.sharedWith.includes(accountId)),
    );
    const vpcIds = new Set(subnets.map(({ vpcId }) => vpcId));
    const owned = new Set(
      subnets.filter(({ ownerId }) => ownerId === accountId).map(({ subnetId }) => subnetId),
    );
    const visible = new Set(subnets.map(({ subnetId }) => subnetId));
    const here = (record: { readonly region: string; readonly ownerId: string }): boolean =>
      record.region === region && record.ownerId === accountId;
    return {
      vpcs: [...this.vpcs.values()].filter(
        (vpc) => here(vpc) || (vpc.region === region && vpcIds.has(vpc.vpcId)),
      ),
      subnets: subnets.map(({ pool, ...subnet }) => ({
        ...subnet,
        availableIpAddressCount: pool?.availableIpAddressCount ?? 0,
      })),
      interfaces: [...this.interfaces.values()].filter(
        ({ subnetId, ownerId }) => owned.has(subnetId) || (visible.has(subnetId) && ownerId === accountId),
      ),
      instances: [...this.instances.values()].filter(
        ({ subnetId, ownerId }) => visible.has(subnetId) && ownerId === accountId,
      ),
      peerings: this.peerings.filter(({ requester, accepter }) => here(requester) || here(accepter)),
      transitGatewayAttachments: this.transitGatewayAttachments.filter(
        ({ gatewayOwnerId, vpcOwnerId, ...attachment }) =>
          attachment.region === region && [vpcOwnerId, gatewayOwnerId].includes(accountId),
      ),
      routeTables: [...this.vpcs.values()].filter(here).flatMap((vpc) => this.#routeTables(vpc)),
      elasticAddresses: [...this.elasticAddresses.values()].filter(here),
      launchTemplates: [...this.launchTemplates.values()].filter(here),
      vpcEndpoints: [...this.vpcEndpoints.values()].filter(here),
      ipamPools: [...this.ipamPools.values()].filter(here),
      quotas: [...[...this.quotas.values()].filter(here), ...this.#raisedQuotas(accountId, region)],
      clusters: [...this.clusters.values()].filter(here),
      autoScalingGroups: [...this.autoScalingGroups.values()].filter(here),
      ecsServices: [...this.ecsServices.values()].filter(here),
      fleets: [...this.fleets.values()].filter(here),
      spotRequests: [...this.spotRequests.values()].filter(here),
      scalingActivities: this.#scalingActivities.filter(here),
      reservations: (subnetId) => (visible.has(subnetId) ? this.#reservations(subnetId) : null),
    };
  }

  /** A launch that EC2 refused. Auto Scaling forgets after six weeks; the lab after some hundreds. */
  noteFailedLaunch(activity: Omit<LabScalingActivity, 'activityId' | 'at' | 'availabilityZone'>): void {
    const { availabilityZone } = this.subnet(activity.subnetId);
    const made = {
      ...activity,
      availabilityZone,
      activityId: `launch-${this.now}-${activity.subnetId}`,
      at: new Date(this.now),
    };
    this.#scalingActivities = [made, ...this.#scalingActivities.slice(0, SCALING_ACTIVITIES_KEPT - 1)];
  }

  /** The main table, whose id follows from the VPC's, and the others; each with its local routes first. */
  #routeTables({ vpcId, ownerId, cidrBlocks }: LabVpc): readonly LabRouteTable[] {
    const main: LabRouteTable = {
      routeTableId: vpcId.replace('vpc-', 'rtb-'),
      vpcId,
      ownerId,
      main: true,
      subnetIds: [],
      routes: [],
      tags: {},
    };
    const others = [...this.routeTables.values()].filter((table) => table.vpcId === vpcId);
    const local = cidrBlocks.map(({ cidrBlock }) => ({ destination: cidrBlock, target: 'local' }));
    return [main, ...others].map((table) => ({ ...table, routes: [...local, ...table.routes] }));
  }

  #reservations(subnetId: string): readonly LabReservation[] {
    const { pool, ownerId } = this.subnet(subnetId);
    return (pool?.reservations ?? []).map(({ cidr, type }, index) => ({
      reservationId: `scr-${subnetId.slice('subnet-'.length, -2)}${index.toString(16).padStart(2, '0')}`,
      subnetId,
      ownerId,
      cidr,
      type,
    }));
  }
}

const found = <T>(records: ReadonlyMap<string, T>, id: string): T => {
  const record = records.get(id);
  if (record === undefined) throw new RangeError(`The lab has no ${id}.`);
  return record;
};

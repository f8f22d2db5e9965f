/**
 * Plain records of what AWS answered, in AWS's own words. No SDK types: the model must not care who asked.
 * A field that AWS did not send is `null`, never a default.
 */

import type { Problem } from '../base/errors.ts';

export type Tags = Readonly<Record<string, string>>;

/** One account in one Region: the unit that is scanned. */
export interface Target {
  readonly accountId: string;
  readonly region: string;
}

export interface Vpc {
  readonly vpcId: string;
  readonly ownerId: string | null;
  readonly name: string | null;
  /** Associated IPv4 blocks, the primary first. Only those in state `associated`. */
  readonly cidrBlocks: readonly string[];
  readonly ipv6CidrBlocks: readonly string[];
  readonly tags: Tags;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  /** The account that owns the subnet. Differs from the scanned account where the subnet is shared through RAM. */
  readonly ownerId: string | null;
  readonly name: string | null;
  /** `null` for an IPv6-only subnet, which has no IPv4 supply at all. */
  readonly cidrBlock: string | null;
  readonly ipv6CidrBlocks: readonly string[];
  readonly ipv6Native: boolean;
  readonly availabilityZone: string | null;
  readonly availabilityZoneId: string | null;
  readonly outpostArn: string | null;
  /** Instances that start there get a public IPv4 address, unless their launch says otherwise. Left out where they get none. */
  readonly mapPublicIpOnLaunch?: boolean;
  /** AWS's own `AvailableIpAddressCount`. */
  readonly awsAvailable: number | null;
  readonly tags: Tags;
}

export interface PrivateAddress {
  readonly address: string;
  readonly primary: boolean;
}

export interface InterfaceAttachment {
  readonly attachmentId: string | null;
  /** `null` for interfaces that AWS services attach to hosts of their own. */
  readonly instanceId: string | null;
  readonly instanceOwnerId: string | null;
  readonly deviceIndex: number | null;
  readonly networkCardIndex: number | null;
  readonly deleteOnTermination: boolean | null;
}

export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly vpcId: string | null;
  readonly ownerId: string | null;
  /** An open string: EC2's enumeration and its filter documentation disagree (`natGateway`, `nat_gateway`), and new ones appear. */
  readonly interfaceType: string;
  /** `available | associated | attaching | in-use | detaching`, as answered. */
  readonly status: string;
  readonly description: string;
  readonly requesterId: string | null;
  readonly requesterManaged: boolean;
  /** The managing service's principal, where EC2 names one (`Operator.Principal`, for example EKS Auto Mode). */
  readonly operatorPrincipal: string | null;
  readonly attachment: InterfaceAttachment | null;
  readonly privateAddresses: readonly PrivateAddress[];
  /** IPv4 /28 prefixes held by the interface. */
  readonly ipv4Prefixes: readonly string[];
  readonly ipv6AddressCount: number;
  readonly ipv6Prefixes: readonly string[];
  readonly tags: Tags;
}

export type ReservationType = 'prefix' | 'explicit';

export interface SubnetCidrReservation {
  readonly reservationId: string;
  readonly subnetId: string;
  readonly cidr: string;
  readonly type: ReservationType;
}

export interface Instance {
  readonly instanceId: string;
  readonly instanceType: string;
  /** `pending | running | stopping | stopped | shutting-down | terminated`. */
  readonly state: string;
  readonly subnetId: string | null;
  readonly vpcId: string | null;
  readonly availabilityZone: string | null;
  readonly ownerId: string | null;
  /** `windows` on Windows; `null` on everything else. Left out where it was not read. */
  readonly platform?: string | null;
  readonly tags: Tags;
}

/** What one instance type can hold, on its default network card, as the VPC CNI counts it. */
export interface InstanceLimits {
  readonly type: string;
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
  readonly hypervisor: string;
  readonly bareMetal: boolean;
  readonly networkCards: number;
  readonly prefixDelegation: boolean;
  readonly trunk: boolean;
  /** In no public API: only from the shipped table. `null` where that does not know the type. */
  readonly branchEnis: number | null;
  /** From DescribeInstanceTypes; the shipped table does not hold it. Decides the recommended cap of 110 or 250 pods. */
  readonly vcpus: number | null;
}

/** One VPC at the end of a connection. */
export interface ConnectedVpc {
  readonly vpcId: string;
  readonly accountId: string | null;
  /** `null`: this account may not describe the VPC, so its ranges are unknown. A VPC always has one. */
  readonly cidrBlocks: readonly string[] | null;
}

/** A VPC peering connection, or the VPCs on one transit gateway: their ranges must not overlap. */
export interface VpcConnection {
  readonly kind: 'peering' | 'transit-gateway';
  readonly id: string;
  readonly vpcs: readonly ConnectedVpc[];
  /**
   * Whether `vpcs` is known to be all of them. EC2 shows every attachment of a transit gateway only to its owner; other
   * accounts see their own. Absent: not known.
   */
  readonly membersKnown?: boolean;
}

/** Where traffic to one destination goes. */
export interface Route {
  /** An IPv4 or IPv6 range, or the id of a prefix list. */
  readonly destination: string;
  /** The id of the gateway, interface or connection, or `local`. `null`: EC2 named none that Headroom knows. */
  readonly target: string | null;
  /** False for a `blackhole`: the target is gone. */
  readonly active: boolean;
}

export interface RouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  /** The VPC's main table serves every subnet that has no table of its own. */
  readonly main: boolean;
  /** Subnets that are associated with it explicitly. */
  readonly subnetIds: readonly string[];
  readonly routes: readonly Route[];
}

/** A quota that applies to the account in the Region, as Service Quotas lists it. */
export interface ServiceQuota {
  readonly service: 'ec2' | 'vpc';
  readonly code: string;
  readonly name: string;
  readonly value: number;
}

/** An Elastic IP address that the account holds in the Region. The address itself is not kept. */
export interface ElasticAddress {
  readonly allocationId: string;
  readonly name: string | null;
  /** What it is associated with; `null`: nothing uses it, and AWS charges for it. */
  readonly associationId: string | null;
  readonly networkInterfaceId: string | null;
  /** The service that manages it, such as `nat`; `null`: the account itself. */
  readonly serviceManaged: string | null;
}

/** A launch template as a group names it: its version is a number, `$Latest` or `$Default`. */
export interface LaunchTemplateVersion {
  readonly launchTemplateId: string;
  readonly version: string;
}

/** A network interface that a launch template asks for. */
export interface TemplateInterface {
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
  /** `interface`, `efa` or `efa-only`: the last one has no IP address. */
  readonly interfaceType: string;
  /** `null`: where the instance starts. */
  readonly subnetId: string | null;
  /** Addresses beside its own one. */
  readonly secondaries: number;
  /** IPv4 prefixes. */
  readonly prefixes: number;
}

/** What a version of a launch template says of the network, and of pods. Its user data may hold secrets, and is not kept. */
export interface LaunchTemplate extends LaunchTemplateVersion {
  readonly interfaces: readonly TemplateInterface[];
  /** Pods that its user data sets the kubelet to admit. Left out where it says nothing that can be read. */
  readonly maxPods?: number;
}

/** A VPC endpoint that holds prefixes: one of a service network of VPC Lattice. */
export interface VpcEndpoint {
  readonly vpcEndpointId: string;
  readonly vpcId: string;
  /** EC2's word: `Interface`, `Gateway`, `GatewayLoadBalancer`, `Resource` or `ServiceNetwork`. */
  readonly type: string;
  readonly name: string | null;
  readonly prefixes: readonly { readonly subnetId: string; readonly cidr: string }[];
}

/** An IPv4 pool of Amazon VPC IPAM. */
export interface IpamPool {
  readonly ipamPoolId: string;
  /** `null`: it has none. */
  readonly description: string | null;
  /** The Region whose VPCs may take ranges of it; `null`: those of no Region, only other pools may. */
  readonly locale: string | null;
  /** Public addresses: no VPC has a range of them. Left out for private ones. */
  readonly public?: true;
  /** The largest and the smallest range that it gives, as prefix lengths. Left out where it has no such limit. */
  readonly largestLength?: number;
  readonly smallestLength?: number;
  readonly cidrs: readonly string[];
  /** Ranges that were given to VPCs, subnets and other pools, or that are kept by hand. */
  readonly allocations: readonly { readonly cidr: string; readonly resource: string }[];
}

export interface AutoScalingGroup {
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly subnetIds: readonly string[];
  /** The types it may launch: from the launch template or the mixed-instances overrides; empty where not known. */
  readonly instanceTypes: readonly string[];
  readonly instanceIds: readonly string[];
  /**
   * Units of its sizes that an instance of a type counts for. Left out: each instance counts for one. `null`: its sizes count
   * processors or memory.
   */
  readonly weights?: Readonly<Record<string, number>> | null;
  /** What it may launch from: the group's own template and those of its overrides. Left out where it was not read. */
  readonly launchTemplates?: readonly LaunchTemplateVersion[];
  /** Instances that are kept ready beside those of the group, and are in no list of it. Left out where the group has none. */
  readonly warmPool?: WarmPool;
  readonly tags: Tags;
}

/** EKS, `updateConfig` of a node group. */
export interface NodeGroupUpdate {
  readonly maxUnavailable: number | null;
  readonly maxUnavailablePercentage: number | null;
  /** `DEFAULT` starts new nodes before it ends old ones, `MINIMAL` the other way round. */
  readonly strategy: string | null;
}

/** EKS, `warmPoolConfig` of a node group; EC2 Auto Scaling, `WarmPoolConfiguration`. */
export interface WarmPool {
  readonly minSize: number;
  /** The most instances, running and ready together; `null`: as many as the group's maximum. */
  readonly maxGroupPreparedCapacity: number | null;
}

export interface NodeGroup {
  readonly name: string;
  readonly status: string | null;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredSize: number;
  readonly subnetIds: readonly string[];
  readonly instanceTypes: readonly string[];
  /** EKS's name for the kind of image, such as `WINDOWS_CORE_2022_x86_64`; `CUSTOM` with a launch template's own. Left out where it was not read. */
  readonly amiType?: string | null;
  readonly autoScalingGroups: readonly string[];
  /** How EKS replaces its nodes at an update. Left out where it was not read. */
  readonly update?: NodeGroupUpdate | null;
  /** Nodes that are kept ready, most of them stopped: they hold their addresses. `null`: the group has no warm pool. */
  readonly warmPool?: WarmPool | null;
  readonly healthIssues: readonly {
    readonly code: string;
    readonly message: string | null;
    readonly resourceIds: readonly string[];
  }[];
}

export interface FargateProfile {
  readonly name: string;
  readonly subnetIds: readonly string[];
}

/** How far a node pool may grow, and where. */
export interface NodePoolLimits {
  readonly name: string;
  /** Its nodes are those of EKS Auto Mode. */
  readonly autoMode: boolean;
  /** `spec.limits`; `null`: there is no such limit. */
  readonly maximumNodes: number | null;
  readonly maximumVcpus: number | null;
  /** In GiB. */
  readonly maximumMemory: number | null;
  /** Limits that give no number of nodes: of other resources, or that cannot be read. */
  readonly uncountedLimits: readonly string[];
  /** The types that its requirements list; empty: any. */
  readonly instanceTypes: readonly string[];
  /** The kubelet's limits that its node class sets; `null`: none. */
  readonly maxPods: number | null;
  readonly podsPerCore: number | null;
  /** `status.subnets` of its node class; `null`: not known. */
  readonly subnetIds: readonly string[] | null;
}

/** What the EKS API says of one cluster. Self-managed clusters are known from tags alone and have no such record. */
export interface EksCluster {
  readonly name: string;
  readonly arn: string;
  readonly version: string | null;
  readonly status: string | null;
  readonly vpcId: string | null;
  /** The subnets given to the control plane for its own interfaces. */
  readonly subnetIds: readonly string[];
  readonly ipFamily: 'ipv4' | 'ipv6' | null;
  /** The ranges that Services get their virtual addresses from. Left out where they were not read. */
  readonly serviceIpv4Cidr?: string | null;
  readonly serviceIpv6Cidr?: string | null;
  /** EKS Auto Mode: AWS runs the nodes and the CNI. */
  readonly autoMode: boolean;
  /** `standard`, `tier-xl` and larger: a provisioned control plane. Left out where it was not read. */
  readonly controlPlaneTier?: string | null;
  readonly healthIssues: readonly {
    readonly code: string;
    readonly message: string | null;
    readonly resourceIds: readonly string[];
  }[];
  readonly nodeGroups: readonly NodeGroup[];
  readonly fargateProfiles: readonly FargateProfile[];
  /** The managed `vpc-cni` add-on, where there is one. `configuration` is its JSON, as given. */
  readonly vpcCni: { readonly version: string | null; readonly configuration: string | null } | null;
  /** Node pools of Karpenter and Auto Mode, as the cluster itself lists them. Absent: they could not be read. */
  readonly nodePools?: readonly NodePoolLimits[];
  /** Pods that the kubelet of a node admits, by its instance: user data and node classes set it. Absent: they could not be read. */
  readonly maxPodsOfNodes?: ReadonlyMap<string, number>;
  /** What its DaemonSet `aws-node` and its ENIConfigs say, where the Kubernetes API was read. It is what nodes go by. */
  readonly cniInCluster?: {
    readonly version: string | null;
    readonly env: Readonly<Record<string, string>>;
    /** Subnets of the ENIConfigs, by their names; `null`: not known. */
    readonly eniConfigs: Readonly<Record<string, string>> | null;
  };
  /**
   * IPv4 ranges that it uses beside its VPC: those of services, and of hybrid nodes and their pods. No block of the VPC may
   * overlap them. Left out where they were not read.
   */
  readonly outsideRanges?: readonly string[];
}

/** A cluster that EKS lists and did not describe in full: nothing that EKS knows of it is known. */
export interface RefusedCluster {
  readonly name: string;
  readonly problem: Problem;
}

/** The EKS clusters of a target. */
export interface EksClusters {
  readonly described: readonly EksCluster[];
  readonly refused: readonly RefusedCluster[];
}

import type { Tags } from '../../shared/model/aws/inventory.ts';
import type { SubnetPool } from '../cni/subnet-pool.ts';

/** What the lab's EC2 holds. Close to EC2's own shapes, so that writing an answer is only naming its elements. */

export interface LabVpc {
  readonly vpcId: string;
  readonly ownerId: string;
  readonly region: string;
  readonly isDefault: boolean;
  readonly cidrBlocks: readonly {
    readonly associationId: string;
    readonly cidrBlock: string;
    readonly state: string;
  }[];
  readonly ipv6CidrBlocks: readonly string[];
  readonly tags: Tags;
}

export interface LabSubnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly ownerId: string;
  readonly region: string;
  /** `null`: IPv6 only. */
  readonly cidrBlock: string | null;
  readonly ipv6CidrBlocks: readonly string[];
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly outpostArn: string | null;
  readonly mapPublicIpOnLaunch: boolean;
  /** Accounts that the subnet is shared with through RAM. */
  readonly sharedWith: readonly string[];
  readonly availableIpAddressCount: number;
  readonly tags: Tags;
}

export interface LabReservation {
  readonly reservationId: string;
  readonly subnetId: string;
  readonly ownerId: string;
  readonly cidr: string;
  readonly type: 'prefix' | 'explicit';
}

export interface LabAttachment {
  readonly attachmentId: string;
  readonly instanceId: string | null;
  readonly instanceOwnerId: string;
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
  readonly deleteOnTermination: boolean;
  readonly attachTime: Date;
}

export interface LabInterface {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly ownerId: string;
  readonly interfaceType: string;
  readonly status: string;
  readonly description: string;
  readonly requesterId: string | null;
  readonly requesterManaged: boolean;
  readonly operator: { readonly principal: string; readonly hiddenByDefault: boolean } | null;
  readonly attachment: LabAttachment | null;
  /** The primary address first. */
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
  readonly ipv6Addresses: readonly string[];
  readonly ipv6Prefixes: readonly string[];
  readonly tags: Tags;
}

export interface LabInstance {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly state: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly ownerId: string;
  readonly privateAddress: string | null;
  readonly launchTime: Date;
  /** Run by a service, such as EKS Auto Mode, and hidden from callers that do not ask for managed resources. */
  readonly operator: { readonly principal: string; readonly hiddenByDefault: boolean } | null;
  /** `windows` on Windows, as EC2 answers; left out on everything else. */
  readonly platform?: string;
  readonly tags: Tags;
}

export interface LabPeering {
  readonly peeringId: string;
  readonly status: string;
  readonly requester: LabPeeringSide;
  readonly accepter: LabPeeringSide;
}

export interface LabPeeringSide {
  readonly vpcId: string;
  readonly ownerId: string;
  readonly region: string;
  readonly cidrBlocks: readonly string[];
}

export interface LabTransitGatewayAttachment {
  readonly attachmentId: string;
  readonly transitGatewayId: string;
  readonly vpcId: string;
  readonly vpcOwnerId: string;
  /** The account that owns the gateway, where it is another one: it sees every attachment. */
  readonly gatewayOwnerId?: string;
  readonly region: string;
  readonly subnetIds: readonly string[];
  readonly state: string;
}

/** A route's target is an id, or `local`. */
export interface LabRoute {
  readonly destination: string;
  readonly target: string;
}

export interface LabElasticAddress {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly ownerId: string;
  readonly region: string;
  /** `null`: it is associated with nothing. */
  readonly networkInterfaceId: string | null;
  readonly tags: Tags;
}

export interface LabTemplateInterface {
  readonly deviceIndex: number;
  readonly networkCardIndex?: number;
  readonly interfaceType?: string;
  readonly subnetId?: string;
  readonly secondaries?: number;
  readonly prefixes?: number;
}

/** A launch template, all of its versions the same. */
export interface LabLaunchTemplate {
  readonly launchTemplateId: string;
  readonly ownerId: string;
  readonly region: string;
  readonly interfaces: readonly LabTemplateInterface[];
  /** As text: EC2 answers it in base64. */
  readonly userData?: string;
}

export interface LabVpcEndpoint {
  readonly vpcEndpointId: string;
  readonly vpcId: string;
  readonly type: string;
  readonly ownerId: string;
  readonly region: string;
  readonly prefixes: readonly { readonly subnetId: string; readonly cidr: string }[];
  readonly tags: Tags;
}

export interface LabIpamPool {
  readonly ipamPoolId: string;
  readonly ownerId: string;
  /** Where it is asked for, and its locale where that is left out. */
  readonly region: string;
  readonly locale?: string;
  readonly scope?: 'public' | 'private';
  readonly largestLength?: number;
  readonly smallestLength?: number;
  readonly addressFamily?: 'ipv4' | 'ipv6';
  readonly description?: string;
  readonly cidrs: readonly string[];
  readonly allocations: readonly {
    readonly cidr: string;
    readonly resourceId: string;
    readonly resourceType: string;
  }[];
  readonly tags: Tags;
}

export interface LabRouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly ownerId: string;
  readonly main: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly LabRoute[];
  readonly tags: Tags;
}

interface LabNodeGroup {
  readonly name: string;
  readonly status: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredSize: number;
  readonly subnetIds: readonly string[];
  readonly instanceTypes: readonly string[];
  readonly autoScalingGroup: string;
  readonly healthIssues: readonly LabHealthIssue[];
}

export interface LabHealthIssue {
  readonly code: string;
  readonly message: string;
  readonly resourceIds: readonly string[];
}

export interface LabEksCluster {
  readonly name: string;
  readonly ownerId: string;
  readonly region: string;
  readonly version: string;
  readonly status: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly ipFamily: 'ipv4' | 'ipv6';
  /** 172.20.0.0/16 unless it is set: what EKS takes where the VPC is within 10.0.0.0/8. */
  readonly serviceIpv4Cidr?: string;
  /** Where its Kubernetes API answers, with its authority as PEM. Absent: the lab serves it. */
  readonly endpoint?: { readonly url: string; readonly certificateAuthority: string };
  readonly autoMode: boolean;
  readonly healthIssues: readonly LabHealthIssue[];
  readonly nodeGroups: readonly LabNodeGroup[];
  readonly fargateProfiles: readonly { readonly name: string; readonly subnetIds: readonly string[] }[];
  /** The managed `vpc-cni` add-on: version and its configuration as JSON text. */
  readonly vpcCni: { readonly version: string; readonly configuration: string | null } | null;
}

/** A launch that Auto Scaling tried and EC2 refused. */
export interface LabScalingActivity {
  readonly activityId: string;
  readonly groupName: string;
  readonly ownerId: string;
  readonly region: string;
  readonly at: Date;
  readonly message: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
}

/** A service of ECS, what it says, and its tasks that stopped. The latest first. */
export interface LabEcsService {
  readonly clusterName: string;
  readonly name: string;
  readonly ownerId: string;
  readonly region: string;
  readonly subnetIds: readonly string[];
  readonly events: readonly { readonly at: Date; readonly message: string }[];
  readonly stoppedTasks: readonly {
    readonly taskId: string;
    readonly at: Date;
    readonly reason: string;
    readonly subnetId: string;
    readonly availabilityZone: string;
  }[];
}

/** An EC2 Fleet or a Spot Fleet, with what happened to it. The latest last. */
export interface LabFleet {
  readonly fleetId: string;
  readonly kind: 'ec2' | 'spot';
  readonly ownerId: string;
  readonly region: string;
  readonly history: readonly {
    readonly at: Date;
    readonly type: string;
    readonly subType: string;
    readonly description: string;
  }[];
  readonly tags: Tags;
}

/** A Spot request of its own. */
export interface LabSpotRequest {
  readonly requestId: string;
  readonly ownerId: string;
  readonly region: string;
  readonly at: Date;
  readonly state: 'open' | 'active' | 'failed';
  readonly code: string;
  readonly message: string;
  readonly subnetId: string;
  readonly tags: Tags;
}

export interface LabAutoScalingGroup {
  readonly launchTemplateId?: string;
  readonly name: string;
  readonly ownerId: string;
  readonly region: string;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly subnetIds: readonly string[];
  readonly instanceTypes: readonly string[];
  readonly instances: readonly {
    readonly instanceId: string;
    readonly instanceType: string;
    readonly availabilityZone: string;
  }[];
  readonly tags: Tags;
}

/** A subnet inside a simulation: the record without its count, and the addresses that the count comes from. */
export interface SimulatedSubnet extends Omit<LabSubnet, 'availableIpAddressCount'> {
  readonly pool: SubnetPool | null;
}

/** A quota that applies to the account in the Region. */
export interface LabQuota {
  readonly ownerId: string;
  readonly region: string;
  readonly service: 'ec2' | 'vpc';
  readonly code: string;
  readonly name: string;
  readonly value: number;
}

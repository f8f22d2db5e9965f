import type { ReservationType, Tags, Target } from '../aws/inventory.ts';
import type { Problem } from '../base/errors.ts';
import type { ClusterAssessment } from './cluster.ts';
import type { Finding } from './finding.ts';
import type { Forecast } from './forecast.ts';
import type { OwnerChanges } from './owner-changes.ts';
import type { OwnerUsage } from './owner-usage.ts';
import type { SubnetGrowth } from './subnet-growth.ts';
import type { Unknown } from './unknown.ts';

/**
 * What one scan concluded. These are the shapes that `headroom scan --output json` prints, that the state store
 * remembers and that metrics, alerts, dashboards and reports are made from. Additive change only.
 * Whatever could not be measured is `null` and has an entry in `unknowns`.
 */

export interface PrefixSupply {
  /** /28 prefixes that interfaces hold. */
  readonly assigned: number;
  /** Free whole blocks that AWS could hand out as prefixes by itself: `freeInReservation + freeUnreserved`. */
  readonly free: number;
  /** Free whole blocks inside `prefix` reservations: AWS takes from these first. */
  readonly freeInReservation: number;
  /** Free whole blocks outside every reservation. */
  readonly freeUnreserved: number;
}

export interface ReservationAssessment {
  readonly cidr: string;
  readonly type: ReservationType;
  /** Free addresses inside it. */
  readonly available: number;
}

/** How many /28 blocks of the subnet are in each state; they sum to `total / 16`. */
export interface BlockCounts {
  readonly free: number;
  /** Held as a prefix by an interface. */
  readonly prefix: number;
  /** Every address in use, but not as a prefix. */
  readonly full: number;
  /** Some addresses in use: cannot become a prefix as it stands. */
  readonly fragmented: number;
  /** Holds one of AWS's own five addresses: can never become a prefix. */
  readonly awsReserved: number;
}

/** `exact`: every address is accounted for. `partial`: some are not, `unknowns` says what follows. `unknown`: no statement. */
export type Confidence = 'exact' | 'partial' | 'unknown';

export interface SubnetAssessment {
  readonly subnetId: string;
  readonly name: string | null;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string;
  /** The subnet's owner account, where it is not the scanned one: the subnet is shared through RAM. */
  readonly ownerId: string | null;
  readonly availabilityZone: string | null;
  readonly availabilityZoneId: string | null;
  readonly outpostArn: string | null;
  /** Instances that start there get a public IPv4 address, unless their launch says otherwise. Left out where they get none. */
  readonly mapPublicIpOnLaunch?: boolean;
  /** `null` for an IPv6-only subnet. */
  readonly cidrBlock: string | null;
  readonly ipv6CidrBlocks: readonly string[];
  readonly ipv6Native: boolean;
  readonly tags: Tags;

  readonly total: number | null;
  readonly usable: number | null;
  /** Of the usable ones, those outside every reservation. Left out in what an earlier version stored. */
  readonly usableSingle?: number | null;
  /** In use by interfaces, and by owners that only AWS's count shows. */
  readonly used: number | null;
  /** Free addresses outside `explicit` reservations. */
  readonly available: number | null;
  /** Free addresses outside every reservation: what a new interface or a secondary address can take. Never more than AWS counts. */
  readonly availableSingle: number | null;
  readonly awsAvailable: number | null;
  /** Free by our model minus free by AWS's count. Not zero: there are addresses in use that we cannot see. */
  readonly unaccounted: number | null;
  /** Which of our two counts AWS's figure equals. `null` where there is no reservation to tell them apart, or neither matches. */
  readonly awsCounts: 'reserved-as-available' | 'reserved-as-unavailable' | null;
  readonly prefixes: PrefixSupply | null;
  readonly blocks: BlockCounts | null;
  readonly largestFreeBlock: string | null;
  readonly fragmentationIndex: number | null;
  readonly stranded: number | null;
  readonly reservations: readonly ReservationAssessment[] | null;
  readonly owners: readonly OwnerUsage[] | null;
  /** Who took and gave back addresses in the last three hours, from scan to scan, the oldest first. Absent without an earlier scan. */
  readonly ownerChanges?: readonly OwnerChanges[];
  /** The same of workloads, `cluster/namespace/kind/name`, where the Kubernetes API of a cluster is read. */
  readonly workloadChanges?: readonly OwnerChanges[];
  /** What groups may still start here, and what their pods may take. Absent where nothing may grow, and in what an earlier version stored. */
  readonly mayGrow?: SubnetGrowth;
  /** Available interfaces of the CNI that no controller cleans up, and the addresses they waste. */
  readonly leakedInterfaces: number | null;
  /** ISO 8601: when its interfaces were read, where that was before this scan. AWS's own count has hardly moved since, or not at all. */
  readonly interfacesReadAt?: string;
  /** ISO 8601: the scan that its figures are of, where its target could not be read since. They are old, and no all-clear. */
  readonly figuresFrom?: string;
  /** Whether something here asks for prefixes: a node holds one, nodes of a cluster will take them from here, or a `prefix` reservation waits for them. */
  readonly usesPrefixes: boolean | null;
  readonly confidence: Confidence;
  readonly unknowns: readonly Unknown[];
  readonly forecast: SubnetForecasts;
}

/** One forecast for each of the two supplies. */
export interface SubnetForecasts {
  readonly addresses?: Forecast;
  readonly prefixes?: Forecast;
}

export interface TargetStatus extends Target {
  readonly status: 'ok' | 'partial' | 'failed';
  readonly errors: readonly Problem[];
  /** ISO 8601: the last scan that could read it, whose figures are shown while it cannot be read. Absent: none are old. */
  readonly figuresFrom?: string;
}

/**
 * What makes interfaces that can stay behind: the VPC CNI and its resource controller, Cilium, Lambda, and launch templates,
 * whose primary interfaces stay where `DeleteOnTermination` is false.
 */
export type LeakOrigin = 'vpc-cni' | 'cilium' | 'lambda' | 'launch-template';

/** An interface in status `available` that something made and may have left. Leaked once `firstSeenAt` is old enough. */
export interface LeakedInterface {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly accountId: string;
  readonly region: string;
  /** Absent in what earlier versions stored: then it is the VPC CNI's. */
  readonly origin?: LeakOrigin;
  readonly clusterName: string | null;
  readonly instanceId: string | null;
  readonly addresses: number;
  /** EC2 tells no creation time of an interface: the age is counted from our own first sighting, or from the CNI's `createdAt` tag. */
  readonly firstSeenAt: string;
  readonly leaked: boolean;
}

/**
 * One subnet's blocks for drawing, a character each, in address order: `.` free, `p` prefix, `#` full,
 * `+` fragmented, `a` holds AWS's own addresses; upper layers beside it, of the same length.
 */
export interface AddressMap {
  readonly subnetId: string;
  readonly cidrBlock: string;
  readonly states: string;
  /** `-` unreserved, `P` in a `prefix` reservation, `E` in an `explicit` one, `?` where reservations could not be read. */
  readonly reserved: string;
  /** Addresses in use in each block, one base-36-like digit 0-9a-g (0 to 16). */
  readonly used: string;
  /** The owner that holds most of each block: an index into `owners` in base 36, `-` for none; at most 36 owners, the rest last. */
  readonly owner: string;
  readonly owners: readonly { readonly kind: string; readonly name: string | null }[];
  /** Addresses that AWS counts as taken and no visible interface holds: any of the free ones may be among them. Left out: none. */
  readonly unseen?: number;
}

export interface VpcAssessment {
  readonly vpcId: string;
  readonly name: string | null;
  readonly accountId: string;
  readonly region: string;
  readonly cidrBlocks: readonly string[];
  /** Left out where it has none. */
  readonly ipv6CidrBlocks?: readonly string[];
  readonly subnets: number;
  readonly usable: number | null;
  readonly available: number | null;
  /** Network address usage: every address one unit, every prefix one unit (quota 64,000 a VPC by default). */
  readonly networkAddressUsage: number | null;
}

/** Everything one scan of one target concluded. */
export interface TargetAssessment {
  readonly target: TargetStatus;
  readonly scannedAt: string;
  readonly vpcs: readonly VpcAssessment[];
  readonly subnets: readonly SubnetAssessment[];
  readonly clusters: readonly ClusterAssessment[];
  /** All sightings, leaked or not yet; `leaked` tells. Remembered, so that ages survive between scans. */
  readonly leakedInterfaces: readonly LeakedInterface[];
  readonly findings: readonly Finding[];
  readonly maps: readonly AddressMap[];
}

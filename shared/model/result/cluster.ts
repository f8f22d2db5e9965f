import type { KubernetesFigures } from './kubernetes-figures.ts';
import type { ClusterPods } from './pods.ts';
import type { Unknown } from './unknown.ts';

/** How a node or a cluster takes its pods' addresses from the subnets. */
export type AddressingMode = 'secondary' | 'prefix' | 'mixed' | 'ipv6' | 'unknown';

/**
 * What gives pods their addresses. `cilium-eni`: Cilium, from the VPC, by its own settings. `overlay`: Calico, Cilium or another
 * network of its own, which takes no address of the VPC for pods. `unknown`: nothing shows it yet.
 */
export type ClusterCni = 'vpc-cni' | 'auto-mode' | 'cilium-eni' | 'overlay' | 'unknown';

/** What the CNI Metrics Helper reports as gauges and EC2 can answer, under that helper's own names. */
export interface CniGauges {
  readonly eniAllocated: number | null;
  readonly eniMaxAvailable: number | null;
  readonly totalIPAddresses: number | null;
  readonly totalIPv4Prefixes: number | null;
  readonly maxIPAddresses: number | null;
}

/** What a node holds in one subnet. */
export interface SubnetUsage {
  readonly subnetId: string;
  readonly interfaces: number;
  /** Every address, 16 for each prefix. */
  readonly addresses: number;
  readonly prefixes: number;
}

export interface NodeAssessment {
  readonly instanceId: string;
  readonly instanceType: string | null;
  /** `pending | running | stopping | stopped`: a stopped node keeps its addresses and serves no pod. */
  readonly state: string;
  readonly availabilityZone: string | null;
  readonly subnetId: string | null;
  readonly nodeGroup: string | null;
  readonly nodePool: string | null;
  readonly mode: AddressingMode;
  /** Present on a node that runs Windows: the VPC resource controller gives it its addresses. */
  readonly windows?: true;
  readonly customNetworking: boolean;
  readonly interfaces: number;
  readonly branchInterfaces: number;
  readonly addresses: number;
  readonly prefixes: number;
  /** Where its addresses are: more than one subnet under custom networking and subnet discovery. */
  readonly usage: readonly SubnetUsage[];
  /**
   * Addresses of its pool that serve no pod, at the least, by what the CNI's warm targets make it hold; `null` when
   * that is unknown.
   */
  readonly warmAtLeast: number | null;
  /** Pods that its kubelet admits, those on the host's network among them. Left out where that is not known. */
  readonly maxPods?: number;
  readonly gauges: CniGauges;
  /** The same gauges as the CNI Metrics Helper would add up for it, its errors included. */
  readonly compat: CniGauges;
}

/** More nodes of a type in use that can start with their warm pool, and what people would see at one more. */
export interface MoreNodes {
  readonly instanceType: string;
  /** At the least: with prefixes it depends on where EC2 puts the nodes' primary addresses. */
  readonly nodes: number | null;
  /** If those spoil no free block. The same number in secondary mode. */
  readonly nodesAtBest: number | null;
  readonly limitedBy: 'addresses' | 'prefixes' | null;
  readonly error: string | null;
}

/** How much more one subnet holds for one cluster's nodes. */
export interface CapacityAssessment {
  readonly subnetId: string;
  readonly availabilityZone: string | null;
  readonly mode: AddressingMode;
  /**
   * More pods on the nodes that are there, before an address, a prefix, an interface slot or max-pods runs out. At the
   * least: what the pools hold already may all be in use, which EC2 does not tell.
   */
  readonly morePods: number | null;
  readonly moreNodes: readonly MoreNodes[];
}

/** How much more one zone holds: its subnets together, no address counted twice. The zone that is full first ends even spreading. */
export interface ZoneCapacity {
  readonly availabilityZone: string | null;
  /** The subnets of nodes and pods in it. */
  readonly subnetIds: readonly string[];
  readonly morePods: number | null;
  readonly moreNodes: readonly MoreNodes[];
}

/** What would be needed if a group went to its maximum size. */
export interface CommittedDemand {
  readonly clusterName: string;
  readonly group: string;
  readonly kind: 'node-group' | 'auto-scaling-group' | 'node-pool';
  readonly currentNodes: number;
  readonly maximumNodes: number;
  /** Of the nodes still to come, how many fit; `null` when it is unknown. At the least, as for `moreNodes`. */
  readonly fits: number | null;
  readonly fitsAtBest: number | null;
  /** The type that the group launches: the one that takes most, where there are several. */
  readonly instanceType: string | null;
  /** What one more node takes: single addresses and prefixes, warm pool included. */
  readonly perNode: { readonly addresses: number; readonly prefixes: number } | null;
  readonly shortfall: number | null;
  readonly error: string | null;
  /** Which supply ends it; `null` where none does, or where that is not known. */
  readonly limitedBy: 'addresses' | 'prefixes' | null;
  readonly subnetIds: readonly string[];
  /** True for an Auto Scaling group of no cluster that starts instances in subnets of this one: each takes one address. */
  readonly outsideCluster: boolean;
  /** True where the sizes of an Auto Scaling group count units, processors or memory. Left out: they count instances. */
  readonly weighted?: boolean;
  /** Of the maximum of an Auto Scaling group, nodes of its warm pool. Left out where there are none. */
  readonly warmNodes?: number;
  /**
   * The upper bound: what happens if every group goes to its maximum and every node is full of pods. The figures above are
   * the lower one: what new nodes take at the start. `null` when it is unknown.
   */
  readonly whenFull: DemandWhenFull | null;
  /** `null`: the group is not updated by EKS, ends old nodes first, or what its nodes take is not known. */
  readonly update?: UpdateSurge | null;
}

/** A group at its maximum, with as many pods on each node as the kubelet admits. */
export interface DemandWhenFull {
  /** Pods with an address of their own that one node then runs. */
  readonly podsPerNode: number;
  /** What one node then holds. */
  readonly perNode: { readonly addresses: number; readonly prefixes: number };
  /** Addresses that all nodes of the group then hold, 16 for each prefix. */
  readonly addresses: number;
  /** Of the group's maximum, nodes that find all of that, those that run now first: each fills up before the next one starts. At the least. */
  readonly fits: number;
  readonly fitsAtBest: number;
  readonly shortfall: number;
  readonly error: string | null;
}

/** The CNI's settings for new nodes, under its own names. Those that are not known are its defaults. */
export interface NewNodeSettings {
  readonly prefixDelegation: boolean;
  readonly customNetworking: boolean;
  readonly podEni: boolean;
  readonly warmEniTarget: number;
  readonly warmPrefixTarget: number;
  readonly warmIpTarget: number | null;
  readonly minimumIpTarget: number | null;
  readonly maxEni: number | null;
}

/** Targets of the VPC resource controller, by the names of the add-on's `warmWindowsIPTarget` and its like. */
export interface WindowsSettings {
  readonly prefixDelegation: boolean;
  readonly warmIp: number;
  readonly minimumIp: number;
  readonly warmPrefix: number;
}

/** What a new node of one type takes in a subnet besides what the CNI takes: EFA, Multus, interfaces of a launch template. */
export interface PlaceExtras {
  readonly instanceType: string;
  /** True where neither a node nor a launch template that could be read shows it: `takes` is then empty, and not known. */
  readonly unknown: boolean;
  readonly takes: readonly {
    readonly subnetId: string;
    readonly singles: number;
    readonly prefixes: number;
  }[];
  /** Interfaces among them that are on the default network card: the CNI has so many fewer. Left out where there are none. */
  readonly slots?: number;
}

/** A subnet in which nodes of a cluster start. */
export interface NodePlace {
  readonly subnetId: string;
  readonly availabilityZone: string | null;
  /** Where the pods' interfaces of a node here may go; `null` when that is unknown. */
  readonly podSubnetIds: readonly string[] | null;
  /** Whether its primary interface gives addresses to pods. */
  readonly primaryServesPods: boolean;
  /** Types that take more here than the CNI does. Left out where none is known to. */
  readonly extras?: readonly PlaceExtras[];
}

/** How a new node of a cluster takes addresses: what plans start from. */
export interface NewNodes {
  /** False where the settings are the CNI's defaults because they could not be read. */
  readonly settingsKnown: boolean;
  readonly settings: NewNodeSettings;
  /** False where the CNI finds no subnet by its tag: it is too old, or set not to. */
  readonly subnetDiscovery?: false;
  /** What the VPC resource controller keeps ready on Windows nodes. Present where the cluster has some. */
  readonly windows?: WindowsSettings;
  readonly places: readonly NodePlace[];
}

/** Where the Services of a cluster get their virtual addresses. EKS sets it when the cluster is created, and nothing changes it. */
export interface ServiceRange {
  /** `null` in IPv6 mode. */
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  /** How many Services with an address of their own the IPv4 range holds: all addresses but the first and the last. */
  readonly addresses: number | null;
}

/** A group that cannot start all of its lost nodes again. */
export interface ShortGroup {
  readonly group: string;
  readonly nodes: number;
  /** The other zones in which it has subnets. */
  readonly zones: readonly string[];
}

/** What the other zones hold if some zones go, for every cluster of the account at once: they lose the same zones. */
export interface ZoneFailover {
  readonly lostZones: readonly string[];
  /** The cluster's nodes that run there now. */
  readonly lostNodes: number;
  /** Of them, how many start in the other zones and find there what they hold now. At the least; `null` when it is unknown. */
  readonly fits: number | null;
  readonly fitsAtBest: number | null;
  readonly shortfall: number | null;
  /** What EC2 answers to the first that finds no room. */
  readonly error: string | null;
  readonly limitedBy: 'addresses' | 'prefixes' | null;
  /** The groups whose lost nodes find no room. Left out where there is none, and in what an earlier version stored. */
  readonly short?: readonly ShortGroup[];
  /** The same if every group grows to its maximum there. `null`: not known, as for node pools, whose limits EC2 does not know. */
  readonly atMaximum: {
    /** The lost nodes, and those that groups may still start. */
    readonly nodes: number;
    readonly fits: number;
    readonly shortfall: number;
  } | null;
  /** Why `fits` or `atMaximum` is unknown. */
  readonly reason: string | null;
}

/** What an update of a managed node group starts before it ends old nodes. */
export interface UpdateSurge {
  /** Nodes more for a while. Source: EKS user guide, managed node update behavior. */
  readonly nodes: number;
  /** How many of them find their addresses, if nothing else grows. */
  readonly fits: number;
  /** Zones with nodes of the group in which not one more starts: an update needs one in each. Left out where there is none. */
  readonly fullZones?: readonly string[];
  readonly error: string | null;
}

export interface ClusterAssessment {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string | null;
  readonly arn: string | null;
  readonly version: string | null;
  /** `eks`: the EKS API knows it. `tags`: only tags on instances and interfaces do. */
  readonly source: 'eks' | 'tags';
  readonly mode: AddressingMode;
  readonly customNetworking: boolean;
  readonly securityGroupsForPods: boolean;
  readonly autoMode: boolean;
  /** Left out in what an earlier version stored. */
  readonly cni?: ClusterCni;
  /** `null` or absent: EKS did not say, or does not know the cluster. */
  readonly serviceRange?: ServiceRange | null;
  readonly nodes: readonly NodeAssessment[];
  /** Sums over the nodes that run; `maxIPAddresses` never promises the same free address to two nodes. */
  readonly gauges: CniGauges;
  /** Every subnet that it uses or may use. */
  readonly subnetIds: readonly string[];
  /** Those of them that its nodes and pods take addresses from. */
  readonly nodeSubnetIds: readonly string[];
  /** Subnets from which its nodes take prefixes, or will take them by its settings. Empty for EKS Auto Mode, which can do without. */
  readonly takesPrefixesFrom: readonly string[];
  readonly capacity: readonly CapacityAssessment[];
  /** The same by zone, by name. */
  readonly zones: readonly ZoneCapacity[];
  readonly committed: readonly CommittedDemand[];
  /** What happens if one zone goes, or two of three and more. Empty where its nodes are in one zone. Absent in what earlier versions stored. */
  readonly zoneFailover?: readonly ZoneFailover[];
  /** Absent in records of older versions. */
  readonly newNodes?: NewNodes;
  /** Who holds the addresses for pods. Absent: the Kubernetes API was not asked. `null`: pods or nodes could not be read. */
  readonly pods?: ClusterPods | null;
  /** Absent: the Kubernetes API was not asked. */
  readonly kubernetes?: KubernetesFigures;
  readonly unknowns: readonly Unknown[];
}

import type { Unknown } from './assessment.ts';

/** How a node or a cluster takes its pods' addresses from the subnets. */
export type AddressingMode = 'secondary' | 'prefix' | 'mixed' | 'ipv6' | 'unknown';

/** What the CNI Metrics Helper reports as gauges and EC2 can answer, under that helper's own names. */
export interface CniGauges {
  readonly eniAllocated: number | null;
  readonly eniMaxAvailable: number | null;
  readonly totalIPAddresses: number | null;
  readonly totalIPv4Prefixes: number | null;
  readonly maxIPAddresses: number | null;
}

export interface NodeAssessment {
  readonly instanceId: string;
  readonly instanceType: string | null;
  readonly availabilityZone: string | null;
  readonly subnetId: string | null;
  readonly nodeGroup: string | null;
  readonly nodePool: string | null;
  readonly mode: AddressingMode;
  readonly customNetworking: boolean;
  readonly interfaces: number;
  readonly branchInterfaces: number;
  readonly addresses: number;
  readonly prefixes: number;
  readonly gauges: CniGauges;
}

/** How much more one subnet holds for one cluster's nodes. */
export interface CapacityAssessment {
  readonly subnetId: string;
  readonly availabilityZone: string | null;
  readonly mode: AddressingMode;
  /** More pods on the nodes that are there, before an address, a prefix, an interface slot or max-pods runs out. */
  readonly morePods: number | null;
  /** More nodes of each type in use that can start with their warm pool, and what people would see at one more. */
  readonly moreNodes: readonly {
    readonly instanceType: string;
    readonly nodes: number | null;
    readonly limitedBy: 'addresses' | 'prefixes' | null;
    readonly error: string | null;
  }[];
}

/** What would be needed if a group went to its maximum size. */
export interface CommittedDemand {
  readonly group: string;
  readonly kind: 'node-group' | 'auto-scaling-group';
  readonly currentNodes: number;
  readonly maximumNodes: number;
  /** Of the nodes still to come, how many fit; `null` where it can not be told. */
  readonly fits: number | null;
  readonly shortfall: number | null;
  readonly error: string | null;
  readonly subnetIds: readonly string[];
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
  readonly nodes: readonly NodeAssessment[];
  readonly gauges: CniGauges;
  readonly subnetIds: readonly string[];
  readonly capacity: readonly CapacityAssessment[];
  readonly committed: readonly CommittedDemand[];
  readonly unknowns: readonly Unknown[];
}

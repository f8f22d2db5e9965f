import type { LaunchTemplateVersion } from '../aws/inventory.ts';
import type { CommittedDemand } from '../result/cluster.ts';
import type { DemandStep } from './node-demand.ts';
import type { ExtraTake } from './node-extras.ts';

/** A group of nodes that may grow by itself. */
export interface GrowingGroup {
  readonly clusterName: string;
  readonly group: string;
  readonly kind: CommittedDemand['kind'];
  readonly currentNodes: number;
  readonly maximumNodes: number;
  readonly instanceType: string | null;
  /** What one more node takes, most of all its places; `null` where its type or its cluster's mode is not known. */
  readonly steps: readonly DemandStep[] | null;
  /** Whether one of its types takes prefixes; left out where that is not known. */
  readonly takesPrefixes?: boolean;
  /** True for nodes of EKS Auto Mode: they take single addresses where no prefix is free. How many is not known. */
  readonly fallsBack?: boolean;
  /** What its nodes take when they are full of pods; `null` where `steps` are. */
  readonly full: FullNodes | null;
  /** Where its nodes may go. */
  readonly subnets: readonly GroupSubnet[];
  /** Its nodes that run, with the zone of each and what it holds. */
  readonly standing?: readonly StandingNode[];
  /** Nodes that an update starts before it ends old ones; none where left out. */
  readonly updateSurge?: number;
  /** The launch template that could not be read, where no node shows what it adds: `steps` are then not known. */
  readonly unreadTemplate?: LaunchTemplateVersion;
  /** True where the group's sizes count units, processors or memory: a number of nodes does not say what to set. */
  readonly weighted?: boolean;
  /** Of its maximum, nodes of a warm pool beside the group's own maximum. Left out where there are none. */
  readonly warmNodes?: number;
  /** True for a group of no cluster, whose instances take from the same subnets. */
  readonly outsideCluster?: boolean;
}

/** A node that runs. */
export interface StandingNode {
  readonly availabilityZone: string | null;
  /** Single addresses that the CNI manages, its primary ones among them. */
  readonly singles: number;
  readonly prefixes: number;
}

/** The demand of nodes that are full of pods. */
export interface FullNodes {
  /** Pods with an address of their own. */
  readonly podsPerNode: number;
  /** What a node that is still to come takes until it is full. */
  readonly steps: readonly DemandStep[];
  /** What each node that runs still takes until it is full. */
  readonly running: readonly {
    readonly subnetId: string;
    readonly podSubnetIds: readonly string[] | null;
    readonly steps: readonly DemandStep[];
  }[];
}

export interface GroupSubnet {
  readonly subnetId: string;
  /** Nodes are spread over zones. */
  readonly availabilityZone: string | null;
  /** Where the pods' interfaces of a node here may go; `null` when that is unknown. */
  readonly podSubnetIds: readonly string[] | null;
  /** Whether its primary interface gives addresses to pods. */
  readonly primaryServesPods: boolean;
  /** Nodes of the group that are there already. */
  readonly nodes: number;
  /** What a node here takes besides, for interfaces that the CNI leaves alone. */
  readonly extras?: readonly ExtraTake[];
  /** Interfaces among them that are on the default network card: the CNI has so many fewer. */
  readonly slotsTaken?: number;
}

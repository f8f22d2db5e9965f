import type { CommittedDemand } from './cluster.ts';

/** Between which bounds an amount lies, because the nodes may also start, or their pods get addresses, in another subnet. */
export interface GrowthBounds {
  readonly least: number;
  readonly most: number;
}

/** What may be taken from one subnet: single addresses, and prefixes of 16 addresses. */
export interface GrowthDemand {
  readonly addresses: GrowthBounds;
  readonly prefixes: GrowthBounds;
}

/** The two bounds of committed demand, in one subnet. `null`: not known. */
export interface GrowthInSubnet {
  /** All nodes up to the maximum have started, and none runs a pod yet. */
  readonly atStart: GrowthDemand | null;
  /** All of them, and those that run now, are full of pods. Instances of no cluster hold as much as at their start. */
  readonly whenFull: GrowthDemand | null;
}

/** A group whose nodes, or the pods on them, may take addresses from the subnet. */
export interface GroupGrowth extends GrowthInSubnet {
  /** `null`: an Auto Scaling group of no cluster. */
  readonly clusterName: string | null;
  readonly group: string;
  readonly kind: CommittedDemand['kind'];
  /** Nodes up to the maximum of the group, in all of its subnets. */
  readonly moreNodes: number;
}

/** What may still grow in a subnet, without anyone changing a setting. */
export interface SubnetGrowth extends GrowthInSubnet {
  readonly groups: readonly GroupGrowth[];
}

import type { IpamPool } from '../aws/inventory.ts';
import type { NewNodeSettings } from '../result/cluster.ts';
import type { Amount } from './node-demands.ts';
import type { Rule } from './rules.ts';

/** What a cluster is to hold. */
export interface SizeQuestion {
  readonly nodes: number;
  readonly type: string;
  /** Pods with an address of their own, on each node. */
  readonly podsPerNode: number;
  readonly zones: number;
  /** So many of the zones must hold everything. */
  readonly zonesThatHoldAll: number;
  readonly growthPercent: number;
  /** Nodes that an update starts in each zone before it ends old ones. */
  readonly surgePerZone: number;
  readonly services: number;
  readonly loadBalancers: number;
  /** The CNI's settings but for mode and custom networking, which the answer compares. */
  readonly settings: NewNodeSettings;
  readonly modes: readonly SizeMode[];
  /** Where the ranges may lie, best first; empty: only sizes are asked for. */
  readonly within: readonly string[];
  /** What they must not overlap, each with what it belongs to. */
  readonly taken: readonly { readonly range: string; readonly owner: string }[];
  /** The ranges of the VPC that is planned in: no service has an address in them. Left out: no VPC is named. */
  readonly vpcRanges?: readonly string[];
  /** Pools of IPAM that could be read; left out: none was asked for. */
  readonly ipamPools?: readonly IpamPool[];
  /** What could not be read, in sentences; left out: nothing. */
  readonly unknowns?: readonly string[];
}

/** What a pool of IPAM has free. */
export interface PlannedPool {
  readonly ipamPoolId: string;
  readonly description: string | null;
  readonly locale: string | null;
  readonly cidrs: readonly string[];
  readonly allocations: number;
  /** The largest free ranges, and where a cluster of each mode finds a block for all of its subnets. */
  readonly freeRanges: readonly string[];
  readonly fits: readonly { readonly mode: SizeMode; readonly cidr: string | null }[];
  /** What it gives, in words: its sizes, and whether VPCs get any. Left out where nothing limits it. */
  readonly limits?: readonly string[];
}

export type SizeMode = 'secondary' | 'prefix' | 'custom-secondary' | 'custom-prefix';

export const SIZE_MODES: readonly SizeMode[] = ['secondary', 'prefix', 'custom-secondary', 'custom-prefix'];

/** What a range is for. */
export type SizePurpose = 'nodes' | 'pods' | 'control-plane' | 'load-balancers' | 'services';

export interface SizedRange {
  readonly purpose: SizePurpose;
  /** From 1; `null` for the service range, which belongs to no zone. */
  readonly zone: number | null;
  /** Prefix length, such as 24; `null`: more than a subnet can hold. */
  readonly length: number | null;
  readonly needed: Amount;
  /** How the figures come about. */
  readonly arithmetic: string;
  /** Where it can be; `null` where no place was asked for or none is left. */
  readonly cidr: string | null;
  /** What to reserve for prefixes in it. */
  readonly reservations: readonly string[];
}

export interface SizedMode {
  readonly mode: SizeMode;
  /** Nodes in all zones after the growth, and how many of them one zone must hold. */
  readonly nodes: number;
  readonly nodesPerZone: number;
  readonly perNode: Amount;
  readonly ranges: readonly SizedRange[];
  /** Addresses of all subnets. */
  readonly addresses: number;
  /** Whether every range has a size and, where a place was asked for, a place. */
  readonly fits: boolean;
  /** The block of the VPC that holds all subnets, where places were asked for. */
  readonly vpcBlock: string | null;
  readonly notices: readonly string[];
}

export interface SizeAnswer {
  readonly question: SizeQuestion;
  readonly modes: readonly SizedMode[];
  readonly ipamPools: readonly PlannedPool[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

import type { AddressMap } from '../result/assessment.ts';
import type { PlannedReservation } from './reserve.ts';
import type { Rule } from './rules.ts';

export interface DrainQuestion {
  /** Where addresses are to be won; empty: in all subnets of the cluster's nodes and pods. */
  readonly subnetIds: readonly string[];
  readonly supply: 'prefixes' | 'addresses';
  /** Drain at most so many nodes; `null`: as many as it pays. */
  readonly most: number | null;
  /** Stop when so much is won; `null`: win as much as can be. */
  readonly win: number | null;
}

/** One node to drain, in this order. */
export interface DrainStep {
  readonly instanceId: string;
  readonly type: string;
  readonly availabilityZone: string | null;
  /** Pods with an address of their own that move, at the most. */
  readonly pods: number;
  /** Whole blocks, or addresses, that this step gives back, and all steps up to it, before what the moved pods take. */
  readonly wins: number;
  readonly winsSoFar: number;
}

export interface DrainPlan {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  readonly question: DrainQuestion;
  readonly steps: readonly DrainStep[];
  /**
   * What is won at the end, after what the moved pods take on the other nodes: if each runs as many pods as is likely, and
   * the scheduler spreads them evenly.
   */
  readonly wins: number;
  /** The same with as many pods as there can be, however they spread: each node that takes one pod may take another prefix or interface for it. */
  readonly winsAtLeast: number;
  readonly takenByMovedPods: number;
  /** Pods that still find a node after the last step. */
  readonly podsThatStillFit: number;
  /** Made before the first drain, so that single addresses do not fill what is won. */
  readonly reservations: readonly PlannedReservation[];
  /** Nodes that are left out, with the reason. */
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** The plan, and the maps of the subnets after it, for drawing. */
export interface DrainAnswer {
  readonly plan: DrainPlan;
  readonly mapsAfter: ReadonlyMap<string, AddressMap>;
  /** The same without the reservations of the plan. */
  readonly mapsBeforeReserving: ReadonlyMap<string, AddressMap>;
}

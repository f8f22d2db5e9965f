import type { DemandStep } from './node-demand.ts';
import type { ExtraTake } from './node-extras.ts';

/** Where a node starts, and where the interfaces of its pods may go. */
export interface NodeLocation {
  readonly availabilityZone: string | null;
  readonly subnetId: string;
  readonly podSubnetIds: readonly string[];
  readonly extras: readonly ExtraTake[];
}

/** A group whose nodes start in any of these places. */
export interface LocatedGroup {
  readonly steps: readonly DemandStep[];
  readonly locations: readonly NodeLocation[];
  /** How many nodes more it may start. */
  readonly wanted: number;
  /** Its nodes that run, by zone: Auto Scaling starts the next one where fewest are. */
  readonly running: ReadonlyMap<string | null, number>;
}

import type { DrainPlan } from './drain-plan.ts';
import type { FailoverAnswer } from './failover.ts';
import type { FitAnswer } from './fit.ts';
import type { PlannedReservation } from './reserve.ts';
import type { Rule } from './rules.ts';
import type { SizeAnswer } from './size-plan.ts';
import type { UpgradeAnswer } from './upgrade.ts';
import type { WhatIf } from './what-if.ts';

/** What `headroom plan what-if --output json` prints. */
export interface WhatIfDocument extends WhatIf {
  readonly schema: 'headroom/plan-what-if@1';
  /** The actions as commands. Lines that begin with # are for people. */
  readonly commands: readonly string[];
}

/** What `headroom plan size --output json` prints. */
export interface SizeDocument extends SizeAnswer {
  readonly schema: 'headroom/plan-size@1';
}

/** What `headroom plan drain --output json` prints. */
export interface DrainDocument extends DrainPlan {
  readonly schema: 'headroom/plan-drain@1';
  readonly commands: readonly string[];
}

/** What `headroom plan reserve --output json` prints. */
export interface ReserveDocument {
  readonly schema: 'headroom/plan-reserve@1';
  readonly subnets: readonly {
    readonly subnetId: string;
    readonly name: string | null;
    readonly cidrBlock: string | null;
    /** Ranges to reserve now. */
    readonly now: readonly PlannedReservation[];
    /** Ranges to reserve when the nodes of `drained` have ended; empty where none are to be drained. */
    readonly afterDrain: readonly PlannedReservation[];
  }[];
  /** The instances that a drain would end first. */
  readonly drained: readonly string[];
  readonly commands: readonly string[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** What `headroom plan fit --output json` prints. */
export interface FitDocument extends FitAnswer {
  readonly schema: 'headroom/plan-fit@1';
  /** Which of the two bounds decides the exit code. */
  readonly required: 'least' | 'most';
}

/** What `headroom plan upgrade --output json` prints. */
export interface UpgradeDocument extends UpgradeAnswer {
  readonly schema: 'headroom/plan-upgrade@1';
}

/** What `headroom plan failover --output json` prints. */
export interface FailoverDocument extends FailoverAnswer {
  readonly schema: 'headroom/plan-failover@1';
}

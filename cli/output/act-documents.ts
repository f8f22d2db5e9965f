import type { Alert } from '../../shared/model/alert/alert.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import type { TargetStatus } from '../../shared/model/result/assessment.ts';
import type { ReplayTransition } from '../../shared/pipeline/replay.ts';
import type { StoredMute } from '../../shared/pipeline/stored-mutes.ts';

/** What commands print as JSON and YAML that change something or write a file. Contracts: additive change only (`docs/schema`). */

/** An alert that was acknowledged, or whose acknowledgement was removed. */
export interface AcknowledgedAlert
  extends Pick<Alert, 'rule' | 'subject' | 'status' | 'severity' | 'since' | 'acknowledged'> {
  /** Names the alert everywhere. */
  readonly identity: string;
  readonly target: Target;
  readonly title: string;
}

/** What `headroom acknowledge --output json` prints. */
export interface AcknowledgeDocument {
  readonly schema: 'headroom/acknowledge@1';
  readonly by: string;
  readonly withdrawn: boolean;
  readonly alerts: readonly AcknowledgedAlert[];
}

/** A mute that was added. */
export interface AddedMute extends StoredMute {
  /** Firing and pending alerts that it keeps quiet now. */
  readonly coveredAlerts: number;
}

/** What `headroom mute --output json` prints. */
export interface MuteDocument {
  readonly schema: 'headroom/mute@1';
  readonly mutes: readonly AddedMute[];
}

/** What `headroom unmute --output json` prints: the mutes that ended. */
export interface UnmuteDocument {
  readonly schema: 'headroom/unmute@1';
  readonly by: string;
  readonly mutes: readonly StoredMute[];
}

/** What `headroom backfill --output json` prints. */
export interface BackfillDocument extends Target {
  readonly schema: 'headroom/backfill@1';
  readonly subnets: number;
  /** Moments with a value, of all subnets together. */
  readonly moments: number;
}

/** What `headroom collect --output json` prints. */
export interface CollectDocument {
  readonly schema: 'headroom/collect@1';
  readonly file: string;
  readonly redacted: boolean;
  readonly targets: readonly Target[];
  /** What could not be read. */
  readonly problems: readonly { readonly target: Target; readonly problem: Problem }[];
}

/** What `headroom report --output json` prints. */
export interface ReportDocument {
  readonly schema: 'headroom/report@1';
  readonly file: string;
  readonly targets: readonly TargetStatus[];
  /** Numbers of what the report shows. */
  readonly subnets: number;
  readonly clusters: number;
  readonly findings: number;
  readonly alerts: number;
}

/** What `headroom replay --output json` prints, in the order of time. */
export interface ReplayDocument {
  readonly schema: 'headroom/replay@1';
  readonly transitions: readonly ReplayTransition[];
}

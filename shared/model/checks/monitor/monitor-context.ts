import type { Alert } from '../../alert/alert.ts';
import type { Target } from '../../aws/inventory.ts';
import type { Problem } from '../../base/errors.ts';
import type { Subject } from '../../result/finding.ts';
import type { SettingsFor } from '../check.ts';

/** A target as the coverage of a run describes it (`shared/model/target/coverage.ts`). */
export interface WatchedTarget extends Target {
  readonly state: 'fresh' | 'partial' | 'failed' | 'stale' | 'new' | 'gone';
  /** ISO 8601; `null`: never scanned. */
  readonly scannedAt: string | null;
  readonly problems: readonly Problem[];
}

/** A target that left the selection while alerts of it fired. */
export interface LeftTarget extends Target {
  /** Alerts that still fire, more than 0. */
  readonly firing: number;
}

/** Messages of one target that were refused and wait. */
export interface UndeliveredThere {
  readonly count: number;
  /** ISO 8601: when the step happened that has waited longest. */
  readonly oldest: string;
  readonly mostAttempts: number;
  /** Why, some of the reasons. */
  readonly errors: readonly string[];
  /** See `OutboxEntry.failing`. */
  readonly causes: readonly string[];
  /** The target, and the titles of some that wait, the oldest first; left out in what an earlier version noted. */
  readonly target?: Target;
  readonly titles?: readonly string[];
}

/** What is known of Headroom itself at the end of a run. `null`: could not be read. */
export interface MonitorStatus {
  /** Where Headroom runs. */
  readonly home: Target;
  readonly coverage: readonly WatchedTarget[] | null;
  /** VPCs that the configuration names and no target has. */
  readonly unknownVpcs: readonly string[] | null;
  /** Targets that are not selected any more, and whose alerts have not been ended yet. */
  readonly left: readonly LeftTarget[] | null;
  /** Alerts that still have something to be sent. */
  readonly undelivered: readonly Alert[] | null;
  /** What waits in other targets than that of Headroom itself; left out: not known. */
  readonly undeliveredElsewhere?: readonly UndeliveredThere[];
  readonly deadLetters: { readonly queueUrl: string; readonly messages: number } | null;
}

/** What the checks of the monitor itself may look at. */
export interface MonitorContext {
  readonly status: MonitorStatus;
  readonly settings: SettingsFor;
}

/** More names in a message are not read. */
export const NAMES_SHOWN = 5;

/** The monitor itself, as the subject of an alert. */
export const monitorSubject = ({ home: { accountId, region } }: MonitorStatus): Subject => ({
  type: 'monitor',
  id: 'headroom',
  name: 'Headroom',
  accountId,
  region,
  vpcId: null,
  clusterName: null,
  subnetIds: [],
});

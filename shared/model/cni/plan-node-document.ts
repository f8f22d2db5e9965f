import type { CniSettings } from './cni-settings.ts';
import type { HoldingRange, NodeHolding } from './node-holding.ts';
import type { SettingNotice } from './setting-notices.ts';

/** One number of pods, and what the node then holds. */
export interface PlannedHolding extends NodeHolding {
  /** Addresses taken from the subnets: primary addresses, secondary addresses, and 16 for each prefix. */
  readonly addressesTaken: number;
  /** What the node holds after it ran `peakPods` pods: pods do not pack, so only bounds are known. `null`: not asked for. */
  readonly onTheWayDown: HoldingRange | null;
  /** What the node holds some time after a switch from the other mode with `podsAtSwitch` pods: bounds. `null`: not asked for. */
  readonly afterSwitch?: HoldingRange | null;
}

/** What `headroom plan node TYPE --output json` prints. */
export interface PlanNodeDocument {
  readonly schema: 'headroom/plan-node@1';
  readonly instanceType: string;
  /** How the node takes addresses: a type without prefixes takes secondary addresses whatever is asked. */
  readonly mode: 'secondary' | 'prefix';
  readonly settings: CniSettings;
  /** The number of pods that the node ran before, where the way down was asked for. */
  readonly peakPods: number | null;
  /** Pods that ran in the other mode when the mode was switched; `null`: not asked for. */
  readonly podsAtSwitch?: number | null;
  /** In the order of the question. */
  readonly nodes: readonly PlannedHolding[];
  /** What the settings do on this type that the figures alone do not say. */
  readonly notices: readonly SettingNotice[];
}

import type { TargetStatus } from '../result/assessment.ts';

/** What the last scan of a target came to, as far as it decides whether anybody would learn that addresses run out there. */
export interface ScanResult {
  readonly status: TargetStatus['status'];
  /** Whether what the scan found could become alerts; see `ScanConclusion`. */
  readonly alerting: 'whole' | 'partial' | 'none';
  /** Whether the assessment and its figures were stored. */
  readonly remembered: boolean;
  /** Alerts of the target that a destination refused and that still wait; `null`: not known yet. */
  readonly undelivered: number | null;
}

/**
 * Why a target is not watched; empty: it is. Watched means read in full, stored, and able to notify: the metric
 * `TargetsSucceeded`, `headroom_target_up` and `/readyz` all say this and nothing else.
 */
export const whyNotWatched = ({
  status,
  alerting,
  remembered,
  undelivered,
}: ScanResult): readonly string[] => [
  ...(status === 'failed' ? ['it could not be scanned'] : []),
  ...(status === 'partial' ? ['it could be scanned only in part'] : []),
  ...(alerting === 'none' ? ['its alerts could not be read'] : []),
  ...(alerting === 'partial' ? ['some of its alerts could not be stored'] : []),
  ...(remembered ? [] : ['the scan could not be stored']),
  ...((undelivered ?? 0) > 0 ? ['some of its alerts could not be delivered'] : []),
];

import type { Subject } from './finding.ts';

/** Why a check could say nothing of some resources. That nothing was found there is no all-clear. */
export interface NotChecked {
  readonly kind: string;
  /** What the check finds, as in `docs/findings.md`. */
  readonly label: string;
  readonly reason: string;
  /** At least one. */
  readonly subjects: readonly Subject[];
}

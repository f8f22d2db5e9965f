import { evaluate } from '../alerts/evaluate.ts';
import type { Observation } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { BlockOffer } from '../model/checks/remedies/range-plan.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { NotChecked } from '../model/result/not-checked.ts';
import type { AssessedTarget } from '../model/target/target-assessor.ts';

export interface CheckedTarget {
  /** With the findings of the checks. */
  readonly assessment: TargetAssessment;
  /** See `Evaluation.notChecked`. */
  readonly notChecked: readonly NotChecked[];
  readonly observations: readonly Observation[];
  /** The new blocks that remedies offer to VPCs. */
  readonly blockOffers: readonly BlockOffer[];
}

/**
 * Runs the checks under a policy. Reports, exit codes and alerts are made of the same results, so that they agree.
 *
 * @param alerted see `evaluate`
 */
export const applyPolicy = (
  { assessment, estate }: AssessedTarget,
  policy: AlertPolicy,
  alerted?: ReadonlySet<string>,
): CheckedTarget => {
  const { findings, ...rest } = evaluate(estate, policy, alerted);
  return { assessment: { ...assessment, findings }, ...rest };
};

import { evaluate } from '../alerts/evaluate.ts';
import type { Observation } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { AssessedTarget } from '../model/target/target-assessor.ts';

export interface CheckedTarget {
  /** With the findings of the checks. */
  readonly assessment: TargetAssessment;
  readonly observations: readonly Observation[];
}

/** Runs the checks under a policy. Reports, exit codes and alerts are made of the same results, so that they agree. */
export const applyPolicy = ({ assessment, estate }: AssessedTarget, policy: AlertPolicy): CheckedTarget => {
  const { findings, observations } = evaluate(estate, policy);
  return { assessment: { ...assessment, findings }, observations };
};

import { evaluateRules } from '../alerts/evaluate.ts';
import type { Observation } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { Finding } from '../model/result/finding.ts';

export interface JudgedTarget {
  /** With what the rules found among its findings. */
  readonly assessment: TargetAssessment;
  readonly observations: readonly Observation[];
}

/**
 * Holds an assessment against the policy. What a rule raises is a finding, too: a report, an exit code and an alert
 * must not disagree on what is wrong. A rule that hands on a finding of the model adds nothing to the list.
 */
export const judge = (assessment: TargetAssessment, policy: AlertPolicy): JudgedTarget => {
  const observations = evaluateRules(assessment, policy);
  const findings = new Map<string, Finding>(assessment.findings.map((finding) => [finding.id, finding]));
  for (const { raise, finding } of observations) {
    if (raise !== null && raise !== 'ok' && finding !== null && !findings.has(finding.id)) {
      findings.set(finding.id, finding);
    }
  }
  return { assessment: { ...assessment, findings: [...findings.values()] }, observations };
};

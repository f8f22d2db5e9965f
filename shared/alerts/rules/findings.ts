import type { Observation } from '../../model/alert/alert.ts';
import { compareSeverity } from '../../model/result/finding.ts';
import type { Rule } from './rule.ts';

/**
 * What the model found wrong, each finding with an alert of its own: leaked interfaces, a node group whose maximum does
 * not fit, a cluster that cannot be upgraded. A finding that is gone is not observed here; `gone.ts` ends its alert.
 */
export const findings: Rule = ({ assessment, subjects, settings }) =>
  assessment.findings.flatMap((finding): readonly Observation[] => {
    const { severity } = finding;
    const subject = subjects.enriched(finding.subject);
    const policy = settings('findings', subject);
    const isRaised = policy.enabled && compareSeverity(severity, policy.minimumSeverity) >= 0;
    const level = isRaised && severity !== 'info' ? severity : 'ok';
    return [
      {
        key: `findings/${finding.id}`,
        rule: 'findings',
        subject,
        raise: level,
        hold: level,
        finding: level === 'ok' ? null : finding,
        evidence: finding.evidence,
      },
    ];
  });

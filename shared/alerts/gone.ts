import type { Alert, Observation } from '../model/alert.ts';
import type { TargetAssessment } from '../model/assessment.ts';
import { causeOf } from './causes.ts';

/**
 * Ends the alerts of what is no longer there: a deleted subnet, a finding that was mended. Only a target that was read in
 * full can say that something is gone; where anything is missing, alerts hold. Alerts about the monitor itself are not
 * the target's to end.
 *
 * @param vpcIds what the scan was restricted to: of other VPCs it can say nothing. `null`: everything was read
 */
export const observeGone = (
  alerts: readonly Alert[],
  observations: readonly Observation[],
  assessment: TargetAssessment,
  vpcIds: readonly string[] | null = null,
): readonly Observation[] => {
  if (assessment.target.status !== 'ok') return [];
  const observed = new Set(observations.map(({ key }) => key));
  return alerts
    .filter(({ key, status, subject }) => {
      if (status === 'resolved' || observed.has(key) || subject.type === 'monitor') return false;
      return vpcIds === null || (subject.vpcId !== null && vpcIds.includes(subject.vpcId));
    })
    .map(({ key, rule, subject }) => ({
      key,
      rule,
      subject,
      raise: 'ok' as const,
      hold: 'ok' as const,
      finding: null,
      evidence: [],
      cause: causeOf(subject),
    }));
};

import type { Alert } from '../model/alert/alert.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';

/**
 * Whether what an alert is about is no longer there, so that it ends: a deleted subnet, a finding that was fixed, a rule
 * that was taken out. To be asked only of alerts that no observation speaks of. Only a target that was read in full can
 * say that something is gone; where anything is missing, alerts hold. Alerts about the monitor itself are not the target's
 * to end.
 *
 * @param vpcIds what the scan was restricted to: of other VPCs it can say nothing. `null`: everything was read
 */
export const isGone = (
  { subject }: Pick<Alert, 'subject'>,
  assessment: Pick<TargetAssessment, 'target'>,
  vpcIds: readonly string[] | null,
): boolean => {
  if (assessment.target.status !== 'ok' || subject.type === 'monitor') return false;
  return vpcIds === null || (subject.vpcId !== null && vpcIds.includes(subject.vpcId));
};

/** What is so of something that is gone, behind its name; `undefined`: only what was found of it is. */
export const goneText = (
  { subject: { id, type } }: Pick<Alert, 'subject'>,
  { clusters, subnets, vpcs }: Pick<TargetAssessment, 'clusters' | 'subnets' | 'vpcs'>,
): string | undefined => {
  const isMissing =
    (type === 'subnet' && !subnets.some(({ subnetId }) => subnetId === id)) ||
    (type === 'vpc' && !vpcs.some(({ vpcId }) => vpcId === id)) ||
    (type === 'cluster' && !clusters.some(({ clusterName }) => clusterName === id));
  return isMissing ? `the ${type === 'vpc' ? 'VPC' : type} is no longer there` : undefined;
};

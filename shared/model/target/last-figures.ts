import type { TargetAssessment } from '../result/assessment.ts';

/**
 * What is shown of a target that cannot be read: that it failed and why, with the figures of the last scan that learned anything.
 * They are marked with their time. For people and their pages only: alerts, metrics and forecasts never rest on them.
 */
export const withLastFigures = (
  latest: TargetAssessment,
  last: TargetAssessment | null,
): TargetAssessment => {
  if (latest.target.status !== 'failed' || last === null || last.target.status === 'failed') return latest;
  const figuresFrom = last.scannedAt;
  return {
    ...last,
    target: { ...latest.target, figuresFrom },
    scannedAt: latest.scannedAt,
    subnets: last.subnets.map((subnet) => ({ ...subnet, figuresFrom })),
    // What the failed scan found is about the scan itself.
    findings: [...latest.findings, ...last.findings.filter(({ subject }) => subject.type !== 'monitor')],
  };
};

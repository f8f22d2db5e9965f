import type {
  LeakedInterface,
  SubnetAssessment,
  TargetAssessment,
  TargetStatus,
  VpcAssessment,
} from '../model/result/assessment.ts';
import type { ClusterAssessment } from '../model/result/cluster.ts';
import { compareSeverity, type Finding, type Severity } from '../model/result/finding.ts';

/** What `headroom scan --output json` prints. A contract: additive change only (`docs/schema/scan.schema.json`). */
export interface ScanDocument {
  readonly schema: 'headroom/scan@1';
  readonly scannedAt: string;
  readonly targets: readonly TargetStatus[];
  readonly vpcs: readonly VpcAssessment[];
  readonly subnets: readonly SubnetAssessment[];
  readonly clusters: readonly ClusterAssessment[];
  readonly leakedInterfaces: readonly LeakedInterface[];
  readonly findings: readonly Finding[];
}

/** Puts the assessments of several targets into one document, findings worst first. */
export const scanDocument = (assessments: readonly TargetAssessment[], scannedAt: string): ScanDocument => ({
  schema: 'headroom/scan@1',
  scannedAt,
  targets: assessments.map(({ target }) => target),
  vpcs: assessments.flatMap(({ vpcs }) => vpcs),
  subnets: assessments.flatMap(({ subnets }) => subnets),
  clusters: assessments.flatMap(({ clusters }) => clusters),
  // Younger sightings may still be cleaned up by the CNI itself; only what nothing will clean up is said.
  leakedInterfaces: assessments.flatMap(({ leakedInterfaces }) =>
    leakedInterfaces.filter(({ leaked }) => leaked),
  ),
  findings: assessments
    .flatMap(({ findings }) => findings)
    .toSorted((a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1)),
});

/** Whether anything found is at least this bad. */
export const hasFinding = (document: Pick<ScanDocument, 'findings'>, atLeast: Severity): boolean =>
  document.findings.some(({ severity }) => compareSeverity(severity, atLeast) >= 0);

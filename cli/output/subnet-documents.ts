import type { Alert } from '../../shared/model/alert/alert.ts';
import type { AddressMap, SubnetAssessment } from '../../shared/model/result/assessment.ts';
import { compareSeverity, type Finding } from '../../shared/model/result/finding.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import type { OneSubnet } from '../input/one-subnet.ts';

/** What `headroom map --output json` prints. A contract: additive change only (`docs/schema/map.schema.json`). */
export interface MapDocument {
  readonly schema: 'headroom/map@1';
  readonly subnetId: string;
  readonly name: string | null;
  readonly accountId: string;
  readonly region: string;
  /** `null`: not known, or an IPv6-only subnet. */
  readonly map: AddressMap | null;
}

export const mapDocument = (
  { subnetId, name, accountId, region }: SubnetAssessment,
  map: AddressMap | null,
): MapDocument => ({ schema: 'headroom/map@1', subnetId, name, accountId, region, map });

/** What `headroom explain --output json` prints. A contract: additive change only (`docs/schema/explain.schema.json`). */
export interface ExplainDocument {
  readonly schema: 'headroom/explain@1';
  /** ISO 8601: when the subnet was scanned. */
  readonly scannedAt: string;
  readonly subnet: SubnetAssessment;
  readonly map: AddressMap | null;
  /** Names of the clusters that use the subnet. */
  readonly clusters: readonly string[];
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Empty where no stored scans were read. */
  readonly alerts: readonly Alert[];
  /** Of the last 14 days; `null`: no stored scans were read. */
  readonly history: SubnetHistory | null;
}

export const explainDocument = ({
  subnet,
  assessment,
  map,
  history,
  alerts,
}: OneSubnet): ExplainDocument => ({
  schema: 'headroom/explain@1',
  scannedAt: assessment.scannedAt,
  subnet,
  map,
  clusters: assessment.clusters
    .filter(({ subnetIds }) => subnetIds.includes(subnet.subnetId))
    .map(({ clusterName }) => clusterName),
  findings: assessment.findings
    .filter(({ subject }) => subject.id === subnet.subnetId || subject.subnetIds.includes(subnet.subnetId))
    .toSorted((a, b) => compareSeverity(b.severity, a.severity)),
  alerts,
  history,
});

import type { Alert } from '../../shared/model/alert/alert.ts';
import type { AddressMap, SubnetAssessment } from '../../shared/model/result/assessment.ts';
import type { ClusterAssessment } from '../../shared/model/result/cluster.ts';
import { compareSeverity, type Finding } from '../../shared/model/result/finding.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import type { SubnetPods } from '../../shared/model/result/pods.ts';
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
  /** Who runs the pods of each cluster's nodes here. Empty: the Kubernetes API of no cluster was read. */
  readonly pods: readonly ClusterSubnetPods[];
}

export interface ClusterSubnetPods extends SubnetPods {
  readonly clusterName: string;
}

/** The pods of one subnet, by cluster. */
export const podsInSubnet = (
  subnetId: string,
  clusters: readonly ClusterAssessment[],
): readonly ClusterSubnetPods[] =>
  clusters.flatMap(({ clusterName, pods }) =>
    (pods?.subnets ?? [])
      .filter((subnet) => subnet.subnetId === subnetId && subnet.used + subnet.warm > 0)
      .map((subnet) => ({ clusterName, ...subnet })),
  );

export const mapDocument = (
  { subnetId, name, accountId, region }: SubnetAssessment,
  map: AddressMap | null,
  clusters: readonly ClusterAssessment[],
): MapDocument => ({
  schema: 'headroom/map@1',
  subnetId,
  name,
  accountId,
  region,
  map,
  pods: podsInSubnet(subnetId, clusters),
});

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
  /** Checks that could say nothing of the subnet or its clusters, by check and reason; `null`: stored scans do not keep them. */
  readonly notChecked: readonly NotChecked[] | null;
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
  notChecked,
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
  notChecked,
  alerts,
  history,
});

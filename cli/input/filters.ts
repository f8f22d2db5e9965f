import type { Command } from 'commander';
import type { Finding, Severity } from '../../shared/model/result/finding.ts';
import { compareSeverity } from '../../shared/model/result/finding.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import { collectValues } from '../base/command-line.ts';

/** Narrows what a command shows; what is scanned is `--region`, `--role-arn` and `--vpc`. */
export interface Filters {
  readonly account?: readonly string[];
  readonly cluster?: readonly string[];
  readonly subnet?: readonly string[];
  readonly severity?: Severity;
}

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--account <id...>', 'only these accounts', collectValues)
    .option('--cluster <name...>', 'only resources of these clusters', collectValues)
    .option('--subnet <subnet-id...>', 'only these subnets', collectValues);

const allows = (wanted: readonly string[] | undefined, value: string | null): boolean =>
  wanted === undefined || (value !== null && wanted.includes(value));

const allowsAny = (wanted: readonly string[] | undefined, values: readonly string[]): boolean =>
  wanted === undefined || values.some((value) => wanted.includes(value));

const findingPasses = ({ subject, severity }: Finding, filters: Filters): boolean =>
  allows(filters.account, subject.accountId) &&
  allowsAny(filters.cluster, [
    ...(subject.clusterNames ?? []),
    ...(subject.clusterName === null ? [] : [subject.clusterName]),
    ...(subject.type === 'cluster' ? [subject.id] : []),
  ]) &&
  allowsAny(filters.subnet, [...subject.subnetIds, subject.id]) &&
  (filters.severity === undefined || compareSeverity(severity, filters.severity) >= 0);

/** The document with only what the filters let through. A cluster's subnets are those it uses. */
export const filterDocument = (document: ScanDocument, filters: Filters): ScanDocument => {
  const clusters = document.clusters.filter(
    ({ accountId, clusterName, subnetIds }) =>
      allows(filters.account, accountId) &&
      allows(filters.cluster, clusterName) &&
      allowsAny(filters.subnet, subnetIds),
  );
  const clusterSubnets = new Set(clusters.flatMap(({ subnetIds }) => subnetIds));
  return {
    ...document,
    subnets: document.subnets.filter(
      ({ accountId, subnetId }) =>
        allows(filters.account, accountId) &&
        allows(filters.subnet, subnetId) &&
        (filters.cluster === undefined || clusterSubnets.has(subnetId)),
    ),
    clusters,
    leakedInterfaces: document.leakedInterfaces.filter(
      ({ accountId, clusterName, subnetId }) =>
        allows(filters.account, accountId) &&
        allows(filters.cluster, clusterName) &&
        allows(filters.subnet, subnetId),
    ),
    findings: document.findings.filter((finding) => findingPasses(finding, filters)),
  };
};

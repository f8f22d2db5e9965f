import type { Command } from 'commander';
import { didYouMean } from '../../shared/config/nearest-word.ts';
import type { Finding, Severity } from '../../shared/model/result/finding.ts';
import { compareSeverity } from '../../shared/model/result/finding.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import { collectValues, UsageError } from '../base/command-line.ts';

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

const NAMED = 3;

/**
 * A name that nothing has would make every list empty, and every check of a pipeline pass. Where a target was not read in
 * full, the name may belong to what was not seen.
 */
const refuseUnknownNames = (document: ScanDocument, filters: Filters): void => {
  if (document.targets.some(({ status }) => status !== 'ok')) return;
  const known: readonly (readonly [
    option: string,
    wanted: readonly string[] | undefined,
    names: string[],
  ])[] = [
    ['--account', filters.account, document.targets.map(({ accountId }) => accountId)],
    ['--cluster', filters.cluster, document.clusters.map(({ clusterName }) => clusterName)],
    ['--subnet', filters.subnet, document.subnets.map(({ subnetId }) => subnetId)],
  ];
  const problems = known.flatMap(([option, wanted, given]) => {
    const names = [...new Set(given)];
    return (wanted ?? [])
      .filter((name) => !names.includes(name))
      .map((name) => {
        const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
        const there =
          names.length === 0
            ? 'There is none at all.'
            : `There is ${names.slice(0, NAMED).join(', ')}${more}.`;
        return `Nothing matches ${option} ${name}.${didYouMean(name, names) || ` ${there}`}`;
      });
  });
  if (problems.length > 0)
    throw new UsageError(
      problems.join('\n'),
      'Name what the scan finds; `headroom scan` and `headroom clusters` list it.',
    );
};

/**
 * The document with only what the filters let through. A cluster's subnets are those it uses.
 *
 * @throws UsageError when a filter names nothing that there is
 */
export const filterDocument = (document: ScanDocument, filters: Filters): ScanDocument => {
  refuseUnknownNames(document, filters);
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

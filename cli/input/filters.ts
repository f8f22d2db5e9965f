import type { Command } from 'commander';
import type { Finding, Severity } from '../../shared/model/result/finding.ts';
import { compareSeverity } from '../../shared/model/result/finding.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import { collectValues, UsageError } from '../base/command-line.ts';
import { nearestOf } from './nearest-name.ts';

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

/** One thing that a scan found, with the names that the filters compare. */
interface Named {
  readonly accountId: string;
  readonly clusterNames: readonly string[];
  readonly subnetIds: readonly string[];
}

const namedIn = ({ targets, clusters, subnets }: ScanDocument): readonly Named[] => [
  ...targets.map(({ accountId }) => ({ accountId, clusterNames: [], subnetIds: [] })),
  ...clusters.map(({ accountId, clusterName, subnetIds }) => ({
    accountId,
    clusterNames: [clusterName],
    subnetIds,
  })),
  ...subnets.map(({ accountId, subnetId }) => ({ accountId, clusterNames: [], subnetIds: [subnetId] })),
];

/**
 * A name that nothing has would make every list empty, and every check of a pipeline pass. So would two names that
 * belong to different things. Where a target was not read in full, a name may belong to what was not seen.
 */
const refuseUnknownNames = (document: ScanDocument, filters: Filters): void => {
  if (document.targets.some(({ status }) => status !== 'ok')) return;
  const named = namedIn(document);
  const options: readonly (readonly [
    option: string,
    wanted: readonly string[] | undefined,
    namesOf: (each: Named) => readonly string[],
  ])[] = [
    ['--account', filters.account, ({ accountId }) => [accountId]],
    ['--cluster', filters.cluster, ({ clusterNames }) => clusterNames],
    ['--subnet', filters.subnet, ({ subnetIds }) => subnetIds],
  ];
  const problems = options.flatMap(([option, wanted, namesOf]) => {
    const names = named.flatMap(namesOf);
    return (wanted ?? [])
      .filter((name) => !names.includes(name))
      .map((name) => `Nothing matches ${option} ${name}.${nearestOf(name, names)}`);
  });
  const given = options.filter(([, wanted]) => wanted !== undefined);
  if (
    problems.length === 0 &&
    given.length > 1 &&
    !named.some((each) => given.every(([, wanted, namesOf]) => allowsAny(wanted, namesOf(each))))
  )
    problems.push(
      `Nothing matches ${given.map(([option, wanted = []]) => `${option} ${wanted.join(',')}`).join(' together with ')}.`,
    );
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

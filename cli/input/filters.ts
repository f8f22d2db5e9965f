import type { Command } from 'commander';
import type { Tags } from '../../shared/model/aws/inventory.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { Finding, Severity, Subject } from '../../shared/model/result/finding.ts';
import { compareSeverity } from '../../shared/model/result/finding.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import { type ScanDocument, scanDocument } from '../../shared/pipeline/scan-document.ts';
import { collectValues, UsageError } from '../base/command-line.ts';
import { nearestOf } from './nearest-name.ts';

/** Narrows what a command shows; what is scanned is `--region`, `--role-arn` and `--vpc`. */
export interface Filters {
  readonly account?: readonly string[];
  readonly cluster?: readonly string[];
  readonly subnet?: readonly string[];
  /** `key=value`, or `key` for any value: tags of subnets, all of which a subnet must carry. */
  readonly tag?: readonly string[];
  readonly severity?: Severity;
}

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--account <id...>', 'only these accounts', collectValues)
    .option('--cluster <name...>', 'only resources of these clusters', collectValues)
    .option('--subnet <subnet...>', 'only these subnets, by id or name', collectValues)
    .option('--tag <key=value...>', 'only subnets with all these tags; a key alone: any value', collectTags);

/** What tells subnets of one name apart. */
export const addPlaceOptions = (command: Command): Command =>
  command
    .option('--account <id...>', 'look only in these accounts', collectValues)
    .option('--cluster <name...>', 'look only in subnets of these clusters', collectValues)
    .option('--tag <key=value...>', 'look only in subnets with all these tags', collectTags);

/** A tag's value may contain commas. */
export const collectTags = (tag: string, previous: readonly string[] | undefined): string[] => [
  ...(previous ?? []),
  tag,
];

const allows = (wanted: readonly string[] | undefined, value: string | null): boolean =>
  wanted === undefined || (value !== null && wanted.includes(value));

const allowsAny = (wanted: readonly string[] | undefined, values: readonly string[]): boolean =>
  wanted === undefined || values.some((value) => wanted.includes(value));

export const isTagged = (tags: Tags, wanted: readonly string[]): boolean =>
  wanted.every((tag) => {
    const [key = '', ...value] = tag.split('=');
    const held = tags[key];
    return held !== undefined && (value.length === 0 || held === value.join('='));
  });

/** The subnets that `--subnet` and `--tag` let through; `null`: all. */
const subnetIdsOf = (
  { subnets }: Pick<ScanDocument, 'subnets'>,
  { subnet, tag }: Pick<Filters, 'subnet' | 'tag'>,
): ReadonlySet<string> | null =>
  subnet === undefined && tag === undefined
    ? null
    : new Set([
        ...subnets
          .filter(
            ({ subnetId, name, tags }) =>
              allowsAny(subnet, name === null ? [subnetId] : [subnetId, name]) && isTagged(tags, tag ?? []),
          )
          .map(({ subnetId }) => subnetId),
        // A subnet that was not read in full may still be what something is about.
        ...(tag === undefined ? (subnet ?? []) : []),
      ]);

const isAmong = (wanted: ReadonlySet<string> | null, ids: readonly string[]): boolean =>
  wanted === null || ids.some((id) => wanted.has(id));

const subjectPasses = (
  subject: Subject,
  filters: Omit<Filters, 'severity'>,
  subnetIds: ReadonlySet<string> | null,
): boolean =>
  allows(filters.account, subject.accountId) &&
  allowsAny(filters.cluster, [
    ...(subject.clusterNames ?? []),
    ...(subject.clusterName === null ? [] : [subject.clusterName]),
    ...(subject.type === 'cluster' ? [subject.id] : []),
  ]) &&
  isAmong(subnetIds, [...subject.subnetIds, subject.id]);

const findingPasses = (
  { subject, severity }: Finding,
  filters: Filters,
  subnetIds: ReadonlySet<string> | null,
): boolean =>
  subjectPasses(subject, filters, subnetIds) &&
  (filters.severity === undefined || compareSeverity(severity, filters.severity) >= 0);

/** One thing that a scan found, with the names that the filters compare. */
interface Named {
  readonly accountId: string;
  readonly clusterNames: readonly string[];
  /** Ids and names. */
  readonly subnets: readonly string[];
}

const namedIn = ({ targets, clusters, subnets }: ScanDocument): readonly Named[] => {
  const names = new Map(subnets.map(({ subnetId, name }) => [subnetId, name]));
  const idAndName = (subnetId: string): string[] => [
    subnetId,
    ...[names.get(subnetId)].filter((name) => name != null),
  ];
  return [
    ...targets.map(({ accountId }) => ({ accountId, clusterNames: [], subnets: [] })),
    ...clusters.map(({ accountId, clusterName, subnetIds }) => ({
      accountId,
      clusterNames: [clusterName],
      subnets: subnetIds.flatMap(idAndName),
    })),
    ...subnets.map(({ accountId, subnetId }) => ({
      accountId,
      clusterNames: [],
      subnets: idAndName(subnetId),
    })),
  ];
};

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
    /** One for each thing. */
    counted?: readonly string[],
  ])[] = [
    ['--account', filters.account, ({ accountId }) => [accountId]],
    ['--cluster', filters.cluster, ({ clusterNames }) => clusterNames],
    [
      '--subnet',
      filters.subnet,
      ({ subnets }) => subnets,
      document.subnets.map(({ name, subnetId }) => name ?? subnetId),
    ],
  ];
  const problems = options.flatMap(([option, wanted, namesOf, counted]) => {
    const names = named.flatMap(namesOf);
    return (wanted ?? [])
      .filter((name) => !names.includes(name))
      .map((name) => `Nothing matches ${option} ${name}.${nearestOf(name, counted ?? names, names)}`);
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
  if (filters.tag !== undefined && !document.subnets.some(({ tags }) => isTagged(tags, filters.tag ?? []))) {
    const keys = document.subnets.flatMap(({ tags }) => Object.keys(tags));
    const unknown = filters.tag.map((tag) => tag.split('=')[0] ?? '').filter((key) => !keys.includes(key));
    problems.push(
      `No subnet has ${filters.tag.length === 1 ? 'the tag' : 'all of the tags'} ${filters.tag.join(', ')}.${unknown[0] === undefined ? '' : nearestOf(unknown[0], keys)}`,
    );
  }
  if (problems.length > 0)
    throw new UsageError(
      problems.join('\n'),
      'Name what the scan finds; `headroom scan` and `headroom clusters` list it.',
    );
};

/** The parts of a scan that filters narrow. */
type Narrowed = Pick<ScanDocument, 'subnets' | 'clusters' | 'leakedInterfaces' | 'findings'>;

/** What the filters let through. A cluster's subnets are those it uses. Names are not checked. */
export const narrow = <Parts extends Narrowed>(parts: Parts, filters: Filters): Parts => {
  const subnetIds = subnetIdsOf(parts, filters);
  const clusters = parts.clusters.filter(
    (cluster) =>
      allows(filters.account, cluster.accountId) &&
      allows(filters.cluster, cluster.clusterName) &&
      isAmong(subnetIds, cluster.subnetIds),
  );
  const clusterSubnets = new Set(clusters.flatMap((cluster) => cluster.subnetIds));
  return {
    ...parts,
    subnets: parts.subnets.filter(
      ({ accountId, subnetId }) =>
        allows(filters.account, accountId) &&
        isAmong(subnetIds, [subnetId]) &&
        (filters.cluster === undefined || clusterSubnets.has(subnetId)),
    ),
    clusters,
    leakedInterfaces: parts.leakedInterfaces.filter(
      ({ accountId, clusterName, subnetId }) =>
        allows(filters.account, accountId) &&
        allows(filters.cluster, clusterName) &&
        isAmong(subnetIds, [subnetId]),
    ),
    findings: parts.findings.filter((finding) => findingPasses(finding, filters, subnetIds)),
  };
};

/**
 * The document with only what the filters let through.
 *
 * @throws UsageError when a filter names nothing that there is
 */
export const filterDocument = (document: ScanDocument, filters: Filters): ScanDocument => {
  refuseUnknownNames(document, filters);
  return narrow(document, filters);
};

/** What could not be checked, of the resources that the filters let through. Names are not checked. */
export const filterNotChecked = (
  notChecked: readonly NotChecked[],
  parts: Pick<ScanDocument, 'subnets'>,
  filters: Omit<Filters, 'severity'>,
): readonly NotChecked[] => {
  const subnetIds = subnetIdsOf(parts, filters);
  return notChecked.flatMap((each) => {
    const subjects = each.subjects.filter((subject) => subjectPasses(subject, filters, subnetIds));
    return subjects.length === 0 ? [] : [{ ...each, subjects }];
  });
};

/**
 * Whole assessments with only what the filters let through.
 *
 * @throws UsageError when a filter names nothing that there is
 */
export const narrowAssessments = (
  assessments: readonly TargetAssessment[],
  filters: Filters,
): readonly TargetAssessment[] => {
  const { account, cluster, subnet, tag } = filters;
  if ([account, cluster, subnet, tag].every((wanted) => wanted === undefined)) return assessments;
  refuseUnknownNames(scanDocument(assessments, ''), filters);
  return assessments
    .filter(({ target }) => allows(account, target.accountId))
    .map((assessment) => {
      const narrowed = narrow(assessment, filters);
      const subnets = new Set(narrowed.subnets.map(({ subnetId }) => subnetId));
      const vpcs = new Set(narrowed.subnets.map(({ vpcId }) => vpcId));
      return {
        ...narrowed,
        vpcs: narrowed.vpcs.filter(({ vpcId }) => vpcs.has(vpcId)),
        maps: narrowed.maps.filter(({ subnetId }) => subnets.has(subnetId)),
      };
    });
};

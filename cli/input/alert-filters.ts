import type { Command } from 'commander';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { Severity } from '../../shared/model/result/finding.ts';
import type { KeptAlert } from '../../shared/pipeline/kept-alerts.ts';
import { scanDocument } from '../../shared/pipeline/scan-document.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { collectValues, UsageError } from '../base/command-line.ts';
import { listedValues } from '../base/listed-values.ts';
import { collectTags, filterDocument, isTagged } from './filters.ts';

/** Narrows a list of alerts. */
export interface AlertFilters {
  readonly account?: readonly string[];
  readonly cluster?: readonly string[];
  readonly subnet?: readonly string[];
  /** `key=value`, or `key` for any value: tags of a subnet that the alert is about. */
  readonly tag?: readonly string[];
  readonly rule?: readonly string[];
  readonly severity?: string;
}

/** `info`: all of them, as for findings. */
const SEVERITIES: readonly string[] = ['info', 'warning', 'critical'] satisfies readonly Severity[];

export const addAlertFilterOptions = (command: Command): Command =>
  command
    .option('--account <id...>', 'only these accounts', collectValues)
    .option('--cluster <name...>', 'only alerts about these clusters', collectValues)
    .option('--subnet <subnet...>', 'only alerts about these subnets, by id or name', collectValues)
    .option('--tag <key=value...>', 'only alerts about subnets with all these tags', collectTags)
    .option('--rule <rule...>', 'only alerts of these rules', collectValues)
    .addOption(listedValues('--severity <severity>', 'only alerts of at least this severity', SEVERITIES));

/** @throws UsageError for a severity that alerts do not have */
export const checkAlertFilters = ({ severity }: AlertFilters): void => {
  if (severity !== undefined && !SEVERITIES.includes(severity))
    throw new UsageError(`--severity ${severity} is not a severity of alerts.`, 'Use warning or critical.');
};

const allows = (wanted: readonly string[] | undefined, values: readonly (string | null)[]): boolean =>
  wanted === undefined || values.some((value) => value !== null && wanted.includes(value));

/** The level that an alert has, or waits to have. */
export const levelOf = ({ alert }: KeptAlert): string =>
  alert.status === 'pending' ? (alert.candidate?.severity ?? 'warning') : alert.severity;

/** The subnets of the last scans that have all the tags; `null`: no tag is asked for. */
export const taggedSubnets = async (
  store: StateStore,
  { tag }: AlertFilters,
): Promise<ReadonlySet<string> | null> => {
  if (tag === undefined) return null;
  const assessments = await latestAssessments(store);
  const subnets = assessments.flatMap((assessment) => assessment.subnets);
  return new Set(subnets.filter(({ tags }) => isTagged(tags, tag)).map(({ subnetId }) => subnetId));
};

/** @param tagged see `taggedSubnets` */
export const alertPasses = (
  kept: KeptAlert,
  filters: AlertFilters,
  tagged: ReadonlySet<string> | null,
): boolean => {
  const { subject, rule, finding } = kept.alert;
  return (
    (tagged === null || [subject.id, ...subject.subnetIds].some((id) => tagged.has(id))) &&
    allows(filters.account, [subject.accountId]) &&
    allows(filters.cluster, [
      subject.clusterName,
      ...(subject.clusterNames ?? []),
      subject.type === 'cluster' ? subject.id : null,
    ]) &&
    allows(filters.subnet, [
      subject.id,
      subject.type === 'subnet' ? subject.name : null,
      ...subject.subnetIds,
    ]) &&
    allows(filters.rule, [rule, finding.kind]) &&
    (filters.severity !== 'critical' || levelOf(kept) === 'critical')
  );
};

const latestAssessments = async (store: StateStore): Promise<readonly TargetAssessment[]> => {
  const targets = await store.assessments.targets();
  const assessments = await Promise.all(targets.map(({ target }) => store.assessments.latest(target)));
  return assessments.filter((assessment) => assessment !== null);
};

/**
 * An empty list must not come from a name that is mistyped. Only where nothing was found, the stored scans are read for it.
 *
 * @throws UsageError when a filter names nothing that the last scans found
 */
export const refuseUnknownAlertFilters = async (store: StateStore, filters: AlertFilters): Promise<void> => {
  const { account, cluster, subnet, tag } = filters;
  if ([account, cluster, subnet, tag].every((given) => given === undefined)) return;
  filterDocument(scanDocument(await latestAssessments(store), ''), {
    ...(account === undefined ? {} : { account }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(tag === undefined ? {} : { tag }),
  });
};

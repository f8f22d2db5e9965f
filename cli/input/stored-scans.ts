import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import { keptAlerts } from '../../shared/pipeline/kept-alerts.ts';
import type { ReportInput } from '../../shared/report/report-page.ts';
import { subnetKey } from '../../shared/report/worst-first.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { noScanStored, withStateStore } from './state-store.ts';

export interface StoredScanOptions {
  readonly state?: string;
  readonly table?: string;
  readonly region?: readonly string[];
  readonly vpc?: readonly string[];
}

/** What scans remember: their latest assessments, the past of every subnet, and the alerts. */
export type StoredScans = Omit<ReportInput, 'source' | 'now'>;

/** How much of the past the plots show. */
const DAYS_READ = 14;
const DAY = 86_400_000;

/** The part of an assessment that concerns some VPCs. */
const ofVpcs = (assessment: TargetAssessment, vpcIds: readonly string[] | undefined): TargetAssessment => {
  if (vpcIds === undefined) return assessment;
  const subnets = assessment.subnets.filter(({ vpcId }) => vpcIds.includes(vpcId));
  const known = new Set(subnets.map(({ subnetId }) => subnetId));
  return {
    ...assessment,
    vpcs: assessment.vpcs.filter(({ vpcId }) => vpcIds.includes(vpcId)),
    subnets,
    clusters: assessment.clusters.filter(({ vpcId }) => vpcId !== null && vpcIds.includes(vpcId)),
    findings: assessment.findings.filter(
      ({ subject }) => subject.vpcId !== null && vpcIds.includes(subject.vpcId),
    ),
    maps: assessment.maps.filter(({ subnetId }) => known.has(subnetId)),
  };
};

const remembered = async (
  store: StateStore,
  { region, vpc }: StoredScanOptions,
  now: number,
): Promise<StoredScans> => {
  const assessments: TargetAssessment[] = [];
  const histories = new Map<string, SubnetHistory>();
  for (const { target } of await store.assessments.targets()) {
    if (region !== undefined && !region.includes(target.region)) continue;
    const latest = await store.assessments.latest(target);
    if (latest === null) continue;
    const assessment = ofVpcs(latest, vpc);
    assessments.push(assessment);
    const subnetIds = assessment.subnets.map(({ subnetId }) => subnetId);
    const past = await store.history.read(target, subnetIds, now - DAYS_READ * DAY);
    for (const [subnetId, history] of past) histories.set(subnetKey({ ...target, subnetId }), history);
  }
  const shown = new Set(assessments.flatMap(({ subnets }) => subnets.map(({ subnetId }) => subnetId)));
  const alerts = (await keptAlerts(store))
    .filter(({ target }) => region === undefined || region.includes(target.region))
    .map(({ alert }) => alert)
    .filter(({ subject }) => vpc === undefined || subject.subnetIds.some((id) => shown.has(id)));
  return { assessments, histories, alerts };
};

/**
 * Reads the stored scans that the options name.
 *
 * @param now epoch milliseconds
 * @throws UsageError where no scan is stored
 */
export const readStoredScans = async (options: StoredScanOptions, now: number): Promise<StoredScans> => {
  const { state, table, region } = options;
  const found = await withStateStore(
    {
      ...(state === undefined ? {} : { state }),
      ...(table === undefined ? {} : { table }),
      ...(region?.[0] === undefined ? {} : { region: region[0] }),
    },
    (store) => remembered(store, options, now),
    { readOnly: true },
  );
  if (found.assessments.length === 0) throw noScanStored();
  return found;
};

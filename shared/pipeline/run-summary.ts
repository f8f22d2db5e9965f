import type { RunSummary } from '../metrics/catalogue.ts';
import type { Problem } from '../model/base/errors.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { type ScanResult, whyNotWatched } from '../model/target/watched.ts';
import type { DeliveryReport } from './deliver-outbox.ts';
import type { PlanOutcome } from './plan.ts';
import type { RunTargetOutcome } from './run-target.ts';

/** What the scan of one target asked of AWS, and how long it took. */
export interface ScanEffort {
  readonly calls: number;
  readonly throttles: number;
  readonly seconds: number;
}

/** A summary that says nothing: each part of a run fills in what it knows, and the rest is not published. */
const NOTHING_KNOWN: RunSummary = {
  targetsPlanned: null,
  targetsSucceeded: null,
  targetsFailed: null,
  targetsStale: null,
  targetsNew: null,
  targetsGone: null,
  scanSeconds: null,
  apiCalls: null,
  throttles: null,
  oldestMapSeconds: null,
  metricsPublished: null,
  metricsWithheld: null,
  alertsUndelivered: null,
};

/** What the scan of one target says about the monitor itself. */
export const scanSummary = (outcome: RunTargetOutcome, effort: ScanEffort): RunSummary => {
  const succeeded = whyNotWatched(scanResult(outcome)).length === 0;
  return {
    ...NOTHING_KNOWN,
    targetsSucceeded: succeeded ? 1 : 0,
    targetsFailed: succeeded ? 0 : 1,
    scanSeconds: effort.seconds,
    apiCalls: effort.calls,
    throttles: effort.throttles,
    oldestMapSeconds: oldestMap(outcome.assessment),
    metricsPublished: outcome.metrics?.published ?? null,
    metricsWithheld: outcome.metrics?.withheld ?? null,
    alertsUndelivered: undelivered(outcome),
  };
};

/** In seconds; `null`: the interfaces of every subnet were read in this scan. */
const oldestMap = ({ scannedAt, subnets }: TargetAssessment): number | null => {
  const ages = subnets.flatMap(({ interfacesReadAt }) =>
    interfacesReadAt === undefined ? [] : [(Date.parse(scannedAt) - Date.parse(interfacesReadAt)) / 1000],
  );
  return ages.length === 0 ? null : ages.reduce((oldest, age) => Math.max(oldest, age), 0);
};

/** What decides whether the target is watched. */
export const scanResult = (outcome: RunTargetOutcome): ScanResult => ({
  status: outcome.assessment.target.status,
  alerting: outcome.alerting,
  remembered: outcome.remembered,
  undelivered: undelivered(outcome),
});

/** What the plan of a run says about the monitor itself. */
export const planSummary = (outcome: PlanOutcome): RunSummary => {
  const { coverage, requests } = outcome;
  const count = (state: string): number | null =>
    coverage?.filter((target) => target.state === state).length ?? null;
  return {
    ...NOTHING_KNOWN,
    targetsPlanned: requests.length,
    targetsStale: count('stale'),
    targetsNew: count('new'),
    targetsGone: count('gone'),
    alertsUndelivered: undelivered(outcome),
  };
};

/** Targets and problems named in one log line: 5,000 targets would be 298 kB. */
const NAMED_IN_LOG = 20;

/** What a plan writes to its log: of a bounded size, whatever the number of targets. */
export const planLog = (
  { coverage, requests, problems }: Pick<PlanOutcome, 'coverage' | 'requests' | 'problems'>,
  unpublished: readonly Problem[],
): { readonly isFine: boolean; readonly line: Readonly<Record<string, unknown>> } => {
  const unwatched = coverage?.filter(({ state }) => state === 'stale' || state === 'failed');
  const all = [...problems, ...unpublished];
  return {
    isFine: unwatched?.length === 0 && all.length === 0,
    line: {
      targets: requests.length,
      unwatched: unwatched?.length ?? 'unknown',
      firstUnwatched: unwatched?.slice(0, NAMED_IN_LOG) ?? [],
      problems: all.slice(0, NAMED_IN_LOG),
      ...(all.length > NAMED_IN_LOG ? { moreProblems: all.length - NAMED_IN_LOG } : {}),
    },
  };
};

/** `null` where the stored alerts could not be read: then it is not known what waits. */
const undelivered = ({
  alerting,
  delivery,
}: {
  readonly alerting: RunTargetOutcome['alerting'];
  readonly delivery: DeliveryReport;
}): number | null => (alerting === 'none' ? null : delivery.undelivered.length);

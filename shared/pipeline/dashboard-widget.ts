import pLimit from 'p-limit';
import { mutedBy } from '../alerts/mutes.ts';
import { DEFAULT_POLICY } from '../config/default-policy.ts';
import { SUBNET_METRICS } from '../metrics/catalogue.ts';
import { RANKINGS, WORST_IN_GRAPHS } from '../metrics/rankings.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import { targetName } from '../model/result/identity.ts';
import { withLastFigures } from '../model/target/last-figures.ts';
import type { LowShares } from '../report/history-chart.ts';
import { type WidgetAlert, type WidgetInput, widgetHtml, withHistory } from '../report/widget.ts';
import { parseWidgetRequest, WIDGET_DOCUMENTATION } from '../report/widget-request.ts';
import { type RankedSubnet, subnetKey } from '../report/worst-first.ts';
import type { AssessmentStore, StateStore } from '../state/state-store.ts';
import { attempt } from './attempt.ts';
import { storedMutes } from './stored-mutes.ts';

/** What the widget reads. */
export type ScannedTargets = Pick<AssessmentStore, 'targets' | 'latest' | 'lastRead'>;

/** The most assessments that a warm function keeps: one of 2,000 subnets takes some 20 MB. */
const KEPT = 16;

/**
 * Reads an assessment again only when there is a newer one: the list of targets tells, and is asked each time. A click
 * in a large account then takes as long as drawing does, and not as long as reading.
 */
export const keepingLatest = (store: ScannedTargets): ScannedTargets => {
  const kept = new Map<string, TargetAssessment>();
  const lastRead = new WeakMap<TargetAssessment, TargetAssessment>();
  let scannedAt: ReadonlyMap<string, string> = new Map();
  const keyOf = ({ accountId, region }: Target): string => `${accountId}/${region}`;
  return {
    targets: async () => {
      const listed = await store.targets();
      scannedAt = new Map(listed.map((each) => [keyOf(each.target), each.scannedAt]));
      return listed;
    },
    latest: async (target) => {
      const key = keyOf(target);
      const known = kept.get(key);
      if (known !== undefined && known.scannedAt === scannedAt.get(key)) return known;
      const read = await store.latest(target);
      kept.delete(key);
      if (read !== null) kept.set(key, read);
      const [oldest] = kept.keys();
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
      return read;
    },
    lastRead: async (target) => {
      const latest = kept.get(keyOf(target));
      const known = latest === undefined ? undefined : lastRead.get(latest);
      if (known !== undefined) return known;
      const read = await store.lastRead(target);
      if (latest !== undefined && read !== null) lastRead.set(latest, read);
      return read;
    },
  };
};

/** What else the widget shows of the state: left out, it shows neither alerts nor the past. */
export type WidgetState = Pick<StateStore, 'alerts' | 'history' | 'cache'>;

export interface DashboardWidgetInput {
  readonly event: unknown;
  /** The ARN of the widget's own function. */
  readonly endpoint: string;
  readonly store: ScannedTargets;
  readonly state?: WidgetState;
  /** Epoch milliseconds. */
  readonly now: number;
}

const READS_AT_ONCE = 8;

/** As far back as the state remembers. */
const PAST = 61 * 86_400_000;

/** The thresholds of an empty headroom.yml: the widget's function does not read that file. */
const lowShares = (): LowShares => {
  const { warning, critical } = DEFAULT_POLICY.rules['addresses-low'];
  const share = (threshold: { readonly percent?: number } | null): number | null =>
    threshold?.percent === undefined ? null : threshold.percent / 100;
  return { warning: share(warning), critical: share(critical) };
};

/** HTML for the dashboard, or documentation in Markdown where CloudWatch asks for that. */
export const drawDashboardWidget = async ({
  event,
  endpoint,
  store,
  state,
  now,
}: DashboardWidgetInput): Promise<string | { readonly markdown: string }> => {
  const request = parseWidgetRequest(event);
  if (request.describe) return { markdown: WIDGET_DOCUMENTATION };
  const wanted = (await store.targets()).filter(
    ({ target }) =>
      (request.accountId === null || request.accountId === target.accountId) &&
      (request.region === null || request.region === target.region),
  );
  const limit = pLimit(READS_AT_ONCE);
  const latest = await Promise.all(wanted.map(({ target }) => limit(() => shownOf(target, store))));
  const assessments = latest.filter((assessment): assessment is TargetAssessment => assessment !== null);
  const alerts =
    request.view === 'alerts' && request.subnetId === null && state !== undefined
      ? await alertsOf(
          wanted.map(({ target }) => target),
          state,
          now,
        )
      : null;
  const histories =
    state !== undefined && (request.view === 'history' || request.subnetId !== null)
      ? await historiesOf(withHistory(assessments, request), state, now)
      : new Map<string, SubnetHistory>();
  const runbook = request.view === 'runbook' ? await runbookOf(request.check, assessments) : null;
  return widgetHtml({
    request,
    assessments,
    alerts,
    histories,
    lowShares: lowShares(),
    ...(request.view === 'names' ? { graphed: inGraphs(assessments, now) } : {}),
    runbook,
    endpoint,
    now,
  });
};

/** The last scan; where the target cannot be read, with its last figures. A board without these is worth more than none. */
const shownOf = async (target: Target, store: ScannedTargets): Promise<TargetAssessment | null> => {
  const latest = await store.latest(target);
  return latest?.target.status === 'failed'
    ? withLastFigures(latest, await attempt([], () => store.lastRead(target)))
    : latest;
};

/** The subnets in the graphs of the fleet board: the worst by each of them. */
const inGraphs = (assessments: readonly TargetAssessment[], now: number): ReadonlySet<SubnetAssessment> => {
  const subnets = assessments.flatMap((assessment) => assessment.subnets);
  return new Set(
    RANKINGS.flatMap(([, name, worst]) => {
      const metric = SUBNET_METRICS.metrics.find((each) => each.name === name);
      const sign = worst === 'lowest' ? 1 : -1;
      return subnets
        .map((subnet) => ({ subnet, value: metric?.value(subnet, { scannedAt: now }) ?? null }))
        .filter(
          (each): each is { readonly subnet: SubnetAssessment; readonly value: number } =>
            each.value !== null,
        )
        .toSorted((a, b) => sign * (a.value - b.value))
        .slice(0, WORST_IN_GRAPHS)
        .map(({ subnet }) => subnet);
    }),
  );
};

/** Runbooks come with all checks, which no other view needs: they are read when one is asked for. */
const runbookOf = async (
  check: string | null,
  assessments: readonly TargetAssessment[],
): Promise<NonNullable<WidgetInput['runbook']> | null> => {
  const [{ RUNBOOKS }, { runbookSections }] = await Promise.all([
    import('../report/runbook.ts'),
    import('../report/runbook-page.ts'),
  ]);
  const runbook = check === null ? undefined : RUNBOOKS.get(check);
  if (runbook === undefined) return null;
  const found = assessments.flatMap(({ findings }) => findings).filter(({ kind }) => kind === check);
  return { title: runbook.title, sections: runbookSections(runbook, found) };
};

/** `null`: they could not be read. A board without them is worth more than none. */
const alertsOf = async (
  targets: readonly Target[],
  { alerts, cache }: WidgetState,
  now: number,
): Promise<readonly WidgetAlert[] | null> => {
  const limit = pLimit(READS_AT_ONCE);
  return attempt([], async () => {
    const mutes = await storedMutes(cache, now);
    const listed = await Promise.all(targets.map((target) => limit(() => alerts.list(target))));
    return listed.flat().map(({ alert }): WidgetAlert => {
      const { severity, rule, finding, subject } = alert;
      const level = severity === 'ok' ? 'warning' : severity;
      const mute = mutedBy({ subject, rules: [rule, finding.kind], severity: level }, mutes, now);
      return { alert, mutedUntil: mute?.until ?? null };
    });
  });
};

const historiesOf = async (
  shown: readonly RankedSubnet[],
  { history }: WidgetState,
  now: number,
): Promise<ReadonlyMap<string, SubnetHistory>> => {
  const found = new Map<string, SubnetHistory>();
  const byTarget = Map.groupBy(shown, ({ subnet }) => targetName(subnet));
  for (const own of byTarget.values()) {
    const [first] = own;
    if (first === undefined) continue;
    const { accountId, region } = first.subnet;
    const ids = own.map(({ subnet }) => subnet.subnetId);
    const read = await attempt([], () => history.read({ accountId, region }, ids, now - PAST));
    for (const [subnetId, past] of read ?? []) found.set(subnetKey({ accountId, region, subnetId }), past);
  }
  return found;
};

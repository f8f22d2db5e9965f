import { evaluateMonitor } from '../alerts/evaluate.ts';
import type { LinkSettings } from '../alerts/links.ts';
import type { ResolvedTargets } from '../inventory/targets.ts';
import { shareBudget, type WantedSeries } from '../metrics/budget.ts';
import type { Alert } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { listOf } from '../model/base/text/names.ts';
import { type MonitorStatus, NAMES_SHOWN } from '../model/checks/monitor/monitor-context.ts';
import { targetName } from '../model/result/identity.ts';
import { coverageOf, type LastScan, type TargetCoverage } from '../model/target/coverage.ts';
import { systemTimer, type Timer, withDeadline } from '../notify/deadline.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { StateStore } from '../state/state-store.ts';
import { showActs } from './acts-of-people.ts';
import { attempt } from './attempt.ts';
import { deliverLeftovers, together } from './deliver-leftovers.ts';
import { type DeliveryReport, NOTHING_DELIVERED } from './deliver-outbox.ts';
import { alertsOfLeft, firingIn, isLongGone } from './left-targets.ts';
import { unknownVpcs } from './named-vpcs.ts';
import { rememberPlanned } from './planned-targets.ts';
import { WANTED_SERIES, wantedSeriesKey } from './publish.ts';
import { raiseForDelivery } from './raise-and-deliver.ts';
import type { ScanRequest } from './scan-request.ts';
import { readAllStarts, unfinishedAmong } from './scan-starts.ts';
import { sendDigests } from './send-digests.ts';
import { type ActiveMuteRule, keepRuleMutes, withStoredMutes } from './stored-mutes.ts';
import { undeliveredIn } from './undelivered.ts';

export interface PlanInput {
  readonly home: Target;
  readonly runId: string;
  readonly resolved: ResolvedTargets;
  readonly policy: AlertPolicy;
  /** The VPCs that scans are restricted to; `null`: every VPC. */
  readonly vpcIds: readonly string[] | null;
  /** The deployment's metric budget in series, or how it follows from the estate. `null`: series have no price. */
  readonly subnetSeries: number | ((estate: PlannedEstate) => number) | null;
  readonly links: LinkSettings;
  readonly store: StateStore;
  readonly notifier: Notifier;
  /** Puts requests on the queue: all of them, or it throws when it has tried them all. */
  readonly enqueue: (requests: readonly ScanRequest[]) => Promise<void>;
  /**
   * What kept the latest scan of a target from being stored, by `targetName`, where the process knows it: the store itself
   * cannot say.
   */
  readonly unstored?: ReadonlyMap<string, readonly Problem[]>;
  /** How many targets failed repeatedly and wait in the dead-letter queue; `null`: there is none to ask. */
  readonly deadLetters: (() => Promise<MonitorStatus['deadLetters']>) | null;
  /** The active alarm mute rules of CloudWatch; absent: they are not asked for. */
  readonly alarmMuteRules?: () => Promise<readonly ActiveMuteRule[]>;
  readonly clock: () => number;
  /** Ends sends that take too long; by default the timers of the system. */
  readonly timer?: Timer;
  readonly signal?: AbortSignal;
}

/** What is known of the estate before a run: the targets, and how many series the last scans asked for. */
export interface PlannedEstate {
  readonly targets: number;
  readonly series: number;
}

export interface PlanOutcome {
  readonly requests: readonly ScanRequest[];
  /** How well every target is watched, as of the last scans; `null`: could not be sent. */
  readonly coverage: readonly TargetCoverage[] | null;
  /** Whether what was found could become alerts; `none`: the stored ones could not be read. */
  readonly alerting: 'whole' | 'partial' | 'none';
  /** The alerts of the target that Headroom runs in that are not over, those about the monitor itself among them. */
  readonly alerts: readonly Alert[];
  readonly delivery: DeliveryReport;
  readonly problems: readonly Problem[];
}

/** More series than a target can have. */
const UNLIMITED_SERIES = 1_000_000_000;

/** Each target's share of the metric budget, by what its last scan asked for. Where that cannot be read, all are new. */
const sharesOf = async (
  { resolved, store, subnetSeries }: PlanInput,
  now: number,
): Promise<readonly number[]> => {
  if (subnetSeries === null) return resolved.targets.map(() => UNLIMITED_SERIES);
  const keys = resolved.targets.map(wantedSeriesKey);
  let stored: ReadonlyMap<string, WantedSeries> = new Map();
  try {
    stored = await store.cache.getMany(keys, now, WANTED_SERIES);
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
  }
  const wanted = keys.map((key) => stored.get(key) ?? null);
  const series = wanted.reduce((sum, want) => sum + (want?.all ?? 0), 0);
  const budget =
    typeof subnetSeries === 'number' ? subnetSeries : subnetSeries({ targets: wanted.length, series });
  return shareBudget(budget, wanted);
};

/**
 * Begins a run: queues every target, then looks back at how the last runs went. Queueing comes first, so that a
 * monitor that cannot look at itself still watches the subnets.
 *
 * @throws HeadroomError when targets could not be queued.
 */
export const planRun = async (input: PlanInput): Promise<PlanOutcome> => {
  const { home, runId, resolved, store, clock } = input;
  const now = clock();
  const shares = await sharesOf(input, now);
  const requests = resolved.targets.map(
    ({ accountId, region, doubt }, index): ScanRequest => ({
      schema: 'headroom/scan-request@1',
      runId,
      accountId,
      region,
      subnetSeries: shares[index] ?? 0,
      ...(doubt === undefined ? {} : { doubt }),
    }),
  );
  const problems: Problem[] = [];
  // Before anything is on the queue: a target that is neither configured nor remembered here is refused.
  const planned = await attempt(problems, () => rememberPlanned(store.cache, resolved.targets, now));
  await input.enqueue(requests);

  // From here on nothing may throw: another attempt would put everything on the queue a second time.
  await muteByRules(input, problems, now);
  const policy =
    (await attempt(problems, () => withStoredMutes(input.policy, store.cache, now))) ?? input.policy;
  const coverage = planned === null ? null : await attempt(problems, () => coverageAt(input, planned, now));
  const unknown = await attempt(problems, () =>
    unknownVpcs(store.cache, resolved.targets, input.vpcIds, now),
  );
  if (unknown !== null && unknown.length > 0) problems.push(vpcsNotFound(unknown));
  const stored = await attempt(problems, () =>
    store.alerts.list(home, (error) => problems.push(problemOf(error))),
  );
  if (stored === null)
    return { requests, coverage, alerting: 'none', alerts: [], delivery: NOTHING_DELIVERED, problems };
  const known = stored.map(({ alert }) => alert);
  const left = await alertsOfLeft(coverage ?? [], store.alerts, now, problems);
  const others = resolved.targets.filter((target) => targetName(target) !== targetName(home));
  const elsewhere =
    others.length === 0 ? null : await attempt(problems, () => undeliveredIn(store.cache, others, now));
  const observations = evaluateMonitor(
    {
      home,
      coverage,
      unknownVpcs: unknown,
      left: left.filter((target) => !isLongGone(target, now)).flatMap(firingIn),
      ...(elsewhere === null ? {} : { undeliveredElsewhere: elsewhere }),
      undelivered: known.filter(({ rule, outbox }) => rule !== 'delivery-failing' && outbox.length > 0),
      deadLetters: await attempt(problems, async () => (await input.deadLetters?.()) ?? null),
    },
    policy,
  );
  const delivering = {
    policy,
    links: input.links,
    store: store.alerts,
    notifier: input.notifier,
    now,
    clock,
    runId,
    ...(input.timer === undefined ? {} : { timer: input.timer }),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  const raised = await raiseForDelivery({
    ...delivering,
    target: home,
    observations,
    stored,
    isGone: () => false,
  });
  const delivery = together(await Promise.all([raised.deliver(), deliverLeftovers(left, delivering)]));
  const digests = await sendDigests({
    digests: policy.digests ?? [],
    coverage,
    store,
    notifier: input.notifier,
    now,
    signal: input.signal ?? null,
  });
  const shown = await withDeadline(
    SHOW_MILLISECONDS,
    input.signal ?? null,
    (deadline) => showActs(store.cache, input.notifier, now, deadline),
    input.timer ?? systemTimer,
  );
  return {
    requests,
    coverage,
    alerting: raised.problems.length === 0 ? 'whole' : 'partial',
    alerts: raised.alerts.map(({ alert }) => alert).filter(({ status }) => status !== 'resolved'),
    delivery,
    problems: [...problems, ...raised.problems, ...delivery.problems, ...digests, ...shown],
  };
};

/** What people did is shown within this time, or by the next run. */
const SHOW_MILLISECONDS = 20_000;

/** Rules that cannot be read mute nothing: an alert too many is better than one that no one gets. */
const muteByRules = async (
  { alarmMuteRules, store }: PlanInput,
  problems: Problem[],
  now: number,
): Promise<void> => {
  if (alarmMuteRules === undefined) return;
  const rules = await attempt(problems, alarmMuteRules);
  await attempt(problems, () => keepRuleMutes(store.cache, rules ?? [], now));
};

const vpcsNotFound = (vpcIds: readonly string[]): Problem => ({
  code: 'vpcs-not-found',
  message: `No target has ${listOf(vpcIds, NAMES_SHOWN)}, which scan.vpcs in headroom.yml or --vpc names`,
  action: 'Correct the ID, or remove it if the VPC was deleted. Nothing is monitored under this name.',
});

/** The targets with a scan that began and did not end, by name, with the likely reason. */
const unfinishedScans = async (
  { resolved, store }: PlanInput,
  lastScans: readonly { readonly target: Target; readonly scannedAt: string }[],
  now: number,
): Promise<ReadonlyMap<string, readonly Problem[]>> => {
  const scannedAt = new Map(lastScans.map((scan) => [targetName(scan.target), scan.scannedAt]));
  const starts = await readAllStarts(store.cache, resolved.targets, now);
  const found = resolved.targets.map((target) => {
    const name = targetName(target);
    const problem = unfinishedAmong(starts.get(name) ?? [], scannedAt.get(name) ?? null, now);
    return [name, problem === null ? [] : [problem]] as const;
  });
  return new Map(found);
};

/** Failed targets whose problems are read: a message names fewer, and the first remedy fixes most of them. */
const MOST_READ = 20;

/** The last scans, those that failed with their problems: what fixes them is what the message begins with. */
const withProblems = async (
  { resolved, store }: PlanInput,
  lastScans: readonly LastScan[],
): Promise<readonly LastScan[]> => {
  const planned = new Set(resolved.targets.map(targetName));
  const failed = lastScans
    .filter(({ status, target }) => status === 'failed' && planned.has(targetName(target)))
    .slice(0, MOST_READ);
  const problems = new Map(
    await Promise.all(
      failed.map(async ({ target }) => {
        const assessment = await attempt([], () => store.assessments.latest(target));
        return [targetName(target), assessment?.target.errors ?? []] as const;
      }),
    ),
  );
  return lastScans.map((scan) => ({ ...scan, problems: problems.get(targetName(scan.target)) ?? [] }));
};

/**
 * How well every target is watched, by what its last scan left behind.
 *
 * @throws HeadroomError when that cannot be read: then nothing is known of any.
 */
const coverageAt = async (
  input: PlanInput,
  planned: ReadonlyMap<string, string>,
  now: number,
): Promise<readonly TargetCoverage[]> => {
  const { home, resolved, policy, store, unstored } = input;
  const lastScans = await store.assessments.targets();
  const killed = await unfinishedScans(input, lastScans, now);
  const explained = await withProblems(input, lastScans);
  const watched = coverageOf(resolved.targets, explained, planned, policy.rules.coverage.staleAfter, now);
  const doubts = new Map(resolved.targets.map(({ doubt, ...target }) => [targetName(target), doubt]));
  const doubtful = new Set(
    resolved.targets.filter(({ doubt }) => doubt !== undefined).map(({ accountId }) => accountId),
  );
  // An account that has no target to carry its problem counts as one that failed.
  const withoutTarget = resolved.unresolved.filter(({ accountId }) => !doubtful.has(accountId));
  return [
    ...watched.map((target): TargetCoverage => {
      const doubt = doubts.get(targetName(target));
      const problems = [
        ...(doubt === undefined ? [] : [doubt]),
        ...(unstored?.get(targetName(target)) ?? []),
        ...(killed.get(targetName(target)) ?? []),
      ];
      return problems.length === 0 ? target : { ...target, state: 'failed', problems };
    }),
    ...withoutTarget.map(
      ({ accountId, problem }): TargetCoverage => ({
        accountId,
        region: home.region,
        state: 'failed',
        scannedAt: null,
        problems: [problem],
      }),
    ),
  ];
};

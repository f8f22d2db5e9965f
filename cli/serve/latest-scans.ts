import type { LinkSettings } from '../../shared/alerts/links.ts';
import type { RunSummary } from '../../shared/metrics/catalogue.ts';
import type { Exported, TargetRun, TargetWatch } from '../../shared/metrics/prometheus-exporter.ts';
import type { Alert } from '../../shared/model/alert/alert.ts';
import type { Mute } from '../../shared/model/alert/policy.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import { duration } from '../../shared/model/base/text/durations.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import { identityOf } from '../../shared/model/result/identity.ts';
import { withLastFigures } from '../../shared/model/target/last-figures.ts';
import { LEFT_ALERTS_MILLISECONDS } from '../../shared/model/target/left.ts';
import { type ScanResult, whyNotWatched } from '../../shared/model/target/watched.ts';

const nameOf = ({ accountId, region }: Target): string => `${accountId}/${region}`;

/** What is known of one target. */
interface Known {
  readonly target: Target;
  /** The latest scan, failed or not. */
  readonly assessment: TargetAssessment | null;
  /** The latest scan that learned anything: figures and alerts of a target that cannot be read stay until it can be. */
  readonly figures: TargetAssessment | null;
  readonly alerts: readonly Alert[];
  readonly run: RunSummary | null;
  /** Why the target is not watched; empty: it is. */
  readonly why: readonly string[];
  /** What kept the latest scan from being stored, or a defect; reported to the monitor's own checks. */
  readonly problems: readonly Problem[];
}

/** A scan that was stored, or could not be. */
export interface LatestScan {
  readonly assessment: TargetAssessment;
  readonly alerts: readonly Alert[];
  readonly result: ScanResult;
}

/** The latest of every target, and what fires there: what a scrape, the live report and `/readyz` show. */
export class LatestScans implements Exported {
  readonly #byTarget = new Map<string, Known>();
  #monitorAlerts: readonly Alert[] = [];
  finishedRuns = 0;
  staleAfter: number | null = null;
  /** Of headroom.yml and of people, as the last run or the last look at the state found them. */
  mutes: readonly Mute[] = [];
  links: Omit<LinkSettings, 'dashboard'> = {};
  /** Rises with every change, so that a page need not be made twice. */
  changes = 0;
  /** Rises with the changes that readers see at once (`Editions`). */
  settled = 0;
  /** Rises with the changes that wait for the end of their run. */
  waiting = 0;

  /** What an earlier process stored: shown until the first scan, and not watched by then. */
  recall(assessment: TargetAssessment, alerts: readonly Alert[], lastRead: TargetAssessment | null): void {
    this.#put({
      target: targetOf(assessment),
      assessment,
      figures: assessment.target.status === 'failed' ? lastRead : assessment,
      alerts,
      run: null,
      why: ['it has not been scanned since Headroom started'],
      problems: [],
    });
    this.settled += 1;
  }

  /** A scan of which everything is stored that can be. Its messages may still be on their way. */
  put({ assessment, alerts, result }: LatestScan): void {
    const target = targetOf(assessment);
    const before = this.#byTarget.get(nameOf(target));
    this.#put({
      target,
      assessment,
      figures: assessment.target.status === 'failed' ? (before?.figures ?? null) : assessment,
      // Alerts that could not be read have not ended.
      alerts: result.alerting === 'none' ? (before?.alerts ?? []) : alerts,
      run: before?.run ?? null,
      why: whyNotWatched(result),
      problems: [],
    });
    // There is nothing else to show yet.
    if (this.finishedRuns === 0) this.settled += 1;
  }

  /** The end of that scan: what it took, what of it was delivered, and what could not be stored. */
  finish(scan: LatestScan, run: RunSummary, problems: readonly Problem[]): void {
    const name = nameOf(targetOf(scan.assessment));
    const known = this.#byTarget.get(name);
    if (known === undefined) return;
    // A later scan may have been stored meanwhile; it says more than this one.
    const isLatest = known.assessment === scan.assessment;
    const why = isLatest ? whyNotWatched(scan.result) : known.why;
    this.#byTarget.set(name, { ...known, run, why, problems: isLatest ? problems : known.problems });
    this.changes += 1;
    if (why.join() !== known.why.join()) this.waiting += 1;
  }

  /** What fires about the monitor itself. */
  putMonitor(alerts: readonly Alert[]): void {
    if (JSON.stringify(alerts) !== JSON.stringify(this.#monitorAlerts)) this.waiting += 1;
    this.#monitorAlerts = alerts;
    this.changes += 1;
  }

  /** The alerts and mutes as the state has them now: people acknowledge and mute between two scans. */
  review(alertsOf: ReadonlyMap<string, readonly Alert[]>, mutes: readonly Mute[]): void {
    const stored = new Map([...alertsOf.values()].flat().map((alert) => [identityOf(alert), alert] as const));
    let isChanged = JSON.stringify(mutes) !== JSON.stringify(this.mutes);
    const reviewed = (alerts: readonly Alert[]): readonly Alert[] =>
      alerts.map((alert) => {
        const now = stored.get(identityOf(alert));
        if (now === undefined || now.acknowledged?.at === alert.acknowledged?.at) return alert;
        isChanged = true;
        return { ...alert, acknowledged: now.acknowledged };
      });
    for (const [name, known] of this.#byTarget)
      if (alertsOf.has(name)) this.#byTarget.set(name, { ...known, alerts: reviewed(known.alerts) });
    this.#monitorAlerts = reviewed(this.#monitorAlerts);
    this.mutes = mutes;
    if (!isChanged) return;
    this.changes += 1;
    this.settled += 1;
  }

  /** The end of a run of scans. */
  endRun(): void {
    this.finishedRuns += 1;
    this.changes += 1;
    this.settled += 1;
  }

  /** A target whose scan ended by a defect of ours: what was known of it stays, and it is not watched. */
  fail(target: Target, problem: Problem): void {
    const before = this.#byTarget.get(nameOf(target));
    this.#put({
      target,
      assessment: before?.assessment ?? null,
      figures: before?.figures ?? null,
      alerts: before?.alerts ?? [],
      run: before?.run ?? null,
      why: ['its scan failed in a way it should not'],
      problems: [problem],
    });
  }

  /**
   * Forgets the targets that are no longer scanned: they would look current for ever. One whose alerts fire stays for a day,
   * and counts as not watched: a mistake in the selection is no all-clear.
   *
   * @param now epoch milliseconds
   */
  keepOnly(targets: readonly Target[], now: number): void {
    const kept = new Set(targets.map(nameOf));
    for (const [name, known] of this.#byTarget) {
      if (kept.has(name)) continue;
      const scannedAt = known.assessment?.scannedAt;
      const isLongGone = scannedAt === undefined || now - Date.parse(scannedAt) >= LEFT_ALERTS_MILLISECONDS;
      const fires = known.alerts.some(
        ({ status, subject }) => status === 'firing' && subject.type !== 'monitor',
      );
      if (isLongGone || !fires) this.#byTarget.delete(name);
      else this.#byTarget.set(name, { ...known, why: ['it is no longer selected'] });
    }
    this.changes += 1;
  }

  /** Why Headroom is not ready at a moment: nothing that it should watch is watched. `null`: it is ready. */
  whyNotReady(now: number): string | null {
    if (this.finishedRuns === 0) return 'the first scan is still running';
    const targets = this.targetsAt(now);
    if (targets.some(({ why }) => why.length === 0)) return null;
    const reasons = new Set(targets.flatMap(({ why }) => why));
    return targets.length === 0
      ? 'there is no target to watch'
      : `none of ${targets.length} targets is watched: ${[...reasons].join('; ')}`;
  }

  /** As readers see them: a target that cannot be read has its last figures, marked as old. */
  get assessments(): readonly TargetAssessment[] {
    return [...this.#byTarget.values()].flatMap(({ assessment, figures }) =>
      assessment === null ? [] : [withLastFigures(assessment, figures)],
    );
  }

  get figures(): readonly TargetAssessment[] {
    return [...this.#byTarget.values()].flatMap(({ figures }) => figures ?? []);
  }

  get alerts(): readonly Alert[] {
    const all = [...this.#byTarget.values()].flatMap(({ alerts }) => alerts);
    // The scan of the target that Headroom runs in lists them, too.
    const others = all.filter(({ subject }) => subject.type !== 'monitor');
    return [...others, ...this.#monitorAlerts];
  }

  get runs(): readonly TargetRun[] {
    return [...this.#byTarget.values()].flatMap(({ target, run }) =>
      run === null ? [] : [{ target, ...run }],
    );
  }

  get targets(): readonly (TargetWatch & { readonly why: readonly string[] })[] {
    return [...this.#byTarget.values()].map(({ target, assessment, figures, why }) => ({
      target,
      isWatched: why.length === 0,
      scannedAt: assessment?.scannedAt ?? null,
      figuresFrom: figures?.scannedAt ?? null,
      why,
    }));
  }

  /**
   * The targets as they stand at a moment (epoch milliseconds). One whose last scan is too old is not watched, whatever that scan
   * said: a loop that hangs is no all-clear.
   */
  targetsAt(now: number): LatestScans['targets'] {
    const { staleAfter } = this;
    if (staleAfter === null) return this.targets;
    return this.targets.map((target) => {
      const age = target.scannedAt === null ? null : now - Date.parse(target.scannedAt);
      return age === null || age <= staleAfter * 1_000
        ? target
        : { ...target, isWatched: false, why: [...target.why, `its last scan is ${duration(age)} old`] };
    });
  }

  /** What kept the scans of each target from being stored: see `PlanInput.unstored`. */
  get unstored(): ReadonlyMap<string, readonly Problem[]> {
    return new Map(
      [...this.#byTarget].flatMap(([name, { problems }]) => (problems.length > 0 ? [[name, problems]] : [])),
    );
  }

  #put(known: Known): void {
    this.#byTarget.set(nameOf(known.target), known);
    this.changes += 1;
    this.waiting += 1;
  }
}

const targetOf = ({ target }: TargetAssessment): Target => ({
  accountId: target.accountId,
  region: target.region,
});

import type { TargetRun } from '../../shared/metrics/prometheus-exporter.ts';
import type { Alert } from '../../shared/model/alert/alert.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';

const nameOf = ({ accountId, region }: Target): string => `${accountId}/${region}`;

/** The latest of every target, and what fires there: what a scrape and the live report show. */
export class LatestScans {
  readonly #byTarget = new Map<
    string,
    { assessment: TargetAssessment; alerts: readonly Alert[]; run: TargetRun | null }
  >();
  finishedRuns = 0;

  /** `run`: what the scan took; `null` for a target that could not even be opened. */
  put(assessment: TargetAssessment, alerts: readonly Alert[], run: TargetRun | null): void {
    this.#byTarget.set(nameOf(assessment.target), { assessment, alerts, run });
  }

  /** Forgets the targets that are scanned no more: they would look current for ever. */
  keepOnly(targets: readonly Target[]): void {
    const kept = new Set(targets.map(nameOf));
    for (const name of this.#byTarget.keys()) if (!kept.has(name)) this.#byTarget.delete(name);
  }

  get assessments(): readonly TargetAssessment[] {
    return [...this.#byTarget.values()].map(({ assessment }) => assessment);
  }

  get alerts(): readonly Alert[] {
    return [...this.#byTarget.values()].flatMap(({ alerts }) => alerts);
  }

  get runs(): readonly TargetRun[] {
    return [...this.#byTarget.values()].flatMap(({ run }) => run ?? []);
  }
}

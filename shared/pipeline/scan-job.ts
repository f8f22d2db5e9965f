import type { RunSummary } from '../metrics/catalogue.ts';
import { publishRun } from './publish-run.ts';
import { scanSummary } from './run-summary.ts';
import { type RunTargetInput, type RunTargetOutcome, runTarget } from './run-target.ts';

export interface ScanJobInput extends Omit<RunTargetInput, 'scope' | 'onInterfaces'> {
  /** `null`: every VPC. */
  readonly vpcIds: readonly string[] | null;
  /** How many requests were sent to AWS for this target so far, and how many of them were throttled. */
  readonly callsMade: () => { readonly calls: number; readonly throttles: number };
}

export interface ScanJobReport extends RunTargetOutcome {
  readonly run: RunSummary;
}

/** Scans one target, and publishes what that says about the monitor itself. The function and `headroom serve` both run this. */
export const runScanJob = async (input: ScanJobInput): Promise<ScanJobReport> => {
  const { ports, publish, vpcIds, callsMade } = input;
  const startedAt = ports.clock();
  const outcome = await runTarget({ ...input, scope: vpcIds === null ? {} : { vpcIds } });
  const run = scanSummary(outcome, { ...callsMade(), seconds: (ports.clock() - startedAt) / 1000 });
  const unpublished =
    ports.sink === null ? [] : await publishRun(ports.sink, run, startedAt, publish.namespace);
  return { ...outcome, run, problems: [...outcome.problems, ...unpublished] };
};

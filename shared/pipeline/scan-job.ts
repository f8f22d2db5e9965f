import type { RunSummary } from '../metrics/catalogue.ts';
import type { Problem } from '../model/base/errors.ts';
import { attempt } from './attempt.ts';
import { noteNamedVpcs } from './named-vpcs.ts';
import { publishRun } from './publish-run.ts';
import { scanSummary } from './run-summary.ts';
import { type RunTargetInput, type RunTargetOutcome, runTarget } from './run-target.ts';
import { noteStart, type ScanLife } from './scan-starts.ts';
import { noteUndelivered } from './undelivered.ts';

export interface ScanJobInput extends Omit<RunTargetInput, 'scope' | 'onInterfaces'> {
  /** `null`: every VPC. */
  readonly vpcIds: readonly string[] | null;
  /** How many requests were sent to AWS for this target so far, and how many of them were throttled. */
  readonly callsMade: () => { readonly calls: number; readonly throttles: number };
  /** What the process may use. With it the next plan notices a scan that began and did not end; see `noteStart`. */
  readonly life?: ScanLife;
}

export interface ScanJobReport extends RunTargetOutcome {
  readonly run: RunSummary;
}

/** Scans one target, and publishes what that says about the monitor itself. The function and `headroom serve` both run this. */
export const runScanJob = async (input: ScanJobInput): Promise<ScanJobReport> => {
  const { ports, publish, vpcIds, callsMade, life } = input;
  const startedAt = ports.clock();
  const problems: Problem[] = [];
  const onInterfaces =
    life === undefined
      ? null
      : await attempt(problems, () => noteStart(ports.store.cache, input.target, life, ports.clock));
  const outcome = await runTarget({
    ...input,
    scope: vpcIds === null ? {} : { vpcIds },
    ...(onInterfaces === null ? {} : { onInterfaces }),
  });
  if (vpcIds !== null)
    await attempt(problems, () =>
      noteNamedVpcs(ports.store.cache, input.target, vpcIds, outcome.assessment, ports.clock()),
    );
  await attempt(problems, () =>
    noteUndelivered(
      ports.store.cache,
      input.target,
      { before: outcome.beforeDelivery, after: outcome.delivery.undelivered },
      ports.clock(),
    ),
  );
  const run = scanSummary(outcome, { ...callsMade(), seconds: (ports.clock() - startedAt) / 1000 });
  const unpublished =
    ports.sink === null ? [] : await publishRun(ports.sink, run, startedAt, publish.namespace, ports.clock());
  return { ...outcome, run, problems: [...problems, ...outcome.problems, ...unpublished] };
};

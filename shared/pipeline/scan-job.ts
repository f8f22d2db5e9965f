import type { LinkSettings } from '../alerts/links.ts';
import type { RunSummary } from '../metrics/catalogue.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { PublishSettings } from './publish.ts';
import { publishRun } from './publish-run.ts';
import { scanSummary } from './run-summary.ts';
import { type RunTargetOutcome, type RunTargetPorts, runTarget } from './run-target.ts';

export interface ScanJobInput {
  readonly target: Target;
  /** `null`: every VPC. */
  readonly vpcIds: readonly string[] | null;
  /** Names this run alone; a retry of the same work is another run. */
  readonly runId: string;
  readonly policy: AlertPolicy;
  /** With this target's share of the metric budget. */
  readonly metrics: PublishSettings;
  readonly links: LinkSettings;
  readonly ports: RunTargetPorts;
  /** How many requests were sent to AWS for this target so far, and how many of them were throttled. */
  readonly callsMade: () => { readonly calls: number; readonly throttles: number };
  /** Ends the sending of messages. */
  readonly signal?: AbortSignal;
}

export interface ScanJobReport extends RunTargetOutcome {
  readonly run: RunSummary;
}

/** Scans one target, and publishes what that says about the monitor itself. The function and `headroom serve` both run this. */
export const runScanJob = async (input: ScanJobInput): Promise<ScanJobReport> => {
  const { ports, metrics, vpcIds, callsMade } = input;
  const startedAt = ports.clock();
  const outcome = await runTarget({
    target: input.target,
    scope: vpcIds === null ? {} : { vpcIds },
    runId: input.runId,
    policy: input.policy,
    publish: metrics,
    links: input.links,
    ports,
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  });
  const run = scanSummary(outcome, { ...callsMade(), seconds: (ports.clock() - startedAt) / 1000 });
  const unpublished =
    ports.sink === null ? [] : await publishRun(ports.sink, run, startedAt, metrics.namespace);
  return { ...outcome, run, problems: [...outcome.problems, ...unpublished] };
};

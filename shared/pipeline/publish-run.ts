import { RUN_METRICS, type RunSummary } from '../metrics/catalogue.ts';
import { dataOf } from '../metrics/data.ts';
import type { MetricSink } from '../metrics/metric-sink.ts';
import type { Problem } from '../model/base/errors.ts';
import { attempt } from './attempt.ts';

/**
 * Publishes what a run says about itself. It is the last thing that a run does: when CloudWatch refuses it, all the work
 * is done, and doing all of it again would fix nothing. The alarm on these metrics takes their absence for a failure.
 *
 * @returns why it was refused; empty when it was not.
 */
export const publishRun = async (
  sink: MetricSink,
  run: RunSummary,
  at: number,
  namespace: string,
  /** When the run ended, in epoch milliseconds; absent: it is a moment, and counts nothing. */
  endedAt?: number,
): Promise<readonly Problem[]> => {
  const problems: Problem[] = [];
  const context = endedAt === undefined ? { scannedAt: at } : { scannedAt: endedAt, since: at };
  await attempt(problems, () => sink.publish(dataOf(RUN_METRICS, run, context, namespace)));
  return problems;
};

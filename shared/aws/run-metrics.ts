import { RUN_METRICS, type RunSummary } from '../metrics/catalogue.ts';
import { dataOf } from '../metrics/data.ts';
import type { MetricSink } from '../metrics/metric-sink.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';

/**
 * Publishes what a run says of itself. It is the last thing that a run does: when CloudWatch refuses it, all the work is
 * done, and trying all of it again would fix nothing. The alarm on these metrics takes their absence for a failure.
 *
 * @returns why it was refused; empty when it was not.
 */
export const publishRun = async (
  sink: MetricSink,
  run: RunSummary,
  at: number,
  namespace: string,
): Promise<readonly Problem[]> => {
  try {
    await sink.publish(dataOf(RUN_METRICS, run, { scannedAt: at }, namespace));
    return [];
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return [problemOf(error)];
  }
};

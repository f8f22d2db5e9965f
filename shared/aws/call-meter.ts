import { isThrottle } from '../model/aws/failure-kinds.ts';

/** What was asked of one API. Every attempt is a call: AWS's request quota counts them so. */
export interface CallCount {
  calls: number;
  /** Attempts that were refused because the quota was used up. */
  throttles: number;
  /** Attempts that failed otherwise, whether or not a later one succeeded. */
  failures: number;
}

/**
 * Counts what a scan asks of AWS, by service and action (`ec2:DescribeSubnets`), attempt by attempt. EC2's quota is
 * shared with the nodes' own CNI, so what Headroom takes of it is a metric, not a guess.
 */
export class CallMeter {
  readonly #counts = new Map<string, CallCount>();

  /** Counts one attempt; `error` is what it failed with, absent when it succeeded. */
  count(action: string, error?: unknown): void {
    let count = this.#counts.get(action);
    if (count === undefined) {
      count = { calls: 0, throttles: 0, failures: 0 };
      this.#counts.set(action, count);
    }
    count.calls += 1;
    if (error === undefined) return;
    if (isThrottle(error)) count.throttles += 1;
    else count.failures += 1;
  }

  /** What was counted so far, by action, in alphabetical order. */
  byAction(): ReadonlyMap<string, Readonly<CallCount>> {
    return new Map([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The sum over all actions. */
  total(): Readonly<CallCount> {
    const total: CallCount = { calls: 0, throttles: 0, failures: 0 };
    for (const { calls, throttles, failures } of this.#counts.values()) {
      total.calls += calls;
      total.throttles += throttles;
      total.failures += failures;
    }
    return total;
  }
}

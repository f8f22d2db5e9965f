import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EXTERNAL_ID, SCAN_ROLE } from '../../../lab/estate/estate.ts';
import type { Lab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { clientSettings } from '../../../shared/aws/client-settings.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createNotifiers } from '../../../shared/aws/notifiers.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { defaultConfiguration } from '../../../shared/config/headroom-yml.ts';
import { createCloudWatchSink } from '../../../shared/metrics/cloudwatch-sink.ts';
import type { Target } from '../../../shared/model/aws/inventory.ts';
import { type RunTargetOutcome, runTarget } from '../../../shared/pipeline/run-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';

/** Where Headroom finds AWS in a test: for `vi.stubEnv`, since the SDK reads its endpoint from the environment. */
export const environmentOf = (lab: Lab, accountId: string): Readonly<Record<string, string>> =>
  awsEnvironment(lab.url, accountId);

export interface ScanOptions {
  /** Read the target through the scan role, as a hub reads its spokes. */
  readonly throughRole?: boolean;
  /** Real milliseconds until the scan is stopped. */
  readonly deadline?: number;
}

export interface Scanned extends RunTargetOutcome {
  readonly meter: CallMeter;
}

/** One deployed Headroom in one process: real clients, a store that lasts from scan to scan, a topic. */
export class Deployment {
  readonly #lab: Lab;
  readonly #home: Target;
  readonly #store = createMemoryStateStore();
  readonly #configuration = defaultConfiguration();
  #runs = 0;

  constructor(lab: Lab, home: Target) {
    this.#lab = lab;
    this.#home = home;
  }

  /** What is in the messages that people got, one text each. */
  get messages(): readonly string[] {
    return this.#lab.sns.map(({ message }) => message);
  }

  async scan(target: Target, { throughRole = false, deadline = 50_000 }: ScanOptions = {}): Promise<Scanned> {
    this.#runs += 1;
    const meter = new CallMeter();
    const roleArn = throughRole ? `arn:aws:iam::${target.accountId}:role/${SCAN_ROLE}` : null;
    const clients = createTargetClients({
      region: target.region,
      meter,
      role: roleArn === null ? undefined : { roleArn, externalId: EXTERNAL_ID },
    });
    const cloudWatch = new CloudWatchClient(clientSettings());
    const signal = AbortSignal.timeout(deadline);
    const topicArn = `arn:aws:sns:${this.#home.region}:${this.#home.accountId}:headroom`;
    const clock = this.#lab.clock.now;
    try {
      const outcome = await runTarget({
        target,
        scope: {},
        runId: `drill-${this.#runs}`,
        policy: this.#configuration.alerts,
        publish: this.#configuration.metrics,
        links: { dashboard: null },
        ports: {
          sources: createTargetSources(target, clients, { roleArn, signal }),
          store: this.#store,
          sink: createCloudWatchSink(cloudWatch, signal),
          notifier: createNotifiers(this.#configuration.destinations, topicArn, this.#home, clock, {
            cache: this.#store.cache,
          }),
          clock,
        },
        signal,
      });
      return { ...outcome, meter };
    } finally {
      clients.destroy();
      cloudWatch.destroy();
    }
  }
}

import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { LinkSettings } from '../../shared/alerts/links.ts';
import { CallBudgets } from '../../shared/aws/call-budget.ts';
import { createMetricSinks, type MetricSinks } from '../../shared/aws/metric-sinks.ts';
import { muteRulesSource } from '../../shared/aws/mute-rules-source.ts';
import { createNotifiers } from '../../shared/aws/notifiers.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { staleAfterAt } from '../../shared/model/alert/pace.ts';
import type { AlertPolicy } from '../../shared/model/alert/policy.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import type { Notifier } from '../../shared/notify/notifier.ts';
import { createTerminalNotifier } from '../../shared/notify/terminal-preview.ts';
import { attempt } from '../../shared/pipeline/attempt.ts';
import { picturesOf } from '../../shared/pipeline/incident-picture.ts';
import { KeptMaps } from '../../shared/pipeline/kept-maps.ts';
import { planRun } from '../../shared/pipeline/plan.ts';
import { scanResult } from '../../shared/pipeline/run-summary.ts';
import { runScanJob } from '../../shared/pipeline/scan-job.ts';
import type { ScanRequest } from '../../shared/pipeline/scan-request.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { Io } from '../base/io.ts';
import { readConfiguration } from '../input/configuration.ts';
import type { ScanOptions } from '../input/scan-options.ts';
import { openTarget, type SelectedTargets, TargetSelector } from '../input/target-selector.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import { problemText } from '../output/problem-text.ts';
import type { LatestScans } from './latest-scans.ts';
import { MonitorState } from './monitor-state.ts';
import { openStateFile } from './state-file.ts';

/** The options that say what is scanned, where it is remembered, and where it goes. */
export interface ServeScanOptions extends Omit<ScanOptions, 'format'> {
  readonly state: string;
  readonly publish?: boolean;
  /** Where people reach the live page; see `publicUrl()`. */
  readonly publicUrl?: string;
}

export interface ScanLoopInput {
  readonly options: ServeScanOptions;
  readonly io: Io;
  readonly latest: LatestScans;
  /** Between the starts of two runs, in milliseconds. */
  readonly interval: number;
  /** No target is begun after this. */
  readonly stop: AbortSignal;
  /** What is under way is broken off, as if the process had ended. */
  readonly breakOff: AbortSignal;
}

/** A run whose reading takes longer than this has a target that hangs: that is reported, and does not stop the others. */
const LEAST_READING_MILLISECONDS = 5 * 60_000;

const MB = 1024 * 1024;

/** What one run works with. */
interface Run {
  readonly configuration: HeadroomConfiguration;
  readonly selected: SelectedTargets;
  readonly store: StateStore;
  readonly sinks: MetricSinks | null;
  /** Ends the reading. */
  readonly reading: AbortSignal;
}

/**
 * The runs of `headroom serve`: each plans as the function plan-scan does, and scans what was planned as scan-target does,
 * with a list in the place of the queue. A run ends when every scan is stored; messages may still be on their way then.
 */
export class ScanLoop {
  readonly #input: ScanLoopInput;
  readonly #targets = new TargetSelector();
  readonly #budgets = new CallBudgets();
  readonly #maps = new KeptMaps();
  readonly #monitor = new MonitorState();
  readonly #underWay = new Set<Promise<unknown>>();
  #policy: AlertPolicy | null = null;

  constructor(input: ScanLoopInput) {
    this.#input = input;
  }

  /** The alerting part of headroom.yml, as the last run read it; `null`: no run has. */
  get policy(): AlertPolicy | null {
    return this.#policy;
  }

  /** Shows what an earlier process stored, until the first scan has ended: what it knew to be firing has not ended. */
  async recall(): Promise<void> {
    const { options, latest } = this.#input;
    const store = openStateFile(options.state);
    // Whatever is wrong with the file is reported by the first run, which uses it for more.
    await attempt([], async () => {
      for (const { target } of await store.assessments.targets()) {
        const assessment = await store.assessments.latest(target);
        const lastRead =
          assessment?.target.status === 'failed' ? await store.assessments.lastRead(target) : null;
        const alerts = (await store.alerts.list(target)).map(({ alert }) => alert);
        if (assessment !== null)
          latest.recall(
            assessment,
            alerts.filter(({ status }) => status !== 'resolved'),
            lastRead,
          );
      }
    });
    await store.close();
  }

  /** One run. @throws HeadroomError when nothing could be planned */
  async run(): Promise<void> {
    const { options, io, latest, interval, breakOff } = this.#input;
    const configuration = await readConfiguration(options.config);
    latest.staleAfter = staleAfterAt(interval / 1_000, configuration.alerts);
    this.#policy = configuration.alerts;
    const store = openStateFile(options.state);
    const reading = AbortSignal.any([
      AbortSignal.timeout(Math.max(interval, LEAST_READING_MILLISECONDS)),
      breakOff,
    ]);
    let sinks: MetricSinks | null = null;
    const messages: Promise<unknown>[] = [];
    try {
      const selected = await this.#targets.select({
        options,
        targets: configuration.targets,
        cache: store.cache,
        now: io.now(),
        signal: reading,
      });
      sinks =
        options.publish === true ? createMetricSinks(configuration.metrics, selected.home, io.env) : null;
      const run: Run = { configuration, selected, store, sinks, reading };
      latest.links = this.#links(run);
      const begun = Promise.withResolvers<{ readonly scans: Promise<unknown> }>();
      const planning = this.#plan(run, async (requests) => {
        begun.resolve({ scans: this.#scanAll(requests, run, messages) });
      });
      planning.catch(begun.reject);
      messages.push(planning);
      const { scans } = await begun.promise;
      await scans;
      latest.keepOnly(selected.resolved.targets, io.now());
      latest.endRun();
    } finally {
      this.#follow(
        Promise.allSettled(messages).then(async () => {
          sinks?.close();
          await store.close();
        }),
      );
    }
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Plans the run, and applies the monitor's own checks to how the last one went. */
  async #plan(run: Run, enqueue: (requests: readonly ScanRequest[]) => Promise<void>): Promise<void> {
    const { latest, io, breakOff } = this.#input;
    const { home, resolved } = run.selected;
    const { store, problem } = await this.#monitor.choose(run.store, home, io.now());
    const unstored =
      problem === null
        ? latest.unstored
        : new Map(resolved.targets.map((target) => [targetName(target), [problem]]));
    const plan = {
      home,
      runId: randomUUID(),
      resolved,
      policy: run.configuration.alerts,
      vpcIds: this.#vpcIds(run),
      // Where a process of yours scans, AWS charges for metrics alone.
      subnetSeries: run.configuration.metrics.sink === 'otlp' ? null : run.configuration.metrics.subnetSeries,
      links: this.#links(run),
      notifier: this.#notifier(run),
      deadLetters: null,
      // With `--publish`, CloudWatch has metrics to make alarms on.
      ...(run.sinks === null ? {} : muteRulesSource(run.configuration.metrics, home)),
      clock: io.now,
      signal: breakOff,
      unstored,
    };
    const { problems, alerting, alerts } = await planRun({ ...plan, store, enqueue });
    if (alerting !== 'none') latest.putMonitor(alerts.filter(({ subject }) => subject.type === 'monitor'));
    for (const each of problems) this.#say(home, each);
    const left = problem === null ? await this.#monitor.left(run.store, home) : null;
    if (left !== null) await planRun({ ...plan, store: left, enqueue: async () => {} });
  }

  /** Resolves when every scan is stored. Their messages are added to `messages`. */
  async #scanAll(requests: readonly ScanRequest[], run: Run, messages: Promise<unknown>[]): Promise<void> {
    const limit = pLimit(run.configuration.scan.concurrency);
    await Promise.all(
      requests.map((request) =>
        limit(async () => {
          if (this.#input.stop.aborted) return;
          const stored = Promise.withResolvers<void>();
          messages.push(this.#scan(request, run, stored.resolve).finally(stored.resolve));
          await stored.promise;
        }),
      ),
    );
  }

  /** Scans one target. Calls `onStored` as soon as the scan is stored: sending its messages holds up no other. */
  async #scan(request: ScanRequest, run: Run, onStored: () => void): Promise<void> {
    const { io, latest, interval, breakOff } = this.#input;
    const { configuration, sinks } = run;
    const target = { accountId: request.accountId, region: request.region };
    const { sources, meter, close } = openTarget(target, run.selected, {
      budget: this.#budgets.of(target, configuration.scan.quotaShare),
      signal: run.reading,
      kubernetes: configuration.kubernetes,
    });
    try {
      const outcome = await runScanJob({
        target,
        vpcIds: this.#vpcIds(run),
        maps: configuration.scan.reading === 'incremental' ? this.#maps : undefined,
        runId: randomUUID(),
        policy: configuration.alerts,
        publish: { ...configuration.metrics, subnetSeries: request.subnetSeries },
        links: this.#links(run),
        ports: {
          sources,
          store: run.store,
          sink: sinks?.of(target, breakOff) ?? null,
          notifier: this.#notifier(run),
          clock: io.now,
        },
        callsMade: () => meter.total(),
        life: {
          endsBy: io.now() + Math.max(interval, LEAST_READING_MILLISECONDS),
          memory: () => ({ used: process.memoryUsage.rss() / MB, limit: null }),
        },
        ...(request.doubt === undefined ? {} : { doubt: request.doubt }),
        signal: breakOff,
        stop: breakOff,
        onStored: (stored) => {
          const { status } = stored.assessment.target;
          latest.put({ ...stored, result: { ...stored, status, undelivered: null } });
          onStored();
        },
      });
      const unstored = outcome.problems.filter(({ code }) => code.startsWith('state-'));
      latest.finish({ ...outcome, result: scanResult(outcome) }, outcome.run, unstored);
      const { status, errors } = outcome.assessment.target;
      for (const problem of [...errors, ...outcome.problems]) this.#say(target, problem);
      io.err(
        `${new Date(io.now()).toISOString()}  ${target.accountId} ${target.region}: ${status}, ${count(outcome.assessment.subnets.length, 'subnet')}\n`,
      );
    } catch (error) {
      if (breakOff.aborted) return;
      const problem = defect(error);
      latest.fail(target, problem);
      this.#say(target, problem);
    } finally {
      close();
    }
  }

  /** The option replaces the setting. */
  #links({ configuration: { links } }: Run): LinkSettings {
    return { ...links, page: this.#input.options.publicUrl ?? links.page, dashboard: null };
  }

  #vpcIds({ configuration }: Run): readonly string[] | null {
    return this.#input.options.vpc ?? configuration.scan.vpcIds;
  }

  #notifier({ configuration, selected, store }: Run): Notifier {
    const { io } = this.#input;
    const columns = io.columns === null ? {} : { columns: io.columns };
    const terminal = createTerminalNotifier({ write: io.err, ...columns });
    return createNotifiers(configuration.destinations, terminal, selected.home, io.now, {
      cache: store.cache,
      picture: picturesOf(store, io.now),
    });
  }

  #say(target: Target, problem: Problem): void {
    this.#input.io.err(problemText(this.#input.io, withCredentialHint(problem, target), target));
  }

  #follow(work: Promise<unknown>): void {
    const followed = work.finally(() => this.#underWay.delete(followed));
    this.#underWay.add(followed);
  }
}

/** A scan must not end the others, whatever it ran into. */
const defect = (error: unknown): Problem =>
  error instanceof HeadroomError
    ? problemOf(error)
    : {
        code: 'defect',
        message: `The scan failed in a way it should not: ${error instanceof Error ? error.message : String(error)}`,
        action: 'Report this as a defect of Headroom, with what it wrote to standard error.',
      };

import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createCloudWatchSink } from '../shared/metrics/cloudwatch-sink.ts';
import { PrometheusExporter } from '../shared/metrics/prometheus-exporter.ts';
import type { Alert } from '../shared/model/alert.ts';
import type { TargetAssessment } from '../shared/model/assessment.ts';
import { createTerminalNotifier } from '../shared/notify/terminal-preview.ts';
import { runTarget } from '../shared/pipeline/run-target.ts';
import { failedAssessment } from '../shared/pipeline/scan-target.ts';
import { openSqliteStateStore } from '../shared/state/sqlite-state-store.ts';
import { clientSettings } from '../wiring/aws-clients.ts';
import { createNotifiers } from '../wiring/notifiers.ts';
import { openTargets } from '../wiring/reachable-targets.ts';
import { type AddCommand, type Session, UsageError } from './command-line.ts';
import { readConfiguration } from './configuration.ts';
import { liveReport } from './live-report.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from './scan-options.ts';
import { parseListen, startServer } from './serve-http.ts';

interface Options extends Omit<ScanOptions, 'format'> {
  readonly listen: string;
  readonly interval: string;
  readonly state: string;
  readonly publish?: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const MIN_INTERVAL_SECONDS = 10;

const parseInterval = (text: string): number => {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  const seconds = Number(match?.[1]) * (SECONDS[match?.[2] ?? ''] ?? Number.NaN);
  if (!(seconds >= MIN_INTERVAL_SECONDS)) {
    throw new UsageError(
      `--interval ${text} is not a time of at least ${MIN_INTERVAL_SECONDS} seconds.`,
      'Give it as 30s, 5m or 1h.',
    );
  }
  return seconds * 1000;
};

/** The latest of every target, and what fires there: what a scrape and the report show. */
class Latest {
  readonly #byTarget = new Map<string, { assessment: TargetAssessment; alerts: readonly Alert[] }>();
  finishedRuns = 0;

  put(assessment: TargetAssessment, alerts: readonly Alert[]): void {
    const { accountId, region } = assessment.target;
    this.#byTarget.set(`${accountId}/${region}`, { assessment, alerts });
  }

  get assessments(): readonly TargetAssessment[] {
    return [...this.#byTarget.values()].map(({ assessment }) => assessment);
  }

  get alerts(): readonly Alert[] {
    return [...this.#byTarget.values()].flatMap(({ alerts }) => alerts);
  }
}

const runOnce = async (
  options: Options,
  { io }: Session,
  latest: Latest,
  signal: AbortSignal,
): Promise<void> => {
  const configuration = readConfiguration(options.config);
  const { opened, failed } = await openTargets({
    regions: options.region ?? [],
    roleArns: options.roleArn ?? [],
    externalId: options.externalId,
    signal,
  });
  const store = openSqliteStateStore(options.state);
  const cloudWatch = options.publish === true ? new CloudWatchClient(clientSettings()) : null;
  try {
    for (const { target, problem } of failed) latest.put(failedAssessment(target, [problem], io.now()), []);
    for (const { target, sources } of opened) {
      if (signal.aborted) return;
      const notifier = createNotifiers(
        configuration.destinations,
        createTerminalNotifier({ write: io.err, ...(io.columns === null ? {} : { columns: io.columns }) }),
        target,
        io.now,
      );
      const outcome = await runTarget({
        target,
        scope: options.vpc === undefined ? {} : { vpcIds: options.vpc },
        runId: `serve-${process.pid}-${io.now()}`,
        policy: configuration.alerts,
        publish: configuration.metrics,
        links: { dashboard: null },
        ports: {
          sources,
          store,
          sink: cloudWatch === null ? null : createCloudWatchSink(cloudWatch, signal),
          notifier,
          clock: io.now,
        },
        signal,
      });
      latest.put(outcome.assessment, outcome.alerts);
      const { status, errors } = outcome.assessment.target;
      for (const { message, action } of [...errors, ...outcome.problems]) {
        io.err(`problem  ${target.accountId} ${target.region}: ${message}\n         ${action}\n`);
      }
      io.err(
        `${new Date(io.now()).toISOString()}  ${target.accountId} ${target.region}: ${status}, ${outcome.assessment.subnets.length} subnets\n`,
      );
    }
    latest.finishedRuns += 1;
  } finally {
    for (const { close } of opened) close();
    cloudWatch?.destroy();
    await store.close();
  }
};

/** `headroom serve`: the same pipeline on a timer in one process, for those without Lambda. */
export const addServeCommand: AddCommand = (program, session) => {
  addTargetOptions(program.command('serve'), { format: false })
    .description(
      'scan on a timer in one process: alerts, Prometheus metrics and a live report, without Lambda',
    )
    .option('-l, --listen <address:port>', 'where to answer', '127.0.0.1:9464')
    .option('-i, --interval <time>', 'time between the starts of two scans', '5m')
    .option('-s, --state <file>', 'where to remember history and alerts', 'headroom.sqlite')
    .option('--publish', 'also publish the metrics to CloudWatch')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom serve                                    http://127.0.0.1:9464/ is the report, /metrics is for Prometheus
  $ headroom serve --region eu-west-1,us-east-1 --interval 2m --listen 0.0.0.0:9464

Alerts go to the destinations of headroom.yml; where there is none, they are printed. /healthz says that the process
lives, /readyz that the first scan has ended. SIGTERM and Ctrl-C end it after the scan that is under way.
`,
    )
    .action(async (options: Options) => {
      checkTargetOptions({ ...options, format: 'table' });
      const listen = parseListen(options.listen);
      const interval = parseInterval(options.interval);
      // A configuration that can not be used is refused now, and not at the first scan.
      readConfiguration(options.config);
      const { io } = session;
      const latest = new Latest();
      const exporter = new PrometheusExporter();
      const ended = new AbortController();
      const stop = (): void => ended.abort();
      process.once('SIGTERM', stop).once('SIGINT', stop);
      const server = await startServer(listen, {
        report: async () => liveReport(latest.assessments, latest.alerts, io.now()),
        metrics: async () => ({
          contentType: exporter.contentType,
          text: await exporter.render({ assessments: latest.assessments, alerts: latest.alerts }),
        }),
        notReady: () => (latest.finishedRuns > 0 ? null : 'the first scan has not ended yet'),
      });
      io.err(`Headroom answers on ${server.url} and scans every ${options.interval}.\n`);
      try {
        while (!ended.signal.aborted) {
          const startedAt = io.now();
          // One scan after the other: a scan that takes longer than the interval delays the next instead of meeting it.
          await runOnce(options, session, latest, ended.signal);
          const left = Math.max(0, interval - (io.now() - startedAt));
          await sleep(left, undefined, { signal: ended.signal }).catch(() => {});
        }
      } finally {
        process.off('SIGTERM', stop).off('SIGINT', stop);
        await server.close();
        io.err('Headroom has stopped.\n');
      }
    });
};

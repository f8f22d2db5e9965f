import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import pLimit from 'p-limit';
import { createCloudWatchSink } from '../shared/metrics/cloudwatch-sink.ts';
import { PrometheusExporter } from '../shared/metrics/prometheus-exporter.ts';
import { HeadroomError, type Problem } from '../shared/model/errors.ts';
import { createTerminalNotifier } from '../shared/notify/terminal-preview.ts';
import { runTarget } from '../shared/pipeline/run-target.ts';
import { failedAssessment } from '../shared/pipeline/scan-target.ts';
import { openSqliteStateStore } from '../shared/state/sqlite-state-store.ts';
import { clientSettings } from '../wiring/aws-clients.ts';
import { openConfiguredTargets } from '../wiring/configured-targets.ts';
import { createNotifiers } from '../wiring/notifiers.ts';
import { openTargets, type ReachableTarget } from '../wiring/reachable-targets.ts';
import { type AddCommand, type Session, UsageError } from './command-line.ts';
import { readConfiguration } from './configuration.ts';
import type { Io } from './io.ts';
import { LatestScans } from './latest-scans.ts';
import { liveReport } from './live-report.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from './scan-options.ts';
import { parseListen, startServer } from './serve-http.ts';
import { runAgainAndAgain } from './serve-timer.ts';

interface Options extends Omit<ScanOptions, 'format'> {
  readonly listen: string;
  readonly interval: string;
  readonly state: string;
  readonly publish?: boolean;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const MIN_INTERVAL_SECONDS = 10;
const MAX_INTERVAL_SECONDS = 24 * 3600;

const parseInterval = (text: string): number => {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  const seconds = Number(match?.[1]) * (SECONDS[match?.[2] ?? ''] ?? Number.NaN);
  if (!(seconds >= MIN_INTERVAL_SECONDS && seconds <= MAX_INTERVAL_SECONDS)) {
    throw new UsageError(
      `--interval ${text} is not a time from ${MIN_INTERVAL_SECONDS} seconds to a day.`,
      'Give it as 30s, 5m or 1h.',
    );
  }
  return seconds * 1000;
};

/** A run whose reading takes longer than this has a target that hangs: it is told about, and does not stop the others for ever. */
const LEAST_READING_MILLISECONDS = 5 * 60_000;

const say = (io: Io, accountId: string, region: string, { message, action }: Problem): void =>
  io.err(`problem  ${accountId} ${region}: ${message}\n         ${action}\n`);

/** One scan of every target. Ends early, between two targets, when it is told to stop. */
const runOnce = async (
  options: Options,
  { io }: Session,
  latest: LatestScans,
  stop: AbortSignal,
  interval: number,
): Promise<void> => {
  const configuration = readConfiguration(options.config);
  const signal = AbortSignal.timeout(Math.max(interval, LEAST_READING_MILLISECONDS));
  const { regions } = configuration.targets;
  const { opened, failed } =
    options.roleArn === undefined
      ? await openConfiguredTargets({ ...configuration.targets, regions: options.region ?? regions }, signal)
      : await openTargets({
          regions: options.region ?? [],
          roleArns: options.roleArn,
          externalId: options.externalId,
          signal,
        });
  const store = openSqliteStateStore(options.state);
  const cloudWatch = options.publish === true ? new CloudWatchClient(clientSettings()) : null;
  // CloudWatch's bill is one for all of them.
  const subnetSeries = Math.floor(configuration.metrics.subnetSeries / Math.max(1, opened.length));
  const limit = pLimit(configuration.scan.concurrency);
  const scanOne = async ({ target, sources }: ReachableTarget): Promise<void> => {
    if (stop.aborted) return;
    const outcome = await runTarget({
      target,
      scope: options.vpc === undefined ? {} : { vpcIds: options.vpc },
      runId: randomUUID(),
      policy: configuration.alerts,
      publish: { ...configuration.metrics, subnetSeries },
      links: { dashboard: null },
      ports: {
        sources,
        store,
        sink: cloudWatch === null ? null : createCloudWatchSink(cloudWatch),
        notifier: createNotifiers(
          configuration.destinations,
          createTerminalNotifier({ write: io.err, ...(io.columns === null ? {} : { columns: io.columns }) }),
          target,
          io.now,
        ),
        clock: io.now,
      },
    });
    latest.put(outcome.assessment, outcome.alerts);
    const { status, errors } = outcome.assessment.target;
    const { accountId, region } = target;
    for (const problem of [...errors, ...outcome.problems]) say(io, accountId, region, problem);
    io.err(
      `${new Date(io.now()).toISOString()}  ${accountId} ${region}: ${status}, ${outcome.assessment.subnets.length} subnets\n`,
    );
  };
  try {
    for (const { target, problem } of failed) {
      latest.put(failedAssessment(target, [problem], io.now()), []);
      say(io, target.accountId, target.region, problem);
    }
    await Promise.all(opened.map((reached) => limit(scanOne, reached)));
    latest.keepOnly([...opened, ...failed].map(({ target }) => target));
    latest.finishedRuns += 1;
  } finally {
    for (const { close } of opened) close();
    cloudWatch?.destroy();
    await store.close();
  }
};

/** `headroom serve`: the same pipeline on a timer in one process, for those without Lambda. */
export const addServeCommand: AddCommand = (program, session) => {
  addTargetOptions(program.command('serve'), { format: false, from: false })
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

Scanned is what headroom.yml selects, or what the options say in its place. Alerts go to the destinations of headroom.yml;
where there is none, they are printed. /healthz says that the process
lives, /readyz that the first scan has ended. SIGTERM and Ctrl-C end it after the targets that are being scanned;
a second one ends it at once.
`,
    )
    .action(async (options: Options) => {
      checkTargetOptions({ ...options, format: 'table' });
      const listen = parseListen(options.listen);
      const interval = parseInterval(options.interval);
      // A configuration that can not be used is refused now, and not at the first scan.
      readConfiguration(options.config);
      const { io } = session;
      const latest = new LatestScans();
      const exporter = new PrometheusExporter();
      const ended = new AbortController();
      const stop = (): void => {
        if (ended.signal.aborted) return;
        ended.abort();
        io.err('Headroom stops when the targets under way are scanned; a second signal ends it now.\n');
      };
      // Once: the second signal ends the process as signals do.
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
        await runAgainAndAgain(() => runOnce(options, session, latest, ended.signal, interval), {
          interval,
          now: io.now,
          pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
          signal: ended.signal,
          failed: (error) => {
            // What never worked is for whoever started it; what worked before may work again.
            if (latest.finishedRuns === 0 || !(error instanceof HeadroomError)) throw error;
            io.err(`problem  ${error.message}\n         ${error.action}\n`);
          },
        });
      } finally {
        process.off('SIGTERM', stop).off('SIGINT', stop);
        await server.close();
        io.err('Headroom has stopped.\n');
      }
    });
};

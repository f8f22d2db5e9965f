import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { paceProblems } from '../../shared/model/alert/pace.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { type AddCommand, collectValues, UsageError } from '../base/command-line.ts';
import { readConfiguration } from '../input/configuration.ts';
import { lengthOfTime } from '../input/length-of-time.ts';
import { addTargetOptions, checkTargetOptions } from '../input/scan-options.ts';
import { secretOption } from '../input/secret-option.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import { problemText } from '../output/problem-text.ts';
import type { Action } from '../serve/actions.ts';
import type { Guard, Pages } from '../serve/http-server.ts';
import { parseListen } from '../serve/listen-address.ts';
import { hostsWith, publicUrl } from '../serve/public-url.ts';
import { isLoopback } from '../serve/request-origin.ts';
import type { ServeScanOptions } from '../serve/scan-loop.ts';
import { runAgainAndAgain } from '../serve/timer.ts';

interface Options extends ServeScanOptions {
  readonly listen: string;
  readonly interval: string;
  readonly allowHost?: readonly string[];
  readonly tokenFile?: string;
}

const MIN_INTERVAL_SECONDS = 10;
const MAX_INTERVAL_MILLISECONDS = 24 * 3_600_000;

/** What scans under way have after a signal to stop. Kubernetes ends a process 30 seconds after it asked. */
const GRACE_MILLISECONDS = 3_000;

const parseInterval = (text: string): number => {
  const interval = lengthOfTime(text);
  if (!(interval >= MIN_INTERVAL_SECONDS * 1_000 && interval <= MAX_INTERVAL_MILLISECONDS)) {
    throw new UsageError(
      `--interval ${text} is not a time from ${MIN_INTERVAL_SECONDS} seconds to a day.`,
      'Give it as 30s, 5m or 1h.',
    );
  }
  return interval;
};

/** A token that cannot be guessed: 16 random characters have more than 80 bits. */
const MIN_TOKEN_LENGTH = 16;

const guardOf = (
  { allowHost = [], tokenFile }: Options,
  env: Readonly<Record<string, string | undefined>>,
): Guard => {
  const wrong = allowHost.filter((host) => !/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host));
  if (wrong.length > 0)
    throw new UsageError(
      `--allow-host ${wrong.join(', ')} is not a host name.`,
      'Give names without scheme and port, such as headroom.example.com.',
    );
  const token = secretOption('--token-file', tokenFile, env['HEADROOM_TOKEN']);
  if (token !== undefined && !/^[\w.~+/=-]{16,4096}$/.test(token))
    throw new UsageError(
      `The token of --token-file or HEADROOM_TOKEN is not ${MIN_TOKEN_LENGTH} or more letters, digits and ._~+/=-.`,
      'Make one: openssl rand -hex 32.',
    );
  return { token: token ?? null, hosts: allowHost.map((host) => host.toLowerCase()) };
};

/** `headroom serve`: the same pipeline on a timer in one process, for those without Lambda. */
export const addServeCommand: AddCommand = (program, session) => {
  addTargetOptions(program.command('serve'), { format: false, from: false })
    .description(
      'scan on a timer in one process: alerts, Prometheus metrics and a live report, without Lambda',
    )
    .option('-l, --listen <address:port>', 'address and port of the HTTP server', '127.0.0.1:9464')
    .option(
      '--allow-host <name...>',
      'host names that requests may have, such as headroom.example.com',
      collectValues,
    )
    .option('--public-url <url>', 'where people reach the live page: messages link to it')
    .option('--token-file <file>', 'a file with the token that requests must bring (or HEADROOM_TOKEN)')
    .option('-i, --interval <time>', 'time between the starts of two scans', '5m')
    .option('-s, --state <file>', 'file for history and alerts', 'headroom.sqlite')
    .option('--publish', 'also publish the metrics to CloudWatch')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom serve                                    http://127.0.0.1:9464/ is the report, /metrics is for Prometheus
  $ headroom serve --region eu-west-1,us-east-1 --interval 2m --listen 0.0.0.0:9464

headroom.yml selects what is scanned; options replace it. Alerts go to the destinations of headroom.yml.
Without one, they are printed. /healthz: the process runs. /readyz: at least one target is watched: it is read in
full, stored, and able to notify. SIGTERM and Ctrl-C stop it within seconds; a second one stops it at once.
`,
    )
    .action(async (given: Options) => {
      checkTargetOptions({ ...given, format: 'table' });
      const options: Options =
        given.publicUrl === undefined ? given : { ...given, publicUrl: publicUrl(given.publicUrl) };
      const listen = parseListen(options.listen);
      const { token = null, hosts = [] } = guardOf(options, session.io.env);
      const guard = { token, hosts: hostsWith(options.publicUrl, hosts, isLoopback(listen.host)) };
      const interval = parseInterval(options.interval);
      // A configuration that cannot be used is refused now, and not at the first scan.
      const { alerts } = await readConfiguration(options.config);
      const { io } = session;
      for (const problem of paceProblems(interval / 1_000, alerts)) io.err(`warning  ${problem}\n`);
      const [
        { LatestScans },
        { createPages },
        { ScanLoop },
        { slackRoute },
        { StateReview },
        { openStateFile },
        { performAction },
        { liveHistories, liveHistory },
        { startServer },
      ] = await Promise.all([
        import('../serve/latest-scans.ts'),
        import('../serve/pages.ts'),
        import('../serve/scan-loop.ts'),
        import('../serve/slack-route.ts'),
        import('../serve/state-review.ts'),
        import('../serve/state-file.ts'),
        import('../serve/actions.ts'),
        import('../serve/live-histories.ts'),
        import('../serve/http-server.ts'),
      ]);
      const latest = new LatestScans();
      const ended = new AbortController();
      const brokenOff = new AbortController();
      const stop = (): void => {
        if (ended.signal.aborted) return;
        ended.abort();
        io.err(
          'Headroom stops: scans in progress have a few seconds to end. A second signal stops it now.\n',
        );
        setTimeout(() => brokenOff.abort(), GRACE_MILLISECONDS).unref();
      };
      // Once: the second signal ends the process as signals do.
      process.once('SIGTERM', stop).once('SIGINT', stop);
      const loop = new ScanLoop({
        options,
        io,
        latest,
        interval,
        stop: ended.signal,
        breakOff: brokenOff.signal,
      });
      await loop.recall();
      const open = () => openStateFile(options.state);
      const review = new StateReview({ latest, policy: () => loop.policy, open, now: io.now });
      // Where anybody can connect, only those who have the token may silence an alert.
      const mayAct = guard.token !== null || isLoopback(listen.host);
      const actionToken = mayAct ? randomBytes(32).toString('hex') : null;
      const pages: Pages = {
        ...createPages({
          latest,
          now: io.now,
          review: () => review.refresh(),
          histories: () => liveHistories(latest, open, io.now()),
          history: (place) => liveHistory(place, open, io.now()),
          token: actionToken,
        }),
        slack: slackRoute(options, io),
        ...(actionToken === null
          ? {}
          : {
              actions: {
                token: actionToken,
                names: options.publicUrl === undefined ? [] : [new URL(options.publicUrl).host],
                perform: async (action: Action) => {
                  const store = open();
                  try {
                    const did = await performAction(action, store, io.now());
                    io.err(`${printable(`Live page: ${action.alert}: ${did}`)}\n`);
                    return did;
                  } finally {
                    await store.close();
                    await review.refresh(true);
                  }
                },
              },
            }),
      };
      const server = await startServer(listen, pages, guard);
      io.err(`Headroom answers on ${server.url} and scans every ${options.interval}.\n`);
      try {
        await runAgainAndAgain(() => loop.run(), {
          interval,
          now: io.now,
          pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
          signal: ended.signal,
          failed: (error) => {
            if (brokenOff.signal.aborted) return;
            // What never worked is for the person who started it; what worked before may work again.
            if (latest.finishedRuns === 0 || !(error instanceof HeadroomError)) throw error;
            io.err(problemText(io, withCredentialHint(error)));
          },
        });
        await loop.settled();
      } finally {
        process.off('SIGTERM', stop).off('SIGINT', stop);
        await server.close();
        io.err('Headroom has stopped.\n');
      }
    });
};

import { paceProblems } from '../../shared/model/alert/pace.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, collectValues, UsageError } from '../base/command-line.ts';
import { readConfiguration } from '../input/configuration.ts';
import { lengthOfTime } from '../input/length-of-time.ts';
import { addTargetOptions, checkTargetOptions } from '../input/scan-options.ts';
import { secretOption } from '../input/secret-option.ts';
import { parseListen } from '../serve/listen-address.ts';
import { hostsWith, publicUrl } from '../serve/public-url.ts';
import { isLoopback } from '../serve/request-origin.ts';
import type { ServeScanOptions } from '../serve/scan-loop.ts';

interface Options extends ServeScanOptions {
  readonly listen: string;
  readonly interval: string;
  readonly allowHost?: readonly string[];
  readonly tokenFile?: string;
}

const MIN_INTERVAL_SECONDS = 10;
const MAX_INTERVAL_MILLISECONDS = 24 * 3_600_000;

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

const tokenOf = (
  tokenFile: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | null => {
  const token = secretOption('--token-file', tokenFile, env['HEADROOM_TOKEN']);
  if (token !== undefined && !/^[\w.~+/=-]{16,4096}$/.test(token))
    throw new UsageError(
      `The token of --token-file or HEADROOM_TOKEN is not ${MIN_TOKEN_LENGTH} or more letters, digits and ._~+/=-.`,
      'Make one: openssl rand -hex 32.',
    );
  return token ?? null;
};

const hostsOf = (names: readonly string[] = []): readonly string[] => {
  const wrong = names.filter((name) => !/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(name));
  if (wrong.length > 0)
    throw new UsageError(
      `--allow-host ${wrong.join(', ')} is not a host name.`,
      'Give names without scheme and port, such as headroom.example.com.',
    );
  return names.map((name) => name.toLowerCase());
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
    .action(async (options: Options) => {
      const { io } = session;
      const [, url, listen, token, hosts, interval] = checkAll(
        () => checkTargetOptions(options),
        () => (options.publicUrl === undefined ? undefined : publicUrl(options.publicUrl)),
        () => parseListen(options.listen),
        () => tokenOf(options.tokenFile, io.env),
        () => hostsOf(options.allowHost),
        () => parseInterval(options.interval),
      );
      // A configuration that cannot be used is refused now, and not at the first scan.
      const { alerts } = await readConfiguration(options.config);
      for (const problem of paceProblems(interval / 1_000, alerts)) io.err(`warning  ${problem}\n`);
      const { runServer } = await import('../serve/run-server.ts');
      await runServer(
        {
          options: url === undefined ? options : { ...options, publicUrl: url },
          listen,
          guard: { token, hosts: hostsWith(url, hosts, isLoopback(listen.host)) },
          interval,
        },
        io,
      );
    });
};

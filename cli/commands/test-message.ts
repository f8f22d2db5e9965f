import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';
import type { TestedDestination, TestMessageDocument } from '../../shared/pipeline/send-test-messages.ts';
import { testedDestinations } from '../../shared/pipeline/test-request.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { type Io, paint } from '../base/io.ts';
import { listedValues } from '../base/listed-values.ts';
import { readConfiguration } from '../input/configuration.ts';
import { lengthOfTime } from '../input/length-of-time.ts';
import { addDocumentOptions, checkDocumentFormat, type OutputOptions } from '../input/output-options.ts';
import { outputOf } from '../output/document.ts';

interface Options extends Pick<OutputOptions, 'format'> {
  readonly config?: string;
  readonly severity: string;
  readonly wait: string;
}

const SEVERITIES = ['warning', 'critical'] as const;

/** `headroom test-message`: proves a destination before the first incident. */
export const addTestMessageCommand: AddCommand = (program, session) => {
  addDocumentOptions(program.command('test-message'))
    .argument('[destination...]', 'names of destinations in headroom.yml (default: all of them)')
    .description('send a message marked as a test to destinations, and its end')
    .option('-c, --config <file>', 'the configuration (default: headroom.yml of this folder)')
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)')
    .addOption(
      listedValues('--severity <level>', 'the level of the message; critical pages', SEVERITIES).default(
        'warning',
      ),
    )
    .option('--wait <time>', 'time between the message and its end, such as 2m for a pager', '0s')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom test-message                                    every destination of headroom.yml
  $ headroom test-message on-call --severity critical --wait 2m
  $ headroom test-message --output json | jq '.destinations[] | select(.status != "sent")'

The message says that it is a test. It closes by itself. Routes, mutes and quiet hours do not count.
It is sent with your credentials; docs/notifications.md shows how a deployment sends one with its own.
Exit codes: 0 all arrived, 2 wrong usage or configuration, 3 none arrived, 4 some did not, or are still open.
`,
    )
    .action(async (names: readonly string[], options: Options) => {
      const { io } = session;
      const [, severity, pause] = checkAll(
        () => checkDocumentFormat(options.format),
        () => severityOf(options.severity),
        () => waitOf(options.wait),
      );
      const { destinations } = await readConfiguration(options.config);
      if (destinations.size === 0)
        throw new UsageError(
          'headroom.yml has no destination.',
          'Add one under destinations. The topic of a deployment is tested by its function plan-scan: see docs/notifications.md.',
        );
      const chosen = testedDestinations(names.length === 0 ? undefined : names, new Set(destinations.keys()));
      const [{ sendTestMessages }, { createNotifiers }, { createMemoryStateStore }] = await Promise.all([
        import('../../shared/pipeline/send-test-messages.ts'),
        import('../../shared/aws/notifiers.ts'),
        import('../../shared/state/memory-state-store.ts'),
      ]);
      const home = await homeOf();
      const { cache } = createMemoryStateStore();
      const unused = { send: () => Promise.reject(new Error('every test names its destination')) };
      const tested = await sendTestMessages({
        destinations: chosen,
        severity,
        home,
        notifier: createNotifiers(destinations, unused, home, io.now, { cache }),
        id: randomUUID(),
        pause: async () => {
          if (pause > 0) await wait(pause);
        },
        clock: io.now,
      });
      const document: TestMessageDocument = {
        schema: 'headroom/test-message@1',
        severity,
        destinations: tested,
      };
      io.out(await outputOf(options.format, document, () => tested.map((each) => lineOf(io, each)).join('')));
      session.exit(
        tested.every(({ status }) => status === 'sent')
          ? EXIT.ok
          : tested.every(({ status }) => status === 'failed')
            ? EXIT.nothingScanned
            : EXIT.partlyScanned,
      );
    });
};

/** @throws UsageError for what is none of the levels */
const severityOf = (given: string): (typeof SEVERITIES)[number] => {
  const severity = SEVERITIES.find((each) => each === given);
  if (severity === undefined)
    throw new UsageError(`--severity ${given} is not a level.`, 'Give warning or critical.');
  return severity;
};

const LONGEST_WAIT = 10 * 60_000;

/** Milliseconds. @throws UsageError for what is no time, or too long */
const waitOf = (text: string): number => {
  const milliseconds = lengthOfTime(text);
  if (!(milliseconds <= LONGEST_WAIT))
    throw new UsageError(`--wait ${text} is not a time of at most 10 minutes.`, 'Give it as 30s or 2m.');
  return milliseconds;
};

/** Where secrets are, and what the message names. Some destinations need no AWS: then the account stays unknown. */
const homeOf = async (): Promise<Target> => {
  const { homeIn, homeRegion, UNKNOWN_ACCOUNT } = await import('../../shared/aws/reachable-targets.ts');
  const known = await homeRegion(undefined);
  try {
    return await homeIn(known);
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return { accountId: UNKNOWN_ACCOUNT, region: known };
  }
};

const WORDS = { sent: 'sent', failed: 'failed', 'left-open': 'open' } as const;
const STYLE = { sent: 'green', failed: 'red', 'left-open': 'red' } as const;

const lineOf = (io: Io, { destination, status, problem }: TestedDestination): string => {
  const dye = paint(io);
  const head = `${dye(STYLE[status], WORDS[status].padEnd(6))}  ${dye('bold', printable(destination))}`;
  if (problem === null) return `${head}: the test message and its end were accepted.\n`;
  const safe = (text: string): string => printable(redactSecrets(text));
  const open = status === 'left-open' ? 'The message arrived and is still open: close it by hand. ' : '';
  const { message, action } = problem;
  return `${head}: ${open}${safe(message)}${message.endsWith('.') ? '' : '.'}\n        ${dye('dim', safe(action))}\n`;
};

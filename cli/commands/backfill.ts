import { DEFAULT_NAMESPACE } from '../../shared/metrics/catalogue.ts';
import type { RecordedPast } from '../../shared/model/forecast/recorded-past.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import type { Io } from '../base/io.ts';
import { readHistory } from '../input/history-file.ts';
import { addDocumentOptions, checkDocumentFormat, type OutputOptions } from '../input/output-options.ts';
import { regionOf } from '../input/scan-options.ts';
import { addStateOptions, type StateOptions, withStateStore } from '../input/state-store.ts';
import { accountOf, subnetOf } from '../input/stored-history.ts';
import type { BackfillDocument } from '../output/act-documents.ts';
import { outputOf } from '../output/document.ts';

interface Options extends StateOptions, Pick<OutputOptions, 'format'> {
  readonly account: string;
  readonly targetRegion: string;
  readonly cloudwatch?: boolean;
  readonly namespace: string;
  readonly days: string;
  readonly history?: string;
  readonly subnet?: string;
  readonly prefixes?: boolean;
}

/** History is kept for so long. */
const MAX_DAYS = 60;
const DAY = 24 * 3_600_000;

/** `headroom backfill`: starts the history of a new deployment with a past that was recorded elsewhere. */
export const addBackfillCommand: AddCommand = (program, { io }) => {
  addDocumentOptions(addStateOptions(program.command('backfill')))
    .description('import history from CloudWatch or a file, so that forecasts can start at once')
    .requiredOption('--account <id>', 'the account that the subnets were scanned in')
    .requiredOption('--target-region <region>', 'the Region that the subnets are in')
    .option('--cloudwatch', 'from the metrics that Headroom published, in the Region of --region')
    .option('--namespace <name>', 'of those metrics', DEFAULT_NAMESPACE)
    .option('--days <n>', 'how far back, up to 60', String(MAX_DAYS))
    .option('--history <file>', 'from CSV or JSON with timestamp and available; - for standard input')
    .option('--subnet <id>', 'the subnet that the file is about')
    .option('--prefixes', 'the file counts free /28 prefixes, not addresses')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom backfill --table headroom-prod-state --account 111122223333 --target-region eu-west-1 --cloudwatch
  $ headroom backfill --state headroom.sqlite --account 111122223333 --target-region eu-west-1 \\
      --history subnet-0a1b.csv --subnet subnet-0a1b2c3d4e5f67890

You can repeat it, and run it during scans. Existing values stay as they are.
`,
    )
    .action(async (options: Options) => {
      const [, accountId, region, source] = checkAll(
        () => checkDocumentFormat(options.format),
        () => accountOf(options.account),
        () => regionOf('--target-region', options.targetRegion),
        () => sourceOf(options),
      );
      const target = { accountId, region };
      const pasts = await recordedPasts(source, options, target, io);
      const { backfill } = await import('../../shared/pipeline/backfill.ts');
      const { subnets, moments } = await withStateStore(options, (store) =>
        backfill(store.history, target, pasts, (done, of) => {
          if (io.progress) io.err(`\r${done} of ${of} moments`);
        }),
      );
      if (io.progress) io.err('\r\u001b[K');
      const document: BackfillDocument = { schema: 'headroom/backfill@1', ...target, subnets, moments };
      io.out(
        await outputOf(
          options.format,
          document,
          () =>
            `${moments} moments of ${subnets} ${subnets === 1 ? 'subnet' : 'subnets'} are in the history.\n`,
        ),
      );
    });
};

/** Where the past is recorded: in CloudWatch, for so many days, or in a file about one subnet. */
type Source =
  | { readonly days: number }
  | { readonly subnetId: string; readonly file: string; readonly prefixes: boolean };

/** @throws UsageError with all that is wrong with the options of the source */
const sourceOf = (options: Options): Source => {
  const { history, subnet, cloudwatch = false, prefixes = false } = options;
  if (cloudwatch === (history !== undefined)) {
    throw new UsageError(
      cloudwatch ? '--cloudwatch and --history are both given.' : 'The source of the history is missing.',
      'Give one of --cloudwatch and --history.',
    );
  }
  if (history === undefined) return { days: daysOf(options) };
  if (subnet === undefined)
    throw new UsageError(
      '--subnet is missing.',
      'Give the subnet of the file, such as subnet-0a1b2c3d4e5f67890.',
    );
  return { subnetId: subnetOf(subnet), file: history, prefixes };
};

const recordedPasts = async (
  source: Source,
  { namespace, region }: Options,
  target: { readonly accountId: string; readonly region: string },
  io: Io,
): Promise<readonly RecordedPast[]> => {
  if ('file' in source) {
    const { subnetId, file, prefixes } = source;
    const samples = readHistory(file);
    return [{ subnetId, addresses: prefixes ? [] : samples, prefixes: prefixes ? samples : [] }];
  }
  const [{ CloudWatchClient }, { clientSettings }, { readCloudWatchHistory }] = await Promise.all([
    import('@aws-sdk/client-cloudwatch'),
    import('../../shared/aws/client-settings.ts'),
    import('../../shared/metrics/cloudwatch-history.ts'),
  ]);
  const client = new CloudWatchClient(clientSettings({ region }));
  try {
    const now = io.now();
    return await readCloudWatchHistory(client, namespace, target, now - source.days * DAY, now);
  } finally {
    client.destroy();
  }
};

const daysOf = ({ days }: Options): number => {
  const value = Number(days);
  if (!/^\d+$/.test(days) || value < 1 || value > MAX_DAYS) {
    throw new UsageError(
      `--days ${JSON.stringify(days)} is not a whole number from 1 to ${MAX_DAYS}.`,
      `History is kept for ${MAX_DAYS} days.`,
    );
  }
  return value;
};

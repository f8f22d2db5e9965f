import type { Command } from 'commander';
import { UsageError } from '../base/command-line.ts';
import { listedValues } from '../base/listed-values.ts';

/** What a command prints: for people, for programs, for spreadsheets, for other commands. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'csv', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What a plan prints: it is a document with tables, and goes to pull requests and browsers as well. */
export const PLAN_FORMATS = [...OUTPUT_FORMATS, 'markdown', 'html'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

/** What a command prints that shows one thing, and no list. */
export const DOCUMENT_FORMATS = ['table', 'json', 'yaml'] as const satisfies readonly OutputFormat[];

export interface OutputOptions {
  readonly format: OutputFormat;
  /** A column, such as `available`, or `available:desc`. */
  readonly sortBy?: string;
  /** `false`: the rows alone. */
  readonly headers: boolean;
  /** Seconds between two runs, as it was typed; `true`: the default. */
  readonly watch?: string | true;
}

/** The commands whose format is chosen so. */
const WITH_FORMAT = new WeakSet<Command>();

/** What a command prints whose list is as useful line by line. */
export const REPLAY_FORMATS = [...DOCUMENT_FORMATS, 'ndjson'] as const;
export type ReplayFormat = (typeof REPLAY_FORMATS)[number];

const addFormatOptions = (
  command: Command,
  formats: readonly string[],
  output = '-o, --output <format>',
): Command => {
  WITH_FORMAT.add(command);
  return command
    .addOption(listedValues(output, 'what is printed', formats).default('table'))
    .addOption(listedValues('-f, --format <format>', 'the old name of --output', formats).hideHelp());
};

/** For a command that shows one thing. */
export const addDocumentOptions = (command: Command): Command => addFormatOptions(command, DOCUMENT_FORMATS);

/** For a command that writes a file: there `-o` is `--out`. */
export const addWritingOptions = (command: Command): Command =>
  addFormatOptions(command, DOCUMENT_FORMATS, '--output <format>');

export const addReplayFormatOptions = (command: Command): Command =>
  addFormatOptions(command, REPLAY_FORMATS);

/** For a command that may be repeated until it is stopped. */
export const addWatchOption = (command: Command): Command =>
  command.option('-w, --watch [seconds]', 'repeat until Ctrl-C; every 60 seconds if no time is given');

/** For a plan. */
export const addPlanFormatOptions = (command: Command): Command => addFormatOptions(command, PLAN_FORMATS);

/** @throws UsageError for a format that such a command does not have */
export const checkOutputFormat = (format: string, formats: readonly string[]): void => {
  if (!formats.includes(format))
    throw new UsageError(`--output ${format} is none of ${formats.join(', ')}.`, 'Use one of them.');
};

/** The same for a command that shows one thing. */
export const checkDocumentFormat = (format: string): void => checkOutputFormat(format, DOCUMENT_FORMATS);

/** For a command that prints a list. */
export const addOutputOptions = (command: Command, { watch = true }: { watch?: boolean } = {}): Command => {
  addFormatOptions(command, OUTPUT_FORMATS)
    .option('--sort-by <column>', 'order rows by a column, such as available, or used:desc')
    .option('--no-headers', 'print only rows, without headings and notes');
  return watch ? addWatchOption(command) : command;
};

/**
 * Takes `--format`, the old name, for `--output`, before a command reads its options.
 *
 * @throws UsageError when the two differ
 */
export const readOutputFormat = (command: Command): void => {
  if (!WITH_FORMAT.has(command)) return;
  const { output, format = output } = command.opts<{ output: string; format?: string }>();
  if (command.getOptionValueSource('output') === 'cli' && format !== output)
    throw new UsageError(
      `--output ${output} and --format ${format} differ.`,
      'Use --output alone: --format is its old name.',
    );
  command.setOptionValue('format', format);
};

import { type Command, Option } from 'commander';
import { UsageError } from '../base/command-line.ts';

/** What a command prints: for people, for programs, for spreadsheets, for other commands. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'csv', 'name'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

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

/** The choices are for the help alone: a command says all that is wrong with its options at once. */
const formatOption = (flags: string, description: string): Option =>
  Object.assign(new Option(flags, description), { argChoices: [...OUTPUT_FORMATS] });

/** For a command that prints a list. */
export const addOutputOptions = (command: Command, { watch = true }: { watch?: boolean } = {}): Command => {
  WITH_FORMAT.add(command);
  command
    .addOption(formatOption('-o, --output <format>', 'what is printed'))
    .addOption(formatOption('-f, --format <format>', 'another name of --output').default('table'))
    .option('--sort-by <column>', 'order rows by a column, such as available, or used:desc')
    .option('--no-headers', 'print only rows, without headings and notes');
  return watch
    ? command.option('-w, --watch [seconds]', 'repeat until Ctrl-C; every 60 seconds if no time is given')
    : command;
};

/**
 * Takes `--output` for `--format`, before a command reads its options.
 *
 * @throws UsageError when the two differ
 */
export const readOutputFormat = (command: Command): void => {
  if (!WITH_FORMAT.has(command)) return;
  const { output, format } = command.opts<{ output?: string; format?: string }>();
  if (output === undefined) return;
  if (command.getOptionValueSource('format') === 'cli' && format !== output)
    throw new UsageError(
      `--output ${output} and --format ${format} differ.`,
      'Keep one of them: they are two names of one option.',
    );
  command.setOptionValue('format', output);
};

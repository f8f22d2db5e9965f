import { Command, CommanderError, type OutputConfiguration } from 'commander';
import { HeadroomError } from '../shared/model/base/errors.ts';
import { printable } from '../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../shared/model/base/redaction.ts';
import { defectText } from './base/defect.ts';
import { EXIT, type ExitCode } from './base/exit-codes.ts';
import type { Io } from './base/io.ts';
import { guarded, paint } from './base/io.ts';
import { requireAllOptions } from './base/required-options.ts';
import { COMMAND_TABLE, type CommandRow } from './command-table.ts';
import { readOutputFormat } from './input/output-options.ts';
import { readExternalId, readProfile } from './input/scan-options.ts';
import { credentialHint } from './output/credential-hint.ts';
import { VERSION } from './version.ts';

/** Commander's sentence in the form of our own. A line break that is not its own is an argument's. */
const usageText = (text: string): string =>
  text
    .trimEnd()
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.+)\?\)$/, '. Did you mean $1?')
    .replaceAll('\n', '\uFFFD');

/** Where the options are, in the form of every other advice. */
const helpHint = (io: Io, name: string): string =>
  `${paint(io)('cyan', '  try')} \`${name} --help\` shows the options.`;

/** Where commander writes. It quotes arguments, which a script may have taken from anywhere. */
const outputOf = (io: Io): OutputConfiguration => ({
  writeOut: io.out,
  writeErr: io.err,
  getOutHasColors: () => io.colour,
  outputError: (text, write) => write(`${paint(io)('red', 'error')} ${usageText(text)}\n`),
});

/** Commands, and those below them, do not inherit this from the program. */
const speakThrough = (parent: Command, path: string, io: Io): void => {
  for (const command of parent.commands) {
    const name = `${path}${command.name()}`;
    command.exitOverride().showHelpAfterError(helpHint(io, `headroom ${name}`));
    command.configureOutput(outputOf(io));
    requireAllOptions(command);
    speakThrough(command, `${name} `, io);
  }
};

/** The command line with all of its commands. */
export const buildProgram = async (io: Io, exit: (code: ExitCode) => void): Promise<Command> => {
  const program = emptyProgram(io);
  for (const { load } of COMMAND_TABLE) (await load())(program, { io, exit });
  speakThrough(program, '', io);
  return program;
};

/** The command line with the one command that is used; of the others only what the help tells. */
const programFor = async (
  argv: readonly string[],
  io: Io,
  exit: (code: ExitCode) => void,
): Promise<Command> => {
  const used = rowUsed(argv);
  // It describes all the others.
  if (used?.name === 'completion') return buildProgram(io, exit);
  const program = emptyProgram(io);
  for (const row of COMMAND_TABLE) {
    if (row === used) (await row.load())(program, { io, exit });
    else addStub(program, row);
  }
  const help = program.createHelp();
  const usages = new Map(COMMAND_TABLE.map(({ name, usage }) => [name, usage]));
  program.configureHelp({
    subcommandTerm: (command) => {
      const usage = command.name() === used?.name ? undefined : usages.get(command.name());
      if (usage === undefined) return help.subcommandTerm(command);
      return `${[command.name(), ...command.aliases()].join('|')} ${usage}`.trimEnd();
    },
  });
  speakThrough(program, '', io);
  return program;
};

/** The command that the first word names, or the second one after `help`; no option of the program itself takes a value. */
const rowUsed = (argv: readonly string[]): CommandRow | undefined => {
  const words = argv.filter((word) => !word.startsWith('-'));
  const name = words[0] === 'help' ? words[1] : words[0];
  return COMMAND_TABLE.find((row) => row.name === name || row.aliases?.includes(name ?? '') === true);
};

/** Enough for the list of commands, and for the guess at a mistyped one. */
const addStub = (program: Command, { name, aliases = [], description }: CommandRow): void => {
  program
    .command(name)
    .aliases([...aliases])
    .description(description);
};

const emptyProgram = (io: Io): Command => {
  const program = new Command('headroom')
    .description(
      'Warns days ahead when a VPC subnet or an EKS cluster runs out of IP addresses, with the cause and the fix.',
    )
    .version(VERSION, '-V, --version')
    .showHelpAfterError(helpHint(io, 'headroom'))
    .configureOutput(outputOf(io))
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  $ headroom scan                                  every subnet of this account, in the profile's Region
  $ headroom scan --region eu-west-1,us-east-1 --output json
  $ headroom limits m5.large                       how many interfaces, addresses and pods a type can hold

Credentials, profiles and Regions come from the default chain of the AWS SDK (AWS_PROFILE, SSO, roles, ...).
Exit codes: 0 success, 1 a critical finding or alert, 2 wrong usage, 3 nothing could be scanned, 4 only part could be
scanned.
`,
    );
  program.hook('preAction', (_, command) => {
    readOutputFormat(command);
    readProfile(command);
    readExternalId(command, io.env);
  });
  return program;
};

/** One sentence on what went wrong, one on what to do. */
const explain = (io: Io, error: unknown): void => {
  const dye = paint(io);
  if (error instanceof HeadroomError) {
    // A message of several lines quotes a file: no line of it may look like one of ours.
    const lines = redactSecrets(error.message)
      .split('\n')
      .map(printable)
      .join('\n')
      .replace(/\n(?! {2})/g, '\n  ');
    io.err(`${dye('red', 'error')} ${lines}\n`);
    io.err(`${dye('cyan', '  try')} ${printable(redactSecrets(error.action))}\n`);
    const hint = credentialHint(error.code, null);
    if (hint !== null) io.err(`      ${printable(hint)}\n`);
  } else {
    io.err(defectText(error, io.env));
  }
};

/** What is wrong with the command line or the configuration, and not with AWS. */
const BAD_USAGE: ReadonlySet<string> = new Set([
  'usage',
  'configuration-invalid',
  'estate-file-invalid',
  'no-region',
  'destination-missing',
  'alert-unknown',
  'alert-ambiguous',
  'alert-not-firing',
  'mute-unknown',
  'mute-of-cloudwatch',
  'plan-impossible',
  'ca-bundle-unreadable',
  'proxy-unsupported',
]);

/** Runs the command line. Never throws; tells the exit code. */
export const main = async (argv: readonly string[], streams: Io): Promise<ExitCode> => {
  const io = guarded(streams);
  let code: ExitCode = EXIT.ok;
  try {
    const program = await programFor(argv, io, (asked) => {
      code = asked;
    });
    if (argv.length === 0) {
      io.out(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    explain(io, error);
    return error instanceof HeadroomError && BAD_USAGE.has(error.code) ? EXIT.usage : EXIT.nothingScanned;
  }
};

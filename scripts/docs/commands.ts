import type { CommandEntry, OptionEntry } from '../../cli/base/command-tree.ts';
import { describedProgram } from './described-program.ts';

interface Named {
  readonly name: string;
  readonly command: CommandEntry;
}

/** The commands that do something, with the names of those above them. */
const leaves = (command: CommandEntry, path: readonly string[]): readonly Named[] =>
  command.commands.length === 0
    ? [{ name: path.join(' '), command }]
    : command.commands.flatMap((child) => leaves(child, [...path, child.name]));

const inTable = (text: string): string => text.replaceAll('|', '\\|');

const optionLine = ({ flags, description, choices, defaultValue }: OptionEntry): string =>
  `| \`${inTable(flags)}\` | ${inTable(description)}${choices.length === 0 ? '' : `: ${choices.join(', ')}`}${defaultValue === null ? '' : ` (default: ${inTable(defaultValue)})`} |`;

/** What many commands have, by the heads of the columns. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  'What is scanned': ['--region', '--all-regions', '--profile', '--organization', '--vpc', '--from'],
  'What is shown': ['--account', '--cluster', '--subnet', '--tag'],
  'How it is printed': ['--output', '--sort-by', '--no-headers', '--watch'],
  'What is stored': ['--state', '--table'],
};

const sharedTable = (title: string, flags: readonly string[], commands: readonly Named[]): string => {
  const rows = commands.flatMap(({ name, command }) => {
    const cells = flags.map((flag) => {
      const option = command.options.find(({ long }) => long === flag);
      if (option === undefined) return '';
      return flag === '--output' && option.choices.length > 0 ? option.choices.join(', ') : 'yes';
    });
    return cells.every((cell) => cell === '') ? [] : [`| ${name} | ${cells.join(' | ')} |`];
  });
  return [
    `### ${title}`,
    '',
    `| command | ${flags.map((flag) => `\`${flag}\``).join(' | ')} |`,
    `| --- | ${flags.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
  ].join('\n');
};

const optionTable = ({ options }: CommandEntry): readonly string[] => {
  const lines = options.filter(({ long }) => long !== '--help').map(optionLine);
  return lines.length === 0 ? [] : ['', '| option | meaning |', '| --- | --- |', ...lines];
};

const section = ({ name, command }: Named): string =>
  [
    `## headroom ${name}`,
    '',
    `**Purpose**: ${command.description}`,
    '',
    '```text',
    `headroom ${name} ${command.usage}`,
    '```',
    ...(command.aliases.length === 0
      ? []
      : ['', `Also: \`headroom ${command.aliases.join('`, `headroom ')}\`.`]),
    ...optionTable(command),
    ...(command.epilogue === '' ? [] : ['', '```text', command.epilogue, '```']),
    '',
  ].join('\n');

/** `docs/commands.md`: every command with its options, and which command has which of the options that many have. */
export const commandsPage = (): string => {
  const commands = leaves(describedProgram(), []);
  return [
    '# Commands',
    '',
    'Made from the program by `npm run docs`. `headroom --help` and the manual page say the same.',
    '',
    '## Which command has which option',
    '',
    ...Object.entries(SHARED).map(([title, flags]) => sharedTable(title, flags, commands)),
    ...commands.map(section),
  ].join('\n');
};

import type { CommandEntry, OptionEntry } from '../../../cli/base/command-tree.ts';
import { EXIT } from '../../../cli/base/exit-codes.ts';
import { describedProgram } from '../described-program.ts';

const optionLine = ({ flags, choices, defaultValue }: OptionEntry): string =>
  `  ${flags}${choices.length === 0 ? '' : `  one of: ${choices.join(', ')}`}${defaultValue === null ? '' : `  default: ${defaultValue}`}`;

const commandLines = (command: CommandEntry, path: string): readonly string[] => [
  '',
  `${path} ${command.usage}${command.aliases.length === 0 ? '' : `  also: ${command.aliases.join(', ')}`}`,
  ...command.options.map(optionLine),
  ...command.oldOptions.map((option) => `${optionLine(option)}  old name`),
  ...command.commands.flatMap((child) => commandLines(child, `${path} ${child.name}`)),
];

/** Commands, arguments, options with their values and defaults, and exit codes. Wording of the help is no contract. */
export const commandLineContract = (): string => {
  const program = describedProgram();
  return [
    'exit codes',
    ...Object.entries(EXIT).map(([name, code]) => `  ${code} ${name}`),
    ...commandLines(program, 'headroom'),
    '',
  ].join('\n');
};

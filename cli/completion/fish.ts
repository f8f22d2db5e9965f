import type { CommandEntry, OptionEntry } from '../base/command-tree.ts';

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

const argumentOf = ({ value, choices }: OptionEntry): string => {
  if (value === null) return '';
  if (choices.length > 0) return ` -x -a ${quoted(choices.join(' '))}`;
  return value === 'file' || value === 'folder' ? ' -r -F' : ' -x';
};

const linesOf = (program: string, command: CommandEntry, path: readonly string[]): readonly string[] => {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const children = command.commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  const none = children.length === 0 ? [] : [`not __fish_seen_subcommand_from ${children.join(' ')}`];
  const when = (conditions: readonly string[]): string =>
    conditions.length === 0 ? '' : ` -n ${quoted(conditions.join('; and '))}`;
  const start = `complete -c ${program}`;
  return [
    ...command.commands.map(
      ({ name, description }) => `${start}${when([...seen, ...none])} -a ${name} -d ${quoted(description)}`,
    ),
    ...command.argumentChoices.map((choice) => `${start}${when(seen)} -a ${choice}`),
    ...command.options.map((option) => {
      const short = option.short === null ? '' : ` -s ${option.short.slice(1)}`;
      const long = ` -l ${option.long.slice(2)}`;
      return `${start}${when([...seen, ...none])}${short}${long}${argumentOf(option)} -d ${quoted(option.description)}`;
    }),
    ...(command.usage.includes('file') && children.length === 0 ? [`${start}${when(seen)} -F`] : []),
    ...command.commands.flatMap((child) => linesOf(program, child, [...path, child.name])),
  ];
};

export const fishCompletion = (
  program: CommandEntry,
): string => `# Completion of ${program.name} for fish: ${program.name} completion fish | source
complete -c ${program.name} -f
${linesOf(program.name, program, []).join('\n')}
`;

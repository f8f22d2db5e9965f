import type { CommandEntry, OptionEntry } from '../base/command-tree.ts';

const flagsOf = ({ short, long }: OptionEntry): readonly string[] =>
  short === null ? [long] : [short, long];

/** Every command with the words that lead to it: ` scan`, ` config check`. The program itself has none. */
const withPaths = (command: CommandEntry, path = ''): readonly (readonly [string, CommandEntry])[] => [
  [path, command],
  ...command.commands.flatMap((child) =>
    [child.name, ...child.aliases].flatMap((name) => withPaths(child, `${path} ${name}`)),
  ),
];

const optionCase = (path: string, option: OptionEntry): string => {
  const patterns = flagsOf(option).map((flag) => `'${path}/${flag}'`);
  // An empty answer leaves the word to readline, which knows files.
  const reply = option.choices.length === 0 ? '' : `${replyWith('$word', option.choices)} `;
  return `    ${patterns.join('|')}) ${reply}return ;;\n`;
};

const replyWith = (word: string, words: readonly string[]): string =>
  `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "${word}"));`;

/** For bash 3.2, which macOS has, and later. */
export const bashCompletion = (program: CommandEntry): string => {
  const commands = withPaths(program);
  const known = commands.flatMap(([path]) => (path === '' ? [] : [`'${path}'`])).join('|');
  const values = commands
    .flatMap(([path, { options }]) =>
      options.filter(({ value }) => value !== null).map((option) => optionCase(path, option)),
    )
    .join('');
  const words = commands
    .map(([path, { commands: children, argumentChoices, options }]) => {
      const first = [...children.flatMap(({ name, aliases }) => [name, ...aliases]), ...argumentChoices];
      return `    '${path}') ${replyWith('$word', [...first, ...options.flatMap(flagsOf)])} ;;\n`;
    })
    .join('');
  return `# Completion of ${program.name} for bash: eval "$(${program.name} completion bash)"
_${program.name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' each
  COMPREPLY=()
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $each" in ${known}) command="$command $each" ;; esac
  done
  case "$command/$previous" in
${values}  esac
  case "$command" in
${words}  esac
}
complete -o default -F _${program.name} ${program.name}
`;
};

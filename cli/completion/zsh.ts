import type { CommandEntry, OptionEntry } from '../base/command-tree.ts';

/** Within single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Within `[...]` and between colons, in _arguments' own language. */
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

const actionOf = ({ value, choices }: OptionEntry): string => {
  if (value === null) return '';
  if (choices.length > 0) return `:${escaped(value)}:(${choices.join(' ')})`;
  return `:${escaped(value)}:${value === 'file' || value === 'folder' ? '_files' : ''}`;
};

const optionSpecs = (option: OptionEntry): readonly string[] => {
  const { short, long, description, flags } = option;
  // What may be given several times is offered again.
  const again = flags.includes('...') ? '*' : '';
  const names = short === null ? [long] : [short, long];
  const others = again === '' && names.length > 1 ? `(${names.join(' ')})` : again;
  return names.map((name) => quoted(`${others}${name}[${escaped(description)}]${actionOf(option)}`));
};

const functionOf = (command: CommandEntry, name: string): string => {
  const specs = command.options.flatMap(optionSpecs);
  const { commands, argumentChoices } = command;
  if (commands.length === 0) {
    const rest = argumentChoices.length > 0 ? `':value:(${argumentChoices.join(' ')})'` : "'*:file:_files'";
    return `${name}() {\n  _arguments -S ${[...specs, rest].join(' \\\n    ')}\n}\n`;
  }
  const described = commands.map((child) =>
    quoted(`${child.name}:${child.description.replaceAll(':', '\\:')}`),
  );
  const cases = commands.map(
    (child) => `        ${[child.name, ...child.aliases].join('|')}) ${name}_${child.name} ;;\n`,
  );
  return `${name}() {
  local curcontext="$curcontext" state line
  local -a commands
  _arguments -C -S ${[...specs, "'1: :->command'", "'*:: :->arguments'"].join(' \\\n    ')}
  case $state in
    command)
      commands=(
        ${described.join('\n        ')}
      )
      _describe command commands
      ;;
    arguments)
      case $line[1] in
${cases.join('')}      esac
      ;;
  esac
}
${commands.map((child) => functionOf(child, `${name}_${child.name}`)).join('')}`;
};

/** For `eval`, and for a file of its own in a folder of $fpath. */
export const zshCompletion = (program: CommandEntry): string => `#compdef ${program.name}
# Completion of ${program.name} for zsh: eval "$(${program.name} completion zsh)", after compinit
${functionOf(program, `_${program.name}`)}
if [ "$funcstack[1]" = "_${program.name}" ]; then
  _${program.name} "$@"
else
  compdef _${program.name} ${program.name}
fi
`;

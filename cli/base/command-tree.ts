import type { Command, Option } from 'commander';

/** What the shells' completions and the manual page are made from: commander's own knowledge, so that they cannot disagree. */
export interface OptionEntry {
  /** `-r, --region <region...>` */
  readonly flags: string;
  readonly short: string | null;
  readonly long: string;
  readonly description: string;
  /** What stands for its value, such as `file`; `null`: it takes none. */
  readonly value: string | null;
  /** The only values that it takes; empty: any. */
  readonly choices: readonly string[];
  readonly defaultValue: string | null;
}

export interface CommandEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  /** `[options] <type...>`, as in the usage line. */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionEntry[];
  /** Old names that still work. No help and no completion offers them. */
  readonly oldOptions: readonly OptionEntry[];
  /** The values that its first argument can have, where they are known. */
  readonly argumentChoices: readonly string[];
  /** Subcommands of its own. */
  readonly commands: readonly CommandEntry[];
  /** The examples and remarks below its help, as they are. */
  readonly epilogue: string;
}

const PLACEHOLDER = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/;

const optionEntry = (option: Option): OptionEntry => {
  const value = PLACEHOLDER.exec(option.flags)?.[1] ?? null;
  return {
    flags: option.flags,
    short: option.short ?? null,
    long: option.long ?? option.flags,
    description: option.description,
    value,
    choices: option.argChoices ?? [],
    defaultValue: typeof option.defaultValue === 'string' ? option.defaultValue : null,
  };
};

/** What was added below the help: commander only shows it in the help. */
const epilogueOf = (command: Command): string => {
  const before = command.configureOutput();
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const above = command.helpInformation();
  command.configureOutput(before);
  return help.slice(above.length).trim();
};

/** Everything that help would print of a command and of those below it. */
export const describeCommand = (command: Command): CommandEntry => ({
  name: command.name(),
  aliases: command.aliases(),
  usage: command.usage(),
  description: command.description(),
  options: command.createHelp().visibleOptions(command).map(optionEntry),
  oldOptions: command.options.filter(({ hidden }) => hidden).map(optionEntry),
  argumentChoices: command.registeredArguments[0]?.argChoices ?? [],
  commands: command.commands.map(describeCommand),
  epilogue: epilogueOf(command),
});

import { Argument } from 'commander';
import type { AddCommand } from '../base/command-line.ts';
import { type CommandEntry, describeCommand } from '../base/command-tree.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Record<
  string,
  (program: CommandEntry) => string
>;

/** `headroom completion`: what makes a shell complete commands, options and values. */
export const addCompletionCommand: AddCommand = (program, { io }) => {
  program
    .command('completion')
    .description('print the completion script of a shell for commands, options and their values')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  $ eval "$(headroom completion bash)"            in ~/.bashrc
  $ eval "$(headroom completion zsh)"             in ~/.zshrc, after compinit
  $ headroom completion fish > ~/.config/fish/completions/headroom.fish
`,
    )
    .action((shell: keyof typeof SHELLS) => io.out(SHELLS[shell](describeCommand(program))));
};

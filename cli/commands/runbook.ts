import type { Runbook, RunbookCommand } from '../../shared/report/runbook.ts';
import { type AddCommand, UsageError } from '../base/command-line.ts';
import { nearestOf } from '../input/nearest-name.ts';

/** `headroom runbook`: what to do about an alert, where no page of runbooks is at hand. */
export const addRunbookCommand: AddCommand = (program, { io }) => {
  program
    .command('runbook')
    .argument('<check>', 'the check of an alert, such as addresses-low')
    .description('what to do about an alert of a check: its runbook')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom runbook addresses-exhausted
  $ headroom alerts --output json | jq -r '.alerts[].finding.kind'    the checks of the alerts that fire
`,
    )
    .action(async (check: string) => {
      const { RUNBOOKS } = await import('../../shared/report/runbook.ts');
      const runbook = RUNBOOKS.get(check);
      if (runbook === undefined)
        throw new UsageError(
          `There is no check ${check}.`,
          `Give the name of a check.${nearestOf(check, [...RUNBOOKS.keys()])}`,
        );
      io.out(textOf(runbook));
    });
};

const textOf = ({ title, kind, impact, condition, unknown, rule, look, quiet }: Runbook): string =>
  `${title} (${kind})

If nothing is done
  ${impact}

When it appears
  ${condition}

When nothing can be said
  ${unknown}

Look first
${linesOf(look)}

Keep it quiet while you work on it
${linesOf(quiet)}

The rule ${rule} of headroom.yml has its settings. Remedies with their commands: headroom findings
`;

const linesOf = (commands: readonly RunbookCommand[]): string =>
  commands.map(({ command, shows }) => `  ${command}\n      ${shows}`).join('\n');

import type { Check } from '../../shared/model/checks/check.ts';
import { CHECKS } from '../../shared/model/checks/checks.ts';
import { MONITOR_CHECKS } from '../../shared/model/checks/monitor/monitor-checks.ts';

type Described = Omit<Check<never>, 'find'>;

const ALL: readonly Described[] = [...CHECKS, ...MONITOR_CHECKS];

/** The reference of checks, from the table that finds them. */
export const findingsPage = (): string => `# Checks and findings

Made from \`shared/model/checks/\` by \`npm run docs\`.

A check looks at every subject of its kind in every scan. It says that the subject is healthy, that something is wrong (a
finding), or that it could not be measured, and why. A finding has evidence, so that every number in a message can be traced.
It also has remedies, best first: each with the exact commands and the conditions under which it works. Conditions are
checked on the inventory of the same scan. A condition that cannot be checked from there says so, and a remedy
that cannot work comes last.

\`headroom findings\` prints the findings, and [alerts](alerts.md) are made of the same checks.

Several checks can find the same supply of one subnet in trouble. Then only one finding is listed and announced: the worst,
and of equally bad ones the first in the order of this table. The others are listed beneath it as \`also\`. [Owners](owners.md) has
the kinds of owners that findings name.

| kind | what it is | supply |
| --- | --- | --- |
${ALL.map(({ kind, label, supply }) => `| [${kind}](#${kind}) | ${label} | ${supply ?? '-'} |`).join('\n')}

${ALL.map(section).join('\n')}`;

const section = ({ kind, label, about, condition, unknown, impact, settings, aliases }: Described): string =>
  [
    `## ${kind}\n`,
    `**${label}.** ${impact}\n`,
    `- About: ${about}`,
    `- Found: ${condition}`,
    `- Unknown: ${unknown}`,
    `- Rule in \`headroom.yml\`: [${settings}](alerts.md#rules)`,
    `- What to do: [runbook](runbooks/${kind}.md)`,
    ...(aliases === undefined
      ? []
      : [`- Selectors also match: ${aliases.map((name) => `\`${name}\``).join(', ')}`]),
    '',
  ].join('\n');

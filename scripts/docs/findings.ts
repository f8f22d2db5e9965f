import { CHECKS } from '../../shared/model/checks/checks.ts';
import type { Check } from '../../shared/model/checks/check.ts';
import { MONITOR_CHECKS } from '../../shared/model/checks/monitor/monitor-checks.ts';
import { OWNER_KINDS } from '../../shared/model/owners/owner-kinds.ts';

type Described = Omit<Check<never>, 'find'>;

const ALL: readonly Described[] = [...CHECKS, ...MONITOR_CHECKS];

/** The reference of checks and owners, from the tables that find and name them. */
export const findingsPage = (): string => `# Findings and owners

Made from \`shared/model/checks/\` and \`shared/model/owners/owner-kinds.ts\` by \`npm run docs\`.

A check looks at every subject of its kind in every scan. It says that the subject is healthy, that something is wrong (a
finding), or that it could not be measured, and why. A finding has evidence, so that every number in a message can be traced.
It also has remedies, best first: each with the exact commands and the conditions under which it works. Conditions are
checked on the inventory of the same scan. A condition that cannot be checked from there says so, and a remedy
that cannot work comes last.

\`headroom findings\` prints the findings, and [alerts](alerts.md) are made of the same checks.

Several checks can find the same supply of one subnet in trouble. Then only one finding is listed and announced: the worst,
and of equally bad ones the first in the order of this table. The others stand beneath it as \`also\`.

| kind | what it is | supply |
| --- | --- | --- |
${ALL.map(({ kind, label, supply }) => `| [${kind}](#${kind}) | ${label} | ${supply ?? '-'} |`).join('\n')}

${ALL.map(section).join('\n')}
## Owners

Every address in use has exactly one owner, so that owners sum to \`used\`. A kind is a stable word; a name identifies the owner,
where its kind has names. \`headroom owners\` prints them.

| kind | who | name |
| --- | --- | --- |
${Object.entries(OWNER_KINDS)
  .map(([kind, { label, description, named }]) => `| \`${kind}\` | **${label}.** ${description} | ${named ?? '-'} |`)
  .join('\n')}

An owner is recognised by these, in this order:

1. the account that the interface belongs to
2. its attachment, and the tags of that instance
3. its interface type
4. its description
5. the service that manages it

Interface types are an open list: a new one is not an error but
\`unknown\`, until it is added. AWS does not document the marks of a Fargate pod's interface; any sign of it counts.
`;

const section = ({ kind, label, about, condition, unknown, impact, settings, aliases }: Described): string =>
  [
    `## ${kind}\n`,
    `**${label}.** ${impact}\n`,
    `- About: ${about}`,
    `- Found: ${condition}`,
    `- Unknown: ${unknown}`,
    `- Rule in \`headroom.yml\`: [${settings}](alerts.md#rules)`,
    ...(aliases === undefined ? [] : [`- Selectors also match: ${aliases.map((name) => `\`${name}\``).join(', ')}`]),
    '',
  ].join('\n');

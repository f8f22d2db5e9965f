import { FINDING_RULES } from '../../shared/model/checks/findings.ts';
import { OWNER_KINDS } from '../../shared/model/owners/owner-kinds.ts';

/** The reference of findings and owners, from the tables that find and name them. */
export const findingsPage = (): string => `# Findings and owners

Made from \`shared/model/checks/\` and \`shared/model/owners/owner-kinds.ts\` by \`npm run docs\`.

A finding is one thing that is wrong, or will be. It carries its evidence, so that every number in a message can be traced,
and remedies, best first: each with the exact commands, and with the conditions under which it works, checked on the
inventory of the same scan. A condition that cannot be checked from EC2 and EKS says so; a remedy that cannot work
comes last. Nothing is claimed of what could not be measured.

\`headroom findings\` prints them; the rule [findings](alerts.md#findings) makes alerts of them.

| kind | what it is |
| --- | --- |
${FINDING_RULES.map(({ kind, label }) => `| [${kind}](#${kind}) | ${label} |`).join('\n')}

${FINDING_RULES.map(({ kind, label, appears, why }) => `## ${kind}\n\n**${label}.** ${why}\n\nAppears: ${appears}\n`).join('\n')}
## Owners

Every address in use has exactly one owner, so that owners sum to \`used\`. A kind is a stable word; a name tells the owner,
where its kind has names. \`headroom owners\` prints them.

| kind | who | name |
| --- | --- | --- |
${Object.entries(OWNER_KINDS)
  .map(([kind, { label, description, named }]) => `| \`${kind}\` | **${label}.** ${description} | ${named ?? '-'} |`)
  .join('\n')}

How an owner is told, in this order: the account that the interface belongs to; what it is attached to, and that instance's
tags; its interface type; its description; who manages it. Interface types are an open list: a new one is not an error but
\`unknown\`, until somebody adds it. What marks the interface of a Fargate pod is not documented; any sign of it counts.
`;

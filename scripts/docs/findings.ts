import { FINDING_RULES } from '../../shared/model/checks/findings.ts';
import { OWNER_KINDS } from '../../shared/model/owners/owner-kinds.ts';

/** The reference of findings and owners, from the tables that find and name them. */
export const findingsPage = (): string => `# Findings and owners

Made from \`shared/model/checks/\` and \`shared/model/owners/owner-kinds.ts\` by \`npm run docs\`.

A finding is one problem, now or soon. Its evidence contains every number of its texts. Its remedies are in order, best first.
Each remedy has the exact commands, its price, when it is right and what it gains at the least. Its preconditions are checked on
the same scan. A precondition that EC2 and EKS cannot answer is marked as unknown, and a remedy whose precondition fails is not
offered. Unknown values never lead to a finding.

\`headroom findings\` prints them, and the rule [findings](alerts.md#findings) makes alerts of them.

| kind | what it is |
| --- | --- |
${FINDING_RULES.map(({ kind, label }) => `| [${kind}](#${kind}) | ${label} |`).join('\n')}

${FINDING_RULES.map(({ kind, label, appears, why }) => `## ${kind}\n\n**${label}.** ${why}\n\nAppears: ${appears}\n`).join('\n')}
## Owners

Every address in use has exactly one owner, so the addresses of all owners add up to \`used\`. A kind is a stable word, and the name
identifies the owner within its kind. \`headroom owners\` prints them.

| kind | who | name |
| --- | --- | --- |
${Object.entries(OWNER_KINDS)
  .map(([kind, { label, description, named }]) => `| \`${kind}\` | **${label}.** ${description} | ${named ?? '-'} |`)
  .join('\n')}

Headroom identifies an owner by these signs, in this order:

1. the account of the interface,
2. the attachment, and the tags of the attached instance,
3. the interface type,
4. the description,
5. the managing service.

AWS adds interface types over time. A new type is \`unknown\` until Headroom knows it, and is no error. AWS does not document the signs
of the interface of a Fargate pod, so any of several signs counts.
`;

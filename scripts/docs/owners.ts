import { OWNER_KINDS } from '../../shared/model/owners/owner-kinds.ts';
import { INSTANCE_MARKS, OWNER_MARKS, type Sign } from '../../shared/model/owners/owner-marks.ts';

/** The reference of owners: kinds, and the marks by which each is recognised. */
export const ownersPage = (): string => `# Owners

Made from \`shared/model/owners/owner-kinds.ts\` and \`owner-marks.ts\` by \`npm run docs\`.

Every address of an interface has exactly one owner. Owners sum to \`used\`, unless AWS counts addresses in use that no interface
explains (\`unaccounted\`). A kind is a stable word; a name identifies the owner,
where its kind has names. \`headroom owners\` prints them.

| kind | who | name |
| --- | --- | --- |
${Object.entries(OWNER_KINDS)
  .map(
    ([kind, { label, description, named }]) =>
      `| \`${kind}\` | **${label}.** ${description} | ${named ?? '-'} |`,
  )
  .join('\n')}

An owner is recognised by these, in this order:

1. the account that the interface belongs to
2. its attachment, and the tags of that instance
3. a tag of the service that made it
4. its interface type
5. its description
6. the service or the principal that manages it

Interface types are an open list: a new one is not an error but \`unknown\`, until it is added. An unknown owner is named by its
description. Identifiers in it become \`*\`, so that a hundred interfaces of one job are one owner. AWS does not document the marks of a
Fargate pod's interface; any sign of it counts.

## Marks

*Unverified* means that no public page was found that states the mark: it rests on reports. [Open questions](unverified.md#marks-of-owners) has the command that proves it.

| mark | kind | name | source |
| --- | --- | --- | --- |
${OWNER_MARKS.map(({ sign, kind, name, source }) => row([markOf(sign), `\`${kind}\``, name ?? '-', sourceOf(source)])).join('\n')}
${INSTANCE_MARKS.map(({ key, name, source }) => row([`tag of the instance \`${key}\``, '`instance`', name, sourceOf(source)])).join('\n')}

A node of a cluster is known by the tags of its instance. The VPC CNI, the VPC resource controller and Cilium also tag its
interfaces.
`;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const markOf = (sign: Sign): string => {
  switch (sign.by) {
    case 'type':
      return `type \`${sign.type}\``;
    case 'tag':
      return `tag \`${sign.key}\``;
    case 'description':
      return `description \`${escaped(sign.pattern)}\``;
    case 'requester':
      return `requester \`${escaped(sign.pattern)}\``;
  }
};

/** A bar would end the cell of a table, even within code. */
const escaped = (pattern: RegExp): string => pattern.source.replaceAll('|', String.raw`\|`);

const sourceOf = (source: string | null): string =>
  source === null ? '*unverified*' : `[${new URL(source).hostname}](${source})`;

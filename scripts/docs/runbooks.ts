import type { Finding, Remedy } from '../../shared/model/result/finding.ts';
import { RUNBOOKS, type Runbook, remediesIn } from '../../shared/report/runbook.ts';
import { EXAMPLES } from '../../test/fixtures/messages/examples.ts';

/** What the product found in the estates of the lab, by the kind of the check: the examples of messages have it. */
const FOUND: ReadonlyMap<string, readonly Finding[]> = Map.groupBy(
  Object.values(EXAMPLES).flatMap(({ transitions }) => transitions.map(({ finding }) => finding)),
  ({ kind }) => kind,
);

/** A page has so many remedies at the most: the best of each example come first. */
const REMEDIES_SHOWN = 8;

/** Commands of others are long, and a page is for reading. */
const COMMANDS_SHOWN = 6;

/** A page for each check, by its path. */
export const runbookPages: Readonly<Record<string, () => string>> = Object.fromEntries(
  [...RUNBOOKS.values()].map((runbook) => [`docs/runbooks/${runbook.kind}.md`, () => runbookPage(runbook)]),
);

/** The list of them. */
export const runbooksPage = (): string => `# Runbooks

Made from \`shared/model/checks/\` by \`npm run docs\`.

Each check has a page that says what it means, what to look at first and what to do. Messages link to the page of their check:

1. where [\`links.runbooks\`](configuration.md) of headroom.yml says that the pages are;
2. on the live page of \`headroom serve\` with a \`--public-url\`, or \`links.page\`: there they show what the check finds now;
3. in the repository that was deployed, which the parameter [\`runbooks\`](deploy.md#parameters) names;
4. otherwise on the dashboard in CloudWatch, where each alert has a button that opens its runbook.

| runbook | check | about |
| --- | --- | --- |
${[...RUNBOOKS.values()].map(({ kind, title, about }) => `| [${title}](runbooks/${kind}.md) | \`${kind}\` | ${about} |`).join('\n')}
`;

const runbookPage = (runbook: Runbook): string => {
  const findings = FOUND.get(runbook.kind) ?? [];
  const [example] = findings;
  const remedies = remediesIn(findings).slice(0, REMEDIES_SHOWN);
  const ofExample = remediesIn(findings.slice(0, 1)).length;
  const own = remedies.slice(0, ofExample);
  const others = remedies.slice(ofExample);
  return `# Runbook: ${runbook.title}

Made from the check \`${runbook.kind}\` and from what it found in the estates of the lab, by \`npm run docs\`.

**${runbook.impact}**
${example === undefined ? '' : `\nFor example:\n\n- ${plain(example.title)}\n\n${plain(example.explanation)}\n`}
## When it fires

- About: ${runbook.about}
- Found: ${runbook.condition}
- Unknown: ${runbook.unknown}
- Rule in \`headroom.yml\`: [${runbook.rule}](../alerts.md#rules)
- Reference: [${runbook.kind}](../findings.md#${runbook.kind})

## Look first

${commands(runbook.look)}

## What to do

The alert has the remedies for its own resources, best first, with the conditions under which each one works. These are
those of the example above. Ids and ranges in them are those of the lab.

${own.map(remedyText).join('\n')}
${others.length === 0 ? '' : `## In other cases\n\n${others.map(remedyText).join('\n')}\n`}## While you work on it

${commands(runbook.quiet)}

The alert ends by itself when a scan finds that the check is clear.
`;
};

const commands = (lines: Runbook['look']): string =>
  `\`\`\`bash\n${lines.map(({ command, shows }) => `${command.padEnd(46)} # ${shows}`).join('\n')}\n\`\`\``;

const remedyText = ({ title, effect, price, when, preconditions, commands: lines }: Remedy): string =>
  [
    `### ${plain(title)}\n`,
    `${plain([effect, price, when].filter((text) => text !== undefined).join(' '))}\n`,
    ...(preconditions.length === 0
      ? []
      : ['It works if:\n', ...preconditions.map(({ text }) => `- ${plain(text)}`), '']),
    ...(lines.length === 0 ? [] : [fenced(lines)]),
  ].join('\n');

const fenced = (lines: readonly string[]): string => {
  const shown = lines.slice(0, COMMANDS_SHOWN);
  const more = lines.length - shown.length;
  return `\`\`\`bash\n${shown.join('\n')}\n${more === 0 ? '' : `# and ${more} more\n`}\`\`\`\n`;
};

/** Text of the product as Markdown: what could be markup in it is not. */
const plain = (text: string): string => text.replace(/[\\<>[\]*_|#]/g, (character) => `\\${character}`);

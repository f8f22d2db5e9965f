import { largestOf } from '../model/base/extremes.ts';
import { count, number } from '../model/base/text/numbers.ts';
import { asciiLine, defanged, truncate } from './inert-text.ts';
import {
  type Fact,
  factText,
  type MessageContent,
  type MessageEntry,
  type RemedyContent,
} from './message-content.ts';

/**
 * The message as plain text, for e-mail through SNS: no markup, links written out, lines that every mail client shows
 * as they are. Prose is wrapped; commands and links never are, since they get copied.
 */

const WIDTH = 76;
const ENTRIES_IN_LIST = 100;

/** SNS: "less than 100 characters", no line breaks or control characters (API reference of Publish). */
export const MAX_SUBJECT = 99;

/**
 * An e-mail's subject. ASCII only: SNS takes UTF-8, but mail that passes through other AWS services (Amazon Managed
 * Service for Prometheus says so of its own) is refused or replaced when its subject is not.
 */
export const emailSubject = (content: MessageContent): string =>
  truncateAscii(asciiLine(defanged(content.headline)), MAX_SUBJECT);

const truncateAscii = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 3).trimEnd()}...`;

/** An e-mail's body. */
export const emailText = (content: MessageContent): string => {
  const [first, ...others] = content.entries;
  const listed = others.slice(0, ENTRIES_IN_LIST);
  const missing = others.length - listed.length + content.omitted;
  const parts = [
    heading(content.headline),
    ...(first === undefined ? [] : [entryText(first, !content.isFirstInHeadline)]),
    ...content.sections.map((each) => [each.heading, ...each.lines.map(bullet)].join('\n')),
    ...(listed.length === 0 ? [] : [['Also', ...listed.map(entryLine)].join('\n')]),
    ...(missing === 0 ? [] : [`... and ${number(missing)} more, not shown here.`]),
    ...(content.links.length === 0
      ? []
      : [content.links.map(({ label, url }) => `${label}:\n  ${url}`).join('\n')]),
    `-- \nHeadroom. Alert ${content.threadId}, message ${content.messageId}.`,
  ];
  return `${parts.join('\n\n')}\n`;
};

const heading = (text: string): string => `${wrap(text)}\n${'='.repeat(Math.min(WIDTH, text.length))}`;

const entryText = (entry: MessageEntry, titled: boolean): string =>
  [
    titled ? underlined(`${entry.lead}: ${entry.title}`) : null,
    wrap(entry.explanation),
    entry.outlook.length === 0 ? null : entry.outlook.map((sentence) => wrap(`${sentence}.`)).join('\n'),
    table([entry.timing, ...entry.place]),
    block('What changed', entry.changes.map(factLine)),
    block('Owners of the addresses', entry.owners.map(bullet)),
    entry.remedy === null ? null : remedyText(entry.remedy),
    entry.moreRemedies === 0
      ? null
      : `${count(entry.moreRemedies, 'more remedy')}: run \`headroom findings\`.`,
  ]
    .filter((part) => part !== null && part !== '')
    .join('\n\n');

const entryLine = (entry: MessageEntry): string =>
  bullet([`${entry.lead}: ${entry.title}`, ...entry.outlook.slice(0, 1)].join('. '));

const bullet = (line: string): string => `- ${defanged(line)}`;
const factLine = ({ label, value }: Fact): string => bullet(`${label}: ${value}`);

/** The commands stay as they are: people paste them. */
const remedyText = ({ title, effect, checks, commands }: RemedyContent): string =>
  [
    'Do first',
    wrap(`${title}. ${effect}`),
    ...checks.map((check) => wrap(`! ${check}`)),
    ...(commands.length === 0 ? [] : ['', ...commands.map((command) => `    ${command}`)]),
  ].join('\n');

const underlined = (text: string): string => `${wrap(text)}\n${'-'.repeat(Math.min(WIDTH, text.length))}`;

const block = (title: string, lines: readonly string[]): string | null =>
  lines.length === 0 ? null : `${title}\n${lines.join('\n')}`;

/** Labels in one column. A value that is too long for its line goes on below, under itself. */
const table = (facts: readonly Fact[]): string => {
  const width = largestOf(facts.map(({ label }) => label.length)) + 2;
  return facts
    .map(
      (fact) =>
        `${`${truncate(fact.label, 40)}:`.padEnd(width)}${wrap(factText(fact), WIDTH - width).replaceAll('\n', `\n${' '.repeat(width)}`)}`,
    )
    .join('\n');
};

const NO_BREAK = '\u00A0';

/** Breaks at spaces only: an identifier that is longer than a line stays whole. Whatever is wrapped is also defanged. */
const wrap = (prose: string, width = WIDTH): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of defanged(prose)
    .replace(/ (?=%)/g, NO_BREAK)
    .split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n').replaceAll(NO_BREAK, ' ');
};

import type { ContextBlock, HeaderBlock, KnownBlock, MrkdwnElement, SectionBlock } from '@slack/types';
import type { AlertLevel } from '../model/alert/alert.ts';
import { number } from '../model/base/text/numbers.ts';
import { utcTime } from '../model/base/text/times.ts';
import { truncate, utf8Bytes } from './inert-text.ts';
import type { Fact, MessageContent, MessageEntry, RemedyContent } from './message-content.ts';
import { bold, code, codeBlock, escapeControl, fitted, link, prose, slackTime } from './mrkdwn.ts';
import {
  MAX_BLOCKS,
  MAX_FIELD_TEXT,
  MAX_HEADER_TEXT,
  MAX_MESSAGE_BYTES,
  MAX_SECTION_FIELDS,
  MAX_SECTION_TEXT,
} from './slack-limits.ts';

/** What is posted to a webhook: the blocks, and a line for notifications and screen readers. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  /** No previews of links: ours need a sign-in, and others must not get one. */
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/**
 * Colour is in the symbol, not in an attachment's bar: Slack calls attachments legacy, collapses them after a few lines
 * (and would hide the remedy), and refuses some that it takes as blocks. The word beside it says the same without colour.
 */
const LEVEL_SYMBOL: Readonly<Record<AlertLevel, string>> = {
  critical: '\u{1F534}',
  warning: '\u{1F7E0}',
  ok: '\u{1F7E2}',
};

export const symbolOf = (level: AlertLevel): string => LEVEL_SYMBOL[level];

/** How much detail a message has. Tried from the first to the last until the message is small enough. */
interface Detail {
  /** Entries shown with all that is known of them. */
  readonly full: number;
  /** Further entries, a line each. */
  readonly lines: number;
  readonly prose: number;
  readonly owners: number;
  readonly changes: number;
  readonly command: number;
}

const DETAILS: readonly Detail[] = [
  { full: 1, lines: 30, prose: 1_200, owners: 6, changes: 10, command: 2_500 },
  { full: 1, lines: 15, prose: 600, owners: 4, changes: 8, command: 1_200 },
  { full: 1, lines: 8, prose: 300, owners: 3, changes: 4, command: 600 },
  { full: 1, lines: 3, prose: 150, owners: 2, changes: 2, command: 0 },
];

/** Always small enough: everything in it is bounded, and a test fills all of it with the widest characters. */
const LEAST: Detail = { full: 0, lines: 2, prose: 80, owners: 0, changes: 0, command: 0 };

/**
 * The message in Block Kit, within all of Slack's sizes. What does not fit is left out, the least needed first, and the
 * message says that and how much. A command is never cut: half a command is worse than none.
 */
export const slackMessage = (content: MessageContent): SlackMessage => {
  for (const detail of DETAILS) {
    const message = render(content, detail);
    if (slackBytes(message) < MAX_MESSAGE_BYTES) return message;
  }
  return render(content, LEAST);
};

/** The size that counts: of the JSON that is posted. */
export const slackBytes = (message: SlackMessage): number => utf8Bytes(JSON.stringify(message));

const render = (content: MessageContent, detail: Detail): SlackMessage => {
  const symbol = LEVEL_SYMBOL[content.level];
  const full = content.entries.slice(0, detail.full);
  const rest = content.entries.slice(detail.full);
  return {
    text: fitted(`${symbol} ${content.summary}`, MAX_SECTION_TEXT / 10, prose),
    blocks: [
      header(`${symbol} ${content.headline}`),
      ...full.flatMap((entry) => entryBlocks(entry, content, detail)),
      ...content.sections.flatMap((each) =>
        sections(
          listed(
            each.heading,
            each.lines.map((line) => text(line, detail.prose)),
          ),
        ),
      ),
      ...listBlocks(rest, content.omitted, detail),
      ...footer(content),
    ].slice(0, MAX_BLOCKS),
    unfurl_links: false,
    unfurl_media: false,
  };
};

const header = (text: string): HeaderBlock => ({
  type: 'header',
  text: { type: 'plain_text', text: fitted(text, MAX_HEADER_TEXT, escapeControl), emoji: true },
});

/** `verbatim`: Slack must not go looking for links, channels and users in it by itself. */
const mrkdwn = (text: string): MrkdwnElement => ({ type: 'mrkdwn', text, verbatim: true });

const section = (text: string): SectionBlock => ({ type: 'section', text: mrkdwn(text) });

const context = (texts: readonly string[]): ContextBlock => ({
  type: 'context',
  elements: texts.map(mrkdwn),
});

const entryBlocks = (entry: MessageEntry, content: MessageContent, detail: Detail): readonly KnownBlock[] => [
  ...sections([
    content.isFirstInHeadline ? null : bold(`${entry.lead}: ${entry.title}`),
    text(entry.explanation, detail.prose),
  ]),
  ...sections(outlookLines(entry, detail)),
  ...sections(listed('What changed', entry.changes.slice(0, detail.changes).map(factLine))),
  fields([entry.timing, ...entry.place]),
  ...sections(ownerLines(entry, detail)),
  ...(entry.remedy === null ? [] : remedyBlocks(entry.remedy, entry.moreRemedies, detail)),
];

/** Lines as a section, or as many as Slack's size of one asks for; none when there is nothing in them. */
const sections = (lines: readonly (string | null)[], separator = '\n'): readonly SectionBlock[] =>
  packed(
    lines.flatMap((line) => (line === null || line === '' ? [] : [line])),
    separator,
  ).map(section);

const text = (value: string, limit: number): string => fitted(value, limit, prose);

const factLine = ({ label, value }: Fact): string => `${prose(label)}: ${prose(value)}`;

const listed = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [bold(title), ...lines.map((line) => `\u2022 ${line}`)];

/** Two columns. An identifier has its own line, as code: that reads and copies best. */
const fields = (facts: readonly Fact[]): SectionBlock => ({
  type: 'section',
  fields: facts
    .slice(0, MAX_SECTION_FIELDS)
    .map(({ label, value, id, moment }) =>
      mrkdwn(
        [
          bold(label),
          inLocalTime(fitted(value, VALUE_SHARE, prose), moment),
          ...(id === undefined ? [] : [code(id)]),
        ].join('\n'),
      ),
    ),
});

/** The time in a text by the clock of each reader. */
const inLocalTime = (shown: string, moment: string | undefined): string =>
  moment === undefined ? shown : shown.replace(prose(utcTime(moment)), () => slackTime(moment));

/** Of a field, what is left for the value beside its label and identifier, which are at most 128 units before escaping. */
const VALUE_SHARE = MAX_FIELD_TEXT - 2 * 700;

const outlookLines = (entry: MessageEntry, detail: Detail): readonly string[] => {
  const [when, ...certainty] = entry.outlook;
  return when === undefined
    ? []
    : [`\u23F3 ${bold(truncate(when, detail.prose))}`, ...certainty.map((line) => text(line, detail.prose))];
};

const ownerLines = (entry: MessageEntry, detail: Detail): readonly string[] =>
  detail.owners === 0
    ? []
    : listed('Owners of the addresses', entry.owners.slice(0, detail.owners).map(prose));

const remedyBlocks = (remedy: RemedyContent, more: number, detail: Detail): readonly KnownBlock[] => [
  ...sections([
    bold(`Do first: ${remedy.title}`),
    text(remedy.effect, detail.prose),
    ...remedy.checks.slice(0, 3).map((check) => `\u26A0\uFE0F ${text(check, detail.prose)}`),
  ]),
  ...sections([commandText(remedy.commands.join('\n'), detail.command)]),
  ...(more === 0
    ? []
    : [
        context([`${number(more)} more ${more === 1 ? 'remedy' : 'remedies'}: ${code('headroom findings')}`]),
      ]),
];

const commandText = (command: string, limit: number): string | null => {
  if (command === '') return null;
  const block = codeBlock(command);
  if (block === null) return 'The command is not shown: a name in it has a backtick.';
  return block.length <= Math.min(limit, MAX_SECTION_TEXT)
    ? block
    : `The command is too long to show here (${number(command.length)} characters): \`headroom findings\` prints it.`;
};

const listBlocks = (
  entries: readonly MessageEntry[],
  omitted: number,
  detail: Detail,
): readonly SectionBlock[] => {
  const shown = entries.slice(0, detail.lines).map((entry) => entryLine(entry, detail));
  const missing = entries.length - shown.length + omitted;
  const lines = missing === 0 ? shown : [...shown, `\u2026 and ${number(missing)} more, not shown here.`];
  return lines.length === 0 ? [] : sections([bold('Also'), ...lines]);
};

/** As many lines in each text as a section takes. */
const packed = (lines: readonly string[], separator: string): readonly string[] => {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + separator.length + line.length > MAX_SECTION_TEXT)
      texts.push(line);
    else texts[texts.length - 1] = `${last}${separator}${line}`;
  }
  return texts;
};

const entryLine = (entry: MessageEntry, detail: Detail): string => {
  const outlook =
    entry.outlook[0] === undefined ? '' : ` \u2013 ${text(entry.outlook[0], Math.min(160, detail.prose))}`;
  return `${LEVEL_SYMBOL[entry.level]} ${prose(entry.lead)}: ${text(entry.title, Math.min(200, detail.prose))}${outlook}`;
};

const MAX_LINKS = 4;
const MAX_LINK_TEXT = 1_000;

const footer = (content: MessageContent): readonly KnownBlock[] => {
  const links = content.links
    .map(({ url, label }) => link(url, label))
    .filter((text) => text.length <= MAX_LINK_TEXT)
    .slice(0, MAX_LINKS);
  const entry = content.entries[0];
  const origin = entry === undefined ? [] : [`Headroom alert ${code(truncate(entry.key, 160))}`];
  return [links, origin].filter((texts) => texts.length > 0).map(context);
};

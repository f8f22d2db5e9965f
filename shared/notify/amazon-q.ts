import { number } from '../model/base/text/numbers.ts';
import { defanged, truncate } from './inert-text.ts';
import { factText, type MessageContent, type MessageEntry } from './message-content.ts';

/**
 * A custom notification of Amazon Q Developer in chat applications (formerly AWS Chatbot). It shows nothing but
 * messages of exactly this shape, and drops others without a word; so it needs a topic of its own, on which the message
 * is this and nothing else. Source of the shape: docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html.
 */
export interface AmazonQNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** Updates with the same id go into one thread, where the channel's preferences allow that. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** No limits are documented for these; they stay within what Slack, one of the clients behind it, shows in one section. */
const MAX_TITLE = 150;
const MAX_DESCRIPTION = 2_800;
const MAX_STEP = 600;
const MAX_LIST = 10;

/** Renders the message for an Amazon Q Developer topic. */
export const amazonQNotification = (content: MessageContent): AmazonQNotification => {
  const first = content.entries[0];
  return {
    version: '1.0',
    source: 'custom',
    id: content.messageId,
    content: {
      textType: 'client-markdown',
      title: truncate(plain(`${SYMBOL[content.level]} ${content.headline}`), MAX_TITLE),
      description: truncate(descriptionOf(content), MAX_DESCRIPTION),
      nextSteps: nextSteps(content),
      keywords: keywordsOf(content).slice(0, MAX_LIST),
    },
    metadata: {
      threadId: content.threadId,
      summary: truncate(plain(content.summary), MAX_TITLE * 2),
      eventType: first === undefined ? 'headroom' : `headroom/${plain(first.rule)}/${first.kind}`,
      relatedResources: resourcesOf(content).slice(0, MAX_LIST),
      additionalContext: { messageId: content.messageId, level: content.level },
    },
  };
};

const SYMBOL = { critical: '\u{1F534}', warning: '\u{1F7E0}', ok: '\u{1F7E2}' } as const;

/**
 * The same text goes to Slack and to Microsoft Teams, whose markups differ and of which it is not documented who
 * escapes what. So the text uses no markup but line breaks and bullets, and the characters that would begin a mention,
 * a link or a tag in either give way to look-alikes.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '<': '\u2039',
  '>': '\u203A',
  '@': '\uFF20',
  '*': '\u2217',
  '~': '\u223C',
  '`': '\u02CB',
  '[': '\uFF3B',
  ']': '\uFF3D',
};

const plain = (text: string): string =>
  defanged(text).replace(/[<>@*~`[\]]/g, (character) => LOOK_ALIKES[character] ?? '');

const descriptionOf = (content: MessageContent): string => {
  const [first, ...others] = content.entries;
  if (first === undefined)
    return [
      content.headline,
      ...content.sections.flatMap(({ heading, lines }) => [
        `${heading}:`,
        ...lines.map((line) => `\u2022 ${line}`),
      ]),
    ]
      .map(plain)
      .join('\n');
  const shown = others.slice(0, MAX_LIST);
  const missing = others.length - shown.length + content.omitted;
  return [
    ...entryLines(first),
    ...shown.map((entry) => `\u2022 ${plain(`${entry.lead}: ${entry.title}`)}`),
    ...(missing === 0 ? [] : [`\u2026 and ${number(missing)} more, not shown here.`]),
    ...content.links.map(({ label, url }) => `${plain(label)}: ${url}`),
  ].join('\n');
};

const entryLines = (entry: MessageEntry): readonly string[] =>
  [
    entry.explanation,
    ...entry.outlook.map((sentence) => `${sentence}.`),
    `${entry.timing.label}: ${entry.timing.value}`,
    entry.place.map((fact) => `${fact.label}: ${factText(fact)}`).join(' \u00B7 '),
    ...entry.changes.map(({ label, value }) => `\u2022 ${label}: ${value}`),
    ...entry.owners.map((owner) => `\u2022 ${owner}`),
  ]
    .filter((line) => line !== '')
    .map(plain);

/**
 * What the markdown of Slack or Teams, or a client that copies from it, may read as something else: links and mentions,
 * emphasis, code, entities, backslashes (which quote the next character), and spaces in a row.
 */
const MARKUP = /[<>@`*~&\\]|\]\(| {2}|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u;

/** Commands are for people to copy, so they are shown as they are, a step each, or not at all. */
const nextSteps = (content: MessageContent): readonly string[] => {
  const remedy = content.entries[0]?.remedy;
  if (remedy === undefined || remedy === null) return [];
  const steps = [plain(`${remedy.title}. ${remedy.effect}`), ...remedy.checks.map(plain)].map((step) =>
    truncate(step, MAX_STEP),
  );
  const isShown =
    remedy.commands.length < MAX_LIST &&
    remedy.commands.every((command) => command.length <= MAX_STEP && !MARKUP.test(command));
  if (isShown) return [...steps.slice(0, MAX_LIST - remedy.commands.length), ...remedy.commands];
  return [...steps.slice(0, MAX_LIST - 1), ELSEWHERE];
};

/** What stands in place of commands that a chat would change. */
const ELSEWHERE =
  'The commands are not shown here, because a chat would change them: headroom findings prints them.';

const keywordsOf = (content: MessageContent): readonly string[] =>
  [...new Set(['headroom', ...content.entries.flatMap((entry) => [entry.rule, entry.level])])].map(plain);

const resourcesOf = (content: MessageContent): readonly string[] =>
  [
    ...new Set(
      content.entries.flatMap((entry) => entry.place.slice(0, 1).map(({ id, value }) => id ?? value)),
    ),
  ].map(plain);

import { utcTime } from '../model/base/text/times.ts';
import { truncate } from './inert-text.ts';

/**
 * Slack's markup. `&`, `<` and `>` are its only control characters (docs.slack.dev/messaging/formatting-message-text):
 * with them escaped no text can mention (`<!channel>`, `<@U...>`) or link. The marks for bold, italics, strike-through
 * and code have no escape, so in prose they give way to look-alikes; code spans need only their own mark replaced.
 */

const CONTROL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const LOOK_ALIKES: Readonly<Record<string, string>> = { '*': '\u2217', '~': '\u223C', '`': '\u02CB' };

/** Escapes Slack's control characters and nothing else: for plain text objects, code, and links. */
export const escapeControl = (text: string): string =>
  text.replace(/[&<>]/g, (character) => CONTROL[character] ?? '');

/** Prose that shows as it is. An underscore inside a word formats nothing and stays, since names are full of them. */
export const prose = (text: string): string =>
  escapeControl(text)
    .replace(/[*~`]/g, (character) => LOOK_ALIKES[character] ?? '')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\u02CD');

export const bold = (text: string): string => `*${prose(text)}*`;

/** One line as code: nothing in it is formatted or turned into an emoji. */
export const code = (text: string): string => `\`${escapeControl(text.replaceAll('`', '\u02CB'))}\``;

/** A block to copy from; `null` for text with a backtick, which could end it early and has no escape. */
export const codeBlock = (text: string): string | null =>
  text.includes('`') ? null : `\`\`\`${escapeControl(text)}\`\`\``;

/** A link; `url` must come from `safeUrl`. */
export const link = (url: string, text: string): string =>
  `<${escapeControl(url)}|${prose(text.replaceAll('|', '/'))}>`;

/**
 * A time by the clock of each reader, and in UTC where Slack cannot show it. `iso` that is no time is shown as it is.
 * Source: docs.slack.dev/messaging/formatting-message-text, "Date formatting".
 */
export const slackTime = (iso: string): string => {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  return Number.isNaN(seconds)
    ? prose(iso)
    : `<!date^${seconds}^{date_short_pretty} {time}|${escapeControl(utcTime(iso))}>`;
};

/** A person, by the id that Slack gave. */
export const mention = (userId: string): string => `<@${userId}>`;

/** Truncates before it escapes, so that no entity is cut in two: the escaped text has at most `limit` units. */
export const fitted = (text: string, limit: number, escapeText: (text: string) => string): string => {
  let length = Math.min(text.length, limit);
  let escaped = escapeText(truncate(text, length));
  while (escaped.length > limit && length > 0) {
    // What escaping added has to go; each pass cuts at least one unit, and one or two passes are usual.
    length = Math.max(0, length - Math.max(1, Math.floor((escaped.length - limit) / 5)));
    escaped = escapeText(truncate(text, length));
  }
  return escaped;
};

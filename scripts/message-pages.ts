import { createHash } from 'node:crypto';
import type { KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import { composeMessage } from '../shared/notify/message-content.ts';
import { emailSubject, emailText } from '../shared/notify/plain-text.ts';
import { type SlackMessage, slackMessage } from '../shared/notify/slack-blocks.ts';
import { EXAMPLES } from '../test/fixtures/messages/examples.ts';

const PICTURES: readonly { readonly example: string; readonly look: 'slack' | 'email' }[] = [
  { example: 'escalated-to-critical', look: 'slack' },
  { example: 'many-subnets-of-one-vpc', look: 'slack' },
  { example: 'resolved', look: 'slack' },
  { example: 'hostile-names', look: 'slack' },
  { example: 'prefixes-will-run-out', look: 'email' },
  { example: 'resolved', look: 'email' },
];

export const MESSAGE_STYLE = `
  * { box-sizing: border-box }
  body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.47 Lato, 'Helvetica Neue', Arial, 'DejaVu Sans', 'Noto Color Emoji', sans-serif }
  .frame { width: 720px; padding: 16px 20px }
  .slack { display: grid; grid-template-columns: 36px 1fr; column-gap: 10px }
  .avatar { width: 36px; height: 36px; border-radius: 5px; background: #0b5a6f; color: #fff; font-weight: 700; display: grid; place-items: center }
  .by { font-weight: 700 } .by small { font-weight: 400; color: #616061; margin-left: 6px }
  .app { background: #ddd; color: #616061; font-size: 10px; padding: 1px 4px; border-radius: 3px; margin-left: 5px; vertical-align: 2px }
  .block { margin: 8px 0; overflow-wrap: anywhere; white-space: pre-wrap }
  .header { font-size: 18px; font-weight: 900; line-height: 1.33 }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px }
  .dot { display: inline-block; width: 0.85em; height: 0.85em; border-radius: 50%; margin-right: 0.15em; vertical-align: -0.08em }
  .context { font-size: 13px; color: #616061 } .context span { margin-right: 12px }
  a { color: #1264a3; text-decoration: none }
  code { font: 12px/1.5 'DejaVu Sans Mono', Menlo, monospace; color: #c01343; background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px }
  pre { font: 12px/1.5 'DejaVu Sans Mono', Menlo, monospace; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 8px; margin: 4px 0; white-space: pre-wrap }
  .mail { border: 1px solid #d0d7de; border-radius: 8px; width: 720px; margin: 12px 20px }
  .mail header { padding: 12px 16px; border-bottom: 1px solid #d0d7de; background: #f6f8fa }
  .mail h1 { font-size: 17px; margin: 0 0 4px } .mail header div { font-size: 13px; color: #57606a }
  .mail pre { border: 0; background: #fff; margin: 0; padding: 14px 16px; font-size: 12.5px }
`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A date as Slack shows it to a reader, here one in UTC. */
const readersTime = (seconds: number): string =>
  new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(
    seconds * 1000,
  );

/** Slack's markup to HTML: as much of it as the messages use. Its escapes are those of HTML. */
const mrkdwnHtml = (text: string): string =>
  text
    .split(/(```[\s\S]*?```|`[^`]*`)/)
    .map((part) => {
      if (part.startsWith('```')) return `<pre>${part.slice(3, -3)}</pre>`;
      if (part.startsWith('`')) return `<code>${part.slice(1, -1)}</code>`;
      return part
        .replace(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_, seconds: string) => readersTime(Number(seconds)))
        .replace(/<(https?:[^|>]+)\|([^>]*)>/g, '<a href="$1">$2</a>')
        .replace(/(?<![\p{L}\p{N}])\*([^*\n]+)\*/gu, '<b>$1</b>');
    })
    .join('');

/** Coloured circles, which a machine without an emoji font would show as boxes. So it does the hourglass, here a clock. */
const DOTS: Readonly<Record<string, string>> = {
  '\u{1F534}': '#dd2e44',
  '\u{1F7E0}': '#f4900c',
  '\u{1F7E2}': '#78b159',
};

const withDots = (html: string): string =>
  html
    .replaceAll('\u23F3', '\u25F7')
    .replace(
      /[\u{1F534}\u{1F7E0}\u{1F7E2}]/gu,
      (symbol) => `<i class="dot" style="background: ${DOTS[symbol]}"></i>`,
    );

const textHtml = (text: MrkdwnElement | PlainTextElement): string =>
  withDots(text.type === 'mrkdwn' ? mrkdwnHtml(text.text) : text.text);

const blockHtml = (block: KnownBlock): string => {
  if (block.type === 'header') return `<div class="block header">${textHtml(block.text)}</div>`;
  if (block.type === 'section') {
    const text = block.text === undefined ? '' : `<div class="block">${textHtml(block.text)}</div>`;
    const fields = (block.fields ?? []).map((field) => `<div>${textHtml(field)}</div>`).join('');
    return fields === '' ? text : `${text}<div class="block fields">${fields}</div>`;
  }
  if (block.type === 'context') {
    const texts = block.elements.map((element) =>
      element.type === 'image' ? '' : `<span>${textHtml(element)}</span>`,
    );
    return `<div class="block context">${texts.join('')}</div>`;
  }
  throw new Error(`No example uses a block of type ${block.type}.`);
};

export const slackHtml = (message: SlackMessage): string =>
  `<div class="frame"><div class="slack"><div class="avatar">H</div><div>
    <div class="by">Headroom<span class="app">APP</span><small>14:10</small></div>
    ${message.blocks.map(blockHtml).join('')}
  </div></div></div>`;

const emailHtml = (subject: string, body: string): string =>
  `<div class="mail"><header><h1>${escapeHtml(subject)}</h1><div>Headroom alerts &lt;no-reply@sns.amazonaws.com&gt;</div></header>
    <pre>${escapeHtml(body)}</pre></div>`;

const pageOf = ({ example, look }: (typeof PICTURES)[number]): string => {
  const message = EXAMPLES[example];
  if (message === undefined) throw new Error(`There is no example message "${example}".`);
  const content = composeMessage(message);
  const html =
    look === 'slack'
      ? slackHtml(slackMessage(content))
      : emailHtml(emailSubject(content), emailText(content));
  return `<!doctype html><meta charset="utf-8"><style>${MESSAGE_STYLE}</style>${html}`;
};

/** The pages that the pictures of messages in docs/images are taken of, by the name of the picture. */
export const messagePages = (): ReadonlyMap<string, string> =>
  new Map(PICTURES.map((picture) => [`${picture.look}-${picture.example}`, pageOf(picture)]));

/** What docs/images/messages.json keeps of each page, to show whether a picture is of today's message. */
export const digestsOf = (pages: ReadonlyMap<string, string>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...pages].map(([name, html]) => [name, createHash('sha256').update(html).digest('hex')]),
  );

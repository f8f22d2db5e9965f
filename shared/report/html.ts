/**
 * HTML that cannot be broken by what is shown in it. Names, tags and descriptions come from scanned accounts: whoever
 * may tag a resource may write them. Whatever goes through the `html` tag is escaped and made inert; only what came out
 * of it goes in unchanged.
 */

/** Markup that is safe as it stands. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. Nothing is written for `null`, so that parts can be left out. */
export type HtmlPart = Html | string | number | null | readonly HtmlPart[];

/**
 * Characters that show nothing themselves but change what others look like: controls, bidirectional marks and overrides
 * (a name could show its parts in another order), zero-width spaces, tag characters. The joiners U+200C and U+200D stay:
 * emoji and several scripts need them. They are replaced visibly, since a hidden character in a name is worth seeing.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to make visible
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML, in an element or in a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text
    .toWellFormed()
    .replace(HIDDEN, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const rendered = (part: HtmlPart): string => {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escapeHtml(part);
  return part.map(rendered).join('');
};

export const html = (strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html => {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += rendered(part) + (strings[index + 1] ?? '');
  return new Html(text);
};

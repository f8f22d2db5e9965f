import { printableLines } from '../model/base/invisible-characters.ts';

/**
 * HTML that cannot be broken by what is shown in it. Names, tags and descriptions come from scanned accounts, where
 * anybody who may tag a resource can write them. The `html` tag escapes all values and makes them inert; only its own
 * results are inserted unchanged.
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

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML, in an element or in a quoted attribute. */
export const escapeHtml = (text: string): string =>
  printableLines(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

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

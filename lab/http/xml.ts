/**
 * Writes answers as EC2 and the other query services do: four spaces of indentation, `<item>` or `<member>` for the
 * elements of a list, nothing for what is absent. A list may be any iterable: then it is written as it is produced, so
 * that a page of any size is never held as a whole.
 */
export type XmlScalar = string | number | boolean | Date;
/** A function is asked when it is its turn: a page's token is known only once the page has been written. */
export type XmlValue =
  | XmlScalar
  | null
  | undefined
  | XmlRecord
  | Iterable<XmlRecord | XmlScalar>
  | (() => string | null);
export interface XmlRecord {
  readonly [element: string]: XmlValue;
}

const INDENT = '    ';
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '\t',
  '\n': '\n',
  '\r': '&#xD;',
};

/** Characters that XML 1.0 does not allow at all are left out: they could not be read back. */
export const escapeXml = (text: string): string =>
  text.replace(
    /[&<>"\p{Cc}\ufffe\uffff]/gu,
    (character) => ESCAPES[character] ?? (/[\u0080-\u009f]/.test(character) ? character : ''),
  );

export const isList = (
  value: XmlRecord | Iterable<XmlRecord | XmlScalar>,
): value is Iterable<XmlRecord | XmlScalar> => Symbol.iterator in value;

const isScalar = (value: XmlRecord | Iterable<XmlRecord | XmlScalar> | XmlScalar): value is XmlScalar =>
  typeof value !== 'object' || value instanceof Date;

const scalarText = (value: XmlScalar): string =>
  value instanceof Date ? value.toISOString() : escapeXml(String(value));

/** The children of one element, in chunks. */
export function* writeXml(record: XmlRecord, item: 'item' | 'member', indent = INDENT): Generator<string> {
  for (const [element, given] of Object.entries(record)) {
    const value = typeof given === 'function' ? given() : given;
    if (value === null || value === undefined) continue;
    if (isScalar(value)) {
      yield `${indent}<${element}>${scalarText(value)}</${element}>\n`;
    } else if (isList(value)) {
      yield* writeList(element, value, item, indent);
    } else {
      yield `${indent}<${element}>\n`;
      yield* writeXml(value, item, indent + INDENT);
      yield `${indent}</${element}>\n`;
    }
  }
}

function* writeList(
  element: string,
  list: Iterable<XmlRecord | XmlScalar>,
  item: 'item' | 'member',
  indent: string,
): Generator<string> {
  let opened = false;
  for (const entry of list) {
    yield opened ? '' : `${indent}<${element}>\n`;
    opened = true;
    if (isScalar(entry)) {
      yield `${indent}${INDENT}<${item}>${scalarText(entry)}</${item}>\n`;
    } else {
      let text = `${indent}${INDENT}<${item}>\n`;
      for (const part of writeXml(entry, item, indent + INDENT + INDENT)) text += part;
      yield `${text}${indent}${INDENT}</${item}>\n`;
    }
  }
  yield opened ? `${indent}</${element}>\n` : `${indent}<${element}/>\n`;
}

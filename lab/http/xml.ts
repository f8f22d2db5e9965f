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

/** Nearly all text is plain: most of it need not be looked at twice. */
const NOT_PLAIN = /[^ -~]|[&<>"]/;

/** Characters that XML 1.0 does not allow at all are left out: they could not be read back. */
export const escapeXml = (text: string): string =>
  NOT_PLAIN.test(text)
    ? text.replace(
        /[&<>"\p{Cc}\ufffe\uffff]/gu,
        (character) => ESCAPES[character] ?? (/[\u0080-\u009f]/.test(character) ? character : ''),
      )
    : text;

export const isList = (
  value: XmlRecord | Iterable<XmlRecord | XmlScalar>,
): value is Iterable<XmlRecord | XmlScalar> => Symbol.iterator in value;

const isScalar = (value: XmlRecord | Iterable<XmlRecord | XmlScalar> | XmlScalar): value is XmlScalar =>
  typeof value !== 'object' || value instanceof Date;

const scalarText = (value: XmlScalar): string => {
  if (typeof value === 'string') return escapeXml(value);
  return value instanceof Date ? value.toISOString() : String(value);
};

type ListElement = 'item' | 'member';

const entryText = (entry: XmlRecord | XmlScalar, item: ListElement, indent: string): string =>
  isScalar(entry)
    ? `${indent}<${item}>${scalarText(entry)}</${item}>\n`
    : `${indent}<${item}>\n${recordText(entry, item, indent + INDENT)}${indent}</${item}>\n`;

/** The children of one element. */
const recordText = (record: XmlRecord, item: ListElement, indent: string): string => {
  let text = '';
  for (const element in record) {
    const given = record[element];
    const value = typeof given === 'function' ? given() : given;
    if (value === null || value === undefined) continue;
    if (isScalar(value)) {
      text += `${indent}<${element}>${scalarText(value)}</${element}>\n`;
    } else if (isList(value)) {
      for (const part of listParts(element, value, item, indent)) text += part;
    } else {
      text += `${indent}<${element}>\n${recordText(value, item, indent + INDENT)}${indent}</${element}>\n`;
    }
  }
  return text;
};

function* listParts(
  element: string,
  list: Iterable<XmlRecord | XmlScalar>,
  item: ListElement,
  indent: string,
): Generator<string> {
  let opened = false;
  for (const entry of list) {
    const text = entryText(entry, item, indent + INDENT);
    yield opened ? text : `${indent}<${element}>\n${text}`;
    opened = true;
  }
  yield opened ? `${indent}</${element}>\n` : `${indent}<${element}/>\n`;
}

/** An answer in parts: its lists are written record by record, as they are produced. */
export function* writeXml(record: XmlRecord, item: ListElement): Generator<string> {
  for (const [element, value] of Object.entries(record)) {
    const isPage = typeof value === 'object' && value !== null && !isScalar(value) && isList(value);
    if (isPage) yield* listParts(element, value, item, INDENT);
    else yield recordText({ [element]: value }, item, INDENT);
  }
}

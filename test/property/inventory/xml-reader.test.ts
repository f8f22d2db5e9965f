import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { XmlElement } from '../../../shared/inventory/page-reader/xml-node.ts';
import { XmlReader } from '../../../shared/inventory/page-reader/xml-reader.ts';
import { MalformedAnswerError } from '../../../shared/model/aws/aws-failure.ts';

/**
 * A listing is read by what came before: where the same markup comes again, it is compared as a whole. Byte by byte
 * there is never enough of it, so every tag is read by itself. The reported events and the end must be the same.
 */

/** Tells everything that happens to it. */
const told = (name: string, children: readonly XmlElement<string[]>[] | null): XmlElement<string[]> => ({
  name,
  opened: (log) => log.push(`<${name}>`),
  closed: (log) => log.push(`</${name}>`),
  ...(children === null ? { text: (log, value) => log.push(`${name}: ${value}`) } : { children }),
});

const LISTING = told('listing', [
  told('item', [
    told('key', null),
    told('value', null),
    told('group', [told('item', [told('id', null)]), told('name', null)]),
  ]),
]);

const outcome = (chunks: readonly Uint8Array[]): readonly string[] => {
  const log: string[] = [];
  try {
    const reader = new XmlReader(LISTING, log);
    for (const chunk of chunks) reader.write(chunk);
    reader.end();
    return log;
  } catch (error) {
    if (!(error instanceof MalformedAnswerError)) throw error;
    return [...log, error.name];
  }
};

const leaf = fc
  .record({
    name: fc.constantFrom('key', 'value', 'id', 'name', 'unread'),
    text: fc.constantFrom('', 'a', 'b', 'longer than thirteen', 'a &amp; b', ' ', '\n', 'é', 'a<!-- x -->b'),
    written: fc.constantFrom('plain', 'plain', 'plain', 'self-closing', 'attribute', 'blank'),
  })
  .map(({ name, text, written }) => {
    if (written === 'self-closing') return `<${name}/>`;
    if (written === 'attribute') return `<${name} a=">">${text}</${name}>`;
    return written === 'blank' ? `<${name}>${text}</${name} >` : `<${name}>${text}</${name}>`;
  });
const between = fc.constantFrom('', '\n    ', '\n    ', '<!-- <item> -->', '<?pi <item> ?>', ' read over ');
const holder = (name: string, child: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(between, child), { maxLength: 4 })
    .map((children) => `<${name}>${children.map((each) => each.join('')).join('')}</${name}>`);
const record = holder(
  'item',
  fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: holder('group', fc.oneof(leaf, holder('item', leaf))) },
    { weight: 1, arbitrary: holder('unread', holder('item', leaf)) },
  ),
);

/** A few records over and over, as nodes of one group are. */
const listing = fc
  .tuple(
    fc.array(record, { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(), { minLength: 2, maxLength: 12 }),
    between,
  )
  .map(([records, order, blank]) => {
    const items = order.map((index) => `${blank}${records[index % records.length]}`);
    return `<listing>${items.join('')}${blank}</listing>`;
  });

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const edit = fc.record({
  at: share,
  removes: fc.integer({ min: 0, max: 20 }),
  puts: fc.constantFrom(
    '',
    '<',
    '>',
    '/',
    '&',
    'x',
    'é',
    '<item>',
    '</item>',
    '</key>',
    '<key>k</key>',
    '<![CDATA[<]]>',
  ),
});

test('a listing whose records repeat is read as it is tag by tag, also where it is broken', () => {
  fc.assert(
    fc.property(listing, fc.array(edit, { maxLength: 2 }), share, (xml, edits, cut) => {
      const edited = edits.reduce((text, { at, removes, puts }) => {
        const place = Math.floor(at * text.length);
        return `${text.slice(0, place)}${puts}${text.slice(place + removes)}`;
      }, xml);
      const body = Buffer.from(edited);
      const bytes = Array.from(body, (_, index) => body.subarray(index, index + 1));
      const tagByTag = outcome(bytes);
      expect(outcome([body])).toEqual(tagByTag);
      const middle = Math.floor(cut * body.length);
      expect(outcome([body.subarray(0, middle), body.subarray(middle)])).toEqual(tagByTag);
    }),
    { numRuns: 3_000 },
  );
});

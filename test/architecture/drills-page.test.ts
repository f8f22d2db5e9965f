import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Two pages promise, and every promise names the test that proves it: each must be there, by this very title. */

const DOCS = join(import.meta.dirname, '../../docs');

interface Row {
  readonly failure: string;
  readonly title: string;
  readonly path: string;
}

/** The rows of all tables: the last cell is a link whose text is the title of a test. */
const rowsOf = (page: string): readonly Row[] =>
  page
    .split('\n')
    .filter(
      (line) => line.startsWith('| ') && !line.startsWith('| ---') && !/^\| (?:failure|what) \|/.test(line),
    )
    .map((line) => {
      const cells = line.split(' | ');
      const [, title = '', path = ''] = /^\[(.+)\]\((.+)\) \|$/.exec(cells.at(-1) ?? '') ?? [];
      return { failure: cells[0]?.slice(2) ?? '', title, path };
    });

/** What is wrong with a row; `null`: its test is there. */
const complaint = ({ failure, title, path }: Row): string | null => {
  if (title === '') return `${failure}: names no test`;
  if (PLACEHOLDER.test(title)) return `${failure}: shows a place for a value: ${title}`;
  const file = join(DOCS, path);
  if (!existsSync(file)) return `${failure}: there is no ${path}`;
  const source = readFileSync(file, 'utf8');
  return titlesIn(source).some((known) => known.test(title))
    ? null
    : `${failure}: ${path} has no test "${title}"`;
};

/** What the titles of tests stand for: `%i`, `$name` and `${MOST}` are filled in when they run, and so are they on a page. */
const titlesIn = (source: string): readonly RegExp[] =>
  [...source.matchAll(/(['"`])((?:(?!\1)[^\\\n]|\\.)+)\1/g)].map(([, , text = '']) => {
    const parts = text
      .split(/\$\{[^}]*\}|\$[a-z]\w*|%[a-z]\b/)
      .map((part) => part.replaceAll(/[^\w\s]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}$`);
  });

/** A page is for reading: a title with a place for a value has the value. */
const PLACEHOLDER = /\$\{|\$[a-z]|%[a-z]\b/;

const complaints = (page: string): readonly string[] => rowsOf(page).flatMap((row) => complaint(row) ?? []);

test.each([
  ['every failure that Headroom promises to survive', 'drills.md', 40],
  ['every size that Headroom promises to bear', 'scale.md', 10],
])('%s has the test that it names', (_, name, least) => {
  const page = readFileSync(join(DOCS, name), 'utf8');
  expect(rowsOf(page).length).toBeGreaterThan(least);
  expect(complaints(page)).toEqual([]);
});

describe('planted', () => {
  test.each([
    ['| A | b | c | - |', 'A: names no test'],
    [
      '| A | b | c | [x](../test/resilience/none.test.ts) |',
      'A: there is no ../test/resilience/none.test.ts',
    ],
    [
      '| A | b | c | [no such title](../test/resilience/scanning/reading.test.ts) |',
      'A: ../test/resilience/scanning/reading.test.ts has no test "no such title"',
    ],
    [
      '| A | b | c | [%s of every first call](../test/resilience/scanning/reading.test.ts) |',
      'A: shows a place for a value: %s of every first call',
    ],
  ])('%s is found', (row, expected) => {
    expect(complaints(row)).toEqual([expected]);
  });
});

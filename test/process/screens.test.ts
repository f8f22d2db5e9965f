import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { screensPage } from '../../scripts/render-screens.ts';

const written = readFileSync(join(import.meta.dirname, '../../docs/screens.md'), 'utf8');

/** The commands of a page, each with the table or the map that it prints: texts of findings have tests of their own. */
const tablesOf = (page: string): readonly string[] =>
  [...page.matchAll(/^\$ headroom [\s\S]*?\n\n/gm)]
    .map(([block]) => block)
    .filter((block) => !/^\$ headroom (?:findings|explain|doctor)/.test(block));

test('the tables of the screens in the docs are what the commands print today (npm run screens)', async () => {
  const today = tablesOf(await screensPage());
  expect(today.length).toBeGreaterThan(2);
  expect(tablesOf(written)).toEqual(today);
});

test.each([80, 200])('no table of a screen of %i columns is wider', (columns) => {
  const sections = written.split('\n## ').filter((section) => section.includes(`in ${columns} columns`));
  expect(sections.length).toBeGreaterThan(1);
  for (const section of sections) {
    const lines = section.split('\n');
    const head = lines.findIndex((line) => /^(NAME|LEVEL) /.test(line));
    const table = lines.slice(head, lines.indexOf('', head));
    expect(table.length).toBeGreaterThan(2);
    expect(Math.max(...table.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  }
});

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The cells of a line of a table; a `\|` belongs to its cell. */
const cellsOf = (line: string): number => line.replaceAll('\\|', '').split('|').length - 2;

/** Lines that look like a row and are shown as plain text: without a header above them, or with other columns than it. */
const brokenRows = (text: string): readonly string[] => {
  const lines = text
    .replaceAll(/^( *)```[\s\S]*?^\1```/gm, (code) => code.replaceAll(/^.*$/gm, ''))
    .split('\n');
  let columns: number | null = null;
  return lines.flatMap((line, index) => {
    if (!line.startsWith('|')) {
      columns = null;
      return [];
    }
    if (columns === null) {
      columns = cellsOf(line);
      if (!/^\|[\s:|-]+\|$/.test(lines[index + 1] ?? ''))
        return [`line ${index + 1}: no header above ${line.slice(0, 40)}`];
    }
    return cellsOf(line) === columns ? [] : [`line ${index + 1}: ${cellsOf(line)} cells of ${columns}`];
  });
};

const pages = globSync(['*.md', 'docs/**/*.md', '{infra,lab,test,site}/**/README.md'], {
  cwd: ROOT,
  exclude: ['**/node_modules/**'],
});

test('every table of a page has its header and whole rows', () => {
  expect(pages.length).toBeGreaterThan(80);
  expect(
    pages.flatMap((page) =>
      brokenRows(readFileSync(`${ROOT}${page}`, 'utf8')).map((row) => `${page}, ${row}`),
    ),
  ).toEqual([]);
});

test('a blank line in a table and a missing cell are found', () => {
  expect(brokenRows('| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n')).toEqual([
    'line 5: no header above | 3 | 4 |',
  ]);
  expect(brokenRows('| a | b |\n|---|---|\n| 1 |\n| `x \\| y` | 2 |\n')).toEqual(['line 3: 1 cells of 2']);
});

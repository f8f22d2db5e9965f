import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  allTexts,
  styleProblems,
  type Text,
  textsOfPage,
  textsOfSource,
  valuesOfYaml,
  WORDS_TO_AVOID,
} from './style.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Texts that are not checked, and why. */
const EXEMPT: Readonly<Record<Text['kind'], RegExp | null>> = {
  message: null,
  comment: null,
  title: null,
  // The page lists the words to avoid.
  page: /^docs\/style\.md/,
};

test('every text is plain English (docs/style.md)', () => {
  const problems = allTexts(ROOT)
    .filter(({ kind, file }) => EXEMPT[kind]?.test(file) !== true)
    .flatMap(styleProblems);
  expect(problems).toEqual([]);
});

test('docs/style.md lists the words to avoid', () => {
  const page = readFileSync(`${ROOT}/docs/style.md`, 'utf8');
  for (const { words, instead } of WORDS_TO_AVOID) expect(page).toContain(`| ${words} | ${instead} |`);
});

describe('a planted violation is found', () => {
  const problemsOf = (file: string, source: string): string[] =>
    textsOfSource(file, source).flatMap(styleProblems);

  test.each(WORDS_TO_AVOID.map(({ words }) => words.split(', ')[0] ?? ''))('the word "%s"', (word) => {
    const found = new RegExp(`"${word}`, 'i');
    expect(problemsOf('shared/a.ts', `throw new E('The scan has ${word} in it.');`)).toEqual([
      expect.stringMatching(found),
    ]);
    expect(problemsOf('shared/a.ts', `/** The scan has ${word} in it. */`)).toEqual([
      expect.stringMatching(found),
    ]);
    expect(problemsOf('test/a.test.ts', `test.each([1])('a scan has ${word} in it', () => {});`)).toEqual([
      expect.stringMatching(found),
    ]);
    expect(
      textsOfPage('docs/a.md', `# A\n\n- The scan has\n  ${word} in it.`).flatMap(styleProblems),
    ).toEqual([expect.stringMatching(found)]);
  });

  const LONG = Array.from({ length: 26 }, (_, index) => `Word${index}`).join(' ');

  test.each([
    ['a string', `const help = '${LONG}.';`],
    ['a sum of strings', `const help = 'Short. ' +\n  '${LONG.slice(0, 60)}' + '${LONG.slice(60)}.';`],
    ['a template, whose values count as one word each', `const help = \`\${name} ${LONG.slice(6)}.\`;`],
  ])('a sentence of 26 words in %s', (_, source) => {
    expect(problemsOf('cli/a.ts', source)).toEqual([expect.stringContaining('26 words')]);
  });

  test('a sentence of 26 words in a value of a YAML file', () => {
    expect(
      valuesOfYaml('infra/a.yml', `Description: >-\n  Short.\n  ${LONG}.`).flatMap(styleProblems),
    ).toEqual([expect.stringContaining('26 words')]);
  });

  test('a sentence of 26 words on a page, in a paragraph or in a table', () => {
    expect(textsOfPage('docs/a.md', `${LONG}.`).flatMap(styleProblems)).toHaveLength(1);
    expect(textsOfPage('docs/a.md', `| a | ${LONG} |`).flatMap(styleProblems)).toHaveLength(1);
  });

  test.each([
    'So does the next scan.',
    'Nor is it published.',
    'There stands a reason.',
    'In the table stands the reason of each subnet.',
    'What is unknown has no series.',
  ])('an inverted sentence: %s', (sentence) => {
    expect(problemsOf('cli/a.ts', `const help = 'It works. ${sentence}';`)).toEqual([
      expect.stringContaining(`inverted`),
    ]);
  });
});

describe('what the style test leaves alone', () => {
  test.each([
    ['a question', `const title = 'What is an owner?';`],
    ['25 words', `const help = '${Array.from({ length: 25 }, () => 'word').join(' ')}.';`],
    ['an import path', `import x from './what is told.ts';`],
    ['a word within a word', `const help = 'The newsletter commends untoldable scandals.';`],
  ])('%s', (_, source) => {
    expect(textsOfSource('cli/a.ts', source).flatMap(styleProblems)).toEqual([]);
  });

  test('code on a page', () => {
    expect(
      textsOfPage('docs/a.md', 'Run `nobody told`:\n\n```\nnobody was told\n```\n').flatMap(styleProblems),
    ).toEqual([]);
  });
});

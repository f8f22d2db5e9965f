import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ConfigurationError } from '../../../shared/config/configuration-error.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';

const example = readFileSync(new URL('../../../headroom.example.yml', import.meta.url), 'utf8');

/** Accepted, or refused as it should be: with problems whose lines are in the file, in order, each a sentence. */
const isAnswered = (text: string): void => {
  try {
    parseConfiguration(text, 'headroom.yml');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const lines = text.split('\n').length;
    const found = error.problems.map(({ line }) => line);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((line) => line >= 1 && line <= lines)).toBe(true);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(error.problems.every(({ message }) => /[.?]$/.test(message))).toBe(true);
    expect(new Set(error.problems.map(({ line, message }) => `${line}${message}`)).size).toBe(found.length);
  }
};

test('any text at all is accepted or refused, and never breaks the parser', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), isAnswered), { numRuns: 1000 });
  fc.assert(
    fc.property(
      fc
        .array(
          fc.constantFrom(
            'alerts',
            'rules',
            ':',
            ' ',
            '\n',
            '  ',
            '- ',
            '{',
            '}',
            '[',
            ']',
            '*a',
            '&a ',
            '"',
            '10%',
            '|',
            '#',
            '<<',
            'null',
          ),
        )
        .map((tokens) => tokens.join('')),
      isAnswered,
    ),
    { numRuns: 2000 },
  );
});

test('any structure under any setting is accepted or refused', () => {
  const keys = [
    'targets',
    'scan',
    'metrics',
    'alerts',
    'destinations',
    'routes',
    'rules',
    'mutes',
    'overrides',
    'match',
    'to',
    'weekly',
    'budget',
    '__proto__',
    'constructor',
  ];
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(null, true, 0, -1, 1e308, '', 'off', '10%', '10m', [], {}),
      fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 4 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => isAnswered(stringify(value))),
    { numRuns: 1000 },
  );
});

test('the example with any line left out, twice there, or with a word changed is accepted or refused', () => {
  const lines = example.split('\n');
  const place = fc.nat(lines.length - 1);
  fc.assert(
    fc.property(
      place,
      fc.constantFrom('without', 'twice', 'changed', 'indented'),
      fc.nat(20),
      (at, how, where) => {
        const line = lines[at] ?? '';
        const changed = {
          without: [],
          twice: [line, line],
          changed: [`${line.slice(0, where)}x${line.slice(where + 1)}`],
          indented: [`  ${line}`],
        }[how];
        isAnswered([...lines.slice(0, at), ...changed, ...lines.slice(at + 1)].join('\n'));
      },
    ),
    { numRuns: 200 },
  );
});

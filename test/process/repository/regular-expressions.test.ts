import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { checkSync } from 'recheck';
import { expect, test } from 'vitest';
import * as words from '../../../shared/model/aws/word-patterns.ts';
import * as redaction from '../../../shared/model/base/redaction.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Expression {
  readonly source: string;
  readonly flags: string;
}

/** Read text of ours alone, of a length that we know. */
const OWN_TEXT = new Set([
  // Options as the sources write them.
  String.raw`[<[]([^>\]]+?)(?:\.\.\.)?[>\]]`,
  // The digits of a number.
  String.raw`\B(?=(?:\d{3})+$)`,
]);

const literalsIn = (name: string, text: string): readonly Expression[] => {
  const found: Expression[] = [];
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) found.push({ source: node.regex.pattern, flags: node.regex.flags });
    },
  }).visit(parseSync(name, text).program);
  return found;
};

const isExpression = (value: unknown): value is RegExp => value instanceof RegExp;

/** Those that are put together from parts, which no literal shows. */
const COMPOSED: readonly Expression[] = [
  ...redaction.SECRET_PATTERNS.map(([pattern]) => pattern),
  ...Object.values(words)
    .map((word) => (typeof word === 'function' ? word('vpc') : word).pattern)
    .filter(isExpression),
];

const LITERALS: readonly Expression[] = ['shared', 'cli', 'functions']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  .flatMap((name) => literalsIn(name, readFileSync(join(ROOT, name), 'utf8')));

/** Every repetition has an end, so the time is linear whatever the text. The solver cannot decide large ones. */
const isBounded = (source: string): boolean =>
  !/[*+]|\{\d+,\}/.test(source.replace(/\\./g, '').replace(/\[[^\]]*\]/g, ''));

/** Whether an attacker can choose a text on which it takes more than linear time. What is not decided counts as such. */
const isSlow = ({ source, flags }: Expression): boolean =>
  !isBounded(source) &&
  checkSync(source, flags.replace('v', 'u'), { checker: 'fuzz', randomSeed: 1, timeout: null }).status !==
    'safe';

test('no regular expression takes quadratic time', () => {
  process.env['RECHECK_BACKEND'] = 'pure';
  const all = new Map(
    [...LITERALS, ...COMPOSED].map((expression) => [`/${expression.source}/${expression.flags}`, expression]),
  );
  expect(all.size).toBeGreaterThan(200);
  const slow = [...all].filter(([, expression]) => !OWN_TEXT.has(expression.source) && isSlow(expression));
  expect(slow.map(([text]) => text)).toEqual([]);
});

test.each([
  '^[a-z]*[a-z]*$',
  'x{2,}(?:y{1,}x{1,})*z',
  String.raw`\d+$`,
  String.raw`(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@`,
])('a planted slow one is found: %s', (source) => {
  process.env['RECHECK_BACKEND'] = 'pure';
  expect(isSlow({ source, flags: '' })).toBe(true);
});

test('a planted literal is found', () => {
  expect(literalsIn('planted.ts', 'export const slow = /(a+)+$/u;')).toEqual([
    { source: '(a+)+$', flags: 'u' },
  ]);
});

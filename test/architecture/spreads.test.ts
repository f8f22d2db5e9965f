import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * A call that spreads a list puts each value on the stack: from about 120,000 values on it throws a RangeError. How many
 * samples, interfaces or alerts there are is decided by what is read, so the product uses `shared/model/base/extremes.ts`.
 */

const ROOT = join(import.meta.dirname, '../..');

/** Source text without its comments, line by line as it was. */
const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, (comment) => comment.replaceAll(/[^\n]/g, ' '));

/** The lines of a source text that spread a list into `Math.max` or `Math.min`. */
const spreads = (source: string): readonly number[] => {
  const text = withoutComments(source);
  return [...text.matchAll(/\bMath\s*\.\s*(?:max|min)\s*\(/g)].flatMap(({ index, 0: call }) =>
    hasSpread(text, index + call.length) ? [text.slice(0, index).split('\n').length] : [],
  );
};

/** Whether one of the arguments that begin here is a spread list. */
const hasSpread = (text: string, start: number): boolean => {
  let depth = 0;
  let atArgument = true;
  for (let at = start; depth >= 0 && at < text.length; at += 1) {
    const character = text.charAt(at);
    if (atArgument && text.startsWith('...', at)) return true;
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (!/\s/.test(character)) atArgument = depth === 0 && character === ',';
  }
  return false;
};

test('no list is spread into Math.max or Math.min in the product', () => {
  const files = globSync('{shared,cli,functions}/**/*.ts', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(300);
  expect(
    files.flatMap((file) => spreads(readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}:${line}`)),
  ).toEqual([]);
});

describe('a planted violation is found', () => {
  test.each([
    ['const most = Math.max(...samples);', [1]],
    ['const most =\n  Math.max(0, ...samples.map((each) => each.value));', [2]],
    ['const least = Math.min(\n  ...lows,\n);', [1]],
    ['const most = Math.max(first(a), ...rest);', [1]],
    ['const wide = Math.max(widest, [...name].length);', []],
    ['/* Math.max(...values) throws */', []],
    ['const most = Math.max(a, b);\nconst copy = [...list];', []],
  ])('%j', (source, lines) => {
    expect(spreads(source)).toEqual(lines);
  });
});

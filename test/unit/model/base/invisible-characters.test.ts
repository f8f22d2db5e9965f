import { describe, expect, test } from 'vitest';
import {
  escapedInJson,
  printable,
  printableLines,
  printableName,
  withoutInvisible,
} from '../../../../shared/model/base/invisible-characters.ts';

const INVISIBLE = [
  ...'\u00AD\u034F\u061C\u115F\u17B4\u180E\u200B\u200E\u200F\u202A\u202E\u2060\u2066\u2069\u206F\u3164\uFEFF\uFFA0',
  ...'\uFFF9\uFFFB\uFFFE\uFFFF\u{1D173}\u{E0001}\u{E0041}\u{E007F}',
];
const CONTROLS = [...'\u0000\u0007\u001B\u007F\u0085\u009F\u2028\u2029'];

test('JSON with invisible characters holds their escapes, and reads as before', () => {
  const value = { name: 'a\u009Bb\u{E0041}c\u202E' };
  const text = escapedInJson(JSON.stringify(value));
  expect(text).toBe('{"name":"a\\u009bb\\udb40\\udc41c\\u202e"}');
  expect(JSON.parse(text)).toEqual(value);
});

describe('invisible characters', () => {
  test.each(INVISIBLE.map((character) => [character.codePointAt(0)?.toString(16), character]))(
    'U+%s is removed from a message and shown in other outputs',
    (_, character) => {
      expect(withoutInvisible(`a${character}b`)).toBe('ab');
      expect(printable(`a${character}b`)).toBe('a\uFFFDb');
      expect(printableLines(`a${character}b`)).toBe('a\uFFFDb');
    },
  );

  test.each(CONTROLS.map((character) => [character.codePointAt(0)?.toString(16), character]))(
    'the control U+%s becomes a space in a message and is shown in other outputs',
    (_, character) => {
      expect(withoutInvisible(`a${character}b`)).toBe('a b');
      expect(printable(`a${character}b`)).toBe('a\uFFFDb');
      expect(printableLines(`a${character}b`)).toBe('a\uFFFDb');
    },
  );

  test.each([
    ['a\u202Eb', 'a\\u{202e}b'],
    ['a\u{E0041}b', 'a\\u{e0041}b'],
    ['a\uD800b', 'a\\u{d800}b'],
    ['a\\u{202e}b', 'a\\\\u{202e}b'],
  ])('in a name each one stands as its code: %j', (name, written) => {
    expect(printableName(name)).toBe(written);
  });

  test('tabs and line feeds stay only in a text of several lines', () => {
    expect(printable('a\tb\nc')).toBe('a\uFFFDb\uFFFDc');
    expect(printableLines('a\tb\nc')).toBe('a\tb\nc');
  });

  test('emoji, their joiners and variation selectors stay', () => {
    const text = '\u{1F469}\u200D\u{1F680} \u26A0\uFE0F \u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645';
    expect(withoutInvisible(text)).toBe(text);
    expect(printable(text)).toBe(text);
    expect(printableLines(text)).toBe(text);
  });

  test('half of a surrogate pair becomes a replacement character', () => {
    expect(withoutInvisible('a\uD83D')).toBe('a\uFFFD');
    expect(printable('a\uD83D')).toBe('a\uFFFD');
    expect(printableLines('a\uD83D')).toBe('a\uFFFD');
  });
});

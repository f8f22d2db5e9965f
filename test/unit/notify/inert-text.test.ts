import { describe, expect, test } from 'vitest';
import {
  asciiLine,
  defanged,
  inertLine,
  safeUrl,
  truncate,
  utf8Bytes,
} from '../../../shared/notify/inert-text.ts';

describe('a line of foreign text', () => {
  test('cannot break the line', () => {
    expect(inertLine('a\r\nBcc: b\tc\u2028d\u0000e\u0085f')).toBe('a Bcc: b c d e f');
  });

  test('cannot reorder or hide anything', () => {
    expect(inertLine('in\u202Egnp.exe \u2066x\u2069 \u200Ba\u00ADb\uFEFF\u{E0041}')).toBe('ingnp.exe x ab');
  });

  test('keeps emoji, joined ones and those of several code points, too', () => {
    expect(inertLine('\u{1F469}\u200D\u{1F680} \u26A0\uFE0F')).toBe('\u{1F469}\u200D\u{1F680} \u26A0\uFE0F');
  });

  test('has no half characters', () => {
    expect(inertLine('a\uD83Db')).toBe('a\uFFFDb');
  });

  test('has single spaces and none at its ends', () => {
    expect(inertLine('  a   b  ')).toBe('a b');
  });
});

describe('truncation', () => {
  test('leaves what fits, to the last character', () => {
    expect(truncate('abcde', 5)).toBe('abcde');
  });

  test('cuts one past the limit, and shows that it did', () => {
    expect(truncate('abcdef', 5)).toBe('abcd\u2026');
  });

  test('never cuts a character in half', () => {
    expect(truncate('ab\u{1F534}cd', 4)).toBe('ab\u2026');
    expect(truncate('ab\u{1F534}cd', 5)).toBe('ab\u{1F534}\u2026');
  });

  test('can make room for nothing at all', () => {
    expect(truncate('abc', 0)).toBe('');
    expect(truncate('abc', 1)).toBe('\u2026');
  });
});

test('ASCII text keeps what has a plain form, and marks the rest', () => {
  expect(asciiLine('Zu\u0308rich \u2013 \u201Cprod\u201D it\u2019s\u2026 \u{1F534}\u65E5')).toBe(
    'Zurich - "prod" it\'s... ?',
  );
});

test('web addresses lose what makes mail clients link them', () => {
  expect(defanged('see https://evil.example or WWW.evil.example')).toBe(
    'see https[:]//evil.example or www[.]evil.example',
  );
});

test('bytes are counted as UTF-8', () => {
  expect(utf8Bytes('a\u00E9\u20AC\u{1F534}')).toBe(10);
});

describe('links', () => {
  test('only http and https are followed', () => {
    expect(safeUrl('https://console.aws.amazon.com/x#y')).toBe('https://console.aws.amazon.com/x#y');
    expect(safeUrl('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080/');
    expect(safeUrl('javascript:alert(1)')).toBeNull();
    expect(safeUrl('data:text/html,x')).toBeNull();
    expect(safeUrl('not a url')).toBeNull();
  });

  test('a link cannot end early', () => {
    expect(safeUrl('https://a.example/#x|y>z<"')).toBe('https://a.example/#x%7Cy%3Ez%3C%22');
  });
});

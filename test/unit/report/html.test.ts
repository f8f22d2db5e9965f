import { describe, expect, test } from 'vitest';
import { HOSTILE_NAMES } from '../../../lab/estates/hostile-names.ts';
import { Html, html } from '../../../shared/report/html.ts';

describe('a template', () => {
  test('escapes what is put in, in text and in attributes', () => {
    expect(html`<a title="${'"><b>'}">${"<i> & 'x'"}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;b&gt;">&lt;i&gt; &amp; &#39;x&#39;</a>',
    );
  });

  test('takes in what a template made, and lists of it, as it stands', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>`.text).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
  });

  test('writes numbers, and nothing for null', () => {
    expect(html`${0}${null}${12}`.text).toBe('012');
  });

  test('shows a hidden character for what it is, and leaves emoji whole', () => {
    expect(html`${'a\u202eb\u200bc\u0000d'}`.text).toBe('a\ufffdb\ufffdc\ufffdd');
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
    expect(html`${family}`.text).toBe(family);
  });

  test('makes whole what was half a character', () => {
    expect(html`${'\ud83d'}`.text).toBe('\ufffd');
  });

  test.each(HOSTILE_NAMES)('leaves no markup of %j', (name) => {
    expect(html`<p title="${name}">${name}</p>`.text.replace(/^<p title="[^"<>]*">[^<>]*<\/p>$/, '')).toBe(
      '',
    );
  });

  test('would show markup that did not go through it', () => {
    expect(html`${new Html('<b>')}`.text).toBe('<b>');
  });
});

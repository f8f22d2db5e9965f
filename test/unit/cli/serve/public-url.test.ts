import { describe, expect, test } from 'vitest';
import { hostsWith, publicUrl } from '../../../../cli/serve/public-url.ts';

describe('the public address of the live page', () => {
  test.each([
    ['https://headroom.example.com', 'https://headroom.example.com'],
    ['https://headroom.example.com/', 'https://headroom.example.com'],
    ['http://10.0.0.1:9464/headroom/', 'http://10.0.0.1:9464/headroom'],
  ])('%s is %s', (given, expected) => {
    expect(publicUrl(given)).toBe(expected);
  });

  test.each([
    'headroom.example.com',
    'javascript:alert(1)',
    'https://me:secret@example.com',
    'https://example.com/?a=1',
    'https://example.com/#a',
    '',
  ])('%s is refused', (given) => {
    expect(() => publicUrl(given)).toThrow(/--public-url/);
  });

  test('is a name that requests may have where only named hosts are answered', () => {
    expect(hostsWith('https://headroom.example.com/a', ['other.example.com'], false)).toEqual([
      'other.example.com',
      'headroom.example.com',
    ]);
    expect(hostsWith('https://headroom.example.com', [], true)).toEqual(['headroom.example.com']);
    expect(hostsWith('https://headroom.example.com', [], false)).toEqual([]);
    expect(hostsWith(undefined, [], true)).toEqual([]);
  });
});

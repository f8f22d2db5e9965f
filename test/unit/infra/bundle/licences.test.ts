import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { licencesOf, noticesText, type ShippedPackage } from '../../../../infra/bundle/licences.ts';
import { declaredNode, OLDEST_NODE } from '../../../../scripts/package/bundle-command.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

const shipped = (name: string, changes: Partial<ShippedPackage> = {}): ShippedPackage => ({
  name,
  version: '1.0.0',
  licence: 'MIT',
  text: 'the words',
  ...changes,
});

describe('the licences of what is in the package', () => {
  test('are read from the packages that the files come from, each once', () => {
    const files = [
      'cli/main.ts',
      'node_modules/commander/index.js',
      'node_modules/commander/lib/command.js',
      'node_modules/@smithy/core/dist-es/index.js',
    ];
    expect(licencesOf(ROOT, files).map(({ name, licence }) => `${name} ${licence}`)).toEqual([
      '@smithy/core Apache-2.0',
      'commander MIT',
    ]);
  });

  test('the same words of several packages stand there once', () => {
    const text = noticesText([shipped('a'), shipped('b'), shipped('c', { text: 'other words' })]);
    expect(text).toContain('a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n\nthe words\n');
    expect(text.match(/the words/g)).toHaveLength(1);
  });

  test('one that is not known to allow shipping stops the build, with every package that has such', () => {
    const packages = [shipped('a'), shipped('b', { licence: 'GPL-3.0' }), shipped('c', { licence: 'none' })];
    expect(() => noticesText(packages)).toThrow('b (GPL-3.0), c (none)');
  });
});

test('the bundle is made for the Node that package.json promises', () => {
  expect(declaredNode(ROOT)).toBe(`>=${OLDEST_NODE}`);
});

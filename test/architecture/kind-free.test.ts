import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../shared/model/checks/checks.ts';
import { MONITOR_CHECKS } from '../../shared/model/checks/monitor/monitor-checks.ts';

/** Which check comes first, what it suppresses and how it reads stands in the check. Alerts and channels know no kinds. */

const FOLDERS = ['alerts', 'notify'].map((name) => join(import.meta.dirname, '../../shared', name));

const NAMES = [
  ...new Set(
    [...CHECKS, ...MONITOR_CHECKS].flatMap(({ kind, settings, aliases = [] }) => [
      kind,
      settings,
      ...aliases,
    ]),
  ),
];

/** The texts of a source that name a check, or the beginning or end of the name of one with its hyphen. */
const namedIn = (source: string): readonly string[] => {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const texts = [...code.matchAll(/(['"`])((?:(?!\1).)*)\1/g)].map(([, , text = '']) => text);
  return texts.filter(
    (text) =>
      NAMES.includes(text) ||
      (/^-[a-z]|[a-z]-$/.test(text) && NAMES.some((name) => name.startsWith(text) || name.endsWith(text))),
  );
};

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

/** The one exception: a check with the settings `findings` has no rule of its own, and so no other names. */
const SHARED_SETTINGS = { file: 'rule-names.ts', name: 'findings' };

test.each(files)('%s names no check', (file) => {
  const allowed = file.endsWith(SHARED_SETTINGS.file) ? [SHARED_SETTINGS.name] : [];
  expect(namedIn(readFileSync(file, 'utf8')).filter((name) => !allowed.includes(name))).toEqual([]);
});

describe('planted', () => {
  test.each([
    ["rule === 'vpc-addresses-low'", 'vpc-addresses-low'],
    ["rule.endsWith('-surge')", '-surge'],
    ['const first = { fragmented: 1, "eks-health": 2 };', 'eks-health'],
    ["rule.startsWith('prefixes-')", 'prefixes-'],
  ])('%s is found', (source, name) => {
    expect(namedIn(source)).toEqual([name]);
  });

  test('a comment that names a check is allowed', () => {
    expect(namedIn("/** For `addresses-low`: 'addresses-low'. */ const a = 'b'; // 'dead-letters'")).toEqual(
      [],
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['shared', 'cli', 'functions'];

/** Commands that are written as templates with a value in them that the builder does not quote. */
const templatesIn = (source: string): readonly string[] =>
  [...source.matchAll(/`[^`]*\b(?:aws|kubectl|headroom) [a-z][a-z-]+ (?:[^`\\]|\\.)*`/g)]
    .map(([text]) => text)
    .filter((text) => /\$\{(?!quoted\()/.test(text.slice(text.search(/\b(?:aws|kubectl|headroom) /))));

test('no command is a template: the builder quotes every word', () => {
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  );
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.flatMap((path) => templatesIn(readFileSync(path, 'utf8')))).toEqual([]);
});

test('a planted template is found', () => {
  expect(templatesIn(`commands: [\`aws sqs receive-message --queue-url $${'{queueUrl}'}\`]`)).toHaveLength(1);
  expect(templatesIn(`\`Run: headroom access --cluster $${'{name}'}\``)).toHaveLength(1);
  expect(templatesIn(`\`Run: headroom access --cluster $${'{quoted(name)}'}\``)).toEqual([]);
  expect(templatesIn('commands: [`aws sts get-caller-identity`]')).toEqual([]);
});

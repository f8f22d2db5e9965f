import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SHARED = join(import.meta.dirname, '../../shared');

/** Commands that are written as templates with a value in them, past the builder that quotes every word. */
const templatesIn = (source: string): readonly string[] =>
  [...source.matchAll(/`(?:[A-Z_]+=\$\()?(?:aws|kubectl) [^`]*`/g)]
    .map(([text]) => text)
    .filter((text) => text.includes('${'));

test('no command is a template: the builder quotes every word', () => {
  const sources = readdirSync(SHARED, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap((name) => templatesIn(readFileSync(join(SHARED, name), 'utf8')))).toEqual([]);
});

test('a planted template is found', () => {
  expect(templatesIn(`commands: [\`aws sqs receive-message --queue-url $${'{queueUrl}'}\`]`)).toHaveLength(1);
  expect(templatesIn('commands: [`aws sts get-caller-identity`]')).toEqual([]);
});

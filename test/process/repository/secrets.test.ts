import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const BINARY = new Set(['.png', '.gz', '.zip', '.woff2']);

const config = {
  rules: [
    {
      id: '@secretlint/secretlint-rule-preset-recommend',
      rule: creator,
      // Key IDs are looked for only when asked.
      rules: [{ id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } }],
    },
  ],
};

/** Account numbers are no secrets, and the tests are full of made-up ones. */
const ACCOUNT_NUMBER = 'AWSAccountID';

/** Made up for the tests of how Headroom hides secrets. Nothing else may look like one. */
const MADE_UP: ReadonlySet<string> = new Set([
  'https://hooks.slack.com/services/T0/B0/X',
  'https://hooks.slack.com/services/T000/B000/verysecret',
  'https://hooks.slack.com/services/T000/B000/XXXX',
  'xoxb-1234-abcd',
  'xoxb-secret-token',
  'xapp-1-A0',
  'xoxp-1-Mi0',
  'ASIAIOSFODNN7EXAMPLE',
  'http://user:secret@proxy.example.com',
  'https://me:secret@example.com',
]);

/** What looks like a secret in a text, by place. The value stays out of the log. */
const secretsIn = async (path: string, content: string): Promise<readonly string[]> => {
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: extname(path), contentType: 'text' },
    options: { config },
  });
  return messages
    .filter(({ messageId, range }) => messageId !== ACCOUNT_NUMBER && !MADE_UP.has(content.slice(...range)))
    .map(({ ruleId, loc }) => `${path}:${loc.start.line} ${ruleId}`);
};

const files = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '' && !BINARY.has(extname(path)));

test('no file of the repository holds a secret', async () => {
  const paths = files();
  expect(paths.length).toBeGreaterThan(400);
  const found: string[] = [];
  for (const path of paths) found.push(...(await secretsIn(path, readFileSync(join(ROOT, path), 'utf8'))));
  expect(found).toEqual([]);
});

describe('a planted secret is found', () => {
  // Put together here, so that no file holds them.
  test.each([
    ['an AWS access key', `AWS_ACCESS_KEY_ID = ${'AK'}IA${'Q3EGRIXAWOZ7WZ5K'}`],
    [
      'a private key',
      `-----BEGIN RSA ${'PRIVATE KEY'}-----\n${'MIIEpAIBAAKCAQEA'.repeat(8)}\n-----END RSA ${'PRIVATE KEY'}-----`,
    ],
    [
      'a Slack webhook',
      `https://hooks.slack.com/services/${'T'}01234567/B01234567/${'abcdefghijklmnopqrstuvwx'}`,
    ],
    ['an npm token', `//registry.example.com/:_authToken=${'npm'}_${'h7Kd83jfKs92mfLq04mf8sKe93mdJs82ksnT'}`],
    ['a GitHub token', `${'gh'}p_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`],
  ])('%s', async (_, text) => {
    expect(await secretsIn('planted.txt', text)).toEqual([
      expect.stringMatching(/^planted\.txt:\d+ @secretlint\//),
    ]);
  });
});

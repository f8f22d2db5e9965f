import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { workflowViolations } from './workflow-rules.ts';

const FOLDER = join(import.meta.dirname, '../../.github/workflows');
const scripts = new Set(['test', ...Object.keys(packageJson.scripts)]);

test.each(readdirSync(FOLDER))(
  '%s pins its actions, needs few permissions and calls our own scripts',
  (file) => {
    expect(workflowViolations(readFileSync(join(FOLDER, file), 'utf8'), scripts)).toEqual([]);
  },
);

const HASH = 'de0fac2e4500dabe0009e67214ff5f5447ce83dd';
const sound = `
on: [push]
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${HASH} # v6.0.2
        with:
          persist-credentials: false
      - run: npm test
`;

describe('a planted violation is found', () => {
  test('and a sound workflow has none', () => {
    expect(workflowViolations(sound, scripts)).toEqual([]);
  });

  test.each([
    ['a tag', `@${HASH} # v6.0.2`, '@v6.0.2 # v6.0.2', 'job build: actions/checkout@v6.0.2 is not pinned'],
    ['a hash that nobody can read', ' # v6.0.2', '', 'does not say which version that is'],
    ['permissions for all', 'permissions: {}', 'permissions: write-all', 'the workflow gives every job'],
    [
      'a job without permissions',
      '    permissions:\n      contents: read\n',
      '',
      'has no permissions of its own',
    ],
    ['no time limit', '    timeout-minutes: 5\n', '', 'has no timeout-minutes'],
    ['a moving machine', 'ubuntu-24.04', 'ubuntu-latest', 'runs on ubuntu-latest'],
    [
      'kept credentials',
      'persist-credentials: false',
      'fetch-depth: 0',
      'the checkout keeps its credentials',
    ],
    ['a trigger with secrets', '[push]', '[pull_request_target]', 'pull_request_target runs with secrets'],
    ['a title in a shell', 'npm test', `echo \${{ github.event.issue.title }}`, 'text that others choose'],
    ['a script that is not there', 'npm test', 'npm run tests', 'package.json has no script tests'],
  ])('%s', (_, before, after, rule) => {
    expect(sound).toContain(before);
    expect(workflowViolations(sound.replace(before, after), scripts)).toEqual([
      expect.stringContaining(rule),
    ]);
  });
});

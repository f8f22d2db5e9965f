import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pythonProgram } from './python.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'headroom-workflows-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The rules that zizmor, which knows many attacks on workflows, finds broken in a folder. */
const brokenRules = (path: string): readonly string[] => {
  const { stdout, stderr, status } = spawnSync(
    pythonProgram('zizmor'),
    ['--offline', '--no-progress', '--format=json', path],
    {
      encoding: 'utf8',
    },
  );
  if (!stdout.startsWith('[')) throw new Error(`zizmor ended with ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { ident: string }[]).map(({ ident }) => ident);
};

test('zizmor finds nothing wrong with the workflows', () => {
  expect(brokenRules(join(ROOT, '.github'))).toEqual([]);
});

describe('a planted violation is found', () => {
  test.each([
    ['an action by its tag', 'uses: actions/checkout@v6', 'unpinned-uses'],
    [
      'the title of an issue in a shell',
      `run: echo "\${{ github.event.issue.title }}"`,
      'template-injection',
    ],
  ])('%s', (_, step, rule) => {
    const workflows = join(folder, rule, '.github', 'workflows');
    mkdirSync(workflows, { recursive: true });
    const text = `on: [issues]\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`;
    writeFileSync(join(workflows, 'planted.yml'), text);
    expect(brokenRules(join(folder, rule))).toContain(rule);
  });
});

import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

/** Loaded before the command: at its end, the process prints on standard error which packages it loaded, one a line. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module';
const packages = new Set();
registerHooks({
  load(url, context, next) {
    const name = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});
process.on('exit', () => {
  for (const name of packages) process.stderr.write('loaded ' + name + '\\n');
});
`)}`;

/** The packages that one run of the command loads. */
const loadedBy = (...args: readonly string[]): readonly string[] => {
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', HOOK, join(ROOT, 'bin/headroom.mjs'), ...args],
    { cwd: tmpdir(), encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } },
  );
  return [...stderr.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name ?? '');
};

const isSlow = (name: string): boolean =>
  name.startsWith('@aws-sdk/') || name.startsWith('@smithy/') || name === 'yaml' || name === 'zod';

describe('what a command does not use, it does not load', () => {
  test.each([
    ['the help', ['--help']],
    ['the version', ['--version']],
    ['the help of a command that reads AWS', ['scan', '--help']],
    ['the help of a command that serves', ['serve', '--help']],
    ['a command that does not exist', ['scam']],
    ['an option that does not exist', ['scan', '--regio', 'x']],
    ['a Region that is none', ['scan', '--region', 'x']],
    ['a state file that does not exist', ['alerts', '--state', 'no-such-file.sqlite']],
    ['limits of a type that the table has', ['limits', 'm5.large']],
  ])('%s loads no client of AWS and no reader of the configuration', (_, args) => {
    const loaded = loadedBy(...args);
    expect(loaded).toContain('commander');
    expect(loaded.filter(isSlow)).toEqual([]);
  });

  test('a scan loads them, so this test would notice', () => {
    const loaded = loadedBy('scan', '--from', 'no-such-file.json');
    expect(loaded).toContain('@aws-sdk/client-ec2');
    expect(loaded).toContain('zod');
  });
});

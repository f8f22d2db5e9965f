import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleCommand } from '../../../scripts/package/bundle-command.ts';

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

/** What the packaged command reads before it knows which command is meant: 93 kB, where all commands are 956 kB. */
const MOST_BYTES_AT_START = 120_000;

describe('the packaged command', () => {
  let outputs: Metafile['outputs'];
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-package-'));
    try {
      ({ outputs } = await bundleCommand(ROOT, folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** A module and all that it imports at once, in bytes. */
  const loadedWith = (end: string): number => {
    const seen = new Set<string>();
    const add = (path: string): void => {
      const output = outputs[path];
      if (output === undefined || seen.has(path)) return;
      seen.add(path);
      for (const each of output.imports) if (each.kind === 'import-statement') add(each.path);
    };
    add(Object.keys(outputs).find((path) => path.endsWith(end)) ?? '');
    return [...seen].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  };

  test(`reads at most ${MOST_BYTES_AT_START} bytes for its help and for a mistyped command`, () => {
    const bytes = loadedWith('/headroom.mjs');
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES_AT_START);
  });
});

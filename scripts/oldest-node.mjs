// Makes `.oldest-node` with the oldest Node that the package says it runs on, for the suite that tries it there. The
// program comes from npm as one package, by the lock file beside that suite: checked by its hash, without an install script.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const locked = join(root, 'test/e2e/package/oldest-node');
const folder = join(root, '.oldest-node');
const lock = (parent) => join(parent, 'package-lock.json');

/** Copied last: a folder that was interrupted is made again. */
const isThere = () =>
  existsSync(lock(folder)) &&
  existsSync(join(folder, 'node_modules')) &&
  readFileSync(lock(folder), 'utf8') === readFileSync(lock(locked), 'utf8');

if (!isThere()) {
  const { version } = JSON.parse(readFileSync(join(locked, 'package.json'), 'utf8'));
  const name = `node-${process.platform}-${process.arch}`;
  if (JSON.parse(readFileSync(lock(locked), 'utf8')).packages[`node_modules/${name}`] === undefined) {
    console.error(
      `error This suite needs Node ${version}, and its lock file has none for ${process.platform} on ${process.arch}.\n` +
        '  try Run the suite on Linux with x64, or run `npm test`, which needs only Node 24.',
    );
    process.exit(1);
  }
  console.error(`Headroom: getting Node ${version} to try the package on (once) ...`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(locked, file), join(folder, file));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

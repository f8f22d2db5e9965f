// Makes `.cdk` with the AWS CDK, for the suite that synthesizes the example of the docs. It comes by the lock file of that
// suite and without install scripts. Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const locked = join(root, 'test/e2e/cdk/locked');
const folder = join(root, '.cdk');
const lock = (parent) => join(parent, 'package-lock.json');

const isThere =
  existsSync(join(folder, 'node_modules/.package-lock.json')) &&
  readFileSync(lock(folder), 'utf8') === readFileSync(lock(locked), 'utf8');

if (!isThere) {
  console.error('Headroom: getting the AWS CDK (once) ...');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(locked, file), join(folder, file));
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
}

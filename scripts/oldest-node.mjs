// Makes `.oldest-node` with the oldest Node that the package says it runs on, for the suite that tries it there. The
// program comes from npm, as one package for each platform, without an install script.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const version = `${engines.node.replace(/^>=/, '')}.0`;
const platform = process.platform === 'win32' ? 'win' : process.platform;
const name = `node-${platform}-${process.arch}`;
const folder = join(root, '.oldest-node');
const installed = join(folder, 'node_modules', name, 'package.json');

// Those packages write their version as Node does, with a v.
const isThere = () =>
  existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version.replace(/^v/, '') === version;

if (!isThere()) {
  console.error(`Headroom: getting Node ${version} to try the package on (once) ...`);
  mkdirSync(folder, { recursive: true });
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(
    npm,
    [
      'install',
      ...['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'],
      `${name}@${version}`,
    ],
    { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  );
}

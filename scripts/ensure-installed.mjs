// Runs before `npm start` and `npm test`, so that each works as the first command on a fresh clone.
// Plain JavaScript with no dependencies: it must run on whatever Node (20 or later) the machine has.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const run = (...args) =>
  execFileSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });

/** npm writes what it installed to node_modules/.package-lock.json. A package that is missing or of another version there is stale. */
const isInstalled = () => {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.startsWith('node_modules/') ||
      entry.optional ||
      entry.peer ||
      entry.link ||
      present[path]?.version === entry.version,
  );
};

const projectNode = () => {
  try {
    return execFileSync(
      join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'),
      ['-v'],
      {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      },
    ).trim();
  } catch {
    return 'none';
  }
};

if (!isInstalled()) {
  console.error('Headroom: installing what it needs (once, about half a minute) ...');
  // Exactly what package-lock.json says, each package checked by its hash, and no install script of any of them.
  run('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
}
if (!projectNode().startsWith('v24.') && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Headroom is developed on Node 24. This machine has ${process.version}, and there is no Node 24 for it in package-lock.json: ` +
      'install Node 24, then run the same command again.',
  );
  process.exit(1);
}

// A folder with the npm packages of one suite: by the lock file beside that suite, checked by their hashes, without install
// scripts. Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = (parent) => join(parent, 'package-lock.json');

/**
 * @param suite where the suite keeps `package.json` and its lock file, from the root
 * @param name of the folder at the root that gets the packages
 */
export const lockedPackages = (suite, name) => {
  const locked = join(root, suite);
  const folder = join(root, name);
  return {
    locked,
    folder,
    // npm writes its own lock file last: a folder that was interrupted is made again.
    isThere: () =>
      existsSync(join(folder, 'node_modules/.package-lock.json')) &&
      readFileSync(lock(folder), 'utf8') === readFileSync(lock(locked), 'utf8'),
    install: () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const file of ['package.json', 'package-lock.json'])
        copyFileSync(join(locked, file), join(folder, file));
      const isWindows = process.platform === 'win32';
      execFileSync(
        isWindows ? 'npm.cmd' : 'npm',
        ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
        { cwd: folder, stdio: ['ignore', 2, 2], shell: isWindows },
      );
    },
  };
};

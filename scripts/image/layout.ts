import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleCommand } from '../package/bundle-command.ts';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Lays out the build context of the container: the npm package as users get it, and an empty folder for the state. */
export const layOutImage = async (root: string, folder: string): Promise<void> => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'data'), { recursive: true });
  // An empty folder would not be copied.
  writeFileSync(join(folder, 'data', '.keep'), '');
  await bundleCommand(root, 'dist');
  const packed = mkdtempSync(join(tmpdir(), 'headroom-image-'));
  try {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', packed];
    execFileSync(npm, pack, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
    const [archive = ''] = readdirSync(packed);
    execFileSync('tar', ['-xzf', join(packed, archive), '-C', folder], { stdio: ['ignore', 2, 2] });
  } finally {
    rmSync(packed, { recursive: true });
  }
};

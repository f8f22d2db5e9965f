// Builds everything that a release ships into dist/release, with its bill of materials and a file of hashes. Two runs on
// one commit make the same bytes, wherever the folder is.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BILL_OF_MATERIALS } from '../../infra/bundle/shipped-contents.ts';
import { functionNames } from '../../infra/lambda/bundle/bundle-functions.ts';
import { bundleCommand } from '../package/bundle-command.ts';
import { buildTemplate } from './template.ts';

const root = join(import.meta.dirname, '../..');
const release = join(root, 'dist/release');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });

rmSync(release, { recursive: true, force: true });
mkdirSync(release, { recursive: true });

await bundleCommand(root, 'dist');
run(npm, 'pack', '--ignore-scripts', '--silent', '--pack-destination', release);
copyFileSync(join(root, 'dist', BILL_OF_MATERIALS), join(release, `command.${BILL_OF_MATERIALS}`));

// The template with parameters, the role of other accounts, and the packages of the functions.
buildTemplate(release);
for (const name of functionNames()) {
  copyFileSync(
    join(root, 'dist/functions', name, BILL_OF_MATERIALS),
    join(release, `${name}.${BILL_OF_MATERIALS}`),
  );
}

const hashOf = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(join(release, name)))
    .digest('hex');
const hashes = readdirSync(release)
  .toSorted()
  .map((name) => `${hashOf(name)}  ${name}\n`);
writeFileSync(join(release, 'SHA256SUMS'), hashes.join(''));
process.stdout.write(hashes.join(''));

// Makes `.oldest-node` with the oldest Node that the package says it runs on, for the suite that tries it there. The
// program comes from npm as one package, by the lock file beside that suite: checked by its hash, without an install script.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockedPackages } from './locked-packages.mjs';

const packages = lockedPackages('test/e2e/package/oldest-node', '.oldest-node');

const read = (name) => JSON.parse(readFileSync(join(packages.locked, name), 'utf8'));

if (!packages.isThere()) {
  const { version } = read('package.json');
  const name = `node-${process.platform}-${process.arch}`;
  if (read('package-lock.json').packages[`node_modules/${name}`] === undefined) {
    console.error(
      `error This suite needs Node ${version}, and its lock file has none for ${process.platform} on ${process.arch}.\n` +
        '  try Run the suite on Linux with x64, or run `npm test`, which needs only Node 24.',
    );
    process.exit(1);
  }
  console.error(`Headroom: getting Node ${version} to try the package on (once) ...`);
  packages.install();
}

// Makes sure that there is a Chromium for the browser suite, and prints where it is. On Linux with an x64 processor it comes
// by the lock file of that suite, with its hash and the libraries that it needs. Elsewhere an installed one is used.
// `CHROMIUM=/path` names another. Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { lockedPackages } from './locked-packages.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const packages = lockedPackages('test/e2e/browser/locked', '.chromium');
const { folder } = packages;
/** Starts the locked one with its own libraries. */
const program = join(folder, 'chromium');

const isLocked = process.platform === 'linux' && process.arch === 'x64';

const runs = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of a Chromium, or null. */
export const findChromium = () => {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') return runs(named) ? named : null;
  if (isLocked) return runs(program) ? program : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((each) => each !== '');
  const paths = NAMES.flatMap((name) => folders.map((each) => join(each, name)));
  return [...paths, MAC].find(runs) ?? null;
};

const refuse = (why) => {
  console.error(
    `error There is no Chromium: ${why}\n  try Install Chromium or Google Chrome, or name one with CHROMIUM=/path/to/it.`,
  );
  process.exit(1);
};

/** Unpacks what the package holds: the program, and the libraries that a bare system lacks. */
const unpack = () => {
  const packed = join(folder, 'node_modules/@sparticuz/chromium/bin');
  const read = (name) => brotliDecompressSync(readFileSync(join(packed, name)));
  const shell = join(folder, 'headless-shell');
  writeFileSync(shell, read('chromium.br'));
  chmodSync(shell, 0o755);
  execFileSync('tar', ['--extract', '--directory', folder], { input: read('al2023.tar.br') });
  writeFileSync(
    program,
    `#!/bin/sh\nexport LD_LIBRARY_PATH='${join(folder, 'lib')}'\nexec '${shell}' "$@"\n`,
  );
  chmodSync(program, 0o755);
};

const install = () => {
  console.error('Headroom: getting Chromium for the browser suite (once) ...');
  packages.install();
  unpack();
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.env.CHROMIUM) {
    if (findChromium() === null) refuse(`CHROMIUM names ${process.env.CHROMIUM}, which is no program.`);
  } else if (isLocked && !(runs(program) && packages.isThere())) install();
  console.log(findChromium() ?? refuse('none is on the PATH.'));
}

// Makes a virtual environment of Python with locked packages, in a folder of the checkout. Does nothing when all is there.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_PYTHON = [3, 11];

const findPython = (purpose) => {
  for (const command of ['python3', 'python']) {
    try {
      const script = 'import sys; print(*sys.version_info[:2])';
      const [major = 0, minor = 0] = execFileSync(command, ['-c', script], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .split(' ')
        .map(Number);
      if (major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]))
        return command;
    } catch {
      // Not this one.
    }
  }
  console.error(
    `error Python ${OLDEST_PYTHON.join('.')} or later is missing. ${purpose}\n  try Install it as python3, or run \`npm test\`, which needs only Node.`,
  );
  return process.exit(1);
};

/**
 * @param folder its name in the checkout
 * @param lock the path of its requirements, from this folder: every package with its version and hashes, so pip refuses what
 *   does not fit
 * @param purpose one sentence for who has no Python
 * @returns the folder of its programs
 */
export const pythonEnvironment = ({ folder, lock, purpose }) => {
  const requirements = fileURLToPath(new URL(lock, import.meta.url));
  const directory = fileURLToPath(new URL(`../${folder}`, import.meta.url));
  const bin = join(directory, process.platform === 'win32' ? 'Scripts' : 'bin');
  // Written last: an environment that was interrupted is made again.
  const record = join(directory, 'headroom-requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(record) && readFileSync(record, 'utf8') === wanted) return bin;
  console.error(`Headroom: preparing Python in ${folder} (once, about a minute) ...`);
  rmSync(directory, { recursive: true, force: true });
  const quiet = { stdio: ['ignore', 2, 2] };
  execFileSync(findPython(purpose), ['-m', 'venv', directory], quiet);
  const install = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
  execFileSync(join(bin, 'pip'), [...install, '--requirement', requirements], quiet);
  writeFileSync(record, wanted);
  return bin;
};

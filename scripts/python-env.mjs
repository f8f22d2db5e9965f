// Makes `.venv` with the Python programs that the end-to-end suites hold Headroom against: another AWS (moto, ministack),
// another SDK (boto3), another template linter (cfn-lint) and a linter of workflows (zizmor). Runs before those suites, and does nothing when all is there.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_PYTHON = [3, 11];
/** Every package with its version and hashes: pip refuses what does not fit. */
const requirements = fileURLToPath(new URL('../test/e2e/requirements.txt', import.meta.url));

const directory = fileURLToPath(new URL('../.venv', import.meta.url));
const bin = join(directory, process.platform === 'win32' ? 'Scripts' : 'bin');
/** Written last: a `.venv` that was interrupted is made again. */
const record = join(directory, 'headroom-requirements.txt');
const wanted = readFileSync(requirements, 'utf8');

const findPython = () => {
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
    `The end-to-end suites need Python ${OLDEST_PYTHON.join('.')} or later: they run moto beside the lab. ` +
      'Install it as python3, or run `npm test`, which needs only Node.',
  );
  return process.exit(1);
};

if (!existsSync(record) || readFileSync(record, 'utf8') !== wanted) {
  console.error('Headroom: preparing Python for the end-to-end suites (once, about a minute) ...');
  rmSync(directory, { recursive: true, force: true });
  const quiet = { stdio: ['ignore', 2, 2] };
  execFileSync(findPython(), ['-m', 'venv', directory], quiet);
  execFileSync(
    join(bin, 'pip'),
    [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--require-hashes',
      '--requirement',
      requirements,
    ],
    quiet,
  );
  writeFileSync(record, wanted);
}

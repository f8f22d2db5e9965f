// Builds `.chart-render/render`, which renders the Helm chart and decodes it into Kubernetes' own types, for the suite of the
// chart. Its sources and the hashes of all modules are in test/e2e/chart/render. Built once for each go.sum.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../test/e2e/chart/render', import.meta.url));
const folder = fileURLToPath(new URL('../.chart-render', import.meta.url));
const program = join(folder, 'render');
const stamp = join(folder, 'built-from');

const hash = createHash('sha256');
for (const name of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(sources, name)));
const wanted = hash.digest('hex');

if (!existsSync(program) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Headroom: building the renderer of the Helm chart (once) ...');
  mkdirSync(folder, { recursive: true });
  const build = ['build', '-trimpath', '-mod=readonly', '-o', program, '.'];
  const { status, error } = spawnSync('go', build, { cwd: sources, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(
      `error The renderer of the chart cannot be built${error === undefined ? '' : `: ${error.message}`}.\n  try Install Go 1.26 or later (go.dev/dl), or run \`npm test\`.`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

// Builds `.chart-render/render`, which renders the Helm chart and decodes it into Kubernetes' own types, for the suite of the
// chart. Its sources and the hashes of all modules are in test/e2e/chart/render. Built once for each go.sum.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goBuild } from './go.mjs';

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
  goBuild({ what: 'The renderer of the chart', args: ['-o', program], cwd: sources });
  writeFileSync(stamp, wanted);
}

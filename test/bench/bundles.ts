// `npm run bench:bundles`: how large each function is, and the processor time that a fresh Node process takes to import it, beside
// an empty module and the SDK's EC2 client as it comes. The variants take turns, so that a slow moment hits all of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleFunctions } from '../../infra/lambda/bundle/bundle-functions.ts';

const ROUNDS = Number(process.argv[2] ?? 20);
const ROOT = join(import.meta.dirname, '../..');
const FOLDER = 'dist/bench-bundles';

const bundles = await bundleFunctions(FOLDER);
const folder = join(ROOT, FOLDER);
mkdirSync(folder, { recursive: true });
const empty = join(folder, 'empty.mjs');
writeFileSync(empty, 'export const handler = () => {};\n');
const unbundled = join(folder, 'unbundled.mjs');
writeFileSync(unbundled, "export * from '@aws-sdk/client-ec2';\n");

const timer = join(folder, 'timer.mjs');
writeFileSync(
  timer,
  `const before = process.cpuUsage();
await import(process.argv[2]);
const { user, system } = process.cpuUsage(before);
const milliseconds = (user + system) / 1000;
process.stdout.write(JSON.stringify({ milliseconds, rss: process.memoryUsage().rss }));
`,
);

interface Sample {
  readonly milliseconds: number;
  readonly rss: number;
}

const importOnce = (file: string): Sample =>
  JSON.parse(
    execFileSync(process.execPath, [timer, pathToFileURL(file).href], { encoding: 'utf8' }),
  ) as Sample;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const variants = [
  { name: 'empty module', file: empty, files: [empty] },
  ...bundles.map(({ name, file, filesAtStart }) => ({ name, file, files: filesAtStart })),
  { name: 'client-ec2 alone, not bundled', file: unbundled, files: null },
];
const samples = new Map<string, Sample[]>(variants.map(({ name }) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { name, file } of variants) samples.get(name)?.push(importOnce(file));
}

console.log(`Node ${process.version}, median of ${ROUNDS} fresh processes each\n`);
console.log(
  `${''.padEnd(30)} ${'kB'.padStart(6)} ${'gzip kB'.padStart(8)} ${'CPU ms'.padStart(10)} ${'(min-max)'.padStart(10)} ${'RSS MB'.padStart(7)}`,
);
for (const { name, files } of variants) {
  const content = files === null ? null : Buffer.concat(files.map((file) => readFileSync(file)));
  const times = (samples.get(name) ?? []).map(({ milliseconds }) => milliseconds);
  const rss = median((samples.get(name) ?? []).map((sample) => sample.rss)) / 1e6;
  const size = content === null ? '-' : (content.length / 1000).toFixed(0);
  const gzip = content === null ? '-' : (gzipSync(content, { level: 9 }).length / 1000).toFixed(0);
  const range = `(${Math.min(...times).toFixed(0)}-${Math.max(...times).toFixed(0)})`;
  console.log(
    `${name.padEnd(30)} ${size.padStart(6)} ${gzip.padStart(8)} ${median(times).toFixed(1).padStart(10)} ${range.padStart(10)} ${rss.toFixed(0).padStart(7)}`,
  );
}

/** Of importing client-ec2 as it comes: 60 ms where that takes 197. */
const MOST_OF_SDK = 0.3;
const cpuOf = (name: string): number =>
  median((samples.get(name) ?? []).map(({ milliseconds }) => milliseconds));
const share = cpuOf('scan-target') / cpuOf('client-ec2 alone, not bundled');
console.log(`\nscan-target: ${share.toFixed(2)} of client-ec2 alone (at most ${MOST_OF_SDK})`);
if (share > MOST_OF_SDK) process.exitCode = 1;
rmSync(folder, { recursive: true, force: true });

// Bundles the Lambda functions and says how large each is, and what of.
import { bundleFunctions } from '../infra/lambda/bundle/bundle-functions.ts';

/** Smaller parts are shown as a sum. */
const SMALLEST_TOLD = 8_000;

/** The package that an input belongs to, or our own folder. */
const partOf = (path: string): string =>
  /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/');

const line = (name: string, bytes: number): string =>
  `${name.padEnd(34)} ${(bytes / 1000).toFixed(0).padStart(5)} kB`;

for (const { name, bytes, allBytes, metafile } of await bundleFunctions('dist/functions')) {
  console.log(
    `${line(name, bytes)} at start, ${(allBytes / 1000).toFixed(0)} kB with what is read when it is used`,
  );
  const parts = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytesInOutput);
    }
  }
  const told = [...parts].filter(([, size]) => size >= SMALLEST_TOLD).toSorted(([, a], [, b]) => b - a);
  for (const [part, size] of told) console.log(line(`  ${part}`, size));
  console.log(line('  all else', allBytes - told.reduce((sum, [, size]) => sum + size, 0)));
}

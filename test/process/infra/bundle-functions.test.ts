import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BUNDLE_OPTIONS,
  bundleFunctions,
  type FunctionBundle,
  functionNames,
} from '../../../infra/lambda/bundle/bundle-functions.ts';
import { runModule } from '../../fixtures/infra/node-process.ts';

const ROOT = join(import.meta.dirname, '../../..');
// By process: others may test in this folder at the same time.
const FOLDER = `dist/test-bundles-${process.pid}`;

/**
 * The most that each function may read when it starts, in kB: what it weighed when this was written, and a twentieth more. A bundle that
 * outgrows it has taken in something: `npm run bundle` and esbuild's metafile tell what.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  'dashboard-widget': 325,
  'notify-slack': 262,
  'plan-scan': 780,
  'slack-interactivity': 616,
  'scan-target': 415,
};

let bundles: readonly FunctionBundle[] = [];
beforeAll(async () => {
  bundles = await bundleFunctions(FOLDER);
}, 60_000);
afterAll(() => rm(join(ROOT, FOLDER), { recursive: true, force: true }));

const bundleOf = (name: string): FunctionBundle => {
  const found = bundles.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found;
};

const inputsOf = ({ metafile }: Pick<FunctionBundle, 'metafile'>): readonly string[] =>
  Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );

describe.each(functionNames())('the bundle of %s', (name) => {
  test('is within its budget', () => {
    const kilobytes = bundleOf(name).bytes / 1000;
    expect(kilobytes).toBeLessThanOrEqual(BUDGETS[name] ?? 0);
    // A budget that is far above what is needed keeps nothing out.
    expect(kilobytes).toBeGreaterThan((BUDGETS[name] ?? 0) * 0.8);
  });

  test('holds all that it needs: a plain Node process imports it and finds the handler', async () => {
    const { file } = bundleOf(name);
    const importer = join(ROOT, FOLDER, `${name}-importer.mjs`);
    await writeFile(
      importer,
      `import { handler } from ${JSON.stringify(pathToFileURL(file).href)};\nprocess.stdout.write(typeof handler);\n`,
    );
    expect(await runModule(importer)).toBe('function');
  });

  test('and so does every module that it reads when it uses it', async () => {
    const { metafile } = bundleOf(name);
    const modules = Object.keys(metafile.outputs).filter((path) => path.endsWith('.mjs'));
    const importer = join(ROOT, FOLDER, `${name}-modules.mjs`);
    const all = modules.map(
      (path) => `await import(${JSON.stringify(pathToFileURL(join(ROOT, path)).href)});\n`,
    );
    await writeFile(importer, `${all.join('')}process.stdout.write('all');\n`);
    expect(await runModule(importer)).toBe('all');
  });

  test('asks for nothing but what Node itself has', () => {
    const outside = Object.values(bundleOf(name).metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external === true).map(({ path }) => path),
    );
    expect(outside.filter((path) => !path.startsWith('node:') && !NODE_BUILTINS.has(path))).toEqual([]);
  });

  test('has one source of credentials, the one that Lambda has', () => {
    const sources = inputsOf(bundleOf(name)).filter((path) =>
      /credential-provider-|nested-clients.*sso/.test(path),
    );
    expect(sources.filter((path) => !path.includes('credential-provider-env'))).toEqual([]);
  });

  test('holds nothing of tests, the lab or the command line', () => {
    expect(
      inputsOf(bundleOf(name)).filter((path) =>
        /^(test|lab|cli|infra\/(?!lambda\/bundle\/lambda-credentials))/.test(path),
      ),
    ).toEqual([]);
  });
});

const NODE_BUILTINS = new Set([
  'async_hooks',
  'buffer',
  'child_process',
  'crypto',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'os',
  'path',
  'process',
  'stream',
  'url',
  'util',
  'zlib',
]);

test('there is a budget for every function, and for no other', () => {
  expect(Object.keys(BUDGETS).toSorted()).toEqual(functionNames().toSorted());
});

test('the model alone needs no package: nothing of node_modules comes into a bundle of it', async () => {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    plugins: [...BUNDLE_OPTIONS.plugins],
    platform: 'neutral',
    stdin: {
      contents: `export * from './shared/model/target/target-assessor.ts'; export * from './shared/model/result/forecast.ts';`,
      resolveDir: ROOT,
      loader: 'ts',
    },
    write: false,
    outdir: FOLDER,
  });
  const inputs = Object.keys(metafile.inputs).filter((path) => path !== '<stdin>');
  expect(inputs.length).toBeGreaterThan(20);
  expect(inputs.filter((path) => !path.startsWith('shared/model/'))).toEqual([]);
});

test('bundling twice gives the same bytes, so a deployment without a change is none', async () => {
  const first = bundles.map(({ file }) => readFileSync(file, 'utf8'));
  const again = await bundleFunctions(FOLDER);
  expect(again.map(({ file }) => readFileSync(file, 'utf8'))).toEqual(first);
});

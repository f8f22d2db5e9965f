import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { shippedContents } from '../../bundle/shipped-contents.ts';
import { lambdaRuntime } from './lambda-runtime.ts';
import { sdkSchemas } from './sdk-schemas.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * How everything that runs in Lambda is bundled. `mainFields` prefers the SDK's ES modules: esbuild's default for Node
 * takes the CommonJS build, which is nearly twice the size and cannot be shaken. No banner defines `require`: it would
 * hide a dependency that fell back to CommonJS.
 */
export const BUNDLE_OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [lambdaRuntime, sdkSchemas],
} as const satisfies BuildOptions;

/** The names of the Lambda functions: one file each in `functions/`. */
export const functionNames = (): readonly string[] =>
  readdirSync(join(ROOT, 'functions'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'));

export interface FunctionBundle {
  readonly name: string;
  /** Absolute path of the module. */
  readonly file: string;
  /** What Node reads when it imports the function: the module and those that it imports at once. */
  readonly filesAtStart: readonly string[];
  /** Of those. */
  readonly bytes: number;
  /** With the modules that are read when they are used. */
  readonly allBytes: number;
  readonly metafile: Metafile;
}

const modulesOf = ({ outputs }: Metafile): readonly string[] =>
  Object.keys(outputs).filter((path) => path.endsWith('.mjs'));

const modulesAtStart = ({ outputs }: Metafile, entry: string): readonly string[] => {
  const seen = new Set<string>();
  const add = (path: string): void => {
    if (outputs[path] === undefined || seen.has(path)) return;
    seen.add(path);
    for (const each of outputs[path].imports) if (each.kind === 'import-statement') add(each.path);
  };
  add(entry);
  return [...seen];
};

/**
 * esbuild makes a module of everything that some code imports when it is used, even where that code itself was left out: the
 * sources of credentials of profiles and single sign-on. What no module asks for is not shipped.
 */
const withoutUnused = async ({ inputs, outputs }: Metafile, entry: string): Promise<Metafile> => {
  const used = new Set<string>();
  const add = (path: string): void => {
    if (outputs[path] === undefined || used.has(path)) return;
    used.add(path);
    for (const each of outputs[path].imports) add(each.path);
  };
  add(entry);
  const kept = (path: string): boolean => used.has(path.replace(/\.map$/, ''));
  for (const path of Object.keys(outputs)) if (!kept(path)) await rm(join(ROOT, path), { force: true });
  return {
    inputs,
    outputs: Object.fromEntries(Object.entries(outputs).filter(([path]) => kept(path))),
  };
};

const bytesIn = ({ outputs }: Metafile, paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);

/** Bundles every function to `<folder>/<name>/index.mjs`, each on its own, so that each carries only what it uses. */
export const bundleFunctions = async (folder: string): Promise<readonly FunctionBundle[]> => {
  await rm(join(ROOT, folder), { recursive: true, force: true });
  const bundles: FunctionBundle[] = [];
  for (const name of functionNames()) {
    const { metafile: built } = await build({
      ...BUNDLE_OPTIONS,
      plugins: [...BUNDLE_OPTIONS.plugins, ...shippedContents(ROOT, `${folder}/${name}`)],
      mainFields: [...BUNDLE_OPTIONS.mainFields],
      entryPoints: [{ in: `functions/${name}.ts`, out: `${name}/index` }],
      outdir: folder,
      // What is used seldom is read when it is used: the sink of metrics that headroom.yml chooses.
      splitting: true,
      chunkNames: `${name}/chunk-[hash]`,
      outExtension: { '.js': '.mjs' },
    });
    const output = `${folder}/${name}/index.mjs`;
    const metafile = await withoutUnused(built, output);
    const atStart = modulesAtStart(metafile, output);
    bundles.push({
      name,
      file: join(ROOT, output),
      filesAtStart: atStart.map((path) => join(ROOT, path)),
      bytes: bytesIn(metafile, atStart),
      allBytes: bytesIn(metafile, modulesOf(metafile)),
      metafile,
    });
  }
  return bundles;
};

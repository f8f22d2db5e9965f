import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { dropUnusedSchemas } from './drop-unused-schemas.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * `mainFields` prefers the SDK's ES modules: esbuild's default for Node takes the CommonJS build, which is nearly twice
 * the size and can not be shaken. No banner defines `require`: it would hide a dependency that fell back to CommonJS.
 */
const shared: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [dropUnusedSchemas],
};

/** The names of the Lambda functions: one file each in `functions/`. */
export const functionNames = (): string[] =>
  readdirSync(join(ROOT, 'functions'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'));

/** Bundles every function to `<folder>/<name>/index.mjs`, each on its own, so that each carries only what it uses. */
export const bundleFunctions = async (folder: string): Promise<ReadonlyMap<string, Metafile>> => {
  await rm(join(ROOT, folder), { recursive: true, force: true });
  const built = new Map<string, Metafile>();
  for (const name of functionNames()) {
    const { metafile } = await build({
      ...shared,
      metafile: true,
      target: 'node24',
      entryPoints: [{ in: `functions/${name}.ts`, out: `${name}/index` }],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    });
    built.set(name, metafile);
  }
  return built;
};

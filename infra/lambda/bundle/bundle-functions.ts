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
  readonly bytes: number;
  readonly metafile: Metafile;
}

/** Bundles every function to `<folder>/<name>/index.mjs`, each on its own, so that each carries only what it uses. */
export const bundleFunctions = async (folder: string): Promise<readonly FunctionBundle[]> => {
  await rm(join(ROOT, folder), { recursive: true, force: true });
  const bundles: FunctionBundle[] = [];
  for (const name of functionNames()) {
    const { metafile } = await build({
      ...BUNDLE_OPTIONS,
      plugins: [...BUNDLE_OPTIONS.plugins, ...shippedContents(ROOT, `${folder}/${name}`)],
      mainFields: [...BUNDLE_OPTIONS.mainFields],
      entryPoints: [{ in: `functions/${name}.ts`, out: `${name}/index` }],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    });
    const output = `${folder}/${name}/index.mjs`;
    bundles.push({
      name,
      file: join(ROOT, output),
      bytes: metafile.outputs[output]?.bytes ?? 0,
      metafile,
    });
  }
  return bundles;
};

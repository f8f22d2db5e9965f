import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { shippedContents } from '../../infra/bundle/shipped-contents.ts';
import { sdkSchemas } from '../../infra/lambda/bundle/sdk-schemas.ts';

/** The oldest Node on which the packaged command runs; package.json's `engines` says the same, and a test holds them together. */
export const OLDEST_NODE = '22.13';

/** Modules of an earlier build have other names, and would be shipped too. */
const removeModules = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.mjs'))) rmSync(join(folder, name));
};

/**
 * Bundles the command, the demo and all that they need, so that the package has no dependencies to install, and
 * writes beside it what is in it. CommonJS packages in it ask for Node's own modules by `require`,
 * which an ES module does not have by itself.
 *
 * @throws Error when something would be shipped under a licence that is not known to allow it
 */
export const bundleCommand = async (root: string, folder: string): Promise<Metafile> => {
  removeModules(resolve(root, folder));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'cli/process.ts', out: 'headroom' },
      { in: 'lab/demo.ts', out: 'demo' },
      { in: 'lab/demo/lab-worker.ts', out: 'lab-worker' },
    ],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // The demo shares most of its code with the command.
    splitting: true,
    bundle: true,
    platform: 'node',
    target: `node${OLDEST_NODE}`,
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [sdkSchemas, ...shippedContents(root, folder)],
  });
  return metafile;
};

/** What package.json says of the oldest Node. */
export const declaredNode = (root: string): string => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  return engines.node;
};

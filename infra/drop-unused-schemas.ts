import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * The SDK generates one array of serialization schemas for each operation and shape of a service: 1.3 MB for EC2, of
 * which Headroom uses a hundredth. The arrays have computed keys, so esbuild must assume that making one has effects,
 * and keeps them all. None has: this plugin wraps each in a call that is marked pure, and esbuild drops the unused.
 *
 * It leans on the layout of generated files. `wrapSchemas` throws when that layout is another, and a test bundles the
 * clients both ways and compares.
 */

const SCHEMA_FILES = /@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/** One generated array: it starts at the left margin and ends with `];` at the end of a line. */
const SCHEMA = /^((?:export )?var [\w$]+ = )(\[[\s\S]*?\]);$/gm;

const UNWRAPPED = /^(?:export )?var ([\w$]+) = \[/m;

/** Marks every schema array of a generated file as free of effects. */
export const wrapSchemas = (source: string, file: string): string => {
  let wrapped = 0;
  const result = source.replace(SCHEMA, (_, declaration: string, array: string) => {
    wrapped += 1;
    return `${declaration}/* @__PURE__ */ (() => ${array})();`;
  });
  const left = UNWRAPPED.exec(result);
  if (wrapped === 0 || left !== null) {
    throw new Error(
      `${file} is not laid out as infra/drop-unused-schemas.ts expects (${wrapped} schemas wrapped, ` +
        `${left === null ? 'none' : left[1]} left): look at what the SDK generates now, and adapt the plugin.`,
    );
  }
  return result;
};

export const dropUnusedSchemas: Plugin = {
  name: 'drop-unused-schemas',
  setup(build) {
    build.onLoad({ filter: SCHEMA_FILES }, async ({ path }) => ({
      contents: wrapSchemas(await readFile(path, 'utf8'), path),
      loader: 'js',
    }));
  },
};

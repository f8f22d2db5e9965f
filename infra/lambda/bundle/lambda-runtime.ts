import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

/** How the client packages of the SDK find credentials when none are passed. */
const CREDENTIAL_CHAIN = /^@aws-sdk\/credential-provider-node$/;

/** Our own chain in front of it, which looks at profiles. */
const OWN_CHAIN = /[\\/]own-credentials\.ts$/;

/** Prefers the ES modules of a package that hands CommonJS, which cannot be shaken, to Node. */
const YAML = /^yaml$/;

/**
 * Leaves out of a bundle what a Lambda function has no use for, and keeps the rest as it is:
 *
 * - Lambda hands a function its role's credentials in the environment, and only there. The SDK's chain of other sources
 *   (profiles, single sign-on, web identity, processes, instance metadata) would be 100 kB of dead code.
 * - Packages import their own package.json for one field of it, the version.
 * - The YAML parser's ES modules are the same code as the CommonJS that it offers to Node.
 */
export const lambdaRuntime: Plugin = {
  name: 'lambda-runtime',
  setup(build) {
    build.onResolve({ filter: CREDENTIAL_CHAIN }, () => ({
      path: fileURLToPath(new URL('./lambda-credentials.ts', import.meta.url)),
    }));
    build.onResolve({ filter: OWN_CHAIN }, () => ({
      path: fileURLToPath(new URL('./lambda-credentials.ts', import.meta.url)),
    }));
    build.onResolve({ filter: YAML }, () => ({
      path: fileURLToPath(new URL('../browser/dist/index.js', import.meta.resolve('yaml'))),
    }));
    build.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

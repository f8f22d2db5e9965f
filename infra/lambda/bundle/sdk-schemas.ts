import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * The SDK generates one array of serialization schemas for each operation and shape of a service: 1.3 MB for EC2, of
 * which Headroom uses a hundredth. The arrays have computed keys, so esbuild must assume that making one has effects,
 * and keeps them all. None has: this plugin wraps each in a call that is marked pure, and esbuild drops the unused.
 *
 * It also takes out the list of errors of services with many of them, where nothing depends on it: see `WORDY_ERRORS`.
 *
 * All of it leans on the layout of generated files. What is not laid out so is refused, and a test bundles the clients
 * both ways and compares what they say on the wire and make of answers.
 */

const SCHEMA_FILES = /@aws-sdk[\\/]client-([\w-]+)[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/;

/** One generated array: it starts at the left margin and ends with `];` at the end of a line. */
const SCHEMA = /^((?:export )?var [\w$]+ = )(\[[\s\S]*?\]);$/gm;

const UNWRAPPED = /^(?:export )?var ([\w$]+) = \[/m;

/** Every error is made known to the service's registry, one by one: that alone keeps its class and its schema. */
const ERROR_REGISTRATION = /^n0_registry\.registerError\([\w$]+, [\w$]+\);$/gm;

/**
 * Services with many modelled errors whose protocol tells an error's name on the wire as the model has it. An error that
 * the registry does not know keeps its name, message, fault and metadata; only its class is the service's general one.
 * Not among them: DynamoDB, whose errors carry data and a class that we ask for; and the services of the query protocol
 * (SNS, SQS, CloudWatch, STS, Auto Scaling), where the registry translates names, and retries depend on it.
 */
export const WORDY_ERRORS: readonly string[] = ['eks', 'organizations', 'secrets-manager', 'ssm'];

const unexpected = (file: string, what: string): Error =>
  new Error(
    `${file} is not laid out as infra/lambda/bundle/sdk-schemas.ts expects (${what}): look at what the SDK generates now, and adapt the plugin.`,
  );

/** Marks every schema array of a generated file as free of effects. */
export const wrapSchemas = (source: string, file: string): string => {
  let wrapped = 0;
  const result = source.replace(SCHEMA, (_, declaration: string, array: string) => {
    wrapped += 1;
    return `${declaration}/* @__PURE__ */ (() => ${array})();`;
  });
  const left = UNWRAPPED.exec(result);
  if (wrapped === 0 || left !== null) {
    throw unexpected(file, `${wrapped} schemas wrapped, ${left === null ? 'none' : left[1]} left`);
  }
  return result;
};

/** Takes the registrations of all errors but the service's general one out of a generated file. */
export const dropErrorRegistrations = (source: string, file: string): string => {
  const result = source.replaceAll(ERROR_REGISTRATION, '');
  const left = [...result.matchAll(/\bregisterError\(/g)].length;
  if (result === source || left !== 1) throw unexpected(file, `${left} registrations of errors left`);
  return result;
};

export const sdkSchemas: Plugin = {
  name: 'sdk-schemas',
  setup(build) {
    build.onLoad({ filter: SCHEMA_FILES }, async ({ path }) => {
      const wrapped = wrapSchemas(await readFile(path, 'utf8'), path);
      const service = SCHEMA_FILES.exec(path)?.[1] ?? '';
      return {
        contents: WORDY_ERRORS.includes(service) ? dropErrorRegistrations(wrapped, path) : wrapped,
        loader: 'js',
      };
    });
  },
};

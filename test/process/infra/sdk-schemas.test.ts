import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  dropErrorRegistrations,
  WORDY_ERRORS,
  wrapSchemas,
} from '../../../infra/lambda/bundle/sdk-schemas.ts';

const CLIENTS = join(import.meta.dirname, '../../../node_modules/@aws-sdk');

/** Every generated file of schemas of every client that is installed. */
const generated = readdirSync(CLIENTS)
  .filter((name) => name.startsWith('client-'))
  .flatMap((name) => {
    const folder = join(CLIENTS, name, 'dist-es', 'schemas');
    return readdirSync(folder)
      .filter((file) => /^schemas_\d+\.js$/.test(file))
      .map((file) => ({ service: name.slice('client-'.length), path: join(folder, file) }));
  });

const source = (service: string): string => {
  const found = generated.find((each) => each.service === service);
  return readFileSync(found?.path ?? '', 'utf8');
};

describe('marking schemas as free of effects', () => {
  test.each(generated)('takes in every schema that the SDK generates for $service', ({ path }) => {
    const text = readFileSync(path, 'utf8');
    const wrapped = wrapSchemas(text, path);
    const schemas = [...text.matchAll(/^(?:export )?var [\w$]+ = \[/gm)].length;
    expect([...wrapped.matchAll(/\/\* @__PURE__ \*\/ \(\(\) => \[/g)]).toHaveLength(schemas);
  });

  test('refuses a schema that is laid out in another way, and names it', () => {
    const planted = source('sts').replace(/^export var (AssumeRole\$) = \[/m, 'export var $1 = [ // moved\n');
    expect(planted).not.toBe(source('sts'));
    expect(() => wrapSchemas(planted.replace('];\n', ' ] ;\n'), 'schemas_0.js')).toThrow(
      /schemas_0\.js is not laid out as .* expects \(\d+ schemas wrapped, [\w$]+ left\)/,
    );
  });

  test('refuses a file in which there is no schema at all', () => {
    expect(() => wrapSchemas('export const x = 1;\n', 'schemas_0.js')).toThrow(
      '0 schemas wrapped, none left',
    );
  });
});

describe('taking out the registrations of errors', () => {
  test.each(WORDY_ERRORS.map((service) => ({ service })))(
    'leaves $service its general error alone',
    ({ service }) => {
      const dropped = dropErrorRegistrations(source(service), service);
      expect([...dropped.matchAll(/^.*registerError.*$/gm)].map(([line]) => line)).toEqual([
        expect.stringMatching(/^_s_registry\.registerError\(\w+ServiceException\$, \w+ServiceException\);$/),
      ]);
    },
  );

  test('refuses a file whose registrations look different', () => {
    const planted = source('ssm').replace('n0_registry.registerError(', 'n0_registry.registerError (');
    expect(() => dropErrorRegistrations(planted, 'schemas_0.js')).not.toThrow();
    const other = source('ssm').replace(
      /n0_registry\.registerError\((\w+\$), (\w+)\)/,
      'n0.registerError($1, $2, {})',
    );
    expect(() => dropErrorRegistrations(other, 'schemas_0.js')).toThrow('2 registrations of errors left');
  });
});

import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';
import { withWordPatterns } from './word-patterns.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The JSON Schema of a type of ours, with its documentation comments as descriptions. */
export const schemaOfType = (path: string, type: string, title: string, additionalProperties: boolean): string => {
  const schema = createGenerator({
    path: `${root}${path}`,
    tsconfig: `${root}tsconfig.json`,
    type,
    skipTypeCheck: true,
    additionalProperties,
    expose: 'export',
    topRef: true,
  }).createSchema(type);
  const named = { $id: `https://headroom.dev/schema/${title.replace('@1', '')}.schema.json`, title, ...schema };
  return `${JSON.stringify(withWordPatterns(named), null, 2)}\n`;
};

/**
 * The JSON Schema of `headroom scan --format json`. What may be read: fields that it does not name are allowed, since
 * later versions add some.
 */
export const scanSchemaJson = (): string =>
  schemaOfType('shared/pipeline/scan-document.ts', 'ScanDocument', 'headroom/scan@1', true);

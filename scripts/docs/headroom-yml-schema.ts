import * as z from 'zod';
import { headroomSchema } from '../../shared/config/schema/headroom.ts';
import { withWordPatterns } from './word-patterns.ts';

/** The JSON Schema of headroom.yml, for editors. What YAML alone can say; contradictions are found when the file is read. */
export const headroomYmlSchemaJson = (): string => {
  const schema = z.toJSONSchema(headroomSchema, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // `listOf` takes a single value for a list of one.
      const { def } = zodSchema._zod;
      const isListOf = def.type === 'pipe' && def.in._zod.def.type === 'transform';
      const list = { ...jsonSchema };
      const { items } = list;
      if (!isListOf || typeof items !== 'object' || Array.isArray(items)) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.anyOf = [list, items];
    },
  });
  const { $schema, ...rest } = schema;
  const described = {
    $schema,
    $id: 'https://headroom.dev/schema/headroom-yml.schema.json',
    title: 'headroom.yml',
    description: 'The configuration of Headroom. Every setting is optional.',
    ...rest,
  };
  return `${JSON.stringify(withWordPatterns(described), null, 2)}\n`;
};

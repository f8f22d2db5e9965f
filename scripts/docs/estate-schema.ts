import * as z from 'zod/mini';
import { ESTATE_SCHEMA } from '../../shared/inventory/estate-schema.ts';

/** The JSON Schema of `headroom/estate@1`, for docs/schema/estate.schema.json. Fields that it does not name are allowed: later versions add some. */
export const estateSchemaJson = (): string => {
  const { $schema, ...schema } = z.toJSONSchema(ESTATE_SCHEMA, { target: 'draft-2020-12', io: 'input' });
  const described = {
    $schema,
    title: 'headroom/estate@1',
    description: 'All that Headroom read of some targets at one time, as `headroom collect` writes it.',
    ...schema,
  };
  return `${JSON.stringify(described, null, 2)}\n`;
};

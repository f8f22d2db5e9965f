import * as z from 'zod/mini';
import { alertDocumentSchema } from '../../shared/notify/alert-document.ts';

/**
 * The JSON Schema of `headroom/alert@1`, for docs/schema/alert.schema.json. It describes what may be read, so fields
 * that it does not name are allowed: later versions add some.
 */
export const alertSchemaJson = (): string => {
  const schema = z.toJSONSchema(alertDocumentSchema, { target: 'draft-2020-12', io: 'input' });
  const described = {
    $schema: schema.$schema,
    title: 'headroom/alert@1',
    description: 'An alert message of Headroom, as machines get it from an SNS topic.',
    ...schema,
  };
  return `${JSON.stringify(described, null, 2)}\n`;
};

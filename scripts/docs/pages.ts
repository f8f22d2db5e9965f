import { alertSchemaJson } from './alert-schema.ts';
import { metricsPage } from './metrics.ts';
import { scanSchemaJson } from './scan-schema.ts';

/** Every page that is made from the code, by its path. To add one: a file beside this, and a line here. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/metrics.md': metricsPage,
  'docs/schema/alert.schema.json': alertSchemaJson,
  'docs/schema/scan.schema.json': scanSchemaJson,
};

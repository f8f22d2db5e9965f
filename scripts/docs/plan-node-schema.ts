import { schemaOfType } from './scan-schema.ts';

/** The JSON Schema of `headroom plan node --format json`. Later versions may add fields. */
export const planNodeSchemaJson = (): string =>
  schemaOfType('shared/model/cni/plan-node-document.ts', 'PlanNodeDocument', 'headroom/plan-node@1', true);

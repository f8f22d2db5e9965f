import { schemaOfType } from './scan-schema.ts';

/** The JSON Schema of `headroom plan node --output json`. Later versions may add fields. */
export const planNodeSchemaJson = (): string => schemaOfType('PlanNodeDocument', 'headroom/plan-node@1');

const schemaOfPlan =
  (type: string, id: string): (() => string) =>
  () =>
    schemaOfType(type, id);

/** The JSON Schemas of the other plans, by the name of their command. */
export const planSchemas: Readonly<Record<string, () => string>> = {
  drain: schemaOfPlan('DrainDocument', 'headroom/plan-drain@1'),
  failover: schemaOfPlan('FailoverDocument', 'headroom/plan-failover@1'),
  fit: schemaOfPlan('FitDocument', 'headroom/plan-fit@1'),
  reserve: schemaOfPlan('ReserveDocument', 'headroom/plan-reserve@1'),
  size: schemaOfPlan('SizeDocument', 'headroom/plan-size@1'),
  upgrade: schemaOfPlan('UpgradeDocument', 'headroom/plan-upgrade@1'),
  'what-if': schemaOfPlan('WhatIfDocument', 'headroom/plan-what-if@1'),
};

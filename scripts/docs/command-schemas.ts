import { schemaOfType } from './scan-schema.ts';

/** The JSON Schemas of commands whose document is a type of the command line, by name. Later versions may add fields. */
export const commandSchemas: Readonly<Record<string, () => string>> = {
  doctor: () => schemaOfType('cli/output/doctor-document.ts', 'DoctorDocument', 'headroom/doctor@1', true),
  explain: () =>
    schemaOfType('cli/output/subnet-documents.ts', 'ExplainDocument', 'headroom/explain@1', true),
  map: () => schemaOfType('cli/output/subnet-documents.ts', 'MapDocument', 'headroom/map@1', true),
  limits: () =>
    schemaOfType('shared/model/cluster/max-pods.ts', 'LimitsDescription', 'headroom/limits@1', true),
};

import { schemaOfType } from './scan-schema.ts';

/** The JSON Schemas of commands whose document is a type of the command line, by name. Later versions may add fields. */
export const commandSchemas: Readonly<Record<string, () => string>> = {
  doctor: () => schemaOfType('DoctorDocument', 'headroom/doctor@1'),
  explain: () => schemaOfType('ExplainDocument', 'headroom/explain@1'),
  map: () => schemaOfType('MapDocument', 'headroom/map@1'),
  limits: () => schemaOfType('LimitsDescription', 'headroom/limits@1'),
};

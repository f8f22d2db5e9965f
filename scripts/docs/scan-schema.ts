import { fileURLToPath } from 'node:url';
import { createGenerator, type SchemaGenerator } from 'ts-json-schema-generator';
import { SELECTOR_FORMS } from '../../shared/config/schema/selector.ts';
import { withWordPatterns } from './word-patterns.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files whose exported types have schemas. */
const DOCUMENTS = [
  'cli/output/act-documents.ts',
  'cli/output/doctor-document.ts',
  'cli/output/listing-documents.ts',
  'cli/output/subnet-documents.ts',
  'shared/model/cni/plan-node-document.ts',
  'shared/model/plan/plan-documents.ts',
  'shared/pipeline/scan-document.ts',
  'shared/pipeline/send-test-messages.ts',
];

/** A subnet of a plan may not exist yet: `new 10.0.1.0/26`, or its address in a Terraform plan, such as `aws_subnet.nodes["a"]`. */
const PLANNED_SUBNET = '^(?:new )?[A-Za-z0-9_./\\[\\]"-]{1,400}$';
const FIELDS_OF_PLANS = { subnetId: PLANNED_SUBNET, subnetIds: PLANNED_SUBNET };

/** Of a mute, which selects by patterns: `eu-*`. */
const FIELDS_OF_MUTES = Object.fromEntries(
  Object.entries(SELECTOR_FORMS).map(([name, { source }]) => [name, source]),
);

/** Where fields of a document hold more than the words of AWS: their forms. */
const otherFieldsOf = (title: string): Readonly<Record<string, string>> => {
  if (title.startsWith('headroom/plan-')) return FIELDS_OF_PLANS;
  return /^headroom\/(?:un)?mutes?@1$/.test(title) ? FIELDS_OF_MUTES : {};
};

const generators = new Map<boolean, SchemaGenerator>();

/** One for all types: each reads the whole program, which takes a second. */
const generatorOf = (additionalProperties: boolean): SchemaGenerator => {
  const known = generators.get(additionalProperties);
  if (known !== undefined) return known;
  const generator = createGenerator({
    path: `${root}{${DOCUMENTS.join(',')}}`,
    tsconfig: `${root}tsconfig.json`,
    skipTypeCheck: true,
    additionalProperties,
    expose: 'export',
    topRef: true,
  });
  generators.set(additionalProperties, generator);
  return generator;
};

/**
 * The JSON Schema of an exported type of one of `DOCUMENTS`, with its documentation comments as descriptions.
 *
 * @param additionalProperties `false` refuses fields that the type does not name
 */
export const schemaOfType = (type: string, title: string, additionalProperties = true): string => {
  const schema = generatorOf(additionalProperties).createSchema(type);
  const named = {
    $id: `https://headroom.dev/schema/${title.replace('@1', '')}.schema.json`,
    title,
    ...schema,
  };
  return `${JSON.stringify(withWordPatterns(named, otherFieldsOf(title)), null, 2)}\n`;
};

/**
 * The JSON Schema of `headroom scan --output json`. What may be read: fields that it does not name are allowed, since
 * later versions add some.
 */
export const scanSchemaJson = (): string => schemaOfType('ScanDocument', 'headroom/scan@1');

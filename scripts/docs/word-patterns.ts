import { WORD_FIELDS } from '../../shared/model/aws/word-fields.ts';

/**
 * A JSON Schema in which every field that holds a word of AWS has the form of that word. A pattern says nothing of `null`.
 *
 * @param others the patterns of fields that hold other words as well, such as the subnet of a plan that does not exist yet
 */
export const withWordPatterns = (schema: unknown, others: Readonly<Record<string, string>> = {}): unknown => {
  if (Array.isArray(schema)) return schema.map((each) => withWordPatterns(each, others));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'properties' && typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value).map(([name, field]) => [
              name,
              ofField(name, withWordPatterns(field, others), others),
            ]),
          )
        : withWordPatterns(value, others),
    ]),
  );
};

const ofField = (name: string, field: unknown, others: Readonly<Record<string, string>>): unknown => {
  const form = Object.hasOwn(WORD_FIELDS, name) ? WORD_FIELDS[name] : undefined;
  const pattern = others[name] ?? form?.pattern.source;
  return pattern === undefined ? field : withPattern(field, pattern);
};

const withPattern = (field: unknown, pattern: string): unknown => {
  if (typeof field !== 'object' || field === null) return field;
  const type = 'type' in field ? [field.type].flat() : [];
  const branches = 'anyOf' in field && Array.isArray(field.anyOf) ? field.anyOf : null;
  return {
    ...field,
    ...(type.includes('string') && !('pattern' in field) && !('enum' in field) && !('const' in field)
      ? { pattern }
      : {}),
    ...(type.includes('array') && 'items' in field ? { items: withPattern(field.items, pattern) } : {}),
    ...(branches === null ? {} : { anyOf: branches.map((branch) => withPattern(branch, pattern)) }),
  };
};

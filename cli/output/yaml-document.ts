import { isScalar, Scalar, visit, Document as YamlDocument } from 'yaml';
import { escapedInJson } from '../../shared/model/base/invisible-characters.ts';

/** A document as YAML, with the fields that its JSON has. */
export const yamlText = (document: unknown): string => {
  const yaml = new YamlDocument(JSON.parse(JSON.stringify(document)) as unknown, {
    aliasDuplicateObjects: false,
  });
  visit(yaml, {
    Scalar: (_, node) => {
      // Invisible characters can be escaped in double quotes alone.
      if (isScalar(node) && typeof node.value === 'string' && escapedInJson(node.value) !== node.value)
        node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return escapedInJson(yaml.toString({ lineWidth: 0 }));
};

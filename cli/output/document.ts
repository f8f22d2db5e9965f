import { jsonText } from './json.ts';

/** A document for programs, as JSON or as YAML with the same fields. */
export const documentText = async (format: 'json' | 'yaml', document: unknown): Promise<string> => {
  if (format === 'json') return jsonText(document);
  const { yamlText } = await import('./yaml-document.ts');
  return yamlText(document);
};

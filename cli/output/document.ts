import type { OutputFormat } from '../input/output-options.ts';
import { jsonText } from './json.ts';

/** A document for programs, as JSON or as YAML with the same fields. */
export const documentText = async (format: 'json' | 'yaml', document: unknown): Promise<string> => {
  if (format === 'json') return jsonText(document);
  const { yamlText } = await import('./yaml-document.ts');
  return yamlText(document);
};

/** What a command prints: a document for programs, or words for people. */
export const outputOf = async (
  format: OutputFormat,
  document: object,
  words: () => string,
): Promise<string> => (format === 'json' || format === 'yaml' ? documentText(format, document) : words());

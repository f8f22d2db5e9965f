import type { Kind, KubernetesObject } from './kinds.ts';

/** A selector that the API refuses, in its words. */
export class BadSelector extends Error {}

interface Term {
  readonly key: string;
  readonly not: boolean;
  readonly value: string;
}

const termsOf = (selector: string | null): readonly Term[] =>
  (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^!=]+)(!=|==|=)([^!=]*)$/.exec(term);
      if (match === null) throw new BadSelector(`invalid selector: '${term}'; can't understand '${term}'`);
      const [, key = '', operator, value = ''] = match;
      return { key, not: operator === '!=', value };
    });

const fieldOf = (object: KubernetesObject, path: string): string => {
  let value: unknown = object;
  for (const name of path.split('.'))
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (typeof value === 'string') return value;
  // What is false is left out, and matches `false`.
  return path === 'spec.hostNetwork' || path === 'spec.unschedulable' ? String(value === true) : '';
};

/** Whether an object is one of those that a list asks for. @throws BadSelector */
export const selectionOf = (
  { selectable }: Kind,
  fieldSelector: string | null,
  labelSelector: string | null,
): ((object: KubernetesObject) => boolean) => {
  const fields = termsOf(fieldSelector);
  const labels = termsOf(labelSelector);
  for (const { key } of fields) {
    if (!['metadata.name', 'metadata.namespace', ...selectable].includes(key)) {
      throw new BadSelector(`field label not supported: ${key}`);
    }
  }
  return (object) =>
    fields.every(({ key, not, value }) => (fieldOf(object, key) === value) !== not) &&
    labels.every(({ key, not, value }) => (object.metadata.labels?.[key] === value) !== not);
};

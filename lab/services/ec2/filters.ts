import type { Tags } from '../../../shared/model/aws/inventory.ts';
import { LabError } from '../../http/lab-error.ts';
import { type Parameters, recordList, requiredText, textList } from '../../http/parameters.ts';

/** EC2 API reference, Filter: a request holds at most 200 values. */
const MAXIMUM_FILTER_VALUES = 200;

/** What a filter compares: the values a record has under that name. */
export type FilterValues<T> = Readonly<Record<string, (record: T) => readonly (string | null)[]>>;

const wildcard = (pattern: string): ((value: string) => boolean) => {
  if (!/[*?]/.test(pattern)) return (value) => value === pattern;
  const expression = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
  return (value) => expression.test(value);
};

const valuesOf = <T extends { readonly tags: Tags }>(
  name: string,
  known: FilterValues<T>,
): ((record: T) => readonly (string | null)[]) => {
  if (name.startsWith('tag:')) return ({ tags }) => [tags[name.slice('tag:'.length)] ?? null];
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags);
  const values = Object.hasOwn(known, name) ? known[name] : undefined;
  if (values === undefined) throw new LabError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return values;
};

/** EC2's `Filter.n`: all filters must match, in a filter any of its values; `*` and `?` are wildcards. An unknown filter is refused. */
export const passesFilters = <T extends { readonly tags: Tags }>(
  parameters: Parameters,
  known: FilterValues<T>,
): ((record: T) => boolean) => {
  const filters = recordList(parameters, 'Filter').map((filter) => ({
    values: valuesOf(requiredText(filter, 'Name'), known),
    patterns: textList(filter, 'Value').map(wildcard),
  }));
  if (filters.reduce((sum, { patterns }) => sum + patterns.length, 0) > MAXIMUM_FILTER_VALUES) {
    throw new LabError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MAXIMUM_FILTER_VALUES}`,
    );
  }
  return (record) =>
    filters.every(({ values, patterns }) =>
      values(record).some((value) => value !== null && patterns.some((matches) => matches(value))),
    );
};

/** EC2's `SubnetId.n` and the like: only those, and one that is not there is an error. */
export const passesIds = <T>(
  ids: readonly string[],
  records: Iterable<T>,
  idOf: (record: T) => string,
  notFound: { readonly code: string; readonly noun: string },
): ((record: T) => boolean) => {
  if (ids.length === 0) return () => true;
  const missing = new Set(ids);
  for (const record of records) missing.delete(idOf(record));
  const [first] = missing;
  if (first !== undefined)
    throw new LabError(notFound.code, `The ${notFound.noun} '${first}' does not exist`);
  const wanted = new Set(ids);
  return (record) => wanted.has(idOf(record));
};

export const tagSet = (tags: Tags): readonly { readonly key: string; readonly value: string }[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

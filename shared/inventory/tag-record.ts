import type { Tags } from '../model/aws/inventory.ts';
import { isTagOfInterest } from '../model/owners/tags-of-interest.ts';

/** Tags as a record, from pairs. */
export const tagRecord = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Tags => {
  const record: Record<string, string> = {};
  for (const { Key, Value } of tags ?? []) {
    if (Key !== undefined) setTag(record, Key, Value ?? '');
  }
  return record;
};

/** The same, of an instance: the tags that anything looks at. */
export const tagsOfInterest = (tags: Parameters<typeof tagRecord>[0]): Tags => {
  const record: Record<string, string> = {};
  for (const { Key, Value } of tags ?? []) {
    if (Key !== undefined && isTagOfInterest(Key, record)) setTag(record, Key, Value ?? '');
  }
  return record;
};

/** Sets one tag. A tag may be named `__proto__`: plainly assigned, it would be lost. */
export const setTag = (record: Record<string, string>, key: string, value: string): void => {
  if (key === '__proto__')
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  else record[key] = value;
};

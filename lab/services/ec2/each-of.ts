import type { Sequence } from '../../http/pages.ts';

/** Every record of a sequence, in order. */
export function* eachOf<T>(records: Sequence<T>): Generator<T> {
  for (let index = 0; index < records.length; index += 1) {
    const record = records.at(index);
    if (record !== undefined) yield record;
  }
}

import { packJson, readable, unpackJson } from '../packed-json.ts';
import { inForm, type RecordForm } from '../record-form.ts';
import { type CacheStore, isSameValue } from '../state-store.ts';
import {
  bytesOf,
  type Condition,
  type DynamoTable,
  expiring,
  type Item,
  MAX_ITEM_BYTES,
  numberOf,
  textOf,
} from './dynamo-table.ts';

/** What an entry takes beside its value: keys, attribute names, the two times. Generous. */
const OVERHEAD_BYTES = 4096;

/**
 * One item per entry. Time-to-live deletes late, so the age is checked when reading, too. A cache may forget: a value
 * that is over DynamoDB's limit even when compressed (about 4 MB of JSON) is not kept.
 */
export const dynamoCache = (table: DynamoTable): CacheStore => ({
  get: async (key, now, form) => valueAs(await table.get(entry(key), { consistent: false }), now, form),
  getMany: async (keys, now, form) => {
    const items = await table.getMany([...new Set(keys)].map(entry));
    return new Map(
      items.flatMap((item) => {
        const value = readable(() => valueAs(item, now, form));
        return value === null ? [] : [[keyOf(item), value] as const];
      }),
    );
  },
  put: async (key, value, expiresAt) => {
    const body = packJson(value);
    if (fits(body)) await table.put(entry(key), attributesOf(body, expiresAt));
  },
  putMany: async (values, expiresAt) => {
    const batch = table.batchOfPuts();
    for (const [key, value] of values) {
      const body = packJson(value);
      if (fits(body)) await batch.put(entry(key), attributesOf(body, expiresAt));
    }
    await batch.end();
  },
  exchange: async (key, { expected, expiresAt, now, value }) => {
    const item = await table.get(entry(key), { consistent: true });
    if (!isSameValue(liveValue(item, now), expected)) return 'conflict';
    const answer = await table.put(entry(key), attributesOf(packJson(value), expiresAt), unchanged(item));
    return answer === 'written' ? 'stored' : 'conflict';
  },
});

const fits = (body: Uint8Array): boolean => body.length <= MAX_ITEM_BYTES - OVERHEAD_BYTES;

const PREFIX = 'cache#';

const entry = (key: string) => ({ pk: `${PREFIX}${key}`, sk: 'entry' });

const keyOf = (item: Item): string => textOf(item, 'pk').slice(PREFIX.length);

const liveValue = (item: Item | null, now: number): unknown =>
  item === null || numberOf(item, 'expiresAtMilliseconds') <= now
    ? null
    : unpackJson<unknown>(bytesOf(item, 'body'), `cache entry ${keyOf(item)}`);

const valueAs = <Value>(item: Item | null, now: number, form: RecordForm<Value>): Value | null => {
  const value = liveValue(item, now);
  return item === null || value === null ? null : inForm(value, form, `cache entry ${keyOf(item)}`);
};

const attributesOf = (body: Uint8Array, expiresAt: number): Item => ({
  body: { B: body },
  expiresAtMilliseconds: { N: String(expiresAt) },
  ...expiring(expiresAt),
});

/** The item is still the one that was read; `null`: there still is none. */
const unchanged = (item: Item | null): Condition =>
  item === null
    ? { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } }
    : {
        expression: '#body = :body AND #at = :at',
        names: { '#body': 'body', '#at': 'expiresAtMilliseconds' },
        values: {
          ':body': { B: bytesOf(item, 'body') },
          ':at': { N: String(numberOf(item, 'expiresAtMilliseconds')) },
        },
      };

import { packJson, unpackJson } from '../packed-json.ts';
import type { CacheStore } from '../state-store.ts';
import { bytesOf, type DynamoTable, expiring, MAX_ITEM_BYTES, numberOf } from './dynamo-table.ts';

/** What an entry takes beside its value: keys, attribute names, the two times. Generous. */
const OVERHEAD_BYTES = 4096;

/**
 * One item per entry. Time-to-live deletes late, so the age is checked when reading, too. A cache may forget: a value
 * that is over DynamoDB's limit even when compressed (about 4 MB of JSON) is not kept.
 */
export const dynamoCache = (table: DynamoTable): CacheStore => ({
  get: async (key, now) => {
    const item = await table.get(entry(key), { consistent: false });
    if (item === null || numberOf(item, 'expiresAtMilliseconds') <= now) return null;
    return unpackJson<unknown>(bytesOf(item, 'body'), 'cache entry');
  },
  put: async (key, value, expiresAt) => {
    const body = packJson(value);
    if (body.length > MAX_ITEM_BYTES - OVERHEAD_BYTES) return;
    await table.put(entry(key), {
      body: { B: body },
      expiresAtMilliseconds: { N: String(expiresAt) },
      ...expiring(expiresAt),
    });
  },
});

const entry = (key: string) => ({ pk: `cache#${key}`, sk: 'entry' });

import { createHash } from 'node:crypto';
import type { Alert } from '../../model/alert/alert.ts';
import type { Target } from '../../model/aws/inventory.ts';
import { packJson, unpackJson, withWordsOfAws } from '../packed-json.ts';
import { readableAlerts } from '../readable-alerts.ts';
import { nextVersion, targetKey } from '../state-key.ts';
import type { AlertStore, VersionedAlert } from '../state-store.ts';
import { alertFromStored, storedAlert } from '../stored-alert.ts';
import { atVersion, bytesOf, type DynamoTable, type Item, numberOf } from './dynamo-table.ts';

/**
 * One item per alert, one partition per target. Reads are consistent: who decides on an old record would only be
 * refused when writing. `list` is one query a scan; its price is that of the alerts there are, not of the subnets.
 */
export const dynamoAlerts = (table: DynamoTable): AlertStore => ({
  list: async (target, onUnreadable) =>
    readableAlerts(await table.query(partition(target), { consistent: true }), versionedAlert, onUnreadable),
  read: async (target, key) => {
    const item = await table.get({ pk: partition(target), sk: sortKey(key) }, { consistent: true });
    return item === null ? null : versionedAlert(item);
  },
  commit: async (target, alert, expectedVersion) => {
    const version = nextVersion(alert, expectedVersion);
    const key = { pk: partition(target), sk: sortKey(alert.key) };
    const attributes = { version: { N: String(version) }, body: { B: packJson(storedAlert(alert)) } };
    const outcome = await table.put(key, attributes, atVersion(expectedVersion));
    return outcome === 'refused' ? 'conflict' : { version };
  },
  remove: async (target, key, expectedVersion) => {
    const outcome = await table.remove(
      { pk: partition(target), sk: sortKey(key) },
      atVersion(expectedVersion),
    );
    return outcome === 'refused' ? 'conflict' : 'removed';
  },
});

/** Longest sort key in bytes. Source: "Constraints in Amazon DynamoDB". */
const MAX_SORT_KEY_BYTES = 1024;

const sortKey = (key: string): string =>
  Buffer.byteLength(key) <= MAX_SORT_KEY_BYTES
    ? key
    : `long#${createHash('sha256').update(JSON.stringify(key)).digest('hex')}`;

const partition = (target: Target): string => `alerts#${targetKey(target)}`;

const versionedAlert = (item: Item): VersionedAlert => ({
  alert: withWordsOfAws(alertFromStored(unpackJson<Alert>(bytesOf(item, 'body'), 'alert')), 'alert'),
  version: numberOf(item, 'version'),
});

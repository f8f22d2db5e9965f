import type { Target } from '../../model/aws/inventory.ts';
import { elementAt } from '../../model/base/element-at.ts';
import { decodeDay, encodeDay, visitDay } from '../history/history-codec.ts';
import {
  addSample,
  checkedSamples,
  HISTORY_RETENTION,
  type Measurement,
  noHours,
  RECENT_WINDOW,
  type SubnetHours,
  startOfDay,
} from '../history/history-rollup.ts';
import { LazyHistories, noStoredHours, type StoredHours } from '../history/lazy-history.ts';
import { targetKey } from '../state-key.ts';
import type { HistorySample, HistoryScan, HistoryStore } from '../state-store.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Each subnet's day is one small blob in the same encoding that DynamoDB gets; here the subnet needs no number. */
const SOLE = 0;

/** History in SQLite: a record is one transaction, rolled up at once. */
export const sqliteHistory = (database: SqliteDatabase): HistoryStore => {
  const history: HistoryStore = {
    record: (target, at, samples) => history.backfill(target, [{ at, samples }]),
    backfill: async (target, scans) => {
      const checked = scans.map(({ at, samples }) => ({ at, samples: checkedSamples(at, samples) }));
      database.transaction(() => record(database, target, checked));
    },
    read: async (target, subnetIds, from) => {
      const newest = newestOf(database, target);
      const fromDay = startOfDay(Math.max(from, newest - HISTORY_RETENTION));
      const pasts = subnetIds.map((subnetId) => ({
        hours: readHours(database, target, subnetId, fromDay),
        measurements: readRecent(database, target, subnetId, newest - RECENT_WINDOW),
      }));
      const numbers = new Map(subnetIds.map((subnetId, number) => [subnetId, number]));
      return new LazyHistories(numbers, (number) => elementAt(pasts, number), { from, newest });
    },
  };
  return history;
};

const record = (database: SqliteDatabase, target: Target, scans: readonly HistoryScan[]): void => {
  const measurements = scans.flatMap(({ at, samples }) => samples.map((sample) => ({ at, sample })));
  if (measurements.length === 0) return;
  const key = targetKey(target);
  const newest = measurements.reduce((latest, { at }) => Math.max(latest, at), newestOf(database, target));
  database.run(
    'INSERT INTO history_target (target, newest) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET newest = excluded.newest',
    key,
    newest,
  );
  for (const [subnetId, ofSubnet] of Map.groupBy(measurements, ({ sample }) => sample.subnetId)) {
    for (const [day, ofDay] of Map.groupBy(ofSubnet, ({ at }) => startOfDay(at))) {
      rollUpDay(database, key, subnetId, day, ofDay, newest);
    }
  }
  database.run('DELETE FROM history_recent WHERE target = ? AND at <= ?', key, newest - RECENT_WINDOW);
  database.run(
    'DELETE FROM history_day WHERE target = ? AND day < ?',
    key,
    startOfDay(newest - HISTORY_RETENTION),
  );
};

const rollUpDay = (
  database: SqliteDatabase,
  key: string,
  subnetId: string,
  day: number,
  measurements: readonly { readonly at: number; readonly sample: HistorySample }[],
  newest: number,
): void => {
  const row = database.first(
    'SELECT rollups FROM history_day WHERE target = ? AND subnet_id = ? AND day = ?',
    key,
    subnetId,
    day,
  );
  const hours: SubnetHours =
    (row === null ? undefined : decodeDay(day, blobOf(row['rollups'])).get(SOLE)) ?? noHours();
  const added = measurements.filter(({ at, sample }) => addSample(hours, at, sample));
  if (added.length === 0) return;
  database.run(
    `INSERT INTO history_day (target, subnet_id, day, rollups) VALUES (?, ?, ?, ?)
     ON CONFLICT (target, subnet_id, day) DO UPDATE SET rollups = excluded.rollups`,
    key,
    subnetId,
    day,
    encodeDay(day, new Map([[SOLE, hours]])),
  );
  for (const { at, sample } of added) {
    if (at <= newest - RECENT_WINDOW) continue;
    database.run(
      'INSERT INTO history_recent (target, subnet_id, at, available, free_prefixes) VALUES (?, ?, ?, ?, ?)',
      key,
      subnetId,
      at,
      sample.available,
      sample.freePrefixes,
    );
  }
};

const newestOf = (database: SqliteDatabase, target: Target): number =>
  Number(
    database.first('SELECT newest FROM history_target WHERE target = ?', targetKey(target))?.['newest'] ?? 0,
  );

const readHours = (
  database: SqliteDatabase,
  target: Target,
  subnetId: string,
  fromDay: number,
): StoredHours => {
  const hours = noStoredHours();
  const rows = database.all(
    'SELECT day, rollups FROM history_day WHERE target = ? AND subnet_id = ? AND day >= ? ORDER BY day',
    targetKey(target),
    subnetId,
    fromDay,
  );
  for (const row of rows) {
    visitDay(Number(row['day']), blobOf(row['rollups']), ALL, (_, supply, hour, rollup) =>
      hours.closed[supply].push(hour, rollup),
    );
  }
  return hours;
};

const ALL = { has: () => true };

const readRecent = (
  database: SqliteDatabase,
  target: Target,
  subnetId: string,
  after: number,
): Measurement[] =>
  database
    .all(
      'SELECT at, available, free_prefixes FROM history_recent WHERE target = ? AND subnet_id = ? AND at > ?',
      targetKey(target),
      subnetId,
      after,
    )
    .map((row) => ({
      at: Number(row['at']),
      sample: { available: numberOrNull(row['available']), freePrefixes: numberOrNull(row['free_prefixes']) },
    }));

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const blobOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());

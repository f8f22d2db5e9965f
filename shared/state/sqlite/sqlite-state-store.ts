import type { Alert } from '../../model/alert/alert.ts';
import type { TargetAssessment } from '../../model/result/assessment.ts';
import { packJson, unpackJson } from '../packed-json.ts';
import { nextVersion, targetKey } from '../state-key.ts';
import type { AlertStore, AssessmentStore, CacheStore, StateStore } from '../state-store.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { sqliteHistory } from './sqlite-history.ts';

/**
 * State in one file, for the command line and for one process: several may use the file at once, on one machine.
 *
 * @param path the file, made with its folder when it is not there; `:memory:` for none.
 * @throws StateStoreError `state-schema-newer`, `state-not-ours`, `state-unavailable`.
 */
export const openSqliteStateStore = (path: string): StateStore => {
  const database = new SqliteDatabase(path);
  return {
    alerts: sqliteAlerts(database),
    history: sqliteHistory(database),
    assessments: sqliteAssessments(database),
    cache: sqliteCache(database),
    close: async () => database.close(),
  };
};

const sqliteAlerts = (database: SqliteDatabase): AlertStore => ({
  list: async (target) =>
    database
      .all('SELECT body, version FROM alert WHERE target = ? ORDER BY key', targetKey(target))
      .map((row) => ({ alert: alertOf(row['body']), version: Number(row['version']) })),
  read: async (target, key) => {
    const row = database.first(
      'SELECT body, version FROM alert WHERE target = ? AND key = ?',
      targetKey(target),
      key,
    );
    return row === null ? null : { alert: alertOf(row['body']), version: Number(row['version']) };
  },
  commit: async (target, alert, expectedVersion) => {
    const version = nextVersion(alert, expectedVersion);
    const body = JSON.stringify(alert);
    const changed =
      expectedVersion === 0
        ? database.run(
            'INSERT INTO alert (target, key, version, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
            targetKey(target),
            alert.key,
            version,
            body,
          )
        : database.run(
            'UPDATE alert SET version = ?, body = ? WHERE target = ? AND key = ? AND version = ?',
            version,
            body,
            targetKey(target),
            alert.key,
            expectedVersion,
          );
    return changed === 0 ? 'conflict' : { version };
  },
  remove: async (target, key, expectedVersion) => {
    const changed = database.run(
      'DELETE FROM alert WHERE target = ? AND key = ? AND version = ?',
      targetKey(target),
      key,
      expectedVersion,
    );
    return changed === 0 ? 'conflict' : 'removed';
  },
});

// The type is what `commit` wrote.
const alertOf = (body: unknown): Alert => JSON.parse(String(body));

const sqliteAssessments = (database: SqliteDatabase): AssessmentStore => ({
  putLatest: async (assessment) => {
    const { accountId, region, status } = assessment.target;
    const changed = database.run(
      `INSERT INTO assessment (target, account_id, region, scanned_at, status, body) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (target) DO UPDATE SET scanned_at = excluded.scanned_at, status = excluded.status, body = excluded.body
       WHERE assessment.scanned_at <= excluded.scanned_at`,
      targetKey(assessment.target),
      accountId,
      region,
      Date.parse(assessment.scannedAt),
      status,
      packJson(assessment),
    );
    return changed === 0 ? 'older' : 'stored';
  },
  latest: async (target) => {
    const row = database.first('SELECT body FROM assessment WHERE target = ?', targetKey(target));
    return row === null ? null : unpackJson<TargetAssessment>(blobOf(row['body']), 'assessment');
  },
  targets: async () =>
    database
      .all('SELECT account_id, region, scanned_at, status FROM assessment ORDER BY target')
      .map(({ account_id, region, scanned_at, status }) => ({
        target: { accountId: String(account_id), region: String(region) },
        scannedAt: new Date(Number(scanned_at)).toISOString(),
        status: status === 'ok' || status === 'partial' ? status : 'failed',
      })),
});

const sqliteCache = (database: SqliteDatabase): CacheStore => ({
  get: async (key, now) => {
    // Here is where it is known what time it is: what has expired goes on the way.
    database.run('DELETE FROM cache WHERE expires_at <= ?', now);
    const row = database.first('SELECT body FROM cache WHERE key = ?', key);
    return row === null ? null : unpackJson<unknown>(blobOf(row['body']), 'cache entry');
  },
  put: async (key, value, expiresAt) => {
    database.run(
      `INSERT INTO cache (key, expires_at, body) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body`,
      key,
      expiresAt,
      packJson(value),
    );
  },
});

const blobOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());

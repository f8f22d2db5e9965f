import { setTimeout as pause } from 'node:timers/promises';
import type { Alert } from '../../model/alert/alert.ts';
import type { Target } from '../../model/aws/inventory.ts';
import type { TargetAssessment } from '../../model/result/assessment.ts';
import { pastScan } from '../../model/result/past-scan.ts';
import { packJson, readable, unpackJson, withWordsOfAws } from '../packed-json.ts';
import { readableAlerts } from '../readable-alerts.ts';
import { inForm, type RecordForm } from '../record-form.ts';
import { nextVersion, targetKey } from '../state-key.ts';
import {
  type AlertStore,
  type AssessmentStore,
  type CacheStore,
  isSameValue,
  type StateStore,
} from '../state-store.ts';
import { StateStoreError } from '../state-store-error.ts';
import { alertFromStored, storedAlert } from '../stored-alert.ts';
import { type OpenOptions, SqliteDatabase } from './sqlite-database.ts';
import { sqliteHistory } from './sqlite-history.ts';

/**
 * State in one file, for the command line and for one process: several may use the file at once, on one machine.
 *
 * @param path the file, made with its folder when it is not there; `:memory:` for none.
 * @throws StateStoreError `state-schema-newer`, `state-schema-older`, `state-not-ours`, `state-busy`, `state-unavailable`.
 */
export const openSqliteStateStore = (path: string, options: OpenOptions = {}): StateStore => {
  const database = new SqliteDatabase(path, options);
  const patience = new Patience();
  return {
    alerts: patience.with(sqliteAlerts(database)),
    history: patience.with(sqliteHistory(database)),
    assessments: patience.with(sqliteAssessments(database)),
    cache: patience.with(sqliteCache(database)),
    close: async () => database.close(),
  };
};

/** What another process may hold the file for: a slow disk, or a `headroom backfill` of a large past. */
const PATIENCE_MILLISECONDS = 10_000;
const PAUSE_MILLISECONDS = 50;

/**
 * Waits while another process writes. SQLite itself would wait too, but would stop this whole process meanwhile:
 * `headroom serve` could not answer. A file that was held for the whole time is not waited for again until it is free.
 */
class Patience {
  #isHeld = false;

  /** A part of the store whose methods wait. */
  with<Part extends object>(part: Part): Part {
    return Object.fromEntries(
      Object.entries(part).map(([name, method]: [string, (...given: unknown[]) => Promise<unknown>]) => [
        name,
        (...given: unknown[]) => this.#whenFree(() => method(...given)),
      ]),
    ) as Part;
  }

  async #whenFree(work: () => Promise<unknown>): Promise<unknown> {
    for (let waited = 0; ; waited += PAUSE_MILLISECONDS) {
      try {
        const answer = await work();
        this.#isHeld = false;
        return answer;
      } catch (error) {
        if (!(error instanceof StateStoreError) || error.code !== 'state-busy') throw error;
        if (this.#isHeld || waited >= PATIENCE_MILLISECONDS) {
          this.#isHeld = true;
          throw error;
        }
        await pause(PAUSE_MILLISECONDS);
      }
    }
  }
}

const sqliteAlerts = (database: SqliteDatabase): AlertStore => ({
  list: async (target, onUnreadable) =>
    readableAlerts(
      database.all('SELECT key, body, version FROM alert WHERE target = ? ORDER BY key', targetKey(target)),
      (row) => ({ alert: alertOf(row), version: Number(row['version']) }),
      onUnreadable,
    ),
  read: async (target, key) => {
    const row = database.first(
      'SELECT key, body, version FROM alert WHERE target = ? AND key = ?',
      targetKey(target),
      key,
    );
    return row === null ? null : { alert: alertOf(row), version: Number(row['version']) };
  },
  commit: async (target, alert, expectedVersion) => {
    const version = nextVersion(alert, expectedVersion);
    const body = JSON.stringify(storedAlert(alert));
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

/** The type is what `commit` wrote. @throws StateStoreError `state-unreadable` for anything else */
const alertOf = (row: Readonly<Record<string, unknown>>): Alert => {
  try {
    return withWordsOfAws(alertFromStored(JSON.parse(String(row['body']))), 'alert');
  } catch (error) {
    throw new StateStoreError(
      'state-unreadable',
      `The stored alert ${String(row['key'])} cannot be read`,
      'Restore the state file from a backup, or remove it: alerts that fire are then announced again.',
      { cause: error },
    );
  }
};

/** A scan that learned nothing is stored with the last one that did. */
type StoredAssessment = TargetAssessment & { readonly lastRead?: TargetAssessment | null };

const storedAssessment = (database: SqliteDatabase, target: Target): StoredAssessment | null => {
  const row = database.first('SELECT body FROM assessment WHERE target = ?', targetKey(target));
  return row === null ? null : unpackJson<StoredAssessment>(blobOf(row['body']), 'assessment');
};

const latestAssessment = (database: SqliteDatabase, target: Target): TargetAssessment | null => {
  const stored = storedAssessment(database, target);
  if (stored === null) return null;
  const { lastRead: _lastRead, ...latest } = stored;
  return withWordsOfAws(latest, 'assessment');
};

/** What is kept beside a scan that learned nothing; `null` beside any other. */
const lastReadBefore = (database: SqliteDatabase, { target }: TargetAssessment): TargetAssessment | null => {
  if (target.status !== 'failed') return null;
  const stored = readable(() => storedAssessment(database, target));
  if (stored === null) return null;
  return stored.target.status === 'failed' ? (stored.lastRead ?? null) : stored;
};

const sqliteAssessments = (database: SqliteDatabase): AssessmentStore => ({
  putLatest: async (assessment) => {
    const { accountId, region, status } = assessment.target;
    const lastRead = lastReadBefore(database, assessment);
    const changed = database.run(
      `INSERT INTO assessment (target, account_id, region, scanned_at, status, body) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (target) DO UPDATE SET scanned_at = excluded.scanned_at, status = excluded.status, body = excluded.body
       WHERE assessment.scanned_at <= excluded.scanned_at`,
      targetKey(assessment.target),
      accountId,
      region,
      Date.parse(assessment.scannedAt),
      status,
      packJson(lastRead === null ? assessment : { ...assessment, lastRead }),
    );
    return changed === 0 ? 'older' : 'stored';
  },
  latest: async (target) => latestAssessment(database, target),
  lastRead: async (target) => {
    const lastRead = storedAssessment(database, target)?.lastRead ?? null;
    return lastRead === null ? null : withWordsOfAws(lastRead, 'assessment');
  },
  past: async (target) => {
    const latest = latestAssessment(database, target);
    return latest === null ? null : pastScan(latest);
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

const sqliteCache = (database: SqliteDatabase): CacheStore => {
  const read = (key: string, now: number): unknown => {
    const row = database.first('SELECT body FROM cache WHERE key = ? AND expires_at > ?', key, now);
    return row === null ? null : unpackJson<unknown>(blobOf(row['body']), `cache entry ${key}`);
  };
  const readAs = <Value>(key: string, now: number, form: RecordForm<Value>): Value | null => {
    const value = read(key, now);
    return value === null ? null : inForm(value, form, `cache entry ${key}`);
  };
  const write = (key: string, value: unknown, expiresAt: number): void => {
    database.run(
      `INSERT INTO cache (key, expires_at, body) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body`,
      key,
      expiresAt,
      packJson(value),
    );
  };
  return {
    get: async (key, now, form) => {
      // Here is where it is known what time it is: what has expired goes on the way.
      if (!database.isReadOnly) database.run('DELETE FROM cache WHERE expires_at <= ?', now);
      return readAs(key, now, form);
    },
    getMany: async (keys, now, form) =>
      new Map(
        keys.flatMap((key) => {
          const value = readable(() => readAs(key, now, form));
          return value === null ? [] : [[key, value] as const];
        }),
      ),
    put: async (key, value, expiresAt) => write(key, value, expiresAt),
    putMany: async (values, expiresAt) => {
      for (const [key, value] of values) write(key, value, expiresAt);
    },
    exchange: async (key, { expected, expiresAt, now, value }) =>
      database.transaction(() => {
        if (!isSameValue(read(key, now), expected)) return 'conflict';
        write(key, value, expiresAt);
        return 'stored';
      }),
  };
};

const blobOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());

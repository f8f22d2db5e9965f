import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { StateStoreError } from '../state-store-error.ts';

/** Marks the file as ours (`PRAGMA application_id`): the letters HDRM. */
const APPLICATION_ID = 0x4844524d;

/** Another process that writes holds the file for milliseconds; this is for a slow disk. */
const BUSY_TIMEOUT_MILLISECONDS = 10_000;

/** Step `n` takes a file from schema version `n` to `n + 1`. Steps are only ever added. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE alert (
     target TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (target, key)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE history_day (
     target TEXT NOT NULL, subnet_id TEXT NOT NULL, day INTEGER NOT NULL, rollups BLOB NOT NULL,
     PRIMARY KEY (target, subnet_id, day)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE history_recent (
     target TEXT NOT NULL, subnet_id TEXT NOT NULL, at INTEGER NOT NULL, available INTEGER, free_prefixes INTEGER,
     PRIMARY KEY (target, subnet_id, at)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE history_target (target TEXT PRIMARY KEY, newest INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE assessment (
     target TEXT PRIMARY KEY, account_id TEXT NOT NULL, region TEXT NOT NULL,
     scanned_at INTEGER NOT NULL, status TEXT NOT NULL, body BLOB NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE cache (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;`,
];

type Row = Readonly<Record<string, SQLOutputValue>>;

/**
 * A state file, open, ours and of this version's schema. Failures come as `StateStoreError`. Parameters are plain `?`:
 * Node 22.13 binds numbered ones (`?1`) wrongly.
 */
export class SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSync>();
  /** Node 22.13 does not tell whether a database is open. */
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.#database = this.#guarded(() => {
      if (path !== ':memory:') mkdirSync(dirname(resolve(path)), { recursive: true });
      return new DatabaseSync(path);
    });
    try {
      this.#guarded(() => this.#prepareFile());
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** The rows of a query. */
  all(sql: string, ...parameters: SQLInputValue[]): readonly Row[] {
    return this.#guarded(() => this.#statement(sql).all(...parameters));
  }

  first(sql: string, ...parameters: SQLInputValue[]): Row | null {
    return this.#guarded(() => this.#statement(sql).get(...parameters) ?? null);
  }

  /** Runs a statement and tells how many rows it changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return this.#guarded(() => Number(this.#statement(sql).run(...parameters).changes));
  }

  /** All of `work` or nothing of it; other processes that write wait. */
  transaction<Result>(work: () => Result): Result {
    this.#guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.#guarded(() => this.#database.exec('COMMIT'));
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  close(): void {
    if (this.#isOpen) this.#database.close();
    this.#isOpen = false;
  }

  /** SQLite has ended the transaction by itself after some errors; then there is nothing to roll back. */
  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // What went wrong before is what the caller must hear of.
    }
  }

  #statement(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #prepareFile(): void {
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MILLISECONDS}`);
    // Readers do not wait for the writer, and a crash of the process loses nothing that was committed.
    this.#database.exec('PRAGMA journal_mode = WAL');
    this.#database.exec('PRAGMA synchronous = NORMAL');
    this.transaction(() => {
      const version = this.#pragma('user_version');
      const tables = this.first('SELECT count(*) AS count FROM sqlite_schema')?.['count'];
      if (tables !== 0 && this.#pragma('application_id') !== APPLICATION_ID) {
        throw new StateStoreError(
          'state-not-ours',
          `${this.#path} is an SQLite database, but not a state file of Headroom`,
          'Give another file, or move this one.',
        );
      }
      if (version > MIGRATIONS.length) {
        throw new StateStoreError(
          'state-schema-newer',
          `${this.#path} was written by a newer Headroom: its schema is ${version}, and this version knows ${MIGRATIONS.length}`,
          'Update Headroom, or give another file.',
        );
      }
      for (const step of MIGRATIONS.slice(version)) this.#database.exec(step);
      this.#database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      this.#database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    });
  }

  #pragma(name: string): number {
    return Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name]);
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof StateStoreError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      if (message.includes('not a database')) {
        throw new StateStoreError(
          'state-not-ours',
          `${this.#path} is not a state file of Headroom: it is not an SQLite database`,
          'Give another file, or move this one.',
          { cause: error },
        );
      }
      throw new StateStoreError(
        'state-unavailable',
        `The state file ${this.#path} could not be used: ${message}`,
        'Check that the folder exists and may be written, that the disk is not full, and that no other process holds the file.',
        { cause: error },
      );
    }
  }
}

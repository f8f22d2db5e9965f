import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StateStoreError } from '../state-store-error.ts';

/** Marks the file as ours (`PRAGMA application_id`): the letters HDRM. */
const APPLICATION_ID = 0x4844524d;

/** How long SQLite itself waits for another process that writes: it stops this process meanwhile. */
const BUSY_TIMEOUT_MILLISECONDS = 100;

/** How long it waits when the file is opened, which cannot be tried again from outside. */
const OPENING_TIMEOUT_MILLISECONDS = 10_000;

/** SQL on one line. */
const plainSql = (sql: string): string => sql.replace(/\s+/g, ' ').trim();

export interface OpenOptions {
  /** Nothing is written: not even the folder, or a file of an older schema. For files that may only be read. */
  readonly readOnly?: boolean;
  /** Milliseconds to wait for another process when the file is opened. */
  readonly openWithin?: number;
}

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

/** The statements that make the tables, without the differences in white space that versions may have. */
const OWN_TABLES: ReadonlySet<string> = new Set(
  MIGRATIONS.flatMap((step) => step.split(';'))
    .map((statement) => plainSql(statement))
    .filter((statement) => statement !== ''),
);

/** What SQLite keeps for itself, where `ANALYZE` was run on the file. */
const STATISTICS = /^sqlite_stat\d$/;

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

  readonly isReadOnly: boolean;

  constructor(
    path: string,
    { readOnly = false, openWithin = OPENING_TIMEOUT_MILLISECONDS }: OpenOptions = {},
  ) {
    this.#path = path;
    this.isReadOnly = readOnly;
    this.#database = this.#guarded(() => {
      if (readOnly) return openToRead(path);
      if (path !== ':memory:') mkdirSync(dirname(resolve(path)), { recursive: true });
      if (path !== ':memory:') makePrivate(path);
      return new DatabaseSync(path);
    });
    try {
      this.#guarded(() => (readOnly ? this.#checkSchema() : this.#prepareFile(openWithin)));
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

  #prepareFile(openWithin: number): void {
    this.#database.exec(`PRAGMA busy_timeout = ${openWithin}`);
    this.#database.exec('PRAGMA trusted_schema = OFF');
    // Readers do not wait for the writer, and a crash of the process loses nothing that was committed.
    this.#database.exec('PRAGMA journal_mode = WAL');
    this.#database.exec('PRAGMA synchronous = NORMAL');
    this.transaction(() => {
      const version = this.#checkedVersion();
      for (const step of MIGRATIONS.slice(version)) this.#database.exec(step);
      this.#database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      this.#database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    });
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MILLISECONDS}`);
  }

  /** A file that may only be read cannot be brought to this schema. */
  #checkSchema(): void {
    const version = this.#checkedVersion();
    if (version < MIGRATIONS.length) {
      throw new StateStoreError(
        'state-schema-older',
        `${this.#path} was written by an older Headroom: its schema is ${version}, and this version needs ${MIGRATIONS.length}`,
        'Run a command that may write the file once, such as `headroom serve`.',
      );
    }
  }

  /** The schema that the file has. @throws StateStoreError when it is not ours, or newer than this version */
  #checkedVersion(): number {
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
    // An older file that may only be read is refused in any case.
    if (version === MIGRATIONS.length || !this.isReadOnly) this.#refuseForeignSchema();
    return version;
  }

  /**
   * A file from elsewhere may have views, triggers and generated columns in place of our tables. They would run when the
   * file is read, and can take any time and memory.
   */
  #refuseForeignSchema(): void {
    const foreign = this.all('SELECT type, name, sql FROM sqlite_schema').filter(
      ({ type, name, sql }) =>
        !STATISTICS.test(String(name)) && !(type === 'table' && OWN_TABLES.has(plainSql(String(sql)))),
    );
    if (foreign.length === 0) return;
    const names = foreign.map(({ type, name }) => `${String(type)} ${String(name)}`);
    throw new StateStoreError(
      'state-not-ours',
      `${this.#path} has something that no version of Headroom made: ${names.slice(0, 5).join(', ')}`,
      'Give another file, or restore this one from a backup.',
    );
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
      if (isBusy(error)) {
        throw new StateStoreError(
          'state-busy',
          `The state file ${this.#path} is held by another process`,
          'Find out which process holds it; it is tried again with the next scan.',
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

/** Makes the file where there is none, for its owner alone: it holds an inventory. SQLite gives the files beside it the same rights. */
const makePrivate = (path: string): void => {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
};

/** SQLITE_BUSY and SQLITE_LOCKED. https://sqlite.org/rescode.html */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6);

/**
 * In a folder that may not be written, or on a full disk, a file cannot have those beside it that SQLite shares between
 * processes. Then no other process writes it either, and it is read as a file that does not change. One with committed
 * changes that are not in it yet (`-wal`) would be read without them, so it is refused.
 */
const openToRead = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    const pending = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (pending > 0 || String(error).includes('not a database')) throw error;
    const url = pathToFileURL(path);
    url.search = 'immutable=1';
    return new DatabaseSync(url, { readOnly: true });
  }
};

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';

const target = { accountId: '111111111111', region: 'eu-west-1' };

describe('an SQLite state file', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-sqlite-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string) => join(folder, name);

  test('what was stored is there when the file is opened again, in a folder that did not exist', async () => {
    const path = join(folder, 'deep', 'down', 'state.db');
    const first = openSqliteStateStore(path);
    await first.alerts.commit(target, anAlert(), 0);
    await first.history.record(target, 1_000, [{ subnetId: 'subnet-0a', available: 1, freePrefixes: null }]);
    await first.close();
    const second = openSqliteStateStore(path);
    expect((await second.alerts.list(target)).map(({ alert }) => alert)).toEqual([anAlert()]);
    expect((await second.history.read(target, ['subnet-0a'], 0)).get('subnet-0a')?.addresses.recent).toEqual([
      { at: 1_000, value: 1 },
    ]);
    await second.close();
  });

  test('two processes that have it open decide a race between them', async () => {
    const left = openSqliteStateStore(file('shared.db'));
    const right = openSqliteStateStore(file('shared.db'));
    const outcomes = await Promise.all([
      left.alerts.commit(target, anAlert(), 0),
      right.alerts.commit(target, anAlert(), 0),
    ]);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(1);
    await left.close();
    await right.close();
  });

  test('a scan that is refused half way leaves nothing behind', async () => {
    const store = openSqliteStateStore(file('half.db'));
    const history = store.history.backfill(target, [
      { at: 1_000, samples: [{ subnetId: 'subnet-0a', available: 1, freePrefixes: null }] },
      { at: 2_000, samples: [{ subnetId: 'subnet-0a', available: -1, freePrefixes: null }] },
    ]);
    await expect(history).rejects.toMatchObject({ code: 'invalid-sample' });
    expect((await store.history.read(target, ['subnet-0a'], 0)).get('subnet-0a')?.addresses.recent).toEqual(
      [],
    );
    await store.close();
  });

  test('a file of a newer Headroom is refused in one sentence, and left as it is', async () => {
    await openSqliteStateStore(file('newer.db')).close();
    const newer = new DatabaseSync(file('newer.db'));
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(() => openSqliteStateStore(file('newer.db'))).toThrow(
      expect.objectContaining({
        code: 'state-schema-newer',
        message: `${file('newer.db')} was written by a newer Headroom: its schema is 99, and this version knows 1`,
      }),
    );
    const after = new DatabaseSync(file('newer.db'));
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    after.close();
  });

  test('a database of another program is refused, and left as it is', () => {
    const foreign = new DatabaseSync(file('foreign.db'));
    foreign.exec('CREATE TABLE photos (id INTEGER)');
    foreign.close();
    expect(() => openSqliteStateStore(file('foreign.db'))).toThrow(
      expect.objectContaining({ code: 'state-not-ours' }),
    );
    const after = new DatabaseSync(file('foreign.db'));
    expect(after.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'photos' }]);
    after.close();
  });

  test('a file that is no database is refused', () => {
    writeFileSync(file('notes.txt'), 'a shopping list '.repeat(100));
    expect(() => openSqliteStateStore(file('notes.txt'))).toThrow(
      expect.objectContaining({ code: 'state-not-ours' }),
    );
  });

  test('a path that cannot be written is refused with what to do', () => {
    writeFileSync(file('plain'), '');
    expect(() => openSqliteStateStore(join(file('plain'), 'state.db'))).toThrow(
      expect.objectContaining({ code: 'state-unavailable', action: expect.stringContaining('folder') }),
    );
  });

  test('while another process holds the file a write waits, without stopping this process', async () => {
    const store = openSqliteStateStore(file('held.db'));
    const other = new DatabaseSync(file('held.db'));
    other.exec('BEGIN IMMEDIATE');
    let isStored = false;
    const writing = store.alerts.commit(target, anAlert(), 0).finally(() => {
      isStored = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isStored).toBe(false);
    other.exec('COMMIT');
    other.close();
    expect(await writing).toEqual({ version: expect.any(Number) });
    await store.close();
  });

  test('a file that another process holds when it is opened is refused after the time that was given', () => {
    const other = new DatabaseSync(file('locked.db'));
    other.exec('CREATE TABLE theirs (id INTEGER)');
    other.exec('BEGIN EXCLUSIVE');
    expect(() => openSqliteStateStore(file('locked.db'), { openWithin: 10 })).toThrow(
      expect.objectContaining({ code: 'state-busy' }),
    );
    other.close();
  });

  test('a file that may only be read is read and not changed', async () => {
    const closed = join(folder, 'read-only');
    mkdirSync(closed);
    const path = join(closed, 'state.db');
    const writer = openSqliteStateStore(path);
    await writer.alerts.commit(target, anAlert(), 0);
    await writer.cache.put('old', 1, 10);
    await writer.close();
    const before = readFileSync(path);
    chmodSync(path, 0o444);
    chmodSync(closed, 0o555);
    const reader = openSqliteStateStore(path, { readOnly: true });
    expect((await reader.alerts.list(target)).map(({ alert }) => alert)).toEqual([anAlert()]);
    expect(await reader.cache.get('old', 11, ANY_FORM)).toBeNull();
    await expect(reader.alerts.commit(target, anAlert(), 1)).rejects.toMatchObject({
      code: 'state-unavailable',
    });
    await reader.close();
    chmodSync(closed, 0o755);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a file that may only be read shows what a process that writes it has just stored', async () => {
    const writer = openSqliteStateStore(file('written.db'));
    const reader = openSqliteStateStore(file('written.db'), { readOnly: true });
    await writer.alerts.commit(target, anAlert(), 0);
    expect(await reader.alerts.list(target)).toHaveLength(1);
    await reader.close();
    await writer.close();
  });

  test('a file that may only be read, and is of an older schema, is refused with what to do', () => {
    const old = new DatabaseSync(file('old.db'));
    old.exec('CREATE TABLE alert (key TEXT)');
    old.exec('PRAGMA application_id = 1212437069');
    old.close();
    expect(() => openSqliteStateStore(file('old.db'), { readOnly: true })).toThrow(
      expect.objectContaining({ code: 'state-schema-older' }),
    );
  });

  test('one alert that cannot be read hides no other: it is left out for those who ask to hear of it', async () => {
    const store = openSqliteStateStore(file('damaged.db'));
    await store.alerts.commit(target, { ...anAlert(), key: 'a' }, 0);
    await store.alerts.commit(target, { ...anAlert(), key: 'b' }, 0);
    const other = new DatabaseSync(file('damaged.db'));
    other.exec("UPDATE alert SET body = '{' WHERE key = 'a'");
    other.close();
    const heard: string[] = [];
    const listed = await store.alerts.list(target, ({ message }) => heard.push(message));
    expect(listed.map(({ alert }) => alert.key)).toEqual(['b']);
    expect(heard).toEqual(['The stored alert a cannot be read']);
    await expect(store.alerts.list(target)).rejects.toMatchObject({ code: 'state-unreadable' });
    await store.close();
  });

  test('a store that was closed says so instead of losing what it is given', async () => {
    const store = openSqliteStateStore(':memory:');
    await store.close();
    await store.close();
    await expect(store.alerts.commit(target, anAlert(), 0)).rejects.toMatchObject({
      code: 'state-unavailable',
    });
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { startDynamoDb } from '../../fixtures/dynamodb.ts';

/** Where state survives the death of a process. `reopen` is what a new process does. */
export interface Survivor {
  readonly reopen: () => StateStore;
}

export interface StoreKind {
  /** Makes an empty one. */
  readonly fresh: () => Promise<Survivor>;
  readonly stop: () => Promise<void>;
}

export const STORES: Readonly<Record<string, () => Promise<StoreKind>>> = {
  memory: async () => ({
    // It has no process of its own to survive: it stands for a store that does.
    fresh: async () => {
      const store = createMemoryStateStore();
      return { reopen: () => store };
    },
    stop: async () => {},
  }),
  SQLite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headroom-drill-'));
    const opened: StateStore[] = [];
    let files = 0;
    return {
      fresh: async () => {
        files += 1;
        const path = join(folder, `state-${files}.db`);
        return {
          reopen: () => {
            const store = openSqliteStateStore(path);
            opened.push(store);
            return store;
          },
        };
      },
      stop: async () => {
        for (const store of opened) await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  DynamoDB: async () => {
    const database = await startDynamoDb();
    return {
      fresh: async () => {
        const tableName = await database.createTable();
        return { reopen: () => createDynamoStateStore({ client: database.client, tableName }) };
      },
      stop: () => database.stop(),
    };
  },
};

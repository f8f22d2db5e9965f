import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoStateStore } from '../../../shared/state/dynamo/dynamo-state-store.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { type LocalDynamoDb, startDynamoDb } from '../../fixtures/dynamodb.ts';
import { describeStateStore } from './conformance.ts';

describeStateStore({
  name: 'state in memory',
  start: async () => {},
  open: async () => createMemoryStateStore(),
  stop: async () => {},
});

let folder = '';
let files = 0;
describeStateStore({
  name: 'state in an SQLite file',
  start: async () => {
    folder = mkdtempSync(join(tmpdir(), 'headroom-state-'));
  },
  open: async () => {
    files += 1;
    return openSqliteStateStore(join(folder, `state-${files}.db`));
  },
  stop: async () => rmSync(folder, { recursive: true }),
});

let database: LocalDynamoDb | null = null;
describeStateStore({
  name: 'state in DynamoDB',
  start: async () => {
    database = await startDynamoDb();
  },
  open: async () => {
    if (database === null) throw new Error('DynamoDB was not started');
    return createDynamoStateStore({ client: database.client, tableName: await database.createTable() });
  },
  stop: async () => {
    await database?.stop();
  },
});

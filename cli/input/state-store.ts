import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { StateStore } from '../../shared/state/state-store.ts';
import { UsageError } from '../base/command-line.ts';

export interface StateOptions {
  readonly state?: string;
  readonly table?: string;
  readonly region?: string;
}

const DEFAULT_STATE = 'headroom.sqlite';

/** The options of every command that looks at stored scans. */
export const addStateOptions = (command: Command): Command =>
  command
    .option('-s, --state <file>', `the state of \`headroom serve\` (default: ${DEFAULT_STATE})`)
    .option('-t, --table <name>', 'the DynamoDB table of a deployment, such as headroom-prod-state')
    .option('-r, --region <region>', "Region of the table (default: the profile's Region)")
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)');

/** A store without scans knows nothing, and that is no all-clear. */
export const noScanStored = (): UsageError =>
  new UsageError('No scan is stored there.', 'Run a scan first, or give another store.');

/**
 * Runs something on the store that the options name, and closes it.
 *
 * @param options `readOnly`: the file may be one that cannot be written
 * @throws UsageError when they name none, or two
 */
export const withStateStore = async <Answer>(
  { state, table, region }: StateOptions,
  work: (store: StateStore) => Promise<Answer>,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<Answer> => {
  if (state !== undefined && table !== undefined) {
    throw new UsageError('--state and --table are both given.', 'Keep one of them.');
  }
  if (table === undefined) {
    const path = state ?? DEFAULT_STATE;
    if (!existsSync(path)) {
      throw new UsageError(
        `There is no ${path} here.`,
        'Give the state file of `headroom serve` with --state, or the table of a deployment with --table.',
      );
    }
  }
  const { store, disconnect } =
    table === undefined ? await openFile(state ?? DEFAULT_STATE, readOnly) : await openTable(table, region);
  try {
    return await work(store);
  } finally {
    await store.close();
    disconnect();
  }
};

interface OpenStore {
  readonly store: StateStore;
  disconnect(): void;
}

const openFile = async (path: string, readOnly: boolean): Promise<OpenStore> => {
  const { openSqliteStateStore } = await import('../../shared/state/sqlite/sqlite-state-store.ts');
  return { store: openSqliteStateStore(path, { readOnly }), disconnect: () => {} };
};

const openTable = async (tableName: string, region: string | undefined): Promise<OpenStore> => {
  const [{ DynamoDBClient }, { clientSettings }, { createDynamoStateStore }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('../../shared/aws/client-settings.ts'),
    import('../../shared/state/dynamo/dynamo-state-store.ts'),
  ]);
  const client = new DynamoDBClient(clientSettings({ region }));
  return { store: createDynamoStateStore({ client, tableName }), disconnect: () => client.destroy() };
};

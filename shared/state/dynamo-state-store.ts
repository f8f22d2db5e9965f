import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoAlerts } from './dynamo-alerts.ts';
import { dynamoAssessments } from './dynamo-assessments.ts';
import { dynamoCache } from './dynamo-cache.ts';
import { dynamoHistory } from './dynamo-history.ts';
import { DynamoTable } from './dynamo-table.ts';
import type { StateStore } from './state-store.ts';

export interface DynamoStateStoreOptions {
  /** Its retry settings decide how much throttling is borne; closing it is its owner's business. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

/**
 * State in one DynamoDB table: keys `pk` and `sk` (strings), on-demand capacity, time-to-live on `expiresAt`.
 *
 * What a month costs for one target of 1,000 subnets, scanned every 5 minutes (8,640 scans, 720 hours), at $0.625 a
 * million writes (WRU, 1 KB) and $0.125 a million reads (RRU, 4 KB, half of one where the read may be a moment old).
 * Sizes as measured by `test/contract/state/dynamo-cost.test.ts`, which fails when a request more is made or paid for:
 *
 * MEASURED
 */
export const createDynamoStateStore = ({ client, tableName }: DynamoStateStoreOptions): StateStore => {
  const table = new DynamoTable(client, tableName);
  return {
    alerts: dynamoAlerts(table),
    history: dynamoHistory(table),
    assessments: dynamoAssessments(table),
    cache: dynamoCache(table),
    close: async () => {},
  };
};

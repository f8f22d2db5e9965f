import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StateStore } from '../state-store.ts';
import { dynamoAlerts } from './dynamo-alerts.ts';
import { dynamoAssessments } from './dynamo-assessments.ts';
import { dynamoCache } from './dynamo-cache.ts';
import { dynamoHistory } from './dynamo-history.ts';
import { DynamoTable } from './dynamo-table.ts';

export interface DynamoStateStoreOptions {
  /** Its retry settings decide how much throttling is borne; closing it is its owner's business. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Bytes of history that the process keeps between scans, packed. Default: 16 MB. */
  readonly remembered?: number | undefined;
  /** See `DynamoHistoryOptions`. */
  readonly bucketsAtOnce?: number | undefined;
}

/**
 * State in one DynamoDB table: keys `pk` and `sk` (strings), on-demand capacity, time-to-live on `expiresAt`.
 *
 * What a month costs for one target of 1,000 subnets, scanned every 5 minutes (8,640 scans, 720 hours), at $0.625 a
 * million writes (WRU, 1 KB) and $0.125 a million reads (RRU, 4 KB, half of one where the read may be a moment old).
 * Units as `test/contract/state/dynamo-cost.test.ts` measures them, with a fifth of the subnets changing in every scan and
 * twenty alerts; it fails when a scan makes one request more.
 *
 * | what                              | units each time      | times | a month |
 * |-----------------------------------|----------------------|-------|---------|
 * | alerts listed                     | 3 RRU                | 8,640 |  $0.003 |
 * | history recorded                  | 4 WRU, 3 RRU         | 8,640 |  $0.025 |
 * | history rolled up                 | 25 WRU, 76 RRU       |   720 |  $0.018 |
 * | last six hours read               | 30 RRU               | 8,640 |  $0.032 |
 * | 36 days read (every six hours)    | 36 x 15 RRU          |   120 |  $0.008 |
 * | of the latest assessment read     | 33 RRU at most       | 8,640 |  $0.036 |
 * | latest assessment stored          | 1 to 96 WRU, 1 RRU   | 8,640 |  $0.006 to $0.52: what did not change is not written |
 *
 * An hour is rolled up by as many scans as it takes, 800 subnets in each, so that no scan makes more than 40 requests.
 * A store that is made again for every scan reads 36 days every time: $0.58 instead of $0.008.
 * An alert costs 1 or 2 WRU whenever it changes, and 2 or 3 such writes for each message.
 */
export const createDynamoStateStore = ({
  client,
  tableName,
  ...history
}: DynamoStateStoreOptions): StateStore => {
  const table = new DynamoTable(client, tableName);
  return {
    alerts: dynamoAlerts(table),
    history: dynamoHistory(table, history),
    assessments: dynamoAssessments(table),
    cache: dynamoCache(table),
    close: async () => {},
  };
};

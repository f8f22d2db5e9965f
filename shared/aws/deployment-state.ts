import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoStateStore } from '../state/dynamo/dynamo-state-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { clientSettings } from './client-settings.ts';

/**
 * DynamoDB answers within milliseconds. Who waits for EC2's half minute there, eight times over, has lost the time that a
 * scan has; this still leaves room for a function that gets a seventh of a processor and is busy.
 */
const ANSWER_TIMEOUT = 3_000;

/**
 * Of the memory of the function: 51 MB of 256 hold 36 days of 14,000 subnets, packed. A scan has them in its hands at any rate;
 * to keep them costs nothing more at that moment.
 */
const REMEMBERED_SHARE = 0.2;

const rememberedBytes = (memory: string | undefined): number | undefined => {
  const megabytes = Number(memory);
  return megabytes > 0 ? megabytes * REMEMBERED_SHARE * 1024 * 1024 : undefined;
};

/** What decides which table it is, and where. */
interface OpenState {
  readonly where: string;
  readonly client: DynamoDBClient;
  readonly store: StateStore;
}

let open: OpenState | null = null;

/**
 * The state of the deployment, one for as long as the process lives: it remembers days that were added up, which would otherwise be
 * read at every scan (for 1,000 subnets $0.58 a month instead of $0.01), and keeps its connections.
 *
 * @param environment of the process: another Region or endpoint is another state
 */
export const deploymentState = (
  tableName: string,
  environment: Readonly<Record<string, string | undefined>>,
): StateStore => {
  const { AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB } = environment;
  const where = JSON.stringify([tableName, AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB]);
  if (open?.where !== where) {
    open?.client.destroy();
    const settings = clientSettings();
    const client = new DynamoDBClient({
      ...settings,
      requestHandler: {
        ...settings.requestHandler,
        requestTimeout: ANSWER_TIMEOUT,
        socketTimeout: ANSWER_TIMEOUT,
      },
    });
    const remembered = rememberedBytes(environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
    open = { where, client, store: createDynamoStateStore({ client, tableName, remembered }) };
  }
  return open.store;
};

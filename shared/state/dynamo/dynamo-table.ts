import { setTimeout as wait } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { StateStoreError } from '../state-store-error.ts';
import { stateStoreError } from './dynamo-errors.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** DynamoDB refuses an item over 400 KB, names and values of its attributes counted. Source: service quotas of DynamoDB. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** Items in one BatchGetItem request (API_BatchGetItem). */
const MAX_BATCH = 100;

/** Items in one BatchWriteItem request (API_BatchWriteItem). With 400 KB each they are far below its 16 MB. */
const MAX_BATCH_OF_PUTS = 25;

/** How often a batch asks again for what was left out, and after which pauses, in milliseconds. */
const MAX_ROUNDS = 5;
const FIRST_PAUSE_MILLISECONDS = 25;
const MAX_PAUSE_MILLISECONDS = 800;

interface PutRequest {
  readonly PutRequest: { readonly Item: Record<string, AttributeValue> };
}

/** Collects items and writes them, many in a request. */
export interface BatchOfPuts {
  put(key: ItemKey, attributes: Item): Promise<void>;
  /** Writes what still waits. */
  end(): Promise<void>;
}

/** What must be so for a write to happen; `values` by the `:name` that the expression uses, attribute names behind `#`. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

/**
 * The one table, with keys `pk` and `sk` and the time-to-live attribute `expiresAt` (epoch seconds).
 *
 * A write that has a condition is about one item, and is done, refused or failed. Reads and unconditional writes of many items
 * are batches, and what DynamoDB left undone (`UnprocessedKeys`, `UnprocessedItems`) is asked for again. Failures come as
 * `StateStoreError`; throttling and interrupted connections have then outlived the retries of the client that was handed in.
 */
export class DynamoTable {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  /** Whether a call that names both keys was answered. A table that has `pk` alone takes every put, each over the last. */
  #hasBothKeys = false;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async get(key: ItemKey, reading: { readonly consistent: boolean }): Promise<Item | null> {
    const answer = await this.#named('dynamodb:GetItem', () =>
      this.#client.send(
        new GetItemCommand({
          TableName: this.#tableName,
          Key: keyOf(key),
          ConsistentRead: reading.consistent,
        }),
      ),
    );
    this.#hasBothKeys = true;
    return answer.Item ?? null;
  }

  /** The items that there are, in any order: 100 in a request. */
  async getMany(
    keys: readonly ItemKey[],
    reading: { readonly consistent: boolean } = { consistent: false },
  ): Promise<Item[]> {
    const found: Item[] = [];
    for (let start = 0; start < keys.length; start += MAX_BATCH) {
      await this.#untilDone(keys.slice(start, start + MAX_BATCH).map(keyOf), async (asked) => {
        const command = new BatchGetItemCommand({
          RequestItems: { [this.#tableName]: { Keys: [...asked], ConsistentRead: reading.consistent } },
        });
        const answer = await this.#named('dynamodb:BatchGetItem', () => this.#client.send(command));
        const unprocessed = answer.UnprocessedKeys?.[this.#tableName]?.Keys;
        const read = answer.Responses?.[this.#tableName] ?? (unprocessed === undefined ? undefined : []);
        found.push(...this.#answered('dynamodb:BatchGetItem', read));
        this.#hasBothKeys = true;
        return unprocessed ?? [];
      });
    }
    return found;
  }

  /** Items that are written whatever is there, many in a request. Each key may come once. */
  batchOfPuts(): BatchOfPuts {
    let waiting: PutRequest[] = [];
    const send = async (): Promise<void> => {
      if (waiting.length > 0) await this.#refuseOtherKeys();
      const requests = waiting;
      waiting = [];
      await this.#untilDone(requests, async (asked) => {
        const command = new BatchWriteItemCommand({ RequestItems: { [this.#tableName]: [...asked] } });
        const answer = await this.#named('dynamodb:BatchWriteItem', () => this.#client.send(command));
        return (answer.UnprocessedItems?.[this.#tableName] ?? []) as PutRequest[];
      });
    };
    return {
      put: async (key, attributes) => {
        waiting.push({ PutRequest: { Item: { ...keyOf(key), ...attributes } } });
        if (waiting.length === MAX_BATCH_OF_PUTS) await send();
      },
      end: send,
    };
  }

  /** Asks again for what an answer left undone, after pauses that grow. */
  async #untilDone<Part>(
    parts: readonly Part[],
    ask: (parts: readonly Part[]) => Promise<readonly Part[]>,
  ): Promise<void> {
    let asked = parts;
    for (let round = 0; asked.length > 0; round += 1) {
      if (round > 0) await wait(Math.min(MAX_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** round));
      asked = await ask(asked);
      if (asked.length > 0 && round === MAX_ROUNDS)
        throw new StateStoreError(
          'state-unavailable',
          `DynamoDB did not answer ${asked.length} of ${parts.length} items of ${this.#tableName}, ${MAX_ROUNDS + 1} times`,
          'Nothing now: the next run asks for them again. If it persists, look at the throttled requests of the table.',
        );
    }
  }

  /** Writes the whole item; `refused` when the condition did not hold. */
  async put(key: ItemKey, attributes: Item, condition?: Condition): Promise<'written' | 'refused'> {
    await this.#refuseOtherKeys();
    const command = new PutItemCommand({
      TableName: this.#tableName,
      Item: { ...keyOf(key), ...attributes },
      ...conditionOf(condition),
    });
    return this.#conditionally('dynamodb:PutItem', 'written', () => this.#client.send(command));
  }

  async remove(key: ItemKey, condition: Condition): Promise<'removed' | 'refused'> {
    const command = new DeleteItemCommand({
      TableName: this.#tableName,
      Key: keyOf(key),
      ...conditionOf(condition),
    });
    return this.#conditionally('dynamodb:DeleteItem', 'removed', () => this.#client.send(command));
  }

  /** All items of a partition, or those between two sort keys, both included; pages are followed to the end. */
  async query(
    pk: string,
    reading: { readonly consistent: boolean; readonly from?: string; readonly to?: string },
  ): Promise<Item[]> {
    const ranged = reading.from !== undefined && reading.to !== undefined;
    const input = {
      TableName: this.#tableName,
      ConsistentRead: reading.consistent,
      KeyConditionExpression: ranged ? '#pk = :pk AND #sk BETWEEN :from AND :to' : '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk', ...(ranged ? { '#sk': 'sk' } : {}) },
      ExpressionAttributeValues: {
        ':pk': { S: pk },
        ...(ranged ? { ':from': { S: reading.from }, ':to': { S: reading.to } } : {}),
      },
    };
    return this.#named('dynamodb:Query', async () => {
      const items: Item[] = [];
      for await (const page of paginateQuery({ client: this.#client }, input))
        items.push(...this.#answered('dynamodb:Query', page.Items));
      return items;
    });
  }

  /** @throws StateStoreError `state-not-ours` for a table with other keys: it would lose what is written */
  async #refuseOtherKeys(): Promise<void> {
    if (this.#hasBothKeys) return;
    try {
      await this.get({ pk: 'keys', sk: 'keys' }, { consistent: false });
    } catch (error) {
      // Where reading fails for another reason, writing may be possible.
      if (error instanceof StateStoreError && error.code === 'state-not-ours') throw error;
    }
  }

  async #conditionally<Done extends string>(
    action: string,
    done: Done,
    send: () => Promise<unknown>,
  ): Promise<Done | 'refused'> {
    return this.#named(action, async () => {
      try {
        await send();
        return done;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'refused';
        throw error;
      }
    });
  }

  /** @throws StateStoreError: DynamoDB writes an empty list, too, so an answer without it is not an answer of DynamoDB. */
  #answered(action: string, items: Item[] | undefined): Item[] {
    if (items !== undefined) return items;
    throw new StateStoreError(
      'state-unavailable',
      `${action} on table ${this.#tableName} was answered without a list of items`,
      'Check proxies and custom endpoints between Headroom and DynamoDB. The next scan continues.',
    );
  }

  async #named<Answer>(action: string, send: () => Promise<Answer>): Promise<Answer> {
    try {
      return await send();
    } catch (error) {
      throw stateStoreError(error, action, this.#tableName);
    }
  }
}

/** The item is still at this version; 0: it does not exist yet. */
export const atVersion = (version: number): Condition =>
  version === 0
    ? { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } }
    : {
        expression: '#version = :version',
        names: { '#version': 'version' },
        values: { ':version': { N: String(version) } },
      };

const keyOf = ({ pk, sk }: ItemKey): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

const conditionOf = (condition: Condition | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.expression,
        ...(condition.names === undefined ? {} : { ExpressionAttributeNames: { ...condition.names } }),
        ...(condition.values === undefined ? {} : { ExpressionAttributeValues: { ...condition.values } }),
      };

/** A number attribute; an item that Headroom wrote always has those that it asks for. */
export const numberOf = (item: Item, name: string): number => Number(item[name]?.N);
export const textOf = (item: Item, name: string): string => item[name]?.S ?? '';
export const bytesOf = (item: Item, name: string): Uint8Array => item[name]?.B ?? new Uint8Array();

/** Time-to-live: DynamoDB deletes the item for nothing some time after this moment (epoch milliseconds). */
export const expiring = (at: number): Item => ({ expiresAt: { N: String(Math.ceil(at / 1000)) } });

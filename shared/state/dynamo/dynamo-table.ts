import { setTimeout as wait } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
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

/** How often a batch asks again for what was left out, and after which pauses, in milliseconds. */
const MAX_ROUNDS = 5;
const FIRST_PAUSE_MILLISECONDS = 25;
const MAX_PAUSE_MILLISECONDS = 800;

/** What must be so for a write to happen; `values` by the `:name` that the expression uses, attribute names behind `#`. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

/**
 * The one table, with keys `pk` and `sk` and the time-to-live attribute `expiresAt` (epoch seconds).
 *
 * Every write is about one item: a batch of them may come back half done (`UnprocessedItems`), a single one is done,
 * refused or failed. Reads of many items are batches, and what DynamoDB left out of an answer is asked for again. Failures come as `StateStoreError`; throttling
 * and interrupted connections have then outlived the retries of the client that was handed in.
 */
export class DynamoTable {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

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
    return answer.Item ?? null;
  }

  /** The items that there are, in any order: 100 in a request, eventually consistent. */
  async getMany(keys: readonly ItemKey[]): Promise<Item[]> {
    const found: Item[] = [];
    for (let start = 0; start < keys.length; start += MAX_BATCH) {
      let asked = keys.slice(start, start + MAX_BATCH).map(keyOf);
      for (let round = 0; asked.length > 0; round += 1) {
        if (round > 0) await wait(Math.min(MAX_PAUSE_MILLISECONDS, FIRST_PAUSE_MILLISECONDS * 2 ** round));
        const command = new BatchGetItemCommand({ RequestItems: { [this.#tableName]: { Keys: asked } } });
        const answer = await this.#named('dynamodb:BatchGetItem', () => this.#client.send(command));
        found.push(...(answer.Responses?.[this.#tableName] ?? []));
        asked = answer.UnprocessedKeys?.[this.#tableName]?.Keys ?? [];
        if (asked.length > 0 && round === MAX_ROUNDS)
          throw new StateStoreError(
            'state-unavailable',
            `DynamoDB did not answer ${asked.length} of ${keys.length} items of ${this.#tableName}, ${MAX_ROUNDS + 1} times`,
            'Nothing now: the next run reads them again. If it persists, look at the throttled requests of the table.',
          );
      }
    }
    return found;
  }

  /** Writes the whole item; `refused` when the condition did not hold. */
  async put(key: ItemKey, attributes: Item, condition?: Condition): Promise<'written' | 'refused'> {
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
        items.push(...(page.Items ?? []));
      return items;
    });
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

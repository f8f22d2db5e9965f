import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { type Problem, problemOf } from '../../model/base/errors.ts';
import { stateStoreError } from './dynamo-errors.ts';

/** One call that the state table is used with. */
export interface TableAnswer {
  /** As IAM writes it: `dynamodb:PutItem`. */
  readonly action: string;
  /** `null`: the call is allowed. */
  readonly problem: Problem | null;
}

/** It never holds, so a write with it changes nothing. DynamoDB judges the permission before the condition. */
const NEVER = 'attribute_exists(pk) AND attribute_not_exists(pk)';
const KEY = { pk: { S: 'headroom-doctor' }, sk: { S: 'probe' } };

const isAllowed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

/** Tries every call that the functions make on their table. It writes nothing. */
export const probeStateTable = async (
  client: DynamoDBClient,
  tableName: string,
): Promise<readonly TableAnswer[]> => {
  const calls: readonly (readonly [action: string, call: () => Promise<unknown>])[] = [
    [
      'dynamodb:BatchGetItem',
      () => client.send(new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: [KEY] } } })),
    ],
    [
      'dynamodb:BatchWriteItem',
      // It knows no conditions. What it deletes is not there.
      () =>
        client.send(
          new BatchWriteItemCommand({ RequestItems: { [tableName]: [{ DeleteRequest: { Key: KEY } }] } }),
        ),
    ],
    ['dynamodb:GetItem', () => client.send(new GetItemCommand({ TableName: tableName, Key: KEY }))],
    [
      'dynamodb:Query',
      () =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': KEY.pk },
            Limit: 1,
          }),
        ),
    ],
    [
      'dynamodb:PutItem',
      () => client.send(new PutItemCommand({ TableName: tableName, Item: KEY, ConditionExpression: NEVER })),
    ],
    [
      'dynamodb:DeleteItem',
      () =>
        client.send(new DeleteItemCommand({ TableName: tableName, Key: KEY, ConditionExpression: NEVER })),
    ],
  ];
  const answers: TableAnswer[] = [];
  for (const [action, call] of calls) {
    try {
      await call();
      answers.push({ action, problem: null });
    } catch (error) {
      answers.push({
        action,
        problem: isAllowed(error) ? null : problemOf(stateStoreError(error, action, tableName)),
      });
    }
  }
  return answers;
};

import { StateStoreError } from '../state-store-error.ts';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** How DynamoDB says that a table has another key schema, for each kind of call. */
const OTHER_KEYS =
  /key element|key schema|schema type|missing the key|mismatch for key|conditions on the keys/i;

/** Says in words what DynamoDB or the way to it refused. `action` as IAM writes it: `dynamodb:PutItem`. */
export const stateStoreError = (error: unknown, action: string, tableName: string): StateStoreError => {
  if (error instanceof StateStoreError) return error;
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
  const options = { cause: error };
  if (THROTTLED.has(name)) {
    return new StateStoreError(
      'state-throttled',
      `${action} on table ${tableName} was throttled in every attempt`,
      'Use on-demand capacity for the table, or raise its limits. The next scan continues.',
      options,
    );
  }
  if (name === 'ResourceNotFoundException') {
    return new StateStoreError(
      'state-table-missing',
      `There is no table ${tableName} in this account and Region`,
      'Deploy the stack, or correct the name of the table.',
      options,
    );
  }
  if (name === 'AccessDeniedException') {
    return new StateStoreError(
      'state-access-denied',
      `${action} on table ${tableName} is not allowed: ${message}`,
      `Allow ${action} on the table in the policy of the function's role.`,
      options,
    );
  }
  if (name === 'ValidationException' && message.includes('Item size')) {
    return new StateStoreError(
      'state-record-too-large',
      `${action} on table ${tableName} was refused because a record is over DynamoDB's 400 KB`,
      'Report this as a defect of Headroom, with the size of the estate.',
      options,
    );
  }
  if (name === 'ValidationException' && OTHER_KEYS.test(message)) {
    return new StateStoreError(
      'state-not-ours',
      `The table ${tableName} has other keys than the state of Headroom, which has the texts pk and sk`,
      'Give the name of the table that the deployment made.',
      options,
    );
  }
  // The SDK could not read the answer.
  if (name === 'SyntaxError') {
    return new StateStoreError(
      'state-unavailable',
      `${action} on table ${tableName} got an answer that is not DynamoDB's`,
      'Check AWS_ENDPOINT_URL, and whether a proxy or a login page answers in the place of DynamoDB.',
      options,
    );
  }
  return new StateStoreError(
    'state-unavailable',
    `${action} on table ${tableName} failed with ${name}: ${message.split('\n')[0]}`,
    'If it persists, check the network path to DynamoDB. The next scan continues.',
    options,
  );
};

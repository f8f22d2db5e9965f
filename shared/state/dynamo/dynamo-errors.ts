import { StateStoreError } from '../state-store-error.ts';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

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
  return new StateStoreError(
    'state-unavailable',
    `${action} on table ${tableName} failed with ${name}: ${message.split('\n')[0]}`,
    'If it persists, check the network path to DynamoDB, and that the table has the keys pk and sk. The next scan continues.',
    options,
  );
};

import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface KeptTableInput {
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly dynamoDb: Pick<DynamoDBClient, 'send'>;
  readonly stackName: string;
  readonly tableName: string;
}

/**
 * Why a new stack cannot be made: the table of an earlier one was kept when that was removed, and CloudFormation would fail
 * on its name after it has made everything else. `null`: nothing is in the way.
 */
export const keptTable = async (input: KeptTableInput): Promise<string | null> => {
  const { stackName, tableName } = input;
  if ((await hasStack(input)) || !(await hasTable(input))) return null;
  return [
    `The table ${tableName} of an earlier deployment is still there, and the new stack ${stackName} cannot make it again.`,
    'Deploy with another stage or namePrefix to keep its history,',
    `or delete it first (aws dynamodb delete-table --table-name ${tableName}).`,
  ].join(' ');
};

const hasStack = async ({ cloudFormation, stackName }: KeptTableInput): Promise<boolean> => {
  try {
    await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') return false;
    throw error;
  }
};

const hasTable = async ({ dynamoDb, tableName }: KeptTableInput): Promise<boolean> => {
  try {
    await dynamoDb.send(new DescribeTableCommand({ TableName: tableName }));
    return true;
  } catch (error) {
    // Who may not look deploys as before: CloudFormation says what it cannot make.
    const name = error instanceof Error ? error.name : '';
    if (name === 'ResourceNotFoundException' || name === 'AccessDeniedException') return false;
    throw error;
  }
};

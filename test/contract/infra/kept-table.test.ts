import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { keptTable } from '../../../infra/lambda/kept-table.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const STACK: CannedReply = {
  headers: { 'content-type': 'text/xml' },
  body: '<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>',
};
const NO_STACK: CannedReply = {
  status: 400,
  headers: { 'content-type': 'text/xml' },
  body: '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id headroom-prod does not exist</Message></Error></ErrorResponse>',
};
const TABLE: CannedReply = { body: JSON.stringify({ Table: { TableName: 'headroom-prod-state' } }) };
const refused = (type: string): CannedReply => ({ status: 400, body: JSON.stringify({ __type: type }) });

const asked = async (stack: CannedReply, table: CannedReply): Promise<string | null> => {
  const server = await startCannedAws(({ action }) => (action === 'DescribeStacks' ? stack : table));
  servers.push(server);
  const settings = {
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return keptTable({
    cloudFormation: new CloudFormationClient(settings),
    dynamoDb: new DynamoDBClient(settings),
    stackName: 'headroom-prod',
    tableName: 'headroom-prod-state',
  });
};

test('the table that a removed stack left stops a deployment of the same name, with what to do', async () => {
  const problem = await asked(NO_STACK, TABLE);
  expect(problem).toContain('The table headroom-prod-state of an earlier deployment is still there');
  expect(problem).toContain('another stage or namePrefix');
  expect(problem).toContain('aws dynamodb delete-table --table-name headroom-prod-state');
});

test.each([
  ['the stack is there, and the table is its own', STACK, TABLE],
  ['there is no table', NO_STACK, refused('ResourceNotFoundException')],
  ['the table may not be looked at', NO_STACK, refused('AccessDeniedException')],
])('a deployment goes on where %s', async (_, stack, table) => {
  expect(await asked(stack, table)).toBeNull();
});

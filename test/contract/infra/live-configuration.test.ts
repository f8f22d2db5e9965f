import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, expect, test } from 'vitest';
import { overwrittenEdit } from '../../../infra/lambda/live-configuration.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';

const servers: CannedAws[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const templateOf = (text: string): CannedReply => ({
  headers: { 'content-type': 'text/xml' },
  body: `<GetTemplateResponse><GetTemplateResult><TemplateBody>${JSON.stringify({
    Resources: { Configuration: { Properties: { Value: text } } },
  }).replaceAll('"', '&quot;')}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
});

const NO_STACK: CannedReply = {
  status: 400,
  headers: { 'content-type': 'text/xml' },
  body: '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id headroom-prod does not exist</Message></Error></ErrorResponse>',
};

const parameterOf = (text: string): CannedReply => ({ body: JSON.stringify({ Parameter: { Value: text } }) });

const NO_PARAMETER: CannedReply = { status: 400, body: JSON.stringify({ __type: 'ParameterNotFound' }) };

const asked = async (template: CannedReply, parameter: CannedReply, next: string): Promise<string | null> => {
  const server = await startCannedAws(({ action }) => (action === 'GetTemplate' ? template : parameter));
  servers.push(server);
  const settings = {
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return overwrittenEdit({
    cloudFormation: new CloudFormationClient(settings),
    ssm: new SSMClient(settings),
    stackName: 'headroom-prod',
    next,
  });
};

test('a headroom.yml that was edited where it is deployed is not overwritten without saying so', async () => {
  const problem = await asked(templateOf('a: 1'), parameterOf('a: 2'), 'a: 3');
  expect(problem).toContain('/headroom-prod/configuration was edited since the last deployment');
  expect(problem).toContain('overwriteConfiguration=true');
});

test.each([
  ['there is no stack yet', NO_STACK, parameterOf('a: 2'), 'a: 3'],
  ['the parameter was removed', templateOf('a: 1'), NO_PARAMETER, 'a: 3'],
  ['it was not edited', templateOf('a: 1'), parameterOf('a: 1'), 'a: 3'],
  ['CloudFormation leaves it alone', templateOf('a: 1'), parameterOf('a: 2'), 'a: 1'],
  ['the edit is in headroom.yml as well', templateOf('a: 1'), parameterOf('a: 2'), 'a: 2'],
])('a deployment goes on where %s', async (_, template, parameter, next) => {
  expect(await asked(template, parameter, next)).toBeNull();
});

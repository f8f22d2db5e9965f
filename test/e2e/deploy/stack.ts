import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Packaged } from '../../fixtures/infra/packaged.ts';
import { isRecord, resourcesOf } from '../../fixtures/infra/template.ts';

const WAIT = { minDelay: 1, maxDelay: 2, maxWaitTime: 120 };
const Capabilities = ['CAPABILITY_IAM' as const, 'CAPABILITY_NAMED_IAM' as const];

interface ClientConfiguration {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Makes a stack of packaged artefacts with the steps that `osls deploy` takes: a stack that holds the bucket alone, the
 * packages into the bucket, and the whole stack. (`osls deploy` itself first has the template validated by its URL, which
 * ministack cannot.)
 */
export const deployStack = async (
  StackName: string,
  { folder, template }: Packaged,
  configuration: ClientConfiguration,
): Promise<void> => {
  const client = new CloudFormationClient(configuration);
  const s3 = new S3Client({ ...configuration, forcePathStyle: true });
  const failed = async (error: unknown): Promise<never> => {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    const reasons = StackEvents.flatMap(({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
      ResourceStatus?.endsWith('FAILED') === true ? [`${LogicalResourceId}: ${ResourceStatusReason}`] : [],
    );
    throw new Error(`The stack could not be made: ${reasons.join('; ')}`, { cause: error });
  };
  try {
    const first = readFileSync(join(folder, 'cloudformation-template-create-stack.json'), 'utf8');
    await client.send(new CreateStackCommand({ StackName, TemplateBody: first, Capabilities }));
    await waitUntilStackCreateComplete({ client, ...WAIT }, { StackName }).catch(failed);

    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName }));
    const Bucket = StackResources.find(
      ({ ResourceType }) => ResourceType === 'AWS::S3::Bucket',
    )?.PhysicalResourceId;
    for (const [, { Code }] of resourcesOf(template, 'AWS::Lambda::Function')) {
      const Key = isRecord(Code) ? String(Code['S3Key']) : '';
      const Body = readFileSync(join(folder, Key.split('/').at(-1) ?? ''));
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    }
    await client.send(
      new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(template), Capabilities }),
    );
    await waitUntilStackUpdateComplete({ client, ...WAIT }, { StackName }).catch(failed);
  } finally {
    client.destroy();
    s3.destroy();
  }
};

/** Takes the stack away again. */
export const removeStack = async (StackName: string, configuration: ClientConfiguration): Promise<void> => {
  const client = new CloudFormationClient(configuration);
  try {
    await client.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete({ client, ...WAIT }, { StackName });
  } finally {
    client.destroy();
  }
};

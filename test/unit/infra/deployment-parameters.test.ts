import { describe, expect, test } from 'vitest';
import {
  applyParameters,
  type DeploymentParameters,
  tagsIn,
} from '../../../infra/lambda/deployment-parameters.ts';
import { parameterProblems, unknownParameters } from '../../../infra/lambda/parameter-problems.ts';

const NONE: DeploymentParameters = {
  permissionsBoundary: '',
  rolePath: '',
  logRetentionInDays: '',
  keyArn: '',
  subnetIds: '',
  securityGroupIds: '',
  alarmTopicArn: '',
  runbooks: '',
  tableOnRemoval: 'keep',
  tableDeletionProtection: 'false',
  pointInTimeRecovery: 'false',
  memorySize: '256',
};
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd';

const roleOf = (service: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: service } }] },
    Policies: [
      { PolicyDocument: { Statement: [{ Sid: 'Own', Resource: { 'Fn::GetAtt': ['AlertKey', 'Arn'] } }] } },
    ],
  },
});

const template = () => ({
  AlertKey: { Type: 'AWS::KMS::Key' },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: { Ref: 'AlertKey' } } },
  ScanRole: roleOf('lambda.amazonaws.com'),
  SchedulerRole: roleOf('scheduler.amazonaws.com'),
  Scan: { Type: 'AWS::Lambda::Function', Properties: {} },
  Log: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { AlarmActions: [{ Ref: 'Topic' }], OKActions: [{ Ref: 'Topic' }] },
  },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } },
  Table: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain', Properties: {} },
});

const applied = (changes: Partial<DeploymentParameters>): ReturnType<typeof template> => {
  const resources = template();
  applyParameters(resources, { ...NONE, ...changes });
  return resources;
};

test('without parameters the template stays as it is', () => {
  expect(applied({})).toEqual({ ...template(), AlertKey: { Type: 'AWS::KMS::Key', Properties: {} } });
});

test('every role gets the boundary and the path', () => {
  const boundary = {
    permissionsBoundary: 'arn:aws:iam::111122223333:policy/bounds',
    rolePath: '/monitoring/',
  };
  const { ScanRole, SchedulerRole } = applied(boundary);
  for (const { Properties } of [ScanRole, SchedulerRole])
    expect(Properties).toMatchObject({
      PermissionsBoundary: boundary.permissionsBoundary,
      Path: '/monitoring/',
    });
});

test('logs are kept as long as prescribed, and alarms go to the topic prescribed', () => {
  const topic = 'arn:aws:sns:eu-west-1:111122223333:on-call';
  const { Log, Alarm } = applied({ logRetentionInDays: '365', alarmTopicArn: topic });
  expect(Log.Properties.RetentionInDays).toBe(365);
  expect(Alarm.Properties).toEqual({ AlarmActions: [topic], OKActions: [topic] });
});

test('the table goes with the stack only if asked, and is protected and restorable if asked', () => {
  expect(applied({}).Table.DeletionPolicy).toBe('Retain');
  expect(
    applied({ tableOnRemoval: 'delete', tableDeletionProtection: 'true', pointInTimeRecovery: 'true' }).Table,
  ).toEqual({
    Type: 'AWS::DynamoDB::Table',
    DeletionPolicy: 'Delete',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  });
});

test('functions in a VPC may use it', () => {
  const { Scan, ScanRole, SchedulerRole } = applied({
    subnetIds: 'subnet-1,subnet-2',
    securityGroupIds: 'sg-1',
  });
  expect(Scan.Properties).toEqual({
    VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] },
  });
  expect(JSON.stringify(ScanRole)).toContain('ec2:CreateNetworkInterface');
  expect(JSON.stringify(SchedulerRole)).not.toContain('ec2:CreateNetworkInterface');
});

test('a key of one’s own takes the place of the deployment’s, everywhere', () => {
  const resources = applied({ keyArn: KEY });
  expect(JSON.stringify(resources)).not.toContain('AlertKey');
  expect(resources.Topic.Properties.KmsMasterKeyId).toBe(KEY);
  expect(resources.Queue.Properties).toEqual({ KmsMasterKeyId: KEY });
  expect(resources.Table.Properties).toEqual({
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
  });
  expect(resources.Log.Properties).toMatchObject({ KmsKeyId: KEY });
  expect(JSON.stringify(resources.ScanRole)).toContain('UseTheKey');
  expect(JSON.stringify(resources.SchedulerRole)).not.toContain('UseTheKey');
});

describe('parameters that cannot be used are refused', () => {
  test.each([
    ['permissionsBoundary', 'bounds'],
    ['rolePath', 'monitoring'],
    ['logRetentionInDays', '31'],
    ['keyArn', 'alias/own'],
    ['alarmTopicArn', 'on-call'],
    ['tableOnRemoval', 'maybe'],
    ['tableDeletionProtection', 'yes'],
    ['pointInTimeRecovery', '1'],
    ['memorySize', '300'],
    ['memorySize', '512 MB'],
    ['email', 'platform'],
    ['email', 'a@example.com,b@example.com'],
    ['events', 'on'],
    ['eventOrganizationId', '123'],
    ['tags', 'team'],
    ['tags', '=network'],
    ['tags', 'team=network,AWS:owner=me'],
    ['overwriteConfiguration', 'yes'],
  ])('%s: %s', (name, value) => {
    expect(parameterProblems({ ...NONE, [name]: value })).toEqual([
      expect.stringContaining(`${name} is "${value}"`),
    ]);
  });

  test('subnets without security groups', () => {
    expect(parameterProblems({ ...NONE, subnetIds: 'subnet-1' })).toEqual([
      expect.stringContaining('belong together'),
    ]);
    expect(parameterProblems(NONE)).toEqual([]);
  });
});

test('tags are pairs', () => {
  expect(tagsIn('team=network, cost-center=a=b')).toEqual({ team: 'network', 'cost-center': 'a=b' });
  expect(tagsIn('')).toEqual({});
});

test.each([
  ['email', 'platform@example.com'],
  ['events', 'refusals'],
  ['eventOrganizationId', 'o-a1b2c3d4e5'],
  ['tags', 'team=network, cost-center=a=b,'],
  ['tags', 'Größe=mittel,empty='],
  ['overwriteConfiguration', 'true'],
])('%s may be %s', (name, value) => {
  expect(parameterProblems({ ...NONE, [name]: value })).toEqual([]);
});

test('a parameter that nothing reads is refused, with the one that was probably meant', () => {
  expect(unknownParameters(['emial=a@example.com', 'email=a=b', 'xyzzy='], ['email', 'events'])).toEqual([
    'There is no parameter emial. Did you mean "email"?',
    'There is no parameter xyzzy.',
  ]);
});

import { LINK_TARGET } from '../../shared/config/schema/link-target.ts';
import { SCAN_SIZES, sizeScanTarget } from './scan-size.ts';

/** What an organization prescribes for everything that is deployed. Each is a parameter of serverless.yml; empty: as it is. */
export interface DeploymentParameters {
  /** ARN of the policy that bounds every role. */
  readonly permissionsBoundary: string;
  /** The path of every role, such as `/monitoring/`. */
  readonly rolePath: string;
  /** Days that logs are kept. */
  readonly logRetentionInDays: string;
  /** ARN of a key of one's own, for the table, the queues, the topic and the logs. */
  readonly keyArn: string;
  /** Subnets and security groups of the functions, separated by commas. */
  readonly subnetIds: string;
  readonly securityGroupIds: string;
  /** Where docs/runbooks can be read: `{check}` stands for the kind of a check. */
  readonly runbooks: string;
  /** ARN of the topic that alarms go to, in place of the deployment's own. */
  readonly alarmTopicArn: string;
  /** `delete`: the table goes with the stack. */
  readonly tableOnRemoval: string;
  /** `true`: the table cannot be deleted. */
  readonly tableDeletionProtection: string;
  /** `true`: the table can be restored to any second of the last 35 days. */
  readonly pointInTimeRecovery: string;
  /** MB of the function that scans; see `SCAN_SIZES`. */
  readonly memorySize: string;
}

interface Resource {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties?: Record<string, unknown>;
}

type Resources = Record<string, Resource>;

interface Policy {
  readonly PolicyDocument: { readonly Statement: object[] };
}

/** CloudWatch Logs, PutRetentionPolicy. */
export const LOG_RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The form of each, and the words for it. */
export const DEPLOYMENT_FORMS: Readonly<Record<keyof DeploymentParameters, readonly [RegExp, string]>> = {
  permissionsBoundary: [/^arn:[\w-]+:iam::(\d{12}|aws):policy\/\S+$/, 'the ARN of an IAM policy'],
  rolePath: [/^\/([\w+=,.@/-]+\/)?$/, 'a path with a slash at both ends, such as /monitoring/'],
  logRetentionInDays: [
    new RegExp(`^(${LOG_RETENTIONS.join('|')})$`),
    `a number of days that CloudWatch Logs takes: ${LOG_RETENTIONS.join(', ')}`,
  ],
  keyArn: [/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key'],
  subnetIds: [/^subnet-\w+(,subnet-\w+)*$/, 'ids of subnets, separated by commas'],
  securityGroupIds: [/^sg-\w+(,sg-\w+)*$/, 'ids of security groups, separated by commas'],
  runbooks: [LINK_TARGET, 'an address such as https://wiki.example.com/headroom/{check}'],
  alarmTopicArn: [/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, 'the ARN of an SNS topic'],
  tableOnRemoval: [/^(keep|delete)$/, 'keep or delete'],
  tableDeletionProtection: [/^(true|false)$/, 'true or false'],
  pointInTimeRecovery: [/^(true|false)$/, 'true or false'],
  memorySize: [
    new RegExp(`^(${Object.keys(SCAN_SIZES).join('|')})$`),
    `one of ${Object.keys(SCAN_SIZES).join(', ')}`,
  ],
};

/** Changes a template's resources to what the parameters prescribe. */
export const applyParameters = (resources: Resources, parameters: DeploymentParameters): void => {
  if (parameters.keyArn !== '') useKey(resources, parameters.keyArn);
  sizeScanTarget(resources, parameters.memorySize);
  for (const resource of Object.values(resources)) {
    resource.Properties ??= {};
    CHANGES[resource.Type]?.(resource, resource.Properties, parameters);
  }
};

type Change = (
  resource: Resource,
  properties: Record<string, unknown>,
  parameters: DeploymentParameters,
) => void;

const CHANGES: Readonly<Record<string, Change>> = {
  'AWS::IAM::Role': (_, properties, { permissionsBoundary, rolePath, subnetIds }) => {
    if (permissionsBoundary !== '') properties['PermissionsBoundary'] = permissionsBoundary;
    if (rolePath !== '') properties['Path'] = rolePath;
    // Lambda makes the network interfaces of a function with the function's own role.
    if (subnetIds !== '' && isForLambda(properties)) allow(properties, IN_A_VPC);
  },
  'AWS::Lambda::Function': (_, properties, { subnetIds, securityGroupIds }) => {
    if (subnetIds === '') return;
    properties['VpcConfig'] = {
      SubnetIds: subnetIds.split(','),
      SecurityGroupIds: securityGroupIds.split(','),
    };
  },
  'AWS::Logs::LogGroup': (_, properties, { logRetentionInDays }) => {
    if (logRetentionInDays !== '') properties['RetentionInDays'] = Number(logRetentionInDays);
  },
  'AWS::CloudWatch::Alarm': (_, properties, { alarmTopicArn }) => {
    if (alarmTopicArn === '') return;
    for (const actions of ['AlarmActions', 'OKActions', 'InsufficientDataActions']) {
      if (properties[actions] !== undefined) properties[actions] = [alarmTopicArn];
    }
  },
  'AWS::DynamoDB::Table': (
    resource,
    properties,
    { tableOnRemoval, tableDeletionProtection, pointInTimeRecovery },
  ) => {
    if (tableOnRemoval === 'delete') resource.DeletionPolicy = 'Delete';
    if (tableDeletionProtection === 'true') properties['DeletionProtectionEnabled'] = true;
    if (pointInTimeRecovery === 'true')
      properties['PointInTimeRecoverySpecification'] = { PointInTimeRecoveryEnabled: true };
  },
};

/** Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC": none can be bound to a resource. */
const IN_A_VPC = {
  Sid: 'UseTheVpc',
  Effect: 'Allow',
  Action: [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  Resource: '*',
};

const isForLambda = (properties: Record<string, unknown>): boolean =>
  JSON.stringify(properties['AssumeRolePolicyDocument']).includes('lambda.amazonaws.com');

const allow = (properties: Record<string, unknown>, statement: object): void => {
  const [policy] = (properties['Policies'] ?? []) as Policy[];
  policy?.PolicyDocument.Statement.push(statement);
};

const OWN_KEY = 'AlertKey';

/** Everything at rest is encrypted with this key. Its policy must let CloudWatch, SNS and CloudWatch Logs use it. */
const useKey = (resources: Resources, keyArn: string): void => {
  delete resources[OWN_KEY];
  for (const [id, resource] of Object.entries(resources)) {
    const text = JSON.stringify(resource)
      .replaceAll(`{"Ref":"${OWN_KEY}"}`, JSON.stringify(keyArn))
      .replaceAll(`{"Fn::GetAtt":["${OWN_KEY}","Arn"]}`, JSON.stringify(keyArn));
    const changed = JSON.parse(text) as Resource;
    const properties = changed.Properties ?? {};
    if (changed.Type === 'AWS::SQS::Queue') {
      delete properties['SqsManagedSseEnabled'];
      properties['KmsMasterKeyId'] = keyArn;
    }
    if (changed.Type === 'AWS::DynamoDB::Table')
      properties['SSESpecification'] = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn };
    if (changed.Type === 'AWS::Logs::LogGroup') properties['KmsKeyId'] = keyArn;
    if (changed.Type === 'AWS::IAM::Role' && isForLambda(properties))
      allow(properties, {
        Sid: 'UseTheKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: keyArn,
      });
    resources[id] = changed;
  }
};

/** `team=network,cost-center=42` as tags. Its form has been checked. */
export const tagsIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      }),
  );

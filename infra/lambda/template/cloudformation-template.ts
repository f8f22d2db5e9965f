// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of Fn::Sub
import { ASSUME_READERS_SID } from '../assume-readers.ts';
import { applyParameters, type DeploymentParameters } from '../deployment-parameters.ts';
import { SENDERS } from '../destinations-policy.ts';
import { EVENTS_PLACEHOLDER } from '../parameter-problems.ts';
import { SCAN_SIZES } from '../scan-size.ts';
import { isList, isRecord, type Json, type JsonRecord, mergeChange, withReferences } from './merge.ts';
import { DEFAULT_CONFIGURATION, DEFAULT_SCHEDULE, GROUPS, PARAMETERS, RUNBOOKS } from './parameters.ts';

/**
 * One CloudFormation template with parameters, for deployments without the Serverless Framework. It is made from what
 * `osls package` makes, with the function that applies the parameters of serverless.yml, so there is no second list of
 * resources and no second rule of what a parameter changes.
 */

interface Resource {
  readonly Type: string;
  readonly Properties?: JsonRecord;
}

interface PackagedTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions: Readonly<Record<string, Json>>;
  readonly Outputs?: Readonly<Record<string, Json>>;
}

/** What is packaged in place of the values: names and addresses that occur nowhere else in the template. */
export const PACKAGED_WITH = {
  region: 'us-east-1',
  stage: 'placeholder',
  params: {
    namePrefix: 'headroom',
    email: 'placeholder@example.com',
    runbooks: 'https://placeholder.example.com/runbooks/{check}',
    slackParameter: '/placeholder/slack-parameter',
    schedule: DEFAULT_SCHEDULE,
    events: EVENTS_PLACEHOLDER,
    eventOrganizationId: 'o-placeholder00',
  },
} as const;

const NAME = `${PACKAGED_WITH.params.namePrefix}-${PACKAGED_WITH.stage}`;

/** Placeholders, the longest first, and the parameters that they stand for. */
const IN_NAMES: Readonly<Record<string, string>> = {
  [`${NAME}-${PACKAGED_WITH.region}`]: '${Name}-${AWS::Region}',
  [DEFAULT_CONFIGURATION]: 'HeadroomYml',
  [NAME]: 'Name',
  [PACKAGED_WITH.params.email]: 'Email',
  [PACKAGED_WITH.params.runbooks]: 'Runbooks',
  [PACKAGED_WITH.params.slackParameter]: 'SlackParameter',
  [PACKAGED_WITH.params.schedule]: 'Schedule',
  [PACKAGED_WITH.params.events]: 'Events',
  [PACKAGED_WITH.params.eventOrganizationId]: 'EventOrganizationId',
};

/** As the deployment is without its optional parameters. */
const PLAIN: DeploymentParameters = {
  permissionsBoundary: '',
  rolePath: '',
  logRetentionInDays: '',
  keyArn: '',
  subnetIds: '',
  securityGroupIds: '',
  runbooks: '',
  alarmTopicArn: '',
  tableOnRemoval: '',
  tableDeletionProtection: '',
  pointInTimeRecovery: '',
  memorySize: '',
};

/** A number that stands for the parameter LogRetentionInDays: the longest that CloudWatch Logs takes. */
const RETENTION_PLACEHOLDER = 3653;

interface Variant {
  /** The condition under which the change holds; `null`: always. */
  readonly condition: readonly [name: string, holds: Json] | null;
  readonly parameters: Partial<DeploymentParameters>;
}

const isGiven = (name: string): Json => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, ''] }] });
const isListGiven = (name: string): Json => ({
  'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: name }] }, ''] }],
});
const isTrue = (name: string): Json => ({ 'Fn::Equals': [{ Ref: name }, 'true'] });

/**
 * Every optional parameter with a placeholder for its value. `tableOnRemoval` is not among them: CloudFormation takes no
 * parameter in a DeletionPolicy. Tags are those of the stack.
 */
const VARIANTS: readonly Variant[] = [
  { condition: null, parameters: { logRetentionInDays: String(RETENTION_PLACEHOLDER) } },
  {
    condition: ['HasPermissionsBoundary', isGiven('PermissionsBoundary')],
    parameters: { permissionsBoundary: '<PermissionsBoundary>' },
  },
  { condition: null, parameters: { rolePath: '<RolePath>' } },
  { condition: ['HasKey', isGiven('KeyArn')], parameters: { keyArn: '<KeyArn>' } },
  {
    condition: ['IsInVpc', isListGiven('SubnetIds')],
    parameters: { subnetIds: 'list:SubnetIds', securityGroupIds: 'list:SecurityGroupIds' },
  },
  {
    condition: ['HasAlarmTopic', isGiven('AlarmTopicArn')],
    parameters: { alarmTopicArn: '<AlarmTopicArn>' },
  },
  {
    condition: ['TableIsProtected', isTrue('TableDeletionProtection')],
    parameters: { tableDeletionProtection: 'true' },
  },
  {
    condition: ['TableCanBeRestored', isTrue('PointInTimeRecovery')],
    parameters: { pointInTimeRecovery: 'true' },
  },
  // The first is what the template has without them.
  ...Object.keys(SCAN_SIZES)
    .slice(1)
    .map(
      (memorySize): Variant => ({
        condition: [`MemoryIs${memorySize}`, { 'Fn::Equals': [{ Ref: 'MemorySize' }, memorySize] }],
        parameters: { memorySize },
      }),
    ),
];

const OPTIONAL: Readonly<Record<string, string>> = {
  [RETENTION_PLACEHOLDER]: 'LogRetentionInDays',
  '<PermissionsBoundary>': 'PermissionsBoundary',
  '<RolePath>': 'RolePath',
  '<KeyArn>': 'KeyArn',
  '<AlarmTopicArn>': 'AlarmTopicArn',
};

/**
 * The template with parameters.
 * @param packaged what `osls package` makes with `PACKAGED_WITH`
 * @param runbooks where the runbooks of this release can be read; empty: not known
 */
export const cloudFormationTemplate = (packaged: PackagedTemplate, runbooks: string): JsonRecord => {
  const resources = Object.fromEntries(
    Object.entries(packaged.Resources)
      .filter(([id]) => !isUpload(id))
      .map(([id, resource]) => [id, withParameters(resource)]),
  );
  const plain = applied(resources, {});
  const conditions: Record<string, Json> = {
    ...packaged.Conditions,
    HasReaderRoles: isListGiven('ReaderRoleArns'),
    HasDestinations: isListGiven('DestinationArns'),
    // The packaged one is decided by headroom.yml, which CloudFormation cannot read.
    SlackAppIsConfigured: isTrue('SlackApp'),
    SlackAppHasSecrets: {
      'Fn::And': [{ Condition: 'SlackAppIsConfigured' }, { Condition: 'HasDestinations' }],
    },
  };
  let merged: Record<string, Json> = plain;
  for (const { condition, parameters } of VARIANTS) {
    const changed = applied(resources, parameters);
    const [name, holds] = condition ?? [null];
    if (name !== null && holds !== undefined) conditions[name] = holds;
    merged = Object.fromEntries(
      Object.entries(merged).map(([id, resource]) => [
        id,
        id in changed
          ? (mergeChange(resource, plain[id], changed[id], name) ?? null)
          : onlyUnless(resource, String(name), conditions),
      ]),
    );
  }
  const parameterOf = { ...IN_NAMES, ...OPTIONAL };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Headroom warns days ahead when a VPC subnet or an EKS cluster runs out of IP addresses.',
    Metadata: { 'AWS::CloudFormation::Interface': { ParameterGroups: GROUPS } },
    Parameters: { ...PARAMETERS, Runbooks: { ...RUNBOOKS, Default: runbooks } },
    Conditions: withReferences(conditions, parameterOf),
    Resources: withReferences(
      { ...merged, DestinationsPolicy: DESTINATIONS_POLICY, SlackAppPolicy: SLACK_APP_POLICY },
      parameterOf,
    ),
    Outputs: withReferences(
      Object.fromEntries(Object.entries(packaged.Outputs ?? {}).filter(([id]) => !isUpload(id))),
      parameterOf,
    ),
  };
};

/**
 * What destinations need, bound to the ARNs that are given: an action that fits none of the ARNs allows nothing. The
 * deployment by `osls` takes them from headroom.yml, which CloudFormation cannot read.
 */
const DESTINATIONS_POLICY: Json = {
  Type: 'AWS::IAM::Policy',
  Condition: 'HasDestinations',
  Properties: {
    PolicyName: 'destinations',
    Roles: SENDERS.map((Ref) => ({ Ref })),
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'UseDestinations',
          Effect: 'Allow',
          Action: [
            'events:PutEvents',
            'secretsmanager:GetSecretValue',
            'ses:SendEmail',
            'sns:Publish',
            'ssm:GetParameter',
          ],
          Resource: { Ref: 'DestinationArns' },
        },
      ],
    },
  },
};

const SLACK_APP_POLICY: Json = {
  Type: 'AWS::IAM::Policy',
  Condition: 'SlackAppHasSecrets',
  Properties: {
    PolicyName: 'slack-app',
    Roles: [{ Ref: 'SlackInteractivityRole' }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ReadSecretsOfTheApp',
          Effect: 'Allow',
          Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameter'],
          Resource: { Ref: 'DestinationArns' },
        },
      ],
    },
  },
};

/** A bucket that `osls` makes for its own uploads, and what belongs to it. */
const isUpload = (id: string): boolean => id.startsWith('ServerlessDeployment');

/** A resource that takes packages and roles from the parameters. */
const withParameters = (resource: Resource): Resource => {
  const { Properties = {}, ...rest } = fromArtifactBucket(resource);
  return { ...rest, Properties: readingOthers(Properties) as JsonRecord };
};

/** A function whose package is in the bucket of the parameters. */
const fromArtifactBucket = (resource: Resource): Resource => {
  const { Code, ...properties } = resource.Properties ?? {};
  if (Code === undefined) return resource;
  const file = String(Reflect.get(Object(Code), 'S3Key'))
    .split('/')
    .at(-1);
  return {
    ...resource,
    Properties: {
      Code: { S3Bucket: { Ref: 'ArtifactBucket' }, S3Key: { 'Fn::Sub': `\${ArtifactPrefix}${file}` } },
      ...properties,
    },
  };
};

/** Statements that name the roles of the parameters, or, without any, the role that is packaged: that of the own account. */
const readingOthers = (value: Json): Json => {
  if (isList(value)) return value.map(readingOthers);
  if (!isRecord(value)) return value;
  if (value['Sid'] !== ASSUME_READERS_SID)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readingOthers(inner)]));
  const packaged = value['Resource'] ?? [];
  return { ...value, Resource: { 'Fn::If': ['HasReaderRoles', { Ref: 'ReaderRoleArns' }, packaged] } };
};

const applied = (
  resources: Readonly<Record<string, Resource>>,
  parameters: Partial<DeploymentParameters>,
): Record<string, Json> => {
  const changed = structuredClone(resources) as Parameters<typeof applyParameters>[0];
  applyParameters(changed, { ...PLAIN, ...parameters });
  return changed as unknown as Record<string, Json>;
};

/** A resource that is not made where a condition holds. */
const onlyUnless = (resource: Json, condition: string, conditions: Record<string, Json>): Json => {
  const opposite = `Not${condition}`;
  conditions[opposite] = { 'Fn::Not': [{ Condition: condition }] };
  return { ...(resource as JsonRecord), Condition: opposite };
};

import { DEPLOYMENT_FORMS, type DeploymentParameters, LOG_RETENTIONS } from '../deployment-parameters.ts';
import { SCAN_SIZES } from '../scan-size.ts';
import type { Json } from './merge.ts';

/** An empty configuration is a whole one. A parameter of Systems Manager cannot be empty. */
export const DEFAULT_CONFIGURATION = '# headroom.yml: all defaults\n';

export const DEFAULT_SCHEDULE = 'rate(5 minutes)';

/** AllowedPattern of a parameter that may be left out. */
const orNothing = (name: keyof DeploymentParameters): string => `^$|${DEPLOYMENT_FORMS[name][0].source}`;

const YES_OR_NO = { Type: 'String', Default: 'false', AllowedValues: ['true', 'false'] };

/** The parameters of the template: those of serverless.yml by the names and forms of CloudFormation. */
export const PARAMETERS: Readonly<Record<string, Json>> = {
  ArtifactBucket: {
    Type: 'String',
    Description: 'The S3 bucket in this Region that holds the packages of the functions.',
    AllowedPattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  },
  ArtifactPrefix: {
    Type: 'String',
    Default: '',
    Description: 'The path of the packages in the bucket, such as headroom/0.1.0/.',
  },
  Name: {
    Type: 'String',
    Default: 'headroom-prod',
    Description: 'The first part of every name. One deployment in an account and Region has one name.',
    AllowedPattern: '^[A-Za-z][A-Za-z0-9-]{0,22}$',
  },
  HeadroomYml: {
    Type: 'String',
    Default: DEFAULT_CONFIGURATION.trim(),
    Description: 'headroom.yml. It can be edited in its Systems Manager parameter afterwards.',
    MinLength: 1,
  },
  ReaderRoleArns: {
    Type: 'CommaDelimitedList',
    Default: '',
    Description:
      'ARNs of the roles in other accounts that targets.accounts lists, such as arn:aws:iam::444455556666:role/HeadroomReader.',
  },
  DestinationArns: {
    Type: 'CommaDelimitedList',
    Default: '',
    Description:
      'ARNs of what destinations of headroom.yml use: topics, secrets, Systems Manager parameters, event buses and SES identities.',
  },
  Email: { Type: 'String', Default: '', Description: 'An address that receives every alert.' },
  SlackParameter: {
    Type: 'String',
    Default: '',
    Description: 'The name of the Systems Manager parameter with the URL of a Slack webhook.',
    AllowedPattern: '^$|^/[A-Za-z0-9_./-]+$',
  },
  SlackApp: {
    ...YES_OR_NO,
    Description:
      'true: headroom.yml has a Slack app. Its buttons get an address, and DestinationArns names its two secrets.',
  },
  Schedule: {
    Type: 'String',
    Default: DEFAULT_SCHEDULE,
    Description: 'How often to scan. These paces fit the alarms and the windows of surges.',
    AllowedValues: ['rate(1 minute)', 'rate(2 minutes)', 'rate(5 minutes)', 'rate(10 minutes)'],
  },
  MemorySize: {
    Type: 'String',
    Default: '256',
    Description:
      'Memory of the function that scans, in MB. 256 MB are for 5,000 subnets in one account and Region, 512 MB for 20,000.',
    AllowedValues: Object.keys(SCAN_SIZES),
  },
  Events: {
    Type: 'String',
    Default: 'off',
    Description:
      'Events of CloudTrail about EC2. refusals: calls that got no address. all: changes of interfaces, reservations and endpoints as well.',
    AllowedValues: ['off', 'refusals', 'all'],
  },
  EventOrganizationId: {
    Type: 'String',
    Default: '',
    Description:
      'The organization whose accounts may send events, such as o-a1b2c3d4e5. Empty: this account alone.',
    AllowedPattern: '^$|^o-[a-z0-9]{10,32}$',
  },
  PermissionsBoundary: {
    Type: 'String',
    Default: '',
    Description: 'ARN of the policy that bounds every role.',
    AllowedPattern: orNothing('permissionsBoundary'),
  },
  RolePath: {
    Type: 'String',
    Default: '/',
    Description: 'The path of every role, such as /monitoring/.',
    AllowedPattern: DEPLOYMENT_FORMS.rolePath[0].source,
  },
  LogRetentionInDays: {
    Type: 'Number',
    Default: 30,
    Description: 'How many days logs are kept.',
    AllowedValues: [...LOG_RETENTIONS],
  },
  KeyArn: {
    Type: 'String',
    Default: '',
    Description: 'A KMS key of your own for the table, the queues, the topic and the logs.',
    AllowedPattern: orNothing('keyArn'),
  },
  SubnetIds: {
    Type: 'CommaDelimitedList',
    Default: '',
    Description: 'Subnets of the functions. They need a way to the AWS APIs and to Slack.',
  },
  SecurityGroupIds: {
    Type: 'CommaDelimitedList',
    Default: '',
    Description: 'Security groups of the functions. Give both lists, or none.',
  },
  AlarmTopicArn: {
    Type: 'String',
    Default: '',
    Description: "A topic for the alarms, in place of the deployment's own.",
    AllowedPattern: orNothing('alarmTopicArn'),
  },
  TableDeletionProtection: { ...YES_OR_NO, Description: 'true: the table cannot be deleted.' },
  PointInTimeRecovery: {
    ...YES_OR_NO,
    Description: 'true: the table can be restored to any second of the last 35 days.',
  },
};

/** A release says where its own runbooks are. */
export const RUNBOOKS = {
  Type: 'String',
  Description:
    'Where the runbooks can be read, such as https://wiki.example.com/headroom/{check}: messages link to the page of their check. Empty: they link to the dashboard, which has the runbooks.',
  AllowedPattern: orNothing('runbooks'),
};

/** How consoles show the parameters. */
export const GROUPS: readonly Json[] = [
  { Label: { default: 'Packages' }, Parameters: ['ArtifactBucket', 'ArtifactPrefix'] },
  {
    Label: { default: 'Headroom' },
    Parameters: [
      'Name',
      'HeadroomYml',
      'ReaderRoleArns',
      'DestinationArns',
      'Schedule',
      'MemorySize',
      'Email',
      'SlackParameter',
      'SlackApp',
      'Runbooks',
      'AlarmTopicArn',
    ],
  },
  {
    Label: { default: 'Events of CloudTrail' },
    Parameters: ['Events', 'EventOrganizationId'],
  },
  {
    Label: { default: 'What your organization prescribes' },
    Parameters: [
      'PermissionsBoundary',
      'RolePath',
      'KeyArn',
      'SubnetIds',
      'SecurityGroupIds',
      'LogRetentionInDays',
      'TableDeletionProtection',
      'PointInTimeRecovery',
    ],
  },
];

/** Where a permission is needed: everywhere, in a resource of the stack by its logical id, or in the roles of other accounts. */
type Place = '*' | 'readers' | (string & {});

/** Actions that a role needs in one place. */
type Needed = readonly [place: Place, actions: readonly string[]];

export interface FunctionRole {
  /** The logical id of the role in the stack. */
  readonly role: string;
  readonly needs: readonly Needed[];
}

/** What is read in a scanned account, as IAM writes it. EC2's Describe calls cannot be bound to a resource. */
export const SCAN_ACTIONS: readonly string[] = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeScalingActivities',
  'ec2:DescribeAddresses',
  'ec2:DescribeFleetHistory',
  'ec2:DescribeFleets',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSpotFleetRequestHistory',
  'ec2:DescribeSpotFleetRequests',
  'ec2:DescribeSpotInstanceRequests',
  'ec2:DescribeSubnets',
  'ec2:DescribeTransitGatewayVpcAttachments',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeVpcPeeringConnections',
  'ec2:DescribeVpcs',
  'ec2:GetSubnetCidrReservations',
  'ecs:DescribeServices',
  'ecs:DescribeTasks',
  'ecs:ListClusters',
  'ecs:ListServices',
  'ecs:ListTasks',
  'eks:DescribeAddon',
  'eks:DescribeCluster',
  'eks:DescribeFargateProfile',
  'eks:DescribeNodegroup',
  'eks:ListClusters',
  'eks:ListFargateProfiles',
  'eks:ListNodegroups',
  'servicequotas:ListServiceQuotas',
];

/** What the role of another account allows besides: the Regions of `regions: enabled` are found through it. */
export const READER_ACTIONS: readonly string[] = [...SCAN_ACTIONS, 'ec2:DescribeRegions'];

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READ_STATE = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const TAKE_MESSAGES = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const READ_OTHERS: Needed = ['readers', ['sts:AssumeRole', 'sts:SetSourceIdentity']];
const ALERT: readonly Needed[] = [
  ['AlertTopic', ['sns:Publish']],
  ['AlertKey', ['kms:Decrypt', 'kms:GenerateDataKey']],
];

/** Every role of a deployment and what its function does. A test holds the table to `infra/lambda/roles.yml`. */
export const FUNCTION_ROLES: readonly FunctionRole[] = [
  { role: 'SchedulerRole', needs: [['PlanDashscanLambdaFunction', ['lambda:InvokeFunction']]] },
  {
    role: 'PlanScanRole',
    needs: [
      ['PlanDashscanLogGroup', LOGS],
      ['Configuration', ['ssm:GetParameter']],
      [
        '*',
        [
          'organizations:ListAccounts',
          'organizations:ListAccountsForParent',
          'organizations:ListOrganizationalUnitsForParent',
          'organizations:ListTagsForResource',
          'ec2:DescribeRegions',
          'cloudwatch:DescribeAlarms',
          'cloudwatch:GetAlarmMuteRule',
          'cloudwatch:ListAlarmMuteRules',
          'cloudwatch:PutMetricData',
        ],
      ],
      READ_OTHERS,
      ['TargetQueue', ['sqs:SendMessage']],
      ['TargetDeadLetters', ['sqs:GetQueueAttributes']],
      ['StateTable', [...READ_STATE, 'dynamodb:DeleteItem', 'dynamodb:PutItem']],
      ...ALERT,
    ],
  },
  {
    role: 'ScanTargetRole',
    needs: [
      ['ScanDashtargetLogGroup', LOGS],
      ['TargetQueue', TAKE_MESSAGES],
      ['CallEventQueue', TAKE_MESSAGES],
      ['Configuration', ['ssm:GetParameter']],
      ['*', [...SCAN_ACTIONS, 'cloudwatch:PutMetricData']],
      READ_OTHERS,
      ['StateTable', [...READ_STATE, 'dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem']],
      ...ALERT,
    ],
  },
  {
    role: 'NotifySlackRole',
    needs: [
      ['NotifyDashslackLogGroup', LOGS],
      ['SlackParameter', ['ssm:GetParameter']],
      ['AlertDeadLetters', ['sqs:SendMessage']],
    ],
  },
  {
    role: 'SlackInteractivityRole',
    needs: [
      ['SlackDashinteractivityLogGroup', LOGS],
      ['Configuration', ['ssm:GetParameter']],
      ['StateTable', [...READ_STATE, 'dynamodb:PutItem']],
    ],
  },
  {
    role: 'DashboardWidgetRole',
    needs: [
      ['DashboardDashwidgetLogGroup', LOGS],
      ['StateTable', READ_STATE],
    ],
  },
];

import type { OwnerKind } from './owner-kinds.ts';

/** What is looked at to recognise an owner. */
export type Sign =
  /** The interface type. EC2 spells some in two ways, so types are compared in lower case without `_` and `-`. */
  | { readonly by: 'type'; readonly type: string }
  /** The description. The first group, where there is one, is the owner's name. */
  | { readonly by: 'description'; readonly pattern: RegExp }
  /** A tag that the service puts on its own interfaces. */
  | { readonly by: 'tag'; readonly key: string }
  /** The principal that asked for the interface. */
  | { readonly by: 'requester'; readonly pattern: RegExp };

/** One mark of one owner. */
export interface OwnerMark {
  readonly sign: Sign;
  readonly kind: OwnerKind;
  /** `null`: what the pattern captures, or no name. */
  readonly name: string | null;
  /** The public page that states the mark; `null`: none was found, so it rests on reports alone. */
  readonly source: string | null;
}

/** `get_eni_resource_type` of Cloud Custodian, which many organisations run. */
const CUSTODIAN = 'https://github.com/cloud-custodian/cloud-custodian/blob/main/c7n/utils.py';
/** The values of the filter `interface-type`, and the enumeration of the SDK. */
const EC2_API = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html';
const POLICIES = 'https://docs.aws.amazon.com/aws-managed-policy/latest/reference';

const type = (
  spelt: string,
  kind: OwnerKind,
  name: string | null = null,
  source: string | null = EC2_API,
): OwnerMark => ({ sign: { by: 'type', type: spelt }, kind, name, source });

const described = (
  pattern: RegExp,
  kind: OwnerKind,
  name: string | null,
  source: string | null,
): OwnerMark => ({ sign: { by: 'description', pattern }, kind, name, source });

const service = (pattern: RegExp, name: string, source: string | null): OwnerMark =>
  described(pattern, 'aws-service', name, source);

const tagged = (key: string, name: string, source: string | null): OwnerMark => ({
  sign: { by: 'tag', key },
  kind: 'aws-service',
  name,
  source,
});

const requested = (
  pattern: RegExp,
  kind: OwnerKind,
  name: string | null,
  source: string | null,
): OwnerMark => ({ sign: { by: 'requester', pattern }, kind, name, source });

/**
 * Every mark by which an interface of an AWS service is recognised. `headroom owners` and the reference page are made from
 * this table. Marks of one kind of sign are tried from top to bottom.
 *
 * A pattern starts at the beginning of the description, so that an interface that only mentions a service does not match.
 */
export const OWNER_MARKS: readonly OwnerMark[] = [
  type('natgateway', 'nat-gateway'),
  type('lambda', 'lambda'),
  type('loadbalancer', 'load-balancer'),
  type('networkloadbalancer', 'load-balancer'),
  type('gatewayloadbalancer', 'load-balancer'),
  type('gatewayloadbalancerendpoint', 'endpoint'),
  type('vpcendpoint', 'endpoint'),
  type('ec2instanceconnectendpoint', 'endpoint'),
  type('transitgateway', 'transit-gateway'),
  type('efs', 'efs'),
  type('apigatewaymanaged', 'aws-service', 'API Gateway'),
  type('quicksight', 'aws-service', 'QuickSight'),
  type('globalacceleratormanaged', 'aws-service', 'Global Accelerator'),
  type('iotrulesmanaged', 'aws-service', 'IoT Rules'),
  type('awscodestarconnectionsmanaged', 'aws-service', 'CodeStar Connections'),
  type('evs', 'aws-service', 'Elastic VMware Service'),
  type('agenticai', 'aws-service', 'Bedrock AgentCore', null),

  tagged(
    'AWSAppRunnerManaged',
    'App Runner',
    'https://docs.aws.amazon.com/apprunner/latest/dg/network-vpc.html',
  ),
  tagged('AmazonGrafanaManaged', 'Managed Grafana', `${POLICIES}/AmazonGrafanaServiceLinkedRolePolicy.html`),
  tagged(
    'AMPAgentlessScraper',
    'Managed Service for Prometheus',
    `${POLICIES}/AmazonPrometheusScraperServiceRolePolicy.html`,
  ),
  tagged('VpcLatticeManaged', 'VPC Lattice', `${POLICIES}/AWSVpcLatticeServiceRolePolicy.html`),
  tagged(
    'VerifiedAccessManaged',
    'Verified Access',
    'https://docs.aws.amazon.com/verified-access/latest/ug/using-service-linked-roles.html',
  ),
  tagged(
    'ManagedByCloudShell',
    'CloudShell',
    'https://docs.aws.amazon.com/cloudshell/latest/userguide/aws-cloudshell-vpc-permissions-1.html',
  ),
  tagged(
    'AmazonBedrockAgentCoreManaged',
    'Bedrock AgentCore',
    'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-iam-awsmanpol.html',
  ),
  tagged('AWSNetworkFirewallManaged', 'Network Firewall', null),
  tagged('AmazonMWAAManaged', 'MWAA', null),

  described(/^ELB (?:app|net|gwy)\/([^/]+)\//, 'load-balancer', null, CUSTODIAN),
  described(/^ELB (.+)$/, 'load-balancer', null, CUSTODIAN),
  described(
    /^Amazon EKS (.+)$/,
    'control-plane',
    null,
    'https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html',
  ),
  described(
    /^AWS Lambda VPC ENI-(.{1,255}?)(?:-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/,
    'lambda',
    null,
    CUSTODIAN,
  ),
  described(/^RDSNetworkInterface/, 'rds', null, CUSTODIAN),
  described(/^Network interface for DBProxy/, 'rds', null, CUSTODIAN),
  described(/^ElastiCache[ +](.+)$/, 'elasticache', null, CUSTODIAN),
  described(/^ElastiCache/, 'elasticache', null, CUSTODIAN),
  described(/^EFS mount target for (fs-[0-9a-f]+)/, 'efs', null, CUSTODIAN),
  described(/^EFS mount target/, 'efs', null, CUSTODIAN),
  described(/^Interface for NAT Gateway (nat-[0-9a-f]+)/, 'nat-gateway', null, CUSTODIAN),
  described(/^VPC Endpoint Interface (vpce-[0-9a-f]+)/, 'endpoint', null, CUSTODIAN),
  described(/^EC2 Instance Connect Endpoint (eice-[0-9a-f]+)/, 'endpoint', null, null),
  described(
    /^Network Interface for Transit Gateway Attachment (tgw-attach-[0-9a-f]+)/i,
    'transit-gateway',
    null,
    CUSTODIAN,
  ),
  service(/^RedshiftNetworkInterface/, 'Redshift', CUSTODIAN),
  service(/^DMSNetworkInterface/, 'Database Migration Service', CUSTODIAN),
  service(/^ENI managed by APIGateway/, 'API Gateway', CUSTODIAN),
  service(/^AWS CodeStar Connections/, 'CodeStar Connections', CUSTODIAN),
  service(/^DAX /, 'DynamoDB Accelerator', CUSTODIAN),
  service(/^AWS ElasticMapReduce/, 'EMR', CUSTODIAN),
  service(/^CloudHSM Managed Interface/, 'CloudHSM', CUSTODIAN),
  service(/^CloudHsm ENI/, 'CloudHSM', CUSTODIAN),
  service(
    /^(?:DO NOT DELETE - )?Amazon MSK network interface/,
    'MSK',
    'https://github.com/ekristen/aws-nuke/pull/526',
  ),
  service(
    /^AWS created network interface for directory d-[0-9a-f]+/,
    'Directory Service',
    'https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_getting_started_what_gets_created.html',
  ),
  service(
    /^AWS created network interface for LicenseManager/,
    'License Manager',
    'https://docs.aws.amazon.com/license-manager/latest/userguide/user-based-subscriptions.html',
  ),
  service(/^Attached to Glue using role/, 'Glue', null),
  service(/^Created By Amazon Work[Ss]paces for AWS Account ID/, 'WorkSpaces', null),
  service(/^ClientVPN Endpoint resource/, 'Client VPN', null),
  service(/^\[DO NOT DELETE\] ENI managed by SageMaker/, 'SageMaker', null),
  service(
    /^\[Do not delete\] Network Interface created to access resources in your VPC for SageMaker/,
    'SageMaker',
    null,
  ),
  service(/^Amazon MQ network interface for broker/, 'Amazon MQ', null),
  service(/^Amazon Kinesis Firehose - /, 'Data Firehose', null),
  service(/^Route 53 Resolver/, 'Route 53 Resolver', null),
  service(/^datasync /, 'DataSync', null),
  service(/^AWS CodeBuild/, 'CodeBuild', null),
  service(/^ES /, 'OpenSearch Service', null),
  service(/^(?:Amazon )?AppStream\b/, 'AppStream', null),
  service(/^MemoryDB\b/, 'MemoryDB', null),
  service(/^AWS Transfer\b/, 'Transfer Family', null),
  service(/^VPC Lattice\b/, 'VPC Lattice', null),
  service(/^(?:AWS )?Network Firewall\b/, 'Network Firewall', null),
  service(/\bfs-[0-9a-f]{1,40}\b.{0,255}FSx|FSx.{0,255}\bfs-[0-9a-f]{1,40}\b/, 'FSx', null),

  requested(/^amazon-elb$/, 'load-balancer', null, CUSTODIAN),
  requested(/^amazon-rds$/, 'rds', null, null),
  requested(/^amazon-elasticache$/, 'elasticache', null, null),
  requested(/:AWSCodeBuild-/, 'aws-service', 'CodeBuild', null),
  requested(/:GlueJobRunnerSession$/, 'aws-service', 'Glue', null),
];

/** A tag on an instance of no cluster, and the service that runs it. */
export interface InstanceMark {
  readonly key: string;
  readonly name: string;
  readonly source: string | null;
}

/** Services that start instances in the account itself. Where none is tagged, the Auto Scaling group is the name. */
export const INSTANCE_MARKS: readonly InstanceMark[] = [
  {
    key: 'aws:elasticmapreduce:job-flow-id',
    name: 'EMR',
    source: 'https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-tags.html',
  },
  {
    key: 'AWSBatchServiceTag',
    name: 'Batch',
    source: 'https://docs.aws.amazon.com/batch/latest/userguide/security-iam-awsmanpol.html',
  },
  {
    key: 'aws:cloud9:environment',
    name: 'Cloud9',
    source: 'https://docs.aws.amazon.com/cloud9/latest/user-guide/security-iam.html',
  },
  {
    key: 'elasticbeanstalk:environment-name',
    name: 'Elastic Beanstalk',
    source: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-tagging-resources.html',
  },
];

/** Every tag by which an owner is recognised: a redacted estate keeps the key. */
export const MARK_TAGS: readonly string[] = [
  ...OWNER_MARKS.flatMap(({ sign }) => (sign.by === 'tag' ? [sign.key] : [])),
  ...INSTANCE_MARKS.map(({ key }) => key),
];

export const AUTO_SCALING_GROUP_TAG = 'aws:autoscaling:groupName';

/** EC2 spells types in several ways. Most interfaces are plain, and each is asked several times. */
export const normalisedType = (spelt: string): string =>
  spelt === 'interface' ? spelt : spelt.replaceAll(/[_-]/g, '').toLowerCase();

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INSTANCE_MARKS, normalisedType, OWNER_MARKS } from '../../../../shared/model/owners/owner-marks.ts';
import { ownerOf } from '../../../../shared/model/owners/owners.ts';
import { aNode, byId } from '../../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aTarget } from '../../../fixtures/inventory-records.ts';

const context = { accountId: aTarget.accountId, instances: byId() };

/** Descriptions as AWS services write them, and what they tell. Names are invented. */
const DESCRIBED: readonly (readonly [description: string, kind: string, name: string | null])[] = [
  ['ELB app/shop/50dc6c495c0c9188', 'load-balancer', 'shop'],
  ['ELB classic', 'load-balancer', 'classic'],
  ['Amazon EKS shop', 'control-plane', 'shop'],
  ['AWS Lambda VPC ENI-orders-5f0f8a5e-6a9c-4e42-9c6a-0a8f1f5f2c11', 'lambda', 'orders'],
  ['RDSNetworkInterface', 'rds', null],
  ['Network interface for DBProxy prx-0a1b', 'rds', null],
  ['ElastiCache+sessions-002', 'elasticache', 'sessions-002'],
  ['ElastiCache', 'elasticache', null],
  ['EFS mount target for fs-0123abcd (fsmt-0123abcd)', 'efs', 'fs-0123abcd'],
  ['EFS mount target', 'efs', null],
  ['Interface for NAT Gateway nat-0123abcd', 'nat-gateway', 'nat-0123abcd'],
  ['VPC Endpoint Interface vpce-0123abcd', 'endpoint', 'vpce-0123abcd'],
  ['EC2 Instance Connect Endpoint eice-0123abcd', 'endpoint', 'eice-0123abcd'],
  [
    'Network interface for Transit Gateway Attachment tgw-attach-0123abcd',
    'transit-gateway',
    'tgw-attach-0123abcd',
  ],
  ['RedshiftNetworkInterface', 'aws-service', 'Redshift'],
  ['DMSNetworkInterface', 'aws-service', 'Database Migration Service'],
  ['ENI managed by APIGateway', 'aws-service', 'API Gateway'],
  ['AWS CodeStar Connections for host shop', 'aws-service', 'CodeStar Connections'],
  ['DAX my-dax', 'aws-service', 'DynamoDB Accelerator'],
  ['AWS ElasticMapReduce j-2AXXXXXXGAPLF', 'aws-service', 'EMR'],
  ['CloudHSM Managed Interface', 'aws-service', 'CloudHSM'],
  ['CloudHsm ENI hsm-0123abcd', 'aws-service', 'CloudHSM'],
  [
    'DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:eu-west-1:111111111111:cluster/k/6411a16c-2.',
    'aws-service',
    'MSK',
  ],
  ['AWS created network interface for directory d-1234567890', 'aws-service', 'Directory Service'],
  ['AWS created network interface for LicenseManager d-1234567890', 'aws-service', 'License Manager'],
  ['Attached to Glue using role: arn:aws:iam::111111111111:role/etl', 'aws-service', 'Glue'],
  ['Created By Amazon Workspaces for AWS Account ID 111111111111', 'aws-service', 'WorkSpaces'],
  ['ClientVPN Endpoint resource', 'aws-service', 'Client VPN'],
  ['[DO NOT DELETE] ENI managed by SageMaker for Studio Domain(d-abcdefghijkl)', 'aws-service', 'SageMaker'],
  [
    '[Do not delete] Network Interface created to access resources in your VPC for SageMaker Notebook Instance nb',
    'aws-service',
    'SageMaker',
  ],
  ['Amazon MQ network interface for broker b-03a68f4f', 'aws-service', 'Amazon MQ'],
  ['Amazon Kinesis Firehose - 111111111111:orders:1641374697543.', 'aws-service', 'Data Firehose'],
  ['Route 53 Resolver: rslvr-in-0123abcd:rni-0123abcd', 'aws-service', 'Route 53 Resolver'],
  ['datasync task-0123abcd', 'aws-service', 'DataSync'],
  ['AWS CodeBuild', 'aws-service', 'CodeBuild'],
  ['ES logs', 'aws-service', 'OpenSearch Service'],
  ['AppStream fleet', 'aws-service', 'AppStream'],
  ['MemoryDB sessions', 'aws-service', 'MemoryDB'],
  ['AWS Transfer server s-0123', 'aws-service', 'Transfer Family'],
  ['VPC Lattice resource gateway', 'aws-service', 'VPC Lattice'],
  ['Network Firewall endpoint', 'aws-service', 'Network Firewall'],
  ['FSx file system fs-0123abcd', 'aws-service', 'FSx'],
];

const REQUESTED = [
  ['amazon-elb', 'load-balancer', null],
  ['amazon-rds', 'rds', null],
  ['amazon-elasticache', 'elasticache', null],
  ['AROAEXAMPLE:AWSCodeBuild-0123abcd', 'aws-service', 'CodeBuild'],
  ['AROAEXAMPLE:GlueJobRunnerSession', 'aws-service', 'Glue'],
] as const;

describe('an interface of an AWS service has an owner', () => {
  test.each(DESCRIBED)('by its description %s: %s %s', (description, kind, name) => {
    expect(ownerOf(anInterfaceRecord({ description }), context)).toMatchObject({ kind, name });
  });

  test.each(REQUESTED)('by its requester %s: %s %s', (requesterId, kind, name) => {
    const managed = anInterfaceRecord({ requesterId, requesterManaged: true });
    expect(ownerOf(managed, context)).toMatchObject({ kind, name });
  });

  test.each(OWNER_MARKS.filter(({ sign }) => sign.by === 'tag'))(
    'by its tag: $name',
    ({ sign, kind, name }) => {
      if (sign.by !== 'tag') throw new RangeError('only tags');
      expect(ownerOf(anInterfaceRecord({ tags: { [sign.key]: 'true' } }), context)).toMatchObject({
        kind,
        name,
      });
    },
  );

  test.each(INSTANCE_MARKS)('by a tag of its instance: $name', ({ key, name }) => {
    const instances = byId(aNode('i-0a', { tags: { [key]: 'x', 'aws:autoscaling:groupName': 'group' } }));
    const attachment = {
      attachmentId: null,
      instanceId: 'i-0a',
      instanceOwnerId: null,
      deviceIndex: 0,
      networkCardIndex: 0,
      deleteOnTermination: true,
    };
    expect(ownerOf(anInterfaceRecord({ attachment }), { ...context, instances })).toMatchObject({
      kind: 'instance',
      name,
    });
  });

  test('a left interface of a service is still of that service', () => {
    const left = anInterfaceRecord({
      status: 'available',
      description: 'Attached to Glue using role: arn:aws:iam::1:role/etl',
    });
    expect(ownerOf(left, context)).toMatchObject({ kind: 'aws-service', name: 'Glue' });
  });
});

describe('the table of marks', () => {
  test('has an example here of every description and requester', () => {
    const examples = [...DESCRIBED.map(([text]) => text), ...REQUESTED.map(([text]) => text)];
    const unused = OWNER_MARKS.flatMap(({ sign }) =>
      (sign.by === 'description' || sign.by === 'requester') &&
      !examples.some((text) => sign.pattern.test(text))
        ? [String(sign.pattern)]
        : [],
    );
    expect(unused).toEqual([]);
  });

  test('spells interface types as they are compared', () => {
    const types = OWNER_MARKS.flatMap(({ sign }) => (sign.by === 'type' ? [sign.type] : []));
    expect(types).toEqual([...new Set(types.map(normalisedType))]);
  });

  test('names the services whose marks no public page states in docs/unverified.md', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/unverified.md'), 'utf8');
    const unverified = OWNER_MARKS.flatMap(({ source, name }) =>
      source === null && name !== null ? [name] : [],
    );
    expect(unverified.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe('an owner that no mark tells', () => {
  const nameOf = (description: string): string | null =>
    ownerOf(anInterfaceRecord({ description }), context).name;

  test('is named by its description', () => {
    expect(nameOf('  Palo Alto  data plane ')).toBe('Palo Alto data plane');
    expect(nameOf('')).toBeNull();
  });

  test('is one owner, however its interfaces are numbered', () => {
    expect(nameOf('job 20261126 on eni-0a1b2c3d4e5f60718')).toBe('job * on *');
    expect(nameOf('session 5f0f8a5e-6a9c-4e42-9c6a-0a8f1f5f2c11')).toBe('session *');
    expect(nameOf('worker 7 of deadbeef')).toBe('worker 7 of deadbeef');
  });

  test('has a name of at most 80 characters', () => {
    expect(nameOf('word '.repeat(100))).toHaveLength(80);
  });
});

import { describe, expect, test } from 'vitest';
import type { Instance } from '../../../../shared/model/aws/inventory.ts';
import { ownerOf } from '../../../../shared/model/owners/owners.ts';
import { aNode, byId, nodeInterface } from '../../../fixtures/cluster-records.ts';
import { anInterfaceRecord, aTarget } from '../../../fixtures/inventory-records.ts';
import { INSTANCES, OWNED_INTERFACES } from '../../../fixtures/owned-interfaces.ts';

const context = (...instances: readonly Instance[]) => ({
  accountId: aTarget.accountId,
  instances: byId(...instances),
});

describe('the owner of cluster nodes', () => {
  test('names the instance and its node group', () => {
    expect(ownerOf(nodeInterface('i-01'), context(aNode('i-01')))).toEqual({
      kind: 'cluster-nodes',
      name: 'shop',
      instanceId: 'i-01',
      nodeGroup: 'workers',
      nodePool: null,
    });
  });

  test('holds where EC2 tells no network card: there is only the default one then', () => {
    const { attachment, ...rest } = nodeInterface('i-01');
    if (attachment === null) throw new RangeError('a node interface is attached');
    const networkInterface = { ...rest, attachment: { ...attachment, networkCardIndex: null } };
    expect(ownerOf(networkInterface, context(aNode('i-01')))).toMatchObject({ kind: 'cluster-nodes' });
  });

  test('names the node pool of Karpenter, and then no node group', () => {
    const tags = {
      'eks:cluster-name': 'shop',
      'karpenter.sh/nodepool': 'spot',
      'aws:autoscaling:groupName': 'x',
    };
    expect(ownerOf(nodeInterface('i-01'), context(aNode('i-01', { tags })))).toMatchObject({
      nodeGroup: null,
      nodePool: 'spot',
    });
  });

  test('is not taken from tags of several clusters, which tell nothing', () => {
    const tags = { 'kubernetes.io/cluster/a': 'owned', 'kubernetes.io/cluster/b': 'owned' };
    const primary = nodeInterface('i-01', { tags: {} });
    expect(ownerOf(primary, context(aNode('i-01', { tags }))).kind).toBe('instance');
  });

  test('is not taken from a tag that only shares the instance with a cluster', () => {
    const primary = nodeInterface('i-01', { tags: {} });
    const bastion = aNode('i-01', { tags: { 'kubernetes.io/cluster/shop': 'shared' } });
    expect(ownerOf(primary, context(bastion))).toMatchObject({ kind: 'instance', instanceId: 'i-01' });
  });

  test('does not leave out an empty tag value for the next tag that has one', () => {
    const node = aNode('i-01', { tags: { 'eks:cluster-name': '', 'alpha.eksctl.io/cluster-name': 'shop' } });
    expect(ownerOf(nodeInterface('i-01'), context(node)).name).toBe('shop');
  });
});

test('an interface without an owner account is ours', () => {
  expect(ownerOf(anInterfaceRecord({ ownerId: null, status: 'available' }), context()).kind).toBe('detached');
});

test('an interface on an instance that is not ours is judged by its description', () => {
  const onHost = nodeInterface('i-0host', { tags: {}, description: 'ELB app/front/0123' });
  expect(ownerOf(onHost, context())).toMatchObject({ kind: 'load-balancer', name: 'front' });
});

test.each([
  [
    "a branch interface without a description is a pod's",
    'pod-branch',
    { interfaceType: 'branch', tags: { 'kubernetes.io/cluster/shop': 'owned' } },
  ],
  [
    "a branch interface of the VPC resource controller is a pod's, whatever else is tagged on it",
    'pod-branch',
    {
      interfaceType: 'branch',
      tags: { 'eks:eni:owner': 'eks-vpc-resource-controller', 'aws:ecs:clusterName': 'web' },
    },
  ],
  ["ECS's tag alone makes no ECS task", 'unknown', { tags: { 'aws:ecs:clusterName': 'web' } }],
  [
    'an ARN of another service makes no ECS task',
    'unknown',
    { description: 'arn:aws:ec2:eu-west-1:111111111111:thing' },
  ],
  ['a word with :ecs: in it makes no ECS task', 'unknown', { description: 'made by :ecs: tooling' }],
  [
    'a description that speaks of Fargate makes no Fargate pod',
    'unknown',
    { description: 'once on fargate' },
  ],
  [
    "another service's operator does not make a cluster of an interface with a cluster's tag",
    'aws-service',
    { operatorPrincipal: 'lambda.amazonaws.com', tags: { 'eks:cluster-name': 'shop' } },
  ],
  [
    'a tag of the CNI on an instance that we cannot see tells a node',
    'cluster-nodes',
    { ...nodeInterface('i-0hidden'), description: '' },
  ],
  [
    'a trunk tag alone tells what the controller left behind',
    'cni-detached',
    { status: 'available', tags: { 'vpcresources.k8s.aws/trunk-eni-id': 'eni-01' } },
  ],
])('%s: %s', (_, kind, parts) => {
  expect(ownerOf(anInterfaceRecord(parts), context()).kind).toBe(kind);
});

describe('without a description, an interface type tells', () => {
  test.each([
    ['natGateway', 'nat-gateway', null],
    ['lambda', 'lambda', null],
    ['load_balancer', 'load-balancer', null],
    ['network_load_balancer', 'load-balancer', null],
    ['gateway_load_balancer', 'load-balancer', null],
    ['gateway_load_balancer_endpoint', 'endpoint', null],
    ['vpc_endpoint', 'endpoint', null],
    ['ec2_instance_connect_endpoint', 'endpoint', null],
    ['transit_gateway', 'transit-gateway', null],
    ['efs', 'efs', null],
    ['api_gateway_managed', 'aws-service', 'API Gateway'],
    ['quicksight', 'aws-service', 'QuickSight'],
    ['global_accelerator_managed', 'aws-service', 'Global Accelerator'],
    ['iot_rules_managed', 'aws-service', 'IoT Rules'],
    ['aws_codestar_connections_managed', 'aws-service', 'CodeStar Connections'],
    ['evs', 'aws-service', 'Elastic VMware Service'],
  ])('%s: %s %s', (interfaceType, kind, name) => {
    expect(ownerOf(anInterfaceRecord({ interfaceType }), context())).toMatchObject({ kind, name });
  });
});

describe('of a plain interface the description tells', () => {
  test.each([
    ['ELB gwy/firewall/50dc6c495c0c9190', 'load-balancer', 'firewall'],
    ['AWS Lambda VPC ENI-orders-import', 'lambda', 'orders-import'],
    ['ElastiCache', 'elasticache', null],
    ['EFS mount target for fs-0123456789abcdef0 (fsmt-0123456789abcdef0)', 'efs', 'fs-0123456789abcdef0'],
    ['EFS mount target', 'efs', null],
    ['EC2 Instance Connect Endpoint eice-0123456789abcdef0', 'endpoint', 'eice-0123456789abcdef0'],
    ['RedshiftNetworkInterface', 'aws-service', 'Redshift'],
    ['DMSNetworkInterface', 'aws-service', 'Database Migration Service'],
    ['AWS CodeBuild Network Interface', 'aws-service', 'CodeBuild'],
    ['DAX sessions-a', 'aws-service', 'DynamoDB Accelerator'],
    ['DO NOT DELETE - Amazon MSK network interface', 'aws-service', 'MSK'],
    ['ES logs', 'aws-service', 'OpenSearch Service'],
    ['AWS created network interface for directory d-9067a1b2c3', 'aws-service', 'Directory Service'],
    ['Route 53 Resolver: rslvr-in-0123456789abcdef0', 'aws-service', 'Route 53 Resolver'],
    ['fs-0123456789abcdef9 of FSx', 'aws-service', 'FSx'],
    ['AWS created network interface for FSx file system fs-0123456789abcdef9', 'aws-service', 'FSx'],
  ])('%s: %s %s', (description, kind, name) => {
    expect(ownerOf(anInterfaceRecord({ description }), context())).toMatchObject({ kind, name });
  });

  test.each([
    'spare of ELB app/front/50dc6c495c0c9188',
    'spare of ELB front',
    'next to Amazon EKS shop',
    'spare of AWS Lambda VPC ENI-orders-import',
    'spare of RDSNetworkInterface',
    'spare of ElastiCache sessions-001',
    'test of EFS mount target for fs-0123456789abcdef0',
    'spare of RedshiftNetworkInterface',
    'spare of DMSNetworkInterface',
    'for AWS CodeBuild',
    'for DAX sessions',
    'for ES logs',
    'for Route 53 Resolver',
    'directory d-one of ours',
  ])('but not one that only speaks of a service: %s', (description) => {
    expect(ownerOf(anInterfaceRecord({ description }), context()).kind).toBe('unknown');
  });
});

describe('where nothing else does, the requester tells', () => {
  test.each([
    ['amazon-elb', 'load-balancer', null],
    ['amazon-rds', 'rds', null],
    ['amazon-elasticache', 'elasticache', null],
    ['amazon-redshift', 'aws-service', 'amazon-redshift'],
    ['amazon-aws', 'unknown', null],
    ['AROAEXAMPLE:amazon-rds', 'unknown', null],
    ['333333333333', 'unknown', null],
  ])('%s: %s %s', (requesterId, kind, name) => {
    const managed = anInterfaceRecord({ requesterId, requesterManaged: true });
    expect(ownerOf(managed, context())).toMatchObject({ kind, name });
  });
});

test.each(OWNED_INTERFACES)('the owner of $what is $kind $name', ({ networkInterface, kind, name }) => {
  const owner = ownerOf(networkInterface, context(...INSTANCES));
  expect({ kind: owner.kind, name: owner.name }).toEqual({ kind, name });
});

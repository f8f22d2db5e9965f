import type { Tags } from '../../shared/model/aws/inventory.ts';
import type { World } from '../estate/world.ts';

interface ServiceInterface {
  readonly description: string;
  readonly interfaceType?: string;
  readonly requesterId: string;
  readonly tags?: Tags;
  readonly status?: string;
}

/**
 * Interfaces as AWS services make them: type, description and requester as EC2 answers them. Types are spelt as the API
 * spells them (`nat_gateway`), which is not always as the SDK's enumeration does (`natGateway`).
 */
const SERVICE_INTERFACES: readonly ServiceInterface[] = [
  { description: 'ELB app/web/50dc6c495c0c9188', requesterId: 'amazon-elb' },
  { description: 'ELB app/web/50dc6c495c0c9188', requesterId: 'amazon-elb' },
  {
    description: 'ELB net/ingress/8a7d6c5b4e3f2a10',
    interfaceType: 'network_load_balancer',
    requesterId: 'amazon-elb',
  },
  {
    description: 'ELB gwy/firewall/1f2e3d4c5b6a7988',
    interfaceType: 'gateway_load_balancer',
    requesterId: 'amazon-elb',
  },
  { description: 'ELB classic-api', requesterId: 'amazon-elb' },
  {
    description: 'AWS Lambda VPC ENI-orders-8d4f1c0e-7b1a-4f6e-9c1d-2b3a4c5d6e7f',
    interfaceType: 'lambda',
    requesterId: 'AROALABLAMBDA:awslambda_123',
  },
  { description: 'RDSNetworkInterface', requesterId: 'amazon-rds' },
  { description: 'ElastiCache sessions-001', requesterId: 'amazon-elasticache' },
  {
    description: 'EFS mount target for fs-0a1b2c3d (fsmt-0a1b2c3d)',
    interfaceType: 'efs',
    requesterId: 'amazon-efs',
  },
  {
    description: 'Interface for NAT Gateway nat-0a1b2c3d4e5f60718',
    interfaceType: 'nat_gateway',
    requesterId: 'amazon-nat',
  },
  {
    description: 'VPC Endpoint Interface vpce-0a1b2c3d4e5f60718',
    interfaceType: 'vpc_endpoint',
    requesterId: '727180483921',
  },
  {
    description: 'VPC Endpoint Interface vpce-0f1e2d3c4b5a69788',
    interfaceType: 'gateway_load_balancer_endpoint',
    requesterId: '727180483921',
  },
  {
    description: 'EC2 Instance Connect Endpoint eice-0a1b2c3d4e5f60718',
    interfaceType: 'ec2_instance_connect_endpoint',
    requesterId: 'amazon-eice',
  },
  {
    description: 'Network Interface for Transit Gateway Attachment tgw-attach-0a1b2c3d4e5f60718',
    interfaceType: 'transit_gateway',
    requesterId: 'amazon-tgw',
  },
  {
    description: 'arn:aws:ecs:eu-west-1:111122223333:attachment/8d4f1c0e-7b1a-4f6e-9c1d-2b3a4c5d6e7f',
    requesterId: 'AROALABECS:ecs-eni-provisioning',
    tags: { 'aws:ecs:clusterName': 'reports' },
  },
  { description: 'RedshiftNetworkInterface', requesterId: 'amazon-redshift' },
  {
    description: 'fargate-ip-10-60-0-77',
    requesterId: 'AROALABFARGATE:eks-fargate',
    tags: { 'eks:fargate-profile': 'batch', 'kubernetes.io/cluster/core': 'owned' },
  },
  {
    description: 'Attached to Glue using role: arn:aws:iam::111122223333:role/etl',
    requesterId: 'AROALABGLUE:GlueJobRunnerSession',
  },
  {
    description: 'Created By Amazon Workspaces for AWS Account ID 111122223333',
    requesterId: '210987654321',
  },
  { description: 'ClientVPN Endpoint resource', requesterId: '210987654321' },
  {
    description: '[DO NOT DELETE] ENI managed by SageMaker for Studio Domain(d-abcdefghijkl)',
    requesterId: '210987654321',
  },
  {
    description:
      'DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:eu-west-1:111122223333:cluster/k/6411a16c-2.',
    requesterId: '210987654321',
  },
  {
    description: 'Route 53 Resolver: rslvr-in-55829d25693e4b729:rni-9494385465134fa5a',
    requesterId: '210987654321',
  },
  { description: 'AWS created network interface for directory d-1234567890', requesterId: '210987654321' },
  { description: '', requesterId: '210987654321', tags: { AWSAppRunnerManaged: '' } },
  {
    description: 'something made by a service that nobody has heard of',
    interfaceType: 'brand_new',
    requesterId: '999988887777',
  },
];

/** One interface of every AWS service, attached to hosts of the services' own. */
export const addServiceInterfaces = (world: World, subnetId: string): void => {
  for (const each of SERVICE_INTERFACES) {
    world.createInterface({
      ...each,
      subnetId,
      requesterManaged: true,
      attachment: { instanceOwnerId: each.requesterId },
    });
  }
};

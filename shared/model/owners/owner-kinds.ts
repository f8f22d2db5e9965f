/**
 * Everything that can hold an address. Reports, filters and the reference page (`docs/findings.md`) are made from
 * this table; a kind's key is stable, people write rules on it.
 */
export interface OwnerKindDescription {
  readonly label: string;
  readonly description: string;
  /** What the owner's name is, where the kind has names. */
  readonly named: string | null;
}

export const OWNER_KINDS = {
  'cluster-nodes': {
    label: 'Cluster nodes',
    description:
      'Interfaces of a Kubernetes node that the VPC CNI or Cilium manages: the primary, secondaries, trunks, their addresses and prefixes.',
    named: 'the cluster',
  },
  'pod-branch': {
    label: 'Pod branch interfaces',
    description: 'One branch interface per pod that has a security group of its own.',
    named: 'the cluster',
  },
  'control-plane': {
    label: 'EKS control plane',
    description:
      "Interfaces that EKS creates in the cluster's subnets to reach its nodes (`Amazon EKS <cluster>`).",
    named: 'the cluster',
  },
  fargate: {
    label: 'Fargate pods',
    description: 'One interface per pod on EKS Fargate.',
    named: 'the cluster, if tags name it',
  },
  unmanaged: {
    label: 'Unmanaged node interfaces',
    description:
      'Interfaces of a node that the VPC CNI does not manage: Multus networks, `no_manage` tags, EFA-only interfaces, other network cards.',
    named: 'the cluster',
  },
  'cni-detached': {
    label: 'Detached CNI interfaces',
    description:
      'Created by the VPC CNI, the VPC resource controller or Cilium and not attached: in creation, or leaked.',
    named: 'the cluster, if tags name it',
  },
  'load-balancer': {
    label: 'Load balancers',
    description: 'Application, network, gateway and classic load balancers.',
    named: 'the load balancer',
  },
  lambda: {
    label: 'Lambda',
    description: 'Functions in the VPC: one shared interface per subnet and set of security groups.',
    named: 'a function that shares the interface',
  },
  rds: { label: 'RDS', description: 'Database instances, clusters and proxies.', named: null },
  elasticache: { label: 'ElastiCache', description: 'Cache nodes.', named: 'the cache cluster' },
  efs: { label: 'EFS', description: 'Mount targets.', named: 'the file system' },
  'nat-gateway': {
    label: 'NAT gateways',
    description: 'Private addresses of NAT gateways.',
    named: 'the gateway',
  },
  endpoint: {
    label: 'Endpoints',
    description:
      'Interface and Gateway Load Balancer endpoints, EC2 Instance Connect endpoints, and endpoints of VPC Lattice service networks, which hold blocks of 16 addresses.',
    named: 'the endpoint',
  },
  'ecs-task': {
    label: 'ECS tasks',
    description: 'One interface per ECS task with its own network (`awsvpc`).',
    named: 'the ECS cluster, if tags name it',
  },
  'transit-gateway': {
    label: 'Transit gateway attachments',
    description: 'One interface per attached subnet.',
    named: 'the attachment',
  },
  'aws-service': {
    label: 'Other AWS services',
    description:
      'Interfaces that another AWS service manages: Redshift, MSK, Glue, SageMaker, Directory Service, CodeBuild, ...',
    named: 'the service',
  },
  instance: {
    label: 'Instances',
    description: 'EC2 instances that belong to no cluster.',
    named: 'the service (EMR, Batch, Cloud9, Elastic Beanstalk) or the Auto Scaling group that runs them',
  },
  'other-account': {
    label: 'Other accounts',
    description: "Interfaces of the participants of a shared VPC in the owner's subnet.",
    named: 'the account',
  },
  detached: {
    label: 'Detached interfaces',
    description: 'Not attached, and their creator is unknown.',
    named: 'their description, with `*` for identifiers',
  },
  unknown: {
    label: 'Unknown',
    description: 'EC2 shows none of the signs above.',
    named: 'their description, with `*` for identifiers',
  },
} as const satisfies Record<string, OwnerKindDescription>;

export type OwnerKind = keyof typeof OWNER_KINDS;

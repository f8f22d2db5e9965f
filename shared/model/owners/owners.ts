import type { Instance, NetworkInterface } from '../aws/inventory.ts';
import {
  CNI_INSTANCE_TAG,
  CNI_NO_MANAGE_TAG,
  clusterNameOf,
  ENI_OWNER_TAG,
  membershipOf,
  TRUNK_TAG,
} from './cluster-membership.ts';
import type { OwnerKind } from './owner-kinds.ts';

/** What holds an interface's addresses. Usage is summed by `kind` and `name`; the rest tells more of cluster nodes. */
export interface Owner {
  readonly kind: OwnerKind;
  readonly name: string | null;
  readonly instanceId: string | null;
  readonly nodeGroup: string | null;
  readonly nodePool: string | null;
}

/** What must be known to tell owners apart. */
export interface OwnershipContext {
  /** The scanned account: interfaces of others are theirs. */
  readonly accountId: string;
  readonly instances: ReadonlyMap<string, Instance>;
}

const owner = (kind: OwnerKind, name: string | null = null): Owner => ({
  kind,
  name,
  instanceId: null,
  nodeGroup: null,
  nodePool: null,
});

/** Interface types that tell the owner by themselves. EC2 spells some in two ways, so types are compared without `_` and case. */
const KIND_BY_TYPE: ReadonlyMap<string, OwnerKind> = new Map<string, OwnerKind>([
  ['natgateway', 'nat-gateway'],
  ['lambda', 'lambda'],
  ['loadbalancer', 'load-balancer'],
  ['networkloadbalancer', 'load-balancer'],
  ['gatewayloadbalancer', 'load-balancer'],
  ['gatewayloadbalancerendpoint', 'endpoint'],
  ['vpcendpoint', 'endpoint'],
  ['ec2instanceconnectendpoint', 'endpoint'],
  ['transitgateway', 'transit-gateway'],
  ['efs', 'efs'],
]);

/** Types that name a service for which there is no kind of its own. */
const SERVICE_BY_TYPE: ReadonlyMap<string, string> = new Map([
  ['apigatewaymanaged', 'API Gateway'],
  ['quicksight', 'QuickSight'],
  ['globalacceleratormanaged', 'Global Accelerator'],
  ['iotrulesmanaged', 'IoT Rules'],
  ['awscodestarconnectionsmanaged', 'CodeStar Connections'],
  ['evs', 'Elastic VMware Service'],
]);

const normalisedType = (type: string): string => type.replaceAll(/[_-]/g, '').toLowerCase();

interface DescriptionRule {
  readonly pattern: RegExp;
  readonly kind: OwnerKind;
  /** The name, where it is not the pattern's first group. */
  readonly name?: string;
}

/** What AWS services write into the description of their interfaces. The first group, where there is one, is the name. */
const DESCRIPTIONS: readonly DescriptionRule[] = [
  { pattern: /^ELB (?:app|net|gwy)\/([^/]+)\//, kind: 'load-balancer' },
  { pattern: /^ELB (.+)$/, kind: 'load-balancer' },
  { pattern: /^Amazon EKS (.+)$/, kind: 'control-plane' },
  { pattern: /^AWS Lambda VPC ENI-(.+?)(?:-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/, kind: 'lambda' },
  { pattern: /^RDSNetworkInterface/, kind: 'rds' },
  { pattern: /DBProxy/, kind: 'rds' },
  { pattern: /^ElastiCache (.+)$/, kind: 'elasticache' },
  { pattern: /^ElastiCache/, kind: 'elasticache' },
  { pattern: /^EFS mount target for (fs-[0-9a-f]+)/, kind: 'efs' },
  { pattern: /^EFS mount target/, kind: 'efs' },
  { pattern: /(nat-[0-9a-f]+)/, kind: 'nat-gateway' },
  { pattern: /(vpce-[0-9a-f]+)/, kind: 'endpoint' },
  { pattern: /(eice-[0-9a-f]+)/, kind: 'endpoint' },
  { pattern: /(tgw-attach-[0-9a-f]+)/, kind: 'transit-gateway' },
  { pattern: /^RedshiftNetworkInterface/, kind: 'aws-service', name: 'Redshift' },
  { pattern: /^DMSNetworkInterface/, kind: 'aws-service', name: 'Database Migration Service' },
  { pattern: /^AWS CodeBuild/, kind: 'aws-service', name: 'CodeBuild' },
  { pattern: /^DAX /, kind: 'aws-service', name: 'DynamoDB Accelerator' },
  { pattern: /Amazon MSK/, kind: 'aws-service', name: 'MSK' },
  { pattern: /^ES /, kind: 'aws-service', name: 'OpenSearch Service' },
  { pattern: /directory d-[0-9a-f]+/, kind: 'aws-service', name: 'Directory Service' },
  { pattern: /^Route 53 Resolver/, kind: 'aws-service', name: 'Route 53 Resolver' },
  { pattern: /\bfs-[0-9a-f]+\b.*FSx|FSx.*\bfs-[0-9a-f]+\b/, kind: 'aws-service', name: 'FSx' },
];

/**
 * What holds the interface's addresses: exactly one owner, so that owners sum to what is in use. Read in the order
 * of what is most certain: whose account it is, what it is attached to, what its type says, what its description
 * says. Sources: amazon-vpc-cni-k8s `awsutils.go`, amazon-vpc-resource-controller-k8s `pkg/config/type.go`, the
 * interface type lists of the EC2 API reference.
 */
export const ownerOf = (networkInterface: NetworkInterface, context: OwnershipContext): Owner => {
  const { ownerId } = networkInterface;
  if (ownerId !== null && ownerId !== context.accountId) return owner('other-account', ownerId);
  return (
    ownerOfTask(networkInterface) ??
    ownerOfPodBranch(networkInterface) ??
    ownerOnInstance(networkInterface, context) ??
    ownerByType(networkInterface) ??
    ownerByDescription(networkInterface) ??
    ownerOfFargatePod(networkInterface) ??
    ownerOfDetached(networkInterface) ??
    ownerByManager(networkInterface)
  );
};

const ownerOfTask = ({ description, interfaceType, tags }: NetworkInterface): Owner | null => {
  const ecsBranch =
    normalisedType(interfaceType) === 'branch' &&
    tags[ENI_OWNER_TAG] === undefined &&
    tags['aws:ecs:clusterName'] !== undefined;
  return (description.startsWith('arn:aws') && description.includes(':ecs:')) || ecsBranch
    ? owner('ecs-task', tags['aws:ecs:clusterName'] ?? null)
    : null;
};

/** Branch interfaces of security groups for pods. They are the cluster's even while attached to nothing: the controller keeps them for a cool-down. */
const ownerOfPodBranch = ({ description, interfaceType, status, tags }: NetworkInterface): Owner | null => {
  const isBranch = normalisedType(interfaceType) === 'branch' || description === 'aws-k8s-branch-eni';
  if (!isBranch || status === 'available') return null;
  return owner('pod-branch', clusterNameOf(tags));
};

const ownerOnInstance = (networkInterface: NetworkInterface, context: OwnershipContext): Owner | null => {
  const instanceId = networkInterface.attachment?.instanceId ?? null;
  if (instanceId === null) return null;
  const instance = context.instances.get(instanceId);
  const membership = instance === undefined ? null : membershipOf(instance.tags);
  if (membership !== null) {
    return {
      kind: isUnmanaged(networkInterface) ? 'unmanaged' : 'cluster-nodes',
      name: membership.clusterName,
      instanceId,
      nodeGroup: membership.nodeGroup,
      nodePool: membership.nodePool,
    };
  }
  if (isMadeByCni(networkInterface)) {
    return { ...owner('cluster-nodes', clusterNameOf(networkInterface.tags)), instanceId };
  }
  // An instance that is not among the account's own is a host of some AWS service, such as a load balancer's.
  return instance === undefined ? null : { ...owner('instance'), instanceId };
};

/** Whether the VPC CNI leaves this interface of a node alone (`IsUnmanagedENI`, `efa-only`, and network cards other than the default one). */
export const isUnmanaged = (networkInterface: NetworkInterface): boolean =>
  networkInterface.tags[CNI_NO_MANAGE_TAG] === 'true' ||
  normalisedType(networkInterface.interfaceType) === 'efaonly' ||
  isOnOtherCard(networkInterface);

/** Whether it is attached to another network card than the default one. */
export const isOnOtherCard = ({ attachment }: NetworkInterface): boolean =>
  (attachment?.networkCardIndex ?? 0) > 0;

/** Whether the VPC CNI or the VPC resource controller made it, or marked it as its node's. */
export const isMadeByCni = ({ description, tags }: NetworkInterface): boolean =>
  tags[CNI_INSTANCE_TAG] !== undefined ||
  tags[ENI_OWNER_TAG] !== undefined ||
  tags[TRUNK_TAG] !== undefined ||
  description.startsWith('aws-K8S-') ||
  description.startsWith('aws-k8s-');

const ownerByType = (networkInterface: NetworkInterface): Owner | null => {
  const type = normalisedType(networkInterface.interfaceType);
  const service = SERVICE_BY_TYPE.get(type);
  if (service !== undefined) return owner('aws-service', service);
  const kind = KIND_BY_TYPE.get(type);
  if (kind === undefined) return null;
  const described = ownerByDescription(networkInterface);
  return described?.kind === kind ? described : owner(kind);
};

const ownerByDescription = ({ description }: NetworkInterface): Owner | null => {
  for (const rule of DESCRIPTIONS) {
    const match = rule.pattern.exec(description);
    if (match !== null) return owner(rule.kind, rule.name ?? match[1] ?? null);
  }
  return null;
};

/** What marks a Fargate pod's interface is not documented: any sign of it in tags or description counts. */
const ownerOfFargatePod = ({ description, tags }: NetworkInterface): Owner | null => {
  const tagged = Object.keys(tags).some((key) => key.startsWith('eks:fargate'));
  return tagged || /^(?:aws-)?fargate\b/i.test(description) ? owner('fargate', clusterNameOf(tags)) : null;
};

const ownerOfDetached = (networkInterface: NetworkInterface): Owner | null => {
  if (networkInterface.status !== 'available') return null;
  if (isMadeByCni(networkInterface)) return owner('cni-detached', clusterNameOf(networkInterface.tags));
  return networkInterface.requesterManaged ? null : owner('detached');
};

/** Requesters that name their service: `amazon-elb`, `amazon-rds`, ...; most are account or role ids, which say nothing. */
const SERVICE_REQUESTER = /^amazon-(?!aws$)/;

const KIND_BY_REQUESTER: ReadonlyMap<string, OwnerKind> = new Map<string, OwnerKind>([
  ['amazon-elb', 'load-balancer'],
  ['amazon-rds', 'rds'],
  ['amazon-elasticache', 'elasticache'],
]);

const ownerByManager = ({ operatorPrincipal, requesterId, tags }: NetworkInterface): Owner => {
  if (operatorPrincipal !== null) {
    const clusterName = operatorPrincipal.startsWith('eks') ? clusterNameOf(tags) : null;
    return clusterName === null
      ? owner('aws-service', operatorPrincipal)
      : owner('cluster-nodes', clusterName);
  }
  if (requesterId !== null && SERVICE_REQUESTER.test(requesterId)) {
    const kind = KIND_BY_REQUESTER.get(requesterId);
    return kind === undefined ? owner('aws-service', requesterId) : owner(kind);
  }
  return owner('unknown');
};

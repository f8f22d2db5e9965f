import type { Instance, NetworkInterface, Tags } from '../aws/inventory.ts';
import {
  CILIUM_CLUSTER_TAG,
  CILIUM_TAG,
  CNI_INSTANCE_TAG,
  CNI_NO_MANAGE_TAG,
  clusterNameOf,
  ECS_CLUSTER_TAG,
  ENI_OWNER_TAG,
  membershipOf,
  TRUNK_TAG,
} from './cluster-membership.ts';
import { describedAs } from './description-name.ts';
import type { OwnerKind } from './owner-kinds.ts';
import {
  AUTO_SCALING_GROUP_TAG,
  INSTANCE_MARKS,
  normalisedType,
  OWNER_MARKS,
  type OwnerMark,
  type Sign,
} from './owner-marks.ts';

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

/**
 * What holds the interface's addresses: exactly one owner, so that owners sum to what is in use. Read in the order
 * of what is most certain: whose account it is, what it is attached to, what its type says, what its description
 * says. Sources: amazon-vpc-cni-k8s `awsutils.go`, amazon-vpc-resource-controller-k8s `pkg/config/type.go`, and
 * those of `OWNER_MARKS`.
 */
export const ownerOf = (networkInterface: NetworkInterface, context: OwnershipContext): Owner => {
  const { ownerId } = networkInterface;
  if (ownerId !== null && ownerId !== context.accountId) return owner('other-account', ownerId);
  return (
    ownerOfTask(networkInterface) ??
    ownerOfPodBranch(networkInterface) ??
    ownerOnInstance(networkInterface, context) ??
    ownerByTag(networkInterface) ??
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
    tags[ECS_CLUSTER_TAG] !== undefined;
  return (description.startsWith('arn:aws') && description.includes(':ecs:')) || ecsBranch
    ? owner('ecs-task', tags[ECS_CLUSTER_TAG] ?? null)
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
  if (isMadeByCilium(networkInterface)) {
    return { ...owner('cluster-nodes', ciliumClusterOf(networkInterface.tags)), instanceId };
  }
  // An instance that is not among the account's own is a host of some AWS service, such as a load balancer's.
  return instance === undefined ? null : { ...owner('instance', runnerOf(instance.tags)), instanceId };
};

/** The service, or else the Auto Scaling group, that runs an instance of no cluster. */
const runnerOf = (tags: Tags): string | null =>
  INSTANCE_MARKS.find(({ key }) => tags[key] !== undefined)?.name ?? tags[AUTO_SCALING_GROUP_TAG] ?? null;

/** Whether the VPC CNI leaves this interface of a node alone (`IsUnmanagedENI`, `efa-only`, and network cards other than the default one). */
export const isUnmanaged = (networkInterface: NetworkInterface): boolean =>
  networkInterface.tags[CNI_NO_MANAGE_TAG] === 'true' ||
  normalisedType(networkInterface.interfaceType) === 'efaonly' ||
  isOnOtherCard(networkInterface);

/** Whether it is attached to another network card than the default one. */
export const isOnOtherCard = ({ attachment }: NetworkInterface): boolean =>
  (attachment?.networkCardIndex ?? 0) > 0;

/** Cilium's own tags and description (`pkg/aws/eni`); versions before 1.13 set no tags. */
export const isMadeByCilium = ({ description, tags }: NetworkInterface): boolean =>
  tags[CILIUM_TAG] === 'true' || description.startsWith('Cilium-CNI (i-');

export const ciliumClusterOf = (tags: Tags): string | null => tags[CILIUM_CLUSTER_TAG] ?? clusterNameOf(tags);

/** Whether the VPC CNI or the VPC resource controller made it, or marked it as its node's. */
export const isMadeByCni = ({ description, tags }: NetworkInterface): boolean =>
  tags[CNI_INSTANCE_TAG] !== undefined ||
  tags[ENI_OWNER_TAG] !== undefined ||
  tags[TRUNK_TAG] !== undefined ||
  description.startsWith('aws-K8S-') ||
  description.startsWith('aws-k8s-');

type MarkBy<By extends Sign['by']> = OwnerMark & { readonly sign: Extract<Sign, { readonly by: By }> };

const marksBy = <By extends Sign['by']>(by: By): readonly MarkBy<By>[] =>
  OWNER_MARKS.filter((mark): mark is MarkBy<By> => mark.sign.by === by);

const BY_TYPE = new Map(marksBy('type').map((mark) => [mark.sign.type, mark]));
const BY_TAG = marksBy('tag');
const BY_DESCRIPTION = marksBy('description');
const BY_REQUESTER = marksBy('requester');

const ownerByTag = ({ tags }: NetworkInterface): Owner | null => {
  const mark = BY_TAG.find(({ sign }) => tags[sign.key] !== undefined);
  return mark === undefined ? null : owner(mark.kind, mark.name);
};

const ownerByType = (networkInterface: NetworkInterface): Owner | null => {
  const mark = BY_TYPE.get(normalisedType(networkInterface.interfaceType));
  if (mark === undefined) return null;
  const described = mark.name === null ? ownerByDescription(networkInterface) : null;
  return described?.kind === mark.kind ? described : owner(mark.kind, mark.name);
};

const ownerByDescription = ({ description }: NetworkInterface): Owner | null => {
  for (const { sign, kind, name } of BY_DESCRIPTION) {
    const match = sign.pattern.exec(description);
    if (match !== null) return owner(kind, name ?? match[1] ?? null);
  }
  return null;
};

/** What marks a Fargate pod's interface is not documented: any sign of it in tags or description counts. */
const ownerOfFargatePod = ({ description, tags }: NetworkInterface): Owner | null => {
  const tagged = Object.keys(tags).some((key) => key.startsWith('eks:fargate'));
  return tagged || /^(?:aws-)?fargate\b/i.test(description) ? owner('fargate', clusterNameOf(tags)) : null;
};

const ownerOfDetached = (networkInterface: NetworkInterface): Owner | null => {
  const { description, requesterManaged, status, tags } = networkInterface;
  if (status !== 'available') return null;
  if (isMadeByCni(networkInterface)) return owner('cni-detached', clusterNameOf(tags));
  if (isMadeByCilium(networkInterface)) return owner('cni-detached', ciliumClusterOf(tags));
  return requesterManaged ? null : owner('detached', describedAs(description));
};

/** Requesters that name their service: `amazon-redshift`, ...; most are account or role ids, which say nothing. */
const SERVICE_REQUESTER = /^amazon-(?!aws$)/;

const ownerByManager = ({ description, operatorPrincipal, requesterId, tags }: NetworkInterface): Owner => {
  if (operatorPrincipal !== null) {
    const clusterName = operatorPrincipal.startsWith('eks') ? clusterNameOf(tags) : null;
    return clusterName === null
      ? owner('aws-service', operatorPrincipal)
      : owner('cluster-nodes', clusterName);
  }
  if (requesterId !== null) {
    const mark = BY_REQUESTER.find(({ sign }) => sign.pattern.test(requesterId));
    if (mark !== undefined) return owner(mark.kind, mark.name);
    if (SERVICE_REQUESTER.test(requesterId)) return owner('aws-service', requesterId);
  }
  return owner('unknown', describedAs(description));
};

import type { OwnerKind } from '../../owners/owner-kinds.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { OwnerUsage } from '../../result/owner-usage.ts';

const NODE_OWNERS: ReadonlySet<string> = new Set<OwnerKind>([
  'cluster-nodes',
  'pod-branch',
  'fargate',
  'unmanaged',
  'cni-detached',
]);

/** How what holds most of a full subnet comes to use a new one. Each keeps the subnets that it is configured with. */
const SERVICE_EFFECTS: ReadonlyMap<string, string> = new Map<OwnerKind, string>([
  // EKS API reference, CreateFargateProfile: a profile cannot be changed.
  ['fargate', 'A Fargate profile keeps its subnets. Replace it by one that names the new subnet as well.'],
  ['lambda', 'Functions use it when their VPC configuration names it beside their present subnets.'],
  ['rds', 'Databases use it when their subnet group names it. Instances that run stay where they are.'],
  ['elasticache', 'Caches use it when their subnet group names it. Nodes that run stay where they are.'],
  ['efs', 'A file system has one mount target in each zone. Only a new file system can use it.'],
  ['endpoint', 'An endpoint uses it when its list of subnets names it.'],
  ['ecs-task', "New tasks use it when the service's network configuration names it."],
  ['load-balancer', 'Load balancers use it when their list of subnets names it.'],
  ['transit-gateway', 'An attachment has one subnet in each zone. It uses the new one when it is modified.'],
  ['instance', 'New instances start there when their Auto Scaling group or launch names it.'],
]);

const OTHER_SERVICE = 'It is used when the services that hold the addresses are configured with it.';

/**
 * Whether a Kubernetes cluster uses the subnet, or may. Owners that are not known count as one, also those of a shared
 * subnet's other accounts: their nodes could be there.
 */
export const mayHaveNodes = (
  { ownerId, owners, unaccounted }: Pick<SubnetAssessment, 'ownerId' | 'owners' | 'unaccounted'>,
  clusters: readonly Pick<ClusterAssessment, 'clusterName'>[],
): boolean =>
  clusters.length > 0 ||
  ownerId !== null ||
  owners === null ||
  owners.length === 0 ||
  (unaccounted ?? 0) > 0 ||
  owners.some(({ kind }) => NODE_OWNERS.has(kind));

/** For a subnet without nodes: how its largest holder comes to use a new subnet. */
export const serviceEffect = (subnet: Pick<SubnetAssessment, 'owners'>): string =>
  SERVICE_EFFECTS.get(largestOwner(subnet)?.kind ?? '') ?? OTHER_SERVICE;

export const largestOwner = ({ owners }: Pick<SubnetAssessment, 'owners'>): OwnerUsage | undefined =>
  (owners ?? []).toSorted((a, b) => b.addresses - a.addresses)[0];

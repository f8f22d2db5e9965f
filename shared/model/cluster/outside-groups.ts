import type { AutoScalingGroup, EksCluster, Instance, LaunchTemplate } from '../aws/inventory.ts';
import { membershipOf } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { mostInstances } from './group-sizes.ts';
import type { GrowingGroup } from './growing-group.ts';
import { EXHAUSTION_ERRORS } from './node-demand.ts';
import { NO_EXTRAS } from './node-extras.ts';
import { isPrimary, templatesOfGroups, unreadTemplates, withTemplates } from './template-extras.ts';
import { isInWarmPool, mostNodes } from './warm-pools.ts';

interface ClusterOfGroups {
  readonly name: string;
  readonly nodeSubnetIds: readonly string[];
}

/** The cluster autoscaler finds its groups by tags with this beginning. */
const AUTOSCALER_TAG = 'k8s.io/cluster-autoscaler/';

/** In place of a cluster's name: a group none of whose subnets is a cluster's. No cluster has an empty name. */
export const NO_CLUSTER = '';

interface OutsideFacts {
  readonly eksClusters: readonly EksCluster[];
  readonly instances: ReadonlyMap<string, Instance>;
  readonly launchTemplates?: readonly LaunchTemplate[];
}

/**
 * Auto Scaling groups of no cluster. Each instance takes one address, and more where its launch template adds interfaces. A
 * group counts for the first of the clusters, by name, whose nodes or pods use one of its subnets, and otherwise for none.
 */
export const outsideGroups = (
  groups: readonly AutoScalingGroup[],
  { eksClusters, instances, launchTemplates = [] }: OutsideFacts,
  clusters: readonly ClusterOfGroups[],
  subnets: ReadonlyMap<string, SubnetAssessment>,
): readonly GrowingGroup[] => {
  const managed = new Set(
    eksClusters.flatMap(({ nodeGroups }) => nodeGroups.flatMap(({ autoScalingGroups }) => autoScalingGroups)),
  );
  return groups.flatMap((group): readonly GrowingGroup[] => {
    const { instanceTypes, name, tags, weights } = group;
    const belongs =
      managed.has(name) ||
      membershipOf(tags) !== null ||
      Object.keys(tags).some((key) => key.startsWith(AUTOSCALER_TAG));
    const templates = templatesOfGroups([group], launchTemplates);
    const subnetIds = subnetsOf(group, templates);
    if (belongs || !subnetIds.some((id) => subnets.has(id))) return [];
    const cluster = clusters.find(({ nodeSubnetIds }) => subnetIds.some((id) => nodeSubnetIds.includes(id)));
    const [unreadTemplate] = unreadTemplates([group], launchTemplates);
    const warm =
      group.warmPool === undefined
        ? []
        : [...instances.keys()].filter((instanceId) => isInWarmPool(group, instanceId, instances));
    const instanceIds = [...group.instanceIds, ...warm];
    const running = instanceIds.flatMap((id) => instances.get(id)?.instanceType ?? []);
    const maxSize = mostNodes(group);
    const mostOf = (type: string): number => mostInstances({ ...group, maxSize }, running, type) ?? maxSize;
    // Every type takes one address, so the one of which most fit counts.
    const [type = null] = instanceTypes.toSorted((a, b) => mostOf(b) - mostOf(a));
    const instancesIn = Map.groupBy(instanceIds, (id) => instances.get(id)?.subnetId);
    return [
      {
        clusterName: cluster?.name ?? NO_CLUSTER,
        group: name,
        kind: 'auto-scaling-group',
        currentNodes: instanceIds.length,
        maximumNodes: type === null ? maxSize : mostOf(type),
        ...(maxSize > group.maxSize && { warmNodes: maxSize - group.maxSize }),
        instanceType: type,
        ...(weights !== undefined && { weighted: true }),
        steps:
          unreadTemplate === undefined && weights !== null
            ? [{ subnet: 'node', singles: 1, prefixes: 0, addressError: EXHAUSTION_ERRORS.addresses }]
            : null,
        ...(unreadTemplate !== undefined && { unreadTemplate }),
        full: null,
        subnets: subnetIds.map((subnetId) => ({
          subnetId,
          availabilityZone: subnets.get(subnetId)?.availabilityZone ?? null,
          podSubnetIds: [subnetId],
          primaryServesPods: true,
          nodes: instancesIn.get(subnetId)?.length ?? 0,
          extras: withTemplates(NO_EXTRAS, templates, subnetId).takes,
        })),
        outsideCluster: true,
      },
    ];
  });
};

/**
 * Where a group starts instances: its own subnets, or the one that its launch template names for the first interface. Source:
 * EC2 Auto Scaling user guide, a launch template that names a subnet is for groups that name zones alone.
 */
const subnetsOf = (
  { subnetIds }: AutoScalingGroup,
  templates: readonly LaunchTemplate[],
): readonly string[] =>
  subnetIds.length > 0
    ? subnetIds
    : [
        ...new Set(
          templates.flatMap(({ interfaces }) =>
            interfaces.filter(isPrimary).flatMap((each) => each.subnetId ?? []),
          ),
        ),
      ];

import type { AutoScalingGroup, EksCluster, LaunchTemplate } from '../aws/inventory.ts';
import { membershipOf } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { GrowingGroup } from './committed-demand.ts';
import { EXHAUSTION_ERRORS } from './node-demand.ts';
import { NO_EXTRAS } from './node-extras.ts';
import { templatesOfGroups, withTemplates } from './template-extras.ts';

interface ClusterOfGroups {
  readonly name: string;
  readonly nodeSubnetIds: readonly string[];
}

/** The cluster autoscaler finds its groups by tags with this beginning. */
const AUTOSCALER_TAG = 'k8s.io/cluster-autoscaler/';

/**
 * Auto Scaling groups of no cluster that start instances in subnets of a cluster's nodes or pods. Each instance takes one
 * address, and more where its launch template adds interfaces. A group counts for the first of the clusters, by name.
 */
export const outsideGroups = (
  groups: readonly AutoScalingGroup[],
  eksClusters: readonly EksCluster[],
  clusters: readonly ClusterOfGroups[],
  subnets: ReadonlyMap<string, SubnetAssessment>,
  launchTemplates: readonly LaunchTemplate[] = [],
): readonly GrowingGroup[] => {
  const managed = new Set(
    eksClusters.flatMap(({ nodeGroups }) => nodeGroups.flatMap(({ autoScalingGroups }) => autoScalingGroups)),
  );
  return groups.flatMap((group): readonly GrowingGroup[] => {
    const { instanceIds, instanceTypes, maxSize, name, subnetIds, tags } = group;
    const belongs =
      managed.has(name) ||
      membershipOf(tags) !== null ||
      Object.keys(tags).some((key) => key.startsWith(AUTOSCALER_TAG));
    const cluster = clusters.find(({ nodeSubnetIds }) => subnetIds.some((id) => nodeSubnetIds.includes(id)));
    if (belongs || cluster === undefined) return [];
    const templates = templatesOfGroups([group], launchTemplates);
    return [
      {
        clusterName: cluster.name,
        group: name,
        kind: 'auto-scaling-group',
        currentNodes: instanceIds.length,
        maximumNodes: maxSize,
        instanceType: instanceTypes[0] ?? null,
        steps: [{ subnet: 'node', singles: 1, prefixes: 0, addressError: EXHAUSTION_ERRORS.addresses }],
        full: null,
        subnets: subnetIds.map((subnetId) => ({
          subnetId,
          availabilityZone: subnets.get(subnetId)?.availabilityZone ?? null,
          podSubnetIds: [subnetId],
          primaryServesPods: true,
          nodes: 0,
          extras: withTemplates(NO_EXTRAS, templates, subnetId).takes,
        })),
        outsideCluster: true,
      },
    ];
  });
};

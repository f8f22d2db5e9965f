import type { AutoScalingGroup } from '../aws/inventory.ts';
import type { ClusterMembership } from '../owners/cluster-membership.ts';
import type { ClusterContext } from './cluster-context.ts';
import { maxPodsOfTemplates, templatesOfGroups, unreadTemplates } from './template-extras.ts';

type Facts = Pick<ClusterContext, 'autoScalingGroups' | 'eksClusters' | 'launchTemplates'>;

/** Pods that the kubelet of a node admits; `null`: nothing says it. */
export type KubeletLimits = (instanceId: string, membership: ClusterMembership) => number | null;

/**
 * What a cluster shows of its nodes, or else what the launch templates of a node's group say. A node that started from an older version
 * may admit another number.
 */
export const kubeletLimits = (facts: Facts): KubeletLimits => {
  const shown = new Map(facts.eksClusters.map(({ maxPodsOfNodes, name }) => [name, maxPodsOfNodes]));
  const byTemplate = templateLimits(facts);
  return (instanceId, membership) =>
    shown.get(membership.clusterName)?.get(instanceId) ?? byTemplate(instanceId, membership);
};

const templateLimits = ({ autoScalingGroups, eksClusters, launchTemplates = [] }: Facts): KubeletLimits => {
  // Most templates say nothing of pods: then no group is looked at.
  if (!launchTemplates.some(({ maxPods }) => maxPods !== undefined)) return () => null;
  const limitOf = (groups: readonly AutoScalingGroup[]): number | null =>
    unreadTemplates(groups, launchTemplates).length > 0
      ? null
      : maxPodsOfTemplates(templatesOfGroups(groups, launchTemplates));
  const byNodeGroup = new Map(
    eksClusters.map(({ name: clusterName, nodeGroups }) => [
      clusterName,
      new Map<string | null, number | null>(
        nodeGroups.map((group) => [
          group.name,
          limitOf(autoScalingGroups.filter(({ name }) => group.autoScalingGroups.includes(name))),
        ]),
      ),
    ]),
  );
  const byInstance = new Map(
    autoScalingGroups.flatMap((group) => {
      const limit = limitOf([group]);
      return limit === null ? [] : group.instanceIds.map((id) => [id, limit] as const);
    }),
  );
  return (instanceId, { clusterName, nodeGroup }) =>
    byNodeGroup.get(clusterName)?.get(nodeGroup) ?? byInstance.get(instanceId) ?? null;
};

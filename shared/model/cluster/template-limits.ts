import type { AutoScalingGroup, EksCluster } from '../aws/inventory.ts';
import type { ClusterContext } from './cluster-context.ts';
import { maxPodsOfTemplates, templatesOfGroups, unreadTemplates } from './template-extras.ts';

/** Pods that kubelets admit by the launch templates of their groups. A group that is missing says nothing. */
export interface TemplateLimits {
  readonly byNodeGroup: ReadonlyMap<string, number>;
  readonly byInstance: ReadonlyMap<string, number>;
}

export const templateLimits = (
  { autoScalingGroups, launchTemplates = [] }: Pick<ClusterContext, 'autoScalingGroups' | 'launchTemplates'>,
  eks: EksCluster | null,
): TemplateLimits => {
  // Most templates say nothing of pods: then no group is looked at.
  if (!launchTemplates.some(({ maxPods }) => maxPods !== undefined))
    return { byNodeGroup: new Map(), byInstance: new Map() };
  const limitOf = (groups: readonly AutoScalingGroup[]): number | null =>
    unreadTemplates(groups, launchTemplates).length > 0
      ? null
      : maxPodsOfTemplates(templatesOfGroups(groups, launchTemplates));
  return {
    byNodeGroup: limits(
      (eks?.nodeGroups ?? []).map((group) => [
        group.name,
        limitOf(autoScalingGroups.filter(({ name }) => group.autoScalingGroups.includes(name))),
      ]),
    ),
    byInstance: limits(
      autoScalingGroups.flatMap((group) => {
        const limit = limitOf([group]);
        return group.instanceIds.map((id) => [id, limit] as const);
      }),
    ),
  };
};

const limits = (
  entries: readonly (readonly [key: string, limit: number | null])[],
): ReadonlyMap<string, number> =>
  new Map(entries.flatMap(([key, limit]) => (limit === null ? [] : [[key, limit] as const])));

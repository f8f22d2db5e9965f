import type { AutoScalingGroup, Instance, WarmPool } from '../aws/inventory.ts';
import { valueAt } from '../base/value-at.ts';
import { AUTO_SCALING_GROUP_TAG } from '../owners/owner-marks.ts';

/**
 * Nodes that run and nodes of the warm pool together. The pool keeps its least size beside a group that is at its maximum.
 * Source: EC2 Auto Scaling user guide, warm pools; EKS API reference, `WarmPoolConfig`.
 */
export const mostNodes = ({
  maxSize,
  warmPool,
}: {
  readonly maxSize: number;
  readonly warmPool?: WarmPool | null;
}): number =>
  warmPool == null ? maxSize : Math.max(maxSize + warmPool.minSize, warmPool.maxGroupPreparedCapacity ?? 0);

/**
 * Whether an instance is kept ready for the group. DescribeAutoScalingGroups lists the others; Auto Scaling tags both. A stopped one
 * keeps its addresses. Source: EC2 Auto Scaling user guide, "View the status of a warm pool"; `aws:autoscaling:groupName`.
 */
export const isInWarmPool = (
  { instanceIds, name, warmPool }: AutoScalingGroup,
  instanceId: string,
  instances: ReadonlyMap<string, Instance>,
): boolean => {
  // Nodes are looked up only for a group that has a pool: an account has thousands of both.
  if (warmPool === undefined) return false;
  const { state, tags } = valueAt(instances, instanceId);
  return tags[AUTO_SCALING_GROUP_TAG] === name && state !== 'terminated' && !instanceIds.includes(instanceId);
};

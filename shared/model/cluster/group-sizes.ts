import type { AutoScalingGroup } from '../aws/inventory.ts';
import type { CommittedDemand } from '../result/cluster.ts';

/** What a size of a group counts, and how large it may get. */
type Sizes = Pick<AutoScalingGroup, 'maxSize' | 'weights'>;

/**
 * Most instances that a group can have if those that come are of one type. With weights its sizes count units, and the last
 * instance may exceed the maximum by less than its weight. A type without one counts for one unit. `null`: its sizes count
 * processors or memory. Source: EC2 Auto Scaling API reference, `MaxSize` and `WeightedCapacity`.
 *
 * @param running the types of its instances
 */
export const mostInstances = (
  { maxSize, weights }: Sizes,
  running: readonly string[],
  type: string,
): number | null => {
  if (weights === undefined) return maxSize;
  if (weights === null) return null;
  const unitsOf = (each: string): number => weights[each] ?? 1;
  const used = running.reduce((sum, each) => sum + unitsOf(each), 0);
  return running.length + Math.max(0, Math.ceil((maxSize - used) / unitsOf(type)));
};

/** The most nodes of a group; `null` where its sizes count processors or memory. */
export const knownMaximum = ({
  maximumNodes,
  perNode,
  weighted,
}: Pick<CommittedDemand, 'maximumNodes' | 'perNode' | 'weighted'>): number | null =>
  weighted === true && perNode === null ? null : maximumNodes;

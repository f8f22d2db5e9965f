import type { InstanceLimits, NodePoolLimits } from '../aws/inventory.ts';
import { smallestOf } from '../base/extremes.ts';
import { memoryOf, vcpusOf } from './max-pods.ts';

/** Karpenter takes so much of the memory to be the host's own, for a type that it has not seen run. Source: its settings, VM_MEMORY_OVERHEAD_PERCENT. */
const MEMORY_OVERHEAD = 0.075;

const karpenterMemoryOf = (limits: InstanceLimits): number | null => {
  const memory = memoryOf(limits);
  return memory === null ? null : memory * (1 - MEMORY_OVERHEAD);
};

/**
 * Most nodes that a pool can have if those that come are of one type, by type. What runs uses its limits up first, whatever its
 * types. `null` where no limit gives a number of nodes, or where one of them cannot be counted: it may be the tighter one.
 *
 * @param running the types of its nodes
 */
export const poolSizes = (
  pool: NodePoolLimits,
  running: readonly string[],
  limitsOf: (type: string) => InstanceLimits | null,
): ReadonlyMap<string, number> | null => {
  const { maximumMemory, maximumNodes, maximumVcpus, uncountedLimits } = pool;
  const bounds = [
    { limit: maximumNodes, size: () => 1 },
    { limit: maximumVcpus, size: vcpusOf },
    { limit: maximumMemory, size: karpenterMemoryOf },
  ].flatMap(({ limit, size }) => (limit === null ? [] : [{ limit, size }]));
  const types = [...new Set(pool.instanceTypes.length > 0 ? pool.instanceTypes : running)].sort();
  if (bounds.length === 0 || types.length === 0 || uncountedLimits.length > 0) return null;
  const sizes = new Map<string, number>();
  for (const type of types) {
    const more = bounds.map(({ limit, size }) => {
      const units = [type, ...running].map((each) => {
        const known = limitsOf(each);
        return known === null ? null : size(known);
      });
      const [one, ...used] = units.filter((unit) => unit !== null);
      return one === undefined || used.length < running.length
        ? null
        : Math.floor((limit - used.reduce((sum, unit) => sum + unit, 0)) / one);
    });
    const known = more.filter((each) => each !== null);
    if (known.length < more.length) return null;
    sizes.set(type, running.length + Math.max(0, smallestOf(known)));
  }
  return sizes;
};

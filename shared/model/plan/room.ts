import { largestOf } from '../base/extremes.ts';
import { takeAllThatFit, takeNodes } from '../cluster/capacity.ts';
import { largest } from '../cluster/supply-ledger.ts';
import { type FleetNode, growthOf, growthsOf } from './fleet.ts';
import type { NodeDemands } from './node-demands.ts';
import type { NodeStart, Timeline } from './timeline.ts';

/** How many more of something fit, and what ends it. */
export interface Room {
  readonly fits: number;
  /** `null`: nothing does. */
  readonly error: string | null;
}

/** Runs something on the ledgers of these places, and takes all of it back. */
const tentatively = <Answer>(
  timeline: Timeline,
  starts: readonly NodeStart[],
  work: () => Answer,
): Answer => {
  const ledgers = new Set(
    starts.flatMap((start) => {
      const both = timeline.ledgersOf(start);
      return both === null
        ? []
        : [both.node, ...both.pods, ...(both.extras ?? []).map(({ ledger }) => ledger)];
    }),
  );
  const marks = [...ledgers].map((ledger) => ({ ledger, mark: ledger.mark() }));
  try {
    return work();
  } finally {
    for (const { ledger, mark } of marks) ledger.rollBack(mark);
  }
};

/** How many more nodes start in these places, one place after the other until each is full. */
export const roomForNodes = (timeline: Timeline, starts: readonly NodeStart[]): Room | null =>
  tentatively(timeline, starts, () => {
    let fits = 0;
    let error: string | null = null;
    for (const start of starts) {
      const ledgers = timeline.ledgersOf(start);
      if (ledgers === null) return null;
      fits += takeAllThatFit(start.steps, ledgers);
      const short = takeNodes(start.steps, ledgers);
      if (short !== null) error = short.error;
    }
    return { fits, error };
  });

/**
 * How many more pods find an address on these nodes, when they are spread evenly: bounded by the subnets, by the interfaces
 * and by max-pods. A node keeps a warm pool while there is room for one. `null` where a subnet is not known.
 */
export const roomForPods = (
  timeline: Timeline,
  demands: NodeDemands,
  nodes: readonly FleetNode[],
): number | null => {
  const known = nodes.flatMap((node) => {
    const limit = demands.podsAtMost(node.type, node.primaryServesPods, node.maxPods);
    const start = growthOf(demands, node, node.pods);
    const ledgers = timeline.ledgersOf(start);
    return ledgers === null ? [] : [{ node, start, ledgers, limit: Math.max(0, limit - node.pods) }];
  });
  if (known.length < nodes.length) return null;
  const starts = known.map(({ start }) => start);
  /** Whether all nodes grow by `each` pods, and the first `more` of them by one more. */
  const grow = (each: number, more: number): boolean =>
    tentatively(timeline, starts, () =>
      known.every(({ node, ledgers, limit }, index) => {
        const pods = node.pods + Math.min(limit, each + (index < more ? 1 : 0));
        for (const { steps } of growthsOf(demands, node, pods))
          if (takeNodes(steps, ledgers) === null) return true;
        return false;
      }),
    );
  const highest = largestOf([0, ...known.map(({ limit }) => limit)]);
  const each = largest(highest, (pods) => grow(pods, 0));
  const more = each >= highest ? 0 : largest(known.length, (count) => grow(each, count));
  return known.reduce((sum, { limit }, index) => sum + Math.min(limit, each + (index < more ? 1 : 0)), 0);
};

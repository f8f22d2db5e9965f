import type { NodePlace } from '../result/cluster.ts';
import { type FleetNode, fewestFirst, startOf } from './fleet.ts';
import type { NodeDemands } from './node-demands.ts';
import { newNode } from './node-plan.ts';
import type { Holding, StartFailure, Timeline } from './timeline.ts';

/** Where a node started, and what it then holds; `null`: it is not known whether it does. */
export interface StartedNode {
  readonly node: FleetNode;
  readonly holdings: readonly Holding[] | null;
}

/**
 * Starts a node in its place, or where that has no room in another one: the zone with the fewest nodes comes first. A failure names
 * every subnet that was tried. Source: EC2 Auto Scaling user guide, distribution across zones.
 *
 * @param running the nodes whose zones count
 */
export const startAnywhere = (
  timeline: Timeline,
  demands: NodeDemands,
  node: FleetNode,
  places: readonly NodePlace[],
  running: readonly { readonly zone: string | null }[],
): StartedNode | StartFailure => {
  const own = timeline.start(startOf(demands, node));
  if (own === null || !('error' in own)) return { node, holdings: own };
  // What the node is planned for it can run only where its primary interface serves pods as well, or as little.
  const others = places.filter(
    ({ primaryServesPods, subnetId }) =>
      subnetId !== node.subnetId && primaryServesPods === node.primaryServesPods,
  );
  const tried = new Set(own.subnetIds);
  let unknown: StartedNode | null = null;
  for (const place of fewestFirst(others, running)) {
    const moved = { ...newNode(place, node.type), pods: node.pods };
    const held = timeline.start(startOf(demands, moved));
    if (held === null) unknown ??= { node: moved, holdings: null };
    else if ('error' in held) for (const subnetId of held.subnetIds) tried.add(subnetId);
    else return { node: moved, holdings: held };
  }
  return unknown ?? { ...own, subnetIds: [...tried] };
};

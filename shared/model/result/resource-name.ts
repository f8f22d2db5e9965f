import { displayName, listOf, shorten } from '../base/text/names.ts';
import type { Subject } from './finding.ts';

/** A name can have 256 characters, and the consequence stands behind it. */
const NAME_LENGTH = 64;
const CLUSTERS_SHOWN = 2;

/** How a title names its resource: `payments-nodes-a (payments)`, with the clusters of a subnet beside its name. */
export const resourceName = ({ type, name, id, clusterNames = [] }: Subject): string => {
  const shown = shorten(displayName(name, id), NAME_LENGTH);
  if (type !== 'subnet' || clusterNames.length === 0) return shown;
  const clusters = clusterNames.map((cluster) => shorten(cluster, NAME_LENGTH));
  return `${shown} (${listOf(clusters, CLUSTERS_SHOWN)})`;
};

import { displayName, listOf, shorten } from '../base/text/names.ts';
import type { Subject } from './finding.ts';

/** A name can have 256 characters, and the consequence stands behind it. */
const NAME_LENGTH = 64;
const CLUSTERS_SHOWN = 2;

/** The name of a subnet, or its ID when it has none, as texts have it. */
export const subnetName = ({
  name,
  subnetId,
}: {
  readonly name: string | null;
  readonly subnetId: string;
}): string => shorten(displayName(name, subnetId), NAME_LENGTH);

/**
 * How a title names its resource: `payments-nodes-a (payments)`, with the clusters of a subnet beside its name. A VPC and a
 * cluster often have the same name, so that the name of a VPC has the word before it.
 */
export const resourceName = (subject: Subject): string => {
  const { type, name, id, clusterNames = [] } = subject;
  const shown = shorten(displayName(name, id), NAME_LENGTH);
  if (type === 'target') return `Account ${subject.accountId} in ${subject.region}`;
  if (type === 'vpc') return name === null ? id : `VPC ${shown}`;
  if (type === 'node-group' && subject.clusterName !== null) {
    return `${shorten(subject.clusterName, NAME_LENGTH)}/${shown}`;
  }
  if (type !== 'subnet' || clusterNames.length === 0) return shown;
  const clusters = clusterNames.map((cluster) => shorten(cluster, NAME_LENGTH));
  return `${shown} (${listOf(clusters, CLUSTERS_SHOWN)})`;
};

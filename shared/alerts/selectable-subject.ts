import type { Tags } from '../model/aws/inventory.ts';
import type { Estate } from '../model/checks/estate.ts';
import type { Subject } from '../model/result/finding.ts';

/**
 * Adds to subjects what selectors look at, and no more: the tags that some selector names, the ranges and the clusters of
 * their subnets. An alert's record must not grow with tags that no selector reads.
 *
 * @param tagKeys the tags that some selector of the policy names
 * @param withNamespaces some selector of the policy names a namespace
 */
export const selectableSubjects = (estate: Estate, tagKeys: ReadonlySet<string>, withNamespaces: boolean) => {
  const known = new Map<Subject, Subject>();
  return (subject: Subject): Subject => {
    const selectable =
      known.get(subject) ??
      withNamespacesOf(estate, withWhatSelectorsRead(estate, tagKeys, subject), withNamespaces);
    known.set(subject, selectable);
    return selectable;
  };
};

const withWhatSelectorsRead = (estate: Estate, tagKeys: ReadonlySet<string>, subject: Subject): Subject => {
  if (subject.type === 'target') return subject;
  const subnets =
    subject.type === 'vpc' ? estate.subnetsOfVpc(subject.id) : estate.subnetsIn(subject.subnetIds);
  const tags = subnets.map((subnet) =>
    Object.fromEntries(Object.entries(subnet.tags).filter(([key]) => tagKeys.has(key))),
  );
  return {
    ...subject,
    cidrBlocks: subject.cidrBlocks ?? subnets.flatMap(({ cidrBlock }) => cidrBlock ?? []),
    tags: commonTags(tags),
    clusterNames: subject.clusterNames ?? clustersOf(estate, subject),
  };
};

/** A namespace with less of the addresses for pods than this is one of many, and no reason to notify its team. */
const LEAST_SHARE = 0.25;

/**
 * The namespaces that hold a quarter or more of the addresses for pods, and those with pods that wait for one: of the subnet
 * where it is about one, else of its clusters. None where no Kubernetes API was read.
 */
const withNamespacesOf = (estate: Estate, subject: Subject, isWanted: boolean): Subject => {
  if (!isWanted || subject.type === 'target') return subject;
  const names = subject.clusterNames ?? [];
  const pods = estate.input.clusters.flatMap((cluster) =>
    names.includes(cluster.clusterName) && cluster.pods != null ? [cluster.pods] : [],
  );
  const holders =
    subject.type === 'subnet'
      ? pods.flatMap(({ subnets }) => subnets.filter(({ subnetId }) => subnetId === subject.id))
      : pods;
  const held = new Map<string, number>();
  for (const { name, addresses } of holders.flatMap(({ namespaces }) => namespaces))
    held.set(name, (held.get(name) ?? 0) + addresses);
  const used = holders.reduce((sum, holder) => sum + holder.used, 0);
  const large = [...held].filter(([, addresses]) => addresses >= LEAST_SHARE * used).map(([name]) => name);
  const waiting = pods.flatMap(({ waiting: all }) => (all ?? []).map(({ namespace }) => namespace));
  return { ...subject, namespaces: [...new Set([...large, ...waiting])].toSorted() };
};

const clustersOf = (estate: Estate, { clusterName, subnetIds }: Subject): readonly string[] =>
  clusterName === null
    ? [...new Set(subnetIds.flatMap((subnetId) => estate.clustersOf(subnetId)))]
    : [clusterName];

/** What all of them say: a cluster over subnets of two owners belongs to neither. */
const commonTags = ([first, ...others]: readonly Tags[]): Tags =>
  Object.fromEntries(
    Object.entries(first ?? {}).filter(([key, value]) => others.every((tags) => tags[key] === value)),
  );

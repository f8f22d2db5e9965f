import type { Tags } from '../model/aws/inventory.ts';
import type { Estate } from '../model/checks/estate.ts';
import type { Subject } from '../model/result/finding.ts';

/**
 * Adds to subjects what selectors look at, and no more: the tags that some selector names, the ranges and the clusters of
 * their subnets. An alert's record must not grow with tags that no selector reads.
 *
 * @param tagKeys the tags that some selector of the policy names
 */
export const selectableSubjects = (estate: Estate, tagKeys: ReadonlySet<string>) => {
  const known = new Map<Subject, Subject>();
  return (subject: Subject): Subject => {
    const selectable = known.get(subject) ?? withWhatSelectorsRead(estate, tagKeys, subject);
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

const clustersOf = (estate: Estate, { clusterName, subnetIds }: Subject): readonly string[] =>
  clusterName === null
    ? [...new Set(subnetIds.flatMap((subnetId) => estate.clustersOf(subnetId)))]
    : [clusterName];

/** What all of them say: a cluster over subnets of two owners belongs to neither. */
const commonTags = ([first, ...others]: readonly Tags[]): Tags =>
  Object.fromEntries(
    Object.entries(first ?? {}).filter(([key, value]) => others.every((tags) => tags[key] === value)),
  );

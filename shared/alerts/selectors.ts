import type { AlertSeverity } from '../model/alert/alert.ts';
import type { AlertPolicy, Selector } from '../model/alert/policy.ts';
import type { Tags } from '../model/aws/inventory.ts';
import { cidrContains, parseCidr } from '../model/net/cidr.ts';
import type { Subject } from '../model/result/finding.ts';
import { matchesWildcard } from './wildcard.ts';

/** What a selector is held against: a subject, what is said of it, and how bad it is. */
export interface Selectable {
  readonly subject: Subject;
  /** The rule, and the finding's kind where that is another word for it. */
  readonly rules: readonly string[];
  /** Absent while there is no level yet, as when thresholds are looked up: a selector that asks for one then never matches. */
  readonly severity?: AlertSeverity;
}

/**
 * Whether all fields of the selector match; an empty one matches everything. In a field any value will do. A subject that
 * has nothing under a field (a target has no VPC) does not match it.
 */
export const matches = (selector: Selector, { subject, rules, severity }: Selectable): boolean =>
  anyMatches(selector.account, [subject.accountId]) &&
  anyMatches(selector.region, [subject.region]) &&
  anyMatches(selector.vpc, subject.vpcId === null ? [] : [subject.vpcId]) &&
  anyMatches(selector.subnet, subnetWords(subject)) &&
  insideAny(selector.cidr, subject.cidrBlocks ?? []) &&
  anyMatches(selector.cluster, clustersOf(subject)) &&
  anyMatches(selector.namespace, subject.namespaces ?? []) &&
  tagsMatch(selector.tags, subject.tags ?? {}) &&
  anyMatches(selector.rule, rules) &&
  (selector.severity === undefined || (severity !== undefined && selector.severity.includes(severity)));

/** Every tag that some selector of the policy asks for: subjects carry these and no other. */
export const selectorTagKeys = (policy: AlertPolicy): ReadonlySet<string> =>
  new Set(
    [...policy.overrides, ...policy.mutes, ...policy.routes].flatMap(({ match }) =>
      Object.keys(match.tags ?? {}),
    ),
  );

/** Whether some selector of the policy looks at namespaces: subjects carry them only then. */
export const asksForNamespaces = (policy: AlertPolicy): boolean =>
  [...policy.overrides, ...policy.mutes, ...policy.routes].some(({ match }) => match.namespace !== undefined);

const anyMatches = (patterns: readonly string[] | undefined, words: readonly string[]): boolean =>
  patterns === undefined || patterns.some((pattern) => words.some((word) => matchesWildcard(pattern, word)));

/** A subnet may be named by its id or by its name. */
const subnetWords = (subject: Subject): readonly string[] =>
  subject.type === 'subnet' && subject.name !== null
    ? [...subject.subnetIds, subject.name]
    : subject.subnetIds;

const clustersOf = (subject: Subject): readonly string[] =>
  subject.clusterNames ?? (subject.clusterName === null ? [] : [subject.clusterName]);

const insideAny = (ranges: readonly string[] | undefined, blocks: readonly string[]): boolean => {
  if (ranges === undefined) return true;
  const outer = ranges.map(parseCidr).filter((range) => range !== null);
  const inner = blocks.map(parseCidr).filter((block) => block !== null);
  return outer.some((range) => inner.some((block) => cidrContains(range, block)));
};

const tagsMatch = (wanted: Tags | undefined, tags: Tags): boolean =>
  Object.entries(wanted ?? {}).every(([key, pattern]) => {
    const value = tags[key];
    return value !== undefined && matchesWildcard(pattern, value);
  });

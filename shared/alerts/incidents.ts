import type { Alert, Observation } from '../model/alert/alert.ts';
import type { Subject } from '../model/result/finding.ts';
import { causeOf } from './causes.ts';
import { isShortage } from './check-of-rule.ts';

/** What is open, or opens with this scan. */
type Open = Pick<Alert, 'subject'> & { readonly cause: string; readonly since: number };

/**
 * Subnets of one cluster whose shortages are announced within this time (milliseconds) are one incident: the same pods or jobs spread over
 * them. A drain of a VPC over hours reached its subnets up to two and a half hours after each other (`npm run bench:year`).
 */
const TOGETHER_WITHIN = 3 * 3_600_000;

/**
 * Gives what begins now the cause of the open incident that it belongs to: the shortage of a subnet, of the VPC around it
 * and of the node groups in it is one incident, also when their alerts fire hours apart. What is about no shortage has an
 * incident of its own subject. Shortages of two subnets of a cluster are one where they begin within hours of each other.
 * An incident keeps the cause of its first alert for as long as one of its alerts fires. Of several incidents that match, the
 * oldest is joined.
 *
 * @param stored the target's alerts before this scan
 * @param now epoch milliseconds of the scan
 */
export const joinIncidents = (
  observations: readonly Observation[],
  stored: readonly Alert[],
  now: number,
): readonly Observation[] => {
  const firing = stored.filter(({ status }) => status === 'firing');
  const firingKeys = new Set(firing.map(({ key }) => key));
  const open: Open[] = firing
    .filter(({ finding }) => isShortage(finding))
    .toSorted((a, b) => (a.since < b.since ? -1 : 1))
    .map(({ subject, cause, since, firedAt }) => ({
      subject,
      cause: cause ?? causeOf(subject),
      since: Date.parse(firedAt ?? since),
    }));
  const joined = new Map<string, string>();
  const begins = observations.filter(
    ({ key, raise, finding }) =>
      raise !== null && raise !== 'ok' && finding !== null && isShortage(finding) && !firingKeys.has(key),
  );
  for (const { key, subject, cause = causeOf(subject) } of begins.toSorted(mostTelling)) {
    const incident = open.find((other) => belongs(subject, cause, other, now));
    joined.set(key, incident?.cause ?? cause);
    open.push({ subject, cause: incident?.cause ?? cause, since: now });
  }
  return observations.map((observation) => {
    const cause = joined.get(observation.key);
    return cause === undefined || cause === observation.cause ? observation : { ...observation, cause };
  });
};

/** A subnet names the incident rather than what suffers from its shortage. */
const ORDER: readonly Subject['type'][] = ['subnet', 'vpc', 'cluster', 'node-group'];

const mostTelling = (a: Observation, b: Observation): number => rank(a.subject) - rank(b.subject);

const rank = ({ type }: Subject): number => {
  const index = ORDER.indexOf(type);
  return index === -1 ? ORDER.length : index;
};

const belongs = (subject: Subject, cause: string, other: Open, now: number): boolean =>
  other.cause === cause ||
  other.cause === causeOf(subject) ||
  (now - other.since <= TOGETHER_WITHIN && isInOneCluster(subject, other.subject)) ||
  isOfVpc(subject, other) ||
  isOfVpc(other.subject, { subject, cause }) ||
  subject.subnetIds.some((subnetId) => other.subject.subnetIds.includes(subnetId));

/** Subnets that share only their VPC fill for reasons of their own: each is announced. */
const isInOneCluster = (a: Subject, b: Subject): boolean =>
  a.type === 'subnet' &&
  b.type === 'subnet' &&
  a.vpcId !== null &&
  a.vpcId === b.vpcId &&
  (a.clusterNames ?? []).some((name) => b.clusterNames?.includes(name) === true);

/** Whether it lies in the VPC that the other one is about, as its subject or as its cause. */
const isOfVpc = ({ vpcId }: Subject, { subject, cause }: Omit<Open, 'since'>): boolean => {
  if (vpcId === null || vpcId !== subject.vpcId) return false;
  return subject.type === 'vpc' || cause === causeOf({ type: 'vpc', id: vpcId });
};

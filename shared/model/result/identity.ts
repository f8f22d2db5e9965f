import type { Subject } from './finding.ts';

/**
 * How everything that Headroom speaks of is named: alerts, incidents, threads, findings. All names are made here, so that
 * no two things of an organization can share one, whatever people call their clusters.
 *
 * `<account>/<Region>/<check>/<type>/<id>`: only the id may hold any character, and it comes last.
 */

export type Place = Pick<Subject, 'accountId' | 'region'>;

/** `111122223333/eu-west-1`: names a target. */
export const targetName = ({ accountId, region }: Place): string => `${accountId}/${region}`;

/** `subnet/subnet-0a`: names a subject within an account and Region. */
export const subjectPath = ({ type, id }: Pick<Subject, 'type' | 'id'>): string => `${type}/${id}`;

/** The id of something that is named within something else: `prod/blue`. A slash in the outer name is escaped. */
export const idWithin = (outer: string, inner: string): string =>
  `${outer.replaceAll('%', '%25').replaceAll('/', '%2F')}/${inner}`;

/** What a check, or all checks of one supply, say of a subject: unique within an account and Region. */
export const keyOf = (check: string, subject: Pick<Subject, 'type' | 'id'>): string =>
  `${check}/${subjectPath(subject)}`;

/** What is unique within an account and Region, as a name that is unique in the whole organization. */
export const identityWithin = (place: Place, path: string): string => `${targetName(place)}/${path}`;

/** The name of an alert in the whole organization: of its incident, its acknowledgement and its record in a topic. */
export const identityOf = ({ key, subject }: { readonly key: string; readonly subject: Place }): string =>
  identityWithin(subject, key);

/** The name of a subject in the whole organization. */
export const subjectIdentity = (subject: Pick<Subject, 'type' | 'id'> & Place): string =>
  identityWithin(subject, subjectPath(subject));

/**
 * The name of an incident in the whole organization: the cause that its alerts share. Messages about one incident stand
 * in one thread wherever the channel has threads.
 */
export const incidentOf = ({
  cause,
  subject,
}: {
  readonly cause?: string;
  readonly subject: Pick<Subject, 'type' | 'id'> & Place;
}): string => identityWithin(subject, cause ?? subjectPath(subject));

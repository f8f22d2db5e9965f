import type { Observation } from '../model/alert/alert.ts';
import { subjectPath } from '../model/result/identity.ts';

/** Two low subnets may be chance; three that are at least half of their VPC's are one thing. */
export const SUBNETS_OF_ONE_CAUSE = 3;
export const SHARE_OF_ONE_CAUSE = 0.5;

/** The cause of an alert that is about its subject alone. */
export const causeOf = subjectPath;

/**
 * Says of every observation what it should be seen as one thing with. When many subnets of a VPC have the same problem at
 * once, the VPC is the cause; otherwise it is the subject itself, so that several rules about one subnet belong together.
 *
 * @param well how many others were found well, by `groupOf`
 */
export const attributeCauses = (
  observations: readonly Observation[],
  well: ReadonlyMap<string, number> = new Map(),
): readonly Observation[] => {
  const counts = new Map([...well].map(([key, known]) => [key, { raised: 0, known }]));
  for (const observation of observations) {
    const key = groupOf(observation);
    if (key === null || observation.raise === null) continue;
    const count = counts.get(key) ?? { raised: 0, known: 0 };
    count.known += 1;
    if (observation.raise !== 'ok') count.raised += 1;
    counts.set(key, count);
  }
  const isWide = (key: string | null): boolean => {
    const count = key === null ? undefined : counts.get(key);
    return (
      count !== undefined &&
      count.raised >= SUBNETS_OF_ONE_CAUSE &&
      count.raised >= count.known * SHARE_OF_ONE_CAUSE
    );
  };
  return observations.map((observation) => {
    const { subject, raise } = observation;
    const wide = raise !== null && raise !== 'ok' && isWide(groupOf(observation));
    return {
      ...observation,
      cause: wide ? causeOf({ type: 'vpc', id: subject.vpcId ?? subject.id }) : causeOf(subject),
    };
  });
};

/** The subnets of one VPC whose keys begin alike: one supply, or one check. `null` for what is not about a subnet. */
export const groupOf = ({ key, subject }: Pick<Observation, 'key' | 'subject'>): string | null => {
  if (subject.type !== 'subnet' || subject.vpcId === null) return null;
  return `${key.slice(0, key.length - subject.id.length)} ${subject.vpcId}`;
};

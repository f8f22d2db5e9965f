import type { Alert, Transition } from '../model/alert/alert.ts';
import { identityWithin, incidentOf } from '../model/result/identity.ts';

/** The thread of a digest of everything in a target. */
export const digestThreadOf = ({ subject }: Pick<Transition, 'subject'>): string =>
  identityWithin(subject, 'digest');

/** Of the threads that resolved transitions stand in, and of their digests: those in which nothing fires any more. */
export const quietThreads = (
  transitions: readonly Transition[],
  firing: readonly Alert[],
): readonly string[] => {
  const resolved = transitions.filter(({ transition }) => transition === 'resolved');
  if (resolved.length === 0) return [];
  const loud = new Set(firing.flatMap((alert) => [incidentOf(alert), digestThreadOf(alert)]));
  const threads = new Set(resolved.flatMap((each) => [incidentOf(each), digestThreadOf(each)]));
  return [...threads].filter((thread) => !loud.has(thread));
};

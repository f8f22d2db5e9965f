import type { Alert, Transition } from '../model/alert/alert.ts';
import type { Route } from '../model/alert/policy.ts';
import { identityWithin } from '../model/result/identity.ts';
import { causeOf } from './causes.ts';
import { DEFAULT_DESTINATION, recipientsOf } from './routing.ts';

/** `111122223333/eu-west-1/vpc/vpc-1`: ids are unique within an account and Region at least. */
export const threadOf = ({ subject, cause }: Pick<Transition, 'subject' | 'cause'>): string =>
  identityWithin(subject, cause ?? causeOf(subject));

/** The thread of a digest of everything in a target. */
export const digestThreadOf = ({ subject }: Pick<Transition, 'subject'>): string =>
  identityWithin(subject, 'digest');

/**
 * Of the threads that resolved transitions stand in, and of their digests: those in which nothing fires any more.
 *
 * @param destination whose notifications count; absent: those of all
 */
export const quietThreads = (
  transitions: readonly Transition[],
  firing: readonly Alert[],
  routes: readonly Route[],
  destination: string | undefined,
): readonly string[] => {
  const resolved = transitions.filter(({ transition }) => transition === 'resolved');
  if (resolved.length === 0) return [];
  const loud = new Set(
    firing
      .filter((alert) => concerns(alert, destination, routes))
      .flatMap((alert) => [threadOf(alert), digestThreadOf(alert)]),
  );
  const threads = new Set(resolved.flatMap((each) => [threadOf(each), digestThreadOf(each)]));
  return [...threads].filter((thread) => !loud.has(thread));
};

/** Whether a destination may have been notified of an alert. */
const concerns = (alert: Alert, destination: string | undefined, routes: readonly Route[]): boolean =>
  destination === undefined ||
  recipientsOf(alert, alert.announced ?? ['warning', 'critical'], routes).has(
    destination === '' ? DEFAULT_DESTINATION : destination,
  );

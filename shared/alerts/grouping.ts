import { createHash } from 'node:crypto';
import type { Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import type { Route } from '../model/alert/policy.ts';
import { causeOf } from './causes.ts';
import { type LinkSettings, linksFor } from './links.ts';
import { destinationsFor } from './routing.ts';

export interface GroupingContext {
  readonly routes: readonly Route[];
  readonly links: LinkSettings;
}

/**
 * One message for each cause and set of destinations, in the order in which they first appear. The thread is the cause's, so
 * whatever is said of it later stands in the same place; the same transitions always make the same message id.
 */
export const groupTransitions = (
  transitions: readonly Transition[],
  { routes, links }: GroupingContext,
): readonly AlertMessage[] => {
  const groups = Map.groupBy(
    transitions.map((transition) => ({
      transition,
      destinations: destinationsFor(transition, routes),
      threadId: threadOf(transition),
    })),
    ({ destinations, threadId }) => [threadId, ...destinations].join('\n'),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { destinations, threadId } = first;
    const grouped = members.map(({ transition }) => transition);
    return [
      {
        threadId,
        messageId: messageIdOf(threadId, destinations, grouped),
        transitions: grouped,
        destinations,
        links: linksFor(grouped, links),
      },
    ];
  });
};

/** `111122223333/eu-west-1/vpc/vpc-1`: ids are unique within an account and Region at least. */
const threadOf = ({ subject, cause }: Transition): string =>
  `${subject.accountId}/${subject.region}/${cause ?? causeOf(subject)}`;

const messageIdOf = (
  threadId: string,
  destinations: readonly string[],
  transitions: readonly Transition[],
): string =>
  createHash('sha256')
    .update(JSON.stringify([threadId, destinations, transitions.map(({ id }) => id).toSorted()]))
    .digest('hex')
    .slice(0, 32);

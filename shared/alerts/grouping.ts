import { createHash } from 'node:crypto';
import type { Alert, AlertLevel, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { compareLevel, compareSupply } from '../model/alert/most-urgent.ts';
import { incidentOf } from '../model/result/identity.ts';
import { announcementOrder } from './check-of-rule.ts';
import { type LinkSettings, linksFor } from './links.ts';
import { digestThreadOf, quietThreads } from './threads.ts';

export interface GroupingContext {
  /** The names of a transition's destinations; empty: only the default one. */
  readonly destinationsOf: (transition: Transition) => readonly string[];
  readonly links: LinkSettings;
  /** The worst level of an incident as far as a destination was notified of it. Left out: messages do not say. */
  readonly levelOf?: (incident: string, destination: string) => AlertLevel;
  /**
   * The one destination that the messages are for: then a cause is one message, whatever else its transitions go to, and
   * many messages become a digest. Absent: a message for each cause and set of destinations.
   */
  readonly destination?: string;
  /** The alerts of the target that fire after these transitions; absent: not known. */
  readonly firing?: readonly Alert[];
  /** Whether a destination was notified of one of these; left out: of all of them. */
  readonly isNotifiedOf?: (alert: Alert, destination: string) => boolean;
}

/** More messages than this, of one target to one destination at once, become one. */
export const DIGEST_ABOVE = 20;

/**
 * One message for each cause and set of destinations, in the order in which they first appear. The thread is the cause's, so
 * whatever is said of it later stands in the same place; the same transitions always make the same message id.
 */
export const groupTransitions = (
  transitions: readonly Transition[],
  context: GroupingContext,
): readonly AlertMessage[] => {
  const { destinationsOf, destination, firing, isNotifiedOf = () => true } = context;
  const groups = Map.groupBy(
    transitions.map((transition) => ({
      transition,
      destinations: destination === undefined ? destinationsOf(transition) : only(destination),
      threadId: incidentOf(transition),
    })),
    ({ destinations, threadId }) => [threadId, ...destinations].join('\n'),
  );
  const messages = [...groups.values()].flatMap((group) => {
    const order = inOrder(group.map(({ transition }) => transition));
    const members = group.toSorted((a, b) => order(a.transition, b.transition));
    const [first] = members;
    if (first === undefined) return [];
    const { destinations, threadId } = first;
    return [
      messageOf(
        threadId,
        destinations,
        members.map(({ transition }) => transition),
        context,
      ),
    ];
  });
  const [first] = messages;
  // All transitions of a run are of one target.
  const [one] = transitions;
  const together =
    destination === undefined || first === undefined || one === undefined || messages.length <= DIGEST_ABOVE
      ? messages
      : [
          messageOf(
            digestThreadOf(one),
            first.destinations,
            transitions.toSorted(inOrder(transitions)),
            context,
          ),
        ];
  if (firing === undefined) return together;
  return together.map((message) => ({
    ...message,
    quietThreads: quietThreads(
      message.transitions,
      firing.filter((alert) => destination === undefined || isNotifiedOf(alert, destination)),
    ),
  }));
};

/**
 * The worst level first, then as the checks are announced, then the supply that is empty first, then what has lasted longest, then
 * by key, so that it never varies. Each alert stands where its
 * last step does, and its steps keep their order: a receiver acts on one after the other.
 */
const inOrder = (transitions: readonly Transition[]): ((a: Transition, b: Transition) => number) => {
  const last = new Map(transitions.map((transition) => [transition.key, transition]));
  const of = (transition: Transition): Transition => last.get(transition.key) ?? transition;
  return (a, b) =>
    compareLevel(of(a), of(b)) ||
    announcementOrder(of(a).finding) - announcementOrder(of(b).finding) ||
    compareSupply(of(a), of(b)) ||
    compare(of(a).since, of(b).since) ||
    compare(a.key, b.key);
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const only = (destination: string): readonly string[] => (destination === '' ? [] : [destination]);

const messageOf = (
  threadId: string,
  destinations: readonly string[],
  transitions: readonly Transition[],
  { links, levelOf, destination }: GroupingContext,
): AlertMessage => ({
  threadId,
  messageId: messageIdOf(threadId, destinations, transitions),
  transitions,
  destinations,
  links: linksFor(transitions, links),
  ...(levelOf === undefined || destination === undefined
    ? {}
    : {
        incidents: [...new Set(transitions.map(incidentOf))].map((id) => ({
          id,
          level: levelOf(id, destination),
        })),
      }),
});

/** With the times: an alert that was forgotten a week after its end counts its steps from one again. */
const messageIdOf = (
  threadId: string,
  destinations: readonly string[],
  transitions: readonly Transition[],
): string =>
  createHash('sha256')
    .update(
      JSON.stringify([threadId, destinations, transitions.map(({ id, at }) => `${id} ${at}`).toSorted()]),
    )
    .digest('hex')
    .slice(0, 32);

import type { Target } from '../model/aws/inventory.ts';
import type { CacheStore } from '../state/state-store.ts';
import { noteCallEvents } from './call-events.ts';
import { type CallEvent, parseCallEvent } from './parse-call-event.ts';

export interface TakenEvents {
  readonly events: number;
  readonly refusals: number;
  /** Messages that are no events of CloudTrail about EC2. They are dropped: events are best effort. */
  readonly unreadable: number;
  readonly targets: readonly Target[];
}

/**
 * Stores what CloudTrail's events say, for the next scans of their targets.
 *
 * @param bodies messages of the queue that EventBridge writes to
 * @throws HeadroomError when the store could not be written: the queue delivers the messages again
 */
export const takeCallEvents = async (
  bodies: readonly string[],
  cache: CacheStore,
  now: number,
): Promise<TakenEvents> => {
  const events: CallEvent[] = [];
  for (const body of bodies) {
    const event = parseCallEvent(body);
    if (event !== null) events.push(event);
  }
  const byTarget = Map.groupBy(events, ({ target: { accountId, region } }) => `${accountId}/${region}`);
  const targets: Target[] = [];
  for (const own of byTarget.values()) {
    const [first] = own;
    if (first === undefined) continue;
    await noteCallEvents(cache, first.target, own, now);
    targets.push(first.target);
  }
  return {
    events: events.length,
    refusals: events.reduce((sum, { refusals }) => sum + refusals.length, 0),
    unreadable: bodies.length - events.length,
    targets,
  };
};

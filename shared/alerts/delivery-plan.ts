import type { Alert, Transition } from '../model/alert.ts';
import type { AlertMessage } from '../model/alert-message.ts';
import type { AlertPolicy } from '../model/policy.ts';
import { type GroupingContext, groupTransitions } from './grouping.ts';
import { inhibitedBy } from './inhibition.ts';
import { mutedBy } from './mutes.ts';
import { selectableOf, spokenSeverity } from './routing.ts';

export interface DeliveryContext extends Pick<GroupingContext, 'links'> {
  readonly policy: AlertPolicy;
  /** Every alert of the target as it stands after this scan, the resolved ones too: they say what inhibits what. */
  readonly alerts: readonly Alert[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What to do with the transitions that wait in outboxes. Every one of them is in exactly one place. */
export interface DeliveryPlan {
  /** To be sent now, grouped. */
  readonly messages: readonly AlertMessage[];
  /** Stay in the outbox: a mute or an inhibition keeps them quiet, and why. */
  readonly held: readonly { readonly transition: Transition; readonly reason: string }[];
  /** Leave the outbox unsent: what happened under a mute and is over, or was overtaken under it. */
  readonly dropped: readonly Transition[];
}

/**
 * Decides what people hear of now.
 *
 * While something is muted or inhibited its transitions are kept and nobody is told. When that ends, people hear of what is
 * still wrong, once, as it is then. What began and ended unheard is dropped at once, so that an alert that flaps through
 * a long mute does not fill its outbox; what people had been told of before gets its end told afterwards. A resolve is
 * never inhibited: somebody may be waiting for it.
 *
 * @param waiting all transitions that wait, of every alert; those of one alert in the order in which they happened
 */
export const planDelivery = (waiting: readonly Transition[], context: DeliveryContext): DeliveryPlan => {
  const send: Transition[] = [];
  const held: { transition: Transition; reason: string }[] = [];
  const dropped: Transition[] = [];
  for (const chain of Map.groupBy(waiting, ({ key }) => key).values()) {
    const outcome = decide(chain, context);
    send.push(...outcome.send);
    held.push(...outcome.held);
    dropped.push(...outcome.dropped);
  }
  const messages = groupTransitions(send, { routes: context.policy.routes, links: context.links });
  return { messages, held, dropped };
};

interface ChainOutcome {
  readonly send: readonly Transition[];
  readonly held: DeliveryPlan['held'];
  readonly dropped: readonly Transition[];
}

const decide = (chain: readonly Transition[], context: DeliveryContext): ChainOutcome => {
  const first = chain[0];
  const last = chain.at(-1);
  if (first === undefined || last === undefined) return { send: [], held: [], dropped: [] };
  const earlier = chain.slice(0, -1);
  const reason = silence(last, context.now, context);
  const wasSilenced = (transition: Transition): boolean =>
    silence(transition, Date.parse(transition.at), context) !== null;
  const silencedBefore = reason === null ? earlier.filter(wasSilenced) : earlier;
  if (silencedBefore.length === 0) {
    return reason === null
      ? { send: chain, held: [], dropped: [] }
      : { send: [], held: [{ transition: last, reason }], dropped: [] };
  }
  const unheard = first.transition === 'firing' && silencedBefore.length === earlier.length;
  if (unheard && last.transition === 'resolved') return { send: [], held: [], dropped: chain };
  if (reason !== null) {
    // The first stays beside the last: it tells, later, that nobody has heard of this alert yet.
    const kept = unheard ? [first, last] : [last];
    return {
      send: [],
      held: kept.map((transition) => ({ transition, reason })),
      dropped: chain.filter((transition) => !kept.includes(transition)),
    };
  }
  const audible = chain.filter((transition) => !silencedBefore.includes(transition));
  return {
    send: unheard ? audible.map(asFirstNews) : audible,
    held: [],
    dropped: silencedBefore,
  };
};

/** To somebody who never heard that it fired, an escalation is the first news. */
const asFirstNews = (transition: Transition): Transition =>
  transition.severity === 'ok' ? transition : { ...transition, transition: 'firing', previousSeverity: 'ok' };

/** Why a transition is kept quiet at a moment; `null`: it is not. */
const silence = (transition: Transition, at: number, { policy, alerts }: DeliveryContext): string | null => {
  const mute = mutedBy(selectableOf(transition), policy.mutes, at);
  if (mute !== null) return `muted: ${mute.reason}`;
  if (transition.transition === 'resolved') return null;
  const cause = inhibitedBy(transition, spokenSeverity(transition), alerts, at);
  return cause === null ? null : `silenced by ${cause.key}`;
};

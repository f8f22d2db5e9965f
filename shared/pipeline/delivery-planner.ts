import type { DeliveryPlan } from '../alerts/delivery-plan.ts';
import type { Alert, Transition } from '../model/alert.ts';
import type { AlertMessage } from '../model/alert-message.ts';
import { HeadroomError, type Problem, problemOf } from '../model/errors.ts';

/**
 * Decides what of the transitions that wait is sent, in which messages, what is kept quiet and what is dropped
 * (`planDelivery` with its context bound). `alerts` are all of the target, as they stand after the scan.
 */
export type PlanDelivery = (waiting: readonly Transition[], alerts: readonly Alert[]) => DeliveryPlan;

/** A plan, and what stood in the way of a better one. */
export interface SafePlan extends DeliveryPlan {
  readonly problems: readonly Problem[];
}

/**
 * Plans so that a transition of which no message can be made does not keep the others from being told. It is itself
 * told plainly, to the default destination: better than to nobody.
 */
export const planSafely = (
  plan: PlanDelivery,
  waiting: readonly Transition[],
  alerts: readonly Alert[],
): SafePlan => {
  try {
    return { ...plan(waiting, alerts), problems: [] };
  } catch (error) {
    const chains = [...Map.groupBy(waiting, ({ key }) => key).values()];
    if (chains.length < 2) {
      return {
        messages: waiting.map(plainMessage),
        held: [],
        dropped: [],
        problems: [deliveryProblem(error)],
      };
    }
    const plans = chains.map((chain) => planSafely(plan, chain, alerts));
    return {
      messages: plans.flatMap(({ messages }) => messages),
      held: plans.flatMap(({ held }) => held),
      dropped: plans.flatMap(({ dropped }) => dropped),
      problems: plans.flatMap(({ problems }) => problems),
    };
  }
};

/** What went wrong with a message, whoever threw it. */
export const deliveryProblem = (error: unknown): Problem =>
  error instanceof HeadroomError
    ? problemOf(error)
    : {
        code: 'delivery-defect',
        message: `A message could not be made or sent: ${error instanceof Error ? error.message : String(error)}`,
        action: 'Report this as a defect of Headroom, with the log of this run.',
      };

const plainMessage = (transition: Transition): AlertMessage => ({
  threadId: transition.key,
  messageId: transition.id,
  transitions: [transition],
  destinations: [],
  links: [],
});

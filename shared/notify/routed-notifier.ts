import type { AlertMessage } from '../model/alert-message.ts';
import { HeadroomError } from '../model/errors.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Notifier } from './notifier.ts';

/** How many messages' deliveries are remembered: far more than one run sends. */
const REMEMBERED = 1_000;

/**
 * Sends each message to the destinations that it names, or to the default one. Every destination is tried, whatever
 * happens to another; when some fail, the message has to be sent again, and those that have it already are then left
 * out as long as this process lives. A name that is configured no longer (a message can wait in the outbox across a
 * change of configuration) goes to the default destination: told at the wrong place is better than told to nobody.
 */
export const createRoutedNotifier = (
  destinations: ReadonlyMap<string, Notifier>,
  defaultDestination: string,
): Notifier => {
  const delivered = new Map<string, Set<string>>();

  const namesFor = (message: AlertMessage): ReadonlySet<string> =>
    new Set(
      (message.destinations.length === 0 ? [defaultDestination] : message.destinations).map((name) =>
        destinations.has(name) ? name : defaultDestination,
      ),
    );

  const remember = (messageId: string): Set<string> => {
    const names = delivered.get(messageId) ?? new Set<string>();
    delivered.delete(messageId);
    delivered.set(messageId, names);
    const oldest = delivered.keys().next();
    if (delivered.size > REMEMBERED && oldest.done !== true) delivered.delete(oldest.value);
    return names;
  };

  return {
    send: async (message, signal) => {
      const done = remember(message.messageId);
      const failures: { readonly name: string; readonly error: unknown }[] = [];
      await Promise.all(
        [...namesFor(message)].map(async (name) => {
          if (done.has(name)) return;
          try {
            await notifierFor(destinations, name).send(message, signal);
            done.add(name);
          } catch (error) {
            failures.push({ name, error });
          }
        }),
      );
      if (failures.length > 0) throw failureOf(failures);
    },
  };
};

const notifierFor = (destinations: ReadonlyMap<string, Notifier>, name: string): Notifier => {
  const notifier = destinations.get(name);
  if (notifier !== undefined) return notifier;
  throw new DeliveryError(
    'destination-missing',
    `There is no destination "${name}" to send alerts to`,
    'Configure a default destination: the SNS topic that the deployment creates is one.',
    { permanent: true },
  );
};

/** One error for all of them, permanent only when trying again can help none. */
const failureOf = (
  failures: readonly { readonly name: string; readonly error: unknown }[],
): DeliveryError => {
  const described = failures.map(
    ({ name, error }) => `${name}: ${error instanceof Error ? error.message : 'unknown error'}`,
  );
  const headroom = failures.map(({ error }) => error).filter((error) => error instanceof HeadroomError);
  return new DeliveryError(
    headroom[0]?.code ?? 'delivery-failed',
    `The alert did not reach ${described.join('; ')}`,
    [...new Set(headroom.map(({ action }) => action))].join(' ') || 'Look at the log of this run.',
    {
      permanent: failures.every(({ error }) => error instanceof DeliveryError && error.permanent),
      cause: failures[0]?.error,
    },
  );
};

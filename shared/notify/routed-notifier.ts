import type { AlertMessage } from '../model/alert/alert-message.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Notifier } from './notifier.ts';

/**
 * Sends each message to the destinations that it names, or to the default one. Every destination is tried, whatever
 * happens to another; what each of them has is for the caller's outbox to remember. A name that is configured no longer
 * (a message can wait in the outbox across a change of configuration) goes to the default destination: a notification
 * in the wrong place is better than none.
 */
export const createRoutedNotifier = (
  destinations: ReadonlyMap<string, Notifier>,
  defaultDestination: string,
): Notifier => ({
  send: async (message, signal) => {
    const names = [...namesFor(message, destinations, defaultDestination)];
    const outcomes = await Promise.allSettled(
      names.map(async (name) => notifierFor(destinations, name).send(message, signal)),
    );
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' ? [{ name: names[index] ?? '', error: outcome.reason as unknown }] : [],
    );
    if (failures.length > 0) throw failureOf(failures);
  },
  show: async (shown, signal) => {
    const showing = [...destinations].filter(
      ([name, { show }]) => show !== undefined && name !== shown.except,
    );
    const outcomes = await Promise.allSettled(
      showing.map(async ([, notifier]) => notifier.show?.(shown, signal)),
    );
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? [{ name: showing[index]?.[0] ?? '', error: outcome.reason as unknown }]
        : [],
    );
    if (failures.length > 0) throw failureOf(failures);
  },
});

const namesFor = (
  { destinations: wanted }: AlertMessage,
  destinations: ReadonlyMap<string, Notifier>,
  defaultDestination: string,
): ReadonlySet<string> =>
  new Set(
    wanted.length === 0
      ? [defaultDestination]
      : wanted.map((name) => (destinations.has(name) ? name : defaultDestination)),
  );

const notifierFor = (destinations: ReadonlyMap<string, Notifier>, name: string): Notifier => {
  const notifier = destinations.get(name);
  if (notifier !== undefined) return notifier;
  throw new DeliveryError(
    'destination-missing',
    `There is no destination "${name}" to send alerts to`,
    'Configure a default destination, such as the SNS topic that the deployment creates.',
    { permanent: true },
  );
};

/** One failure is itself; several become one, permanent only where trying again can help none of them. */
const failureOf = (failures: readonly { readonly name: string; readonly error: unknown }[]): unknown => {
  if (failures.length === 1) return failures[0]?.error;
  const described = failures.map(
    ({ name, error }) => `${name}: ${error instanceof Error ? error.message : 'unknown'}`,
  );
  const actions = failures.flatMap(({ error }) => (error instanceof HeadroomError ? [error.action] : []));
  return new DeliveryError(
    'delivery-failed',
    `The alert did not reach ${described.join('; ')}`,
    [...new Set(actions)].join(' ') || 'Look at the log of this run.',
    {
      permanent: failures.every(({ error }) => error instanceof DeliveryError && error.permanent),
      cause: new AggregateError(failures.map(({ error }) => error)),
    },
  );
};

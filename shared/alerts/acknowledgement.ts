import type { Alert } from '../model/alert/alert.ts';
import { HeadroomError } from '../model/base/errors.ts';

/**
 * A person has seen it: repeats stop until it escalates or resolves. Everything else is still said. Acknowledging again
 * replaces the name.
 *
 * @param now epoch milliseconds.
 * @throws HeadroomError `alert-not-firing` when there is nothing to acknowledge.
 */
export const acknowledge = (alert: Alert, by: string, now: number): Alert => {
  if (alert.status !== 'firing') {
    throw new HeadroomError(
      'alert-not-firing',
      `The alert ${alert.key} is ${alert.status}, and only a firing alert can be acknowledged.`,
      'Wait until it fires, or mute it in headroom.yml if it must not.',
    );
  }
  return { ...alert, acknowledged: { by, at: new Date(now).toISOString() } };
};

/** Takes an acknowledgement back: repeats go on. */
export const withdrawAcknowledgement = (alert: Alert): Alert => ({ ...alert, acknowledged: null });

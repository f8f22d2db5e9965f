import type { AlertMessage } from '../model/alert/alert-message.ts';

/** Delivers one message. Resolves only when the receiving service took it; otherwise throws a `HeadroomError`. */
export interface Notifier {
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}

import type { AlertMessage } from '../model/alert/alert-message.ts';

/** What a person did about an incident. Times are ISO 8601. */
export type PersonalAct = { readonly by: string; readonly at: string } & (
  | { readonly kind: 'acknowledged' | 'withdrawn' | 'unmuted' }
  | { readonly kind: 'muted'; readonly until: string }
);

export interface ActToShow {
  /** See `incidentOf`. */
  readonly incident: string;
  readonly act: PersonalAct;
  /** An earlier run may have shown it already, in whole or in part. */
  readonly isRetry: boolean;
  /** The destination that shows it already. */
  readonly except?: string;
}

/** Delivers one message. Resolves only when the receiving service took it; otherwise throws a `HeadroomError`. */
export interface Notifier {
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
  /**
   * Shows what a person did where the message of an incident can change. Absent: it cannot. Does nothing where the incident
   * is over or was never sent. Throws as `send` does.
   */
  show?(shown: ActToShow, signal: AbortSignal): Promise<void>;
}

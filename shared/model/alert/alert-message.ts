import type { AlertLevel, Transition } from './alert.ts';
import type { Digest } from './digest.ts';

/** One message to people: the transitions that have one cause, in one. Channel-neutral; `shared/notify` renders it. */
export interface AlertMessage {
  /** Updates of one cause share a thread wherever the channel has threads. */
  readonly threadId: string;
  /** The same message, sent twice, has the same id. */
  readonly messageId: string;
  readonly transitions: readonly Transition[];
  /** Names of destinations; empty: the default one. */
  readonly destinations: readonly string[];
  /** Absolute links: the AWS console's subnet page, the dashboard. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /**
   * The threads of its resolved transitions in which nothing fires any more for this destination: what was opened for a whole
   * thread is over. Absent: not known.
   */
  readonly quietThreads?: readonly string[];
  /** How the incidents of the transitions stand after them, as far as the destination was notified; absent: not known. */
  readonly incidents?: readonly OpenIncident[];
  /** How many more transitions there were than a channel could carry; they are not in `transitions`. */
  readonly omittedTransitions?: number;
  /** When it is sent (ISO 8601), where that is long after its transitions: a destination failed, or had quiet hours. */
  readonly sentAt?: string;
  /** It is a digest, and about no transition. */
  readonly digest?: Digest;
}

/** An incident: the alerts of one cause, from the first that fires until the last is resolved. */
export interface OpenIncident {
  /** See `incidentOf`. */
  readonly id: string;
  /** The worst level among its alerts; `ok`: it is over. */
  readonly level: AlertLevel;
}

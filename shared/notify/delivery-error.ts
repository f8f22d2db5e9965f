import { HeadroomError } from '../model/base/errors.ts';

/**
 * A message that did not reach its channel. `permanent`: another attempt fails as well until a person acts; otherwise
 * it may work later. Neither the message nor a cause ever holds a secret.
 */
export class DeliveryError extends HeadroomError {
  readonly permanent: boolean;
  /** What has to change: this message, or the destination, which takes no other message either. */
  readonly fault: 'message' | 'destination';
  /** Ids of the transitions of the message that the destination has nevertheless: these are not sent again. */
  readonly taken: ReadonlySet<string>;

  constructor(
    code: string,
    message: string,
    action: string,
    options: ErrorOptions & {
      readonly permanent: boolean;
      readonly fault?: 'message' | 'destination';
      readonly taken?: ReadonlySet<string>;
    },
  ) {
    super(code, message, action, options);
    this.name = 'DeliveryError';
    this.permanent = options.permanent;
    this.fault = options.fault ?? 'destination';
    this.taken = options.taken ?? new Set();
  }
}

import { HeadroomError } from '../model/base/errors.ts';

/**
 * A message that did not reach its channel. `permanent`: trying again as things are will fail again, somebody has to
 * act first; otherwise it may work later. Neither the message nor a cause ever holds a secret.
 */
export class DeliveryError extends HeadroomError {
  readonly permanent: boolean;

  constructor(
    code: string,
    message: string,
    action: string,
    options: ErrorOptions & { readonly permanent: boolean },
  ) {
    super(code, message, action, options);
    this.name = 'DeliveryError';
    this.permanent = options.permanent;
  }
}

import { HeadroomError } from '../model/base/errors.ts';

/**
 * The store could not be read or written. Codes: `state-throttled`, `state-table-missing`, `state-access-denied`,
 * `state-record-too-large`, `state-unavailable`, `state-busy`, `state-unreadable`, `state-schema-newer`,
 * `state-schema-older`, `state-not-ours`.
 */
export class StateStoreError extends HeadroomError {
  constructor(code: `state-${string}`, message: string, action: string, options?: ErrorOptions) {
    super(code, message, action, options);
    this.name = 'StateStoreError';
  }
}

/**
 * The one base of every error Headroom throws on purpose. `code` is stable (people write rules on it), the message
 * is one sentence that says what was wrong, and `action` is one sentence that says what to do next.
 */
export class HeadroomError extends Error {
  readonly code: string;
  readonly action: string;

  constructor(code: string, message: string, action: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HeadroomError';
    this.code = code;
    this.action = action;
  }
}

/** What a failed step leaves in a result: plain data, safe to print and to store. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

/** Reduces a thrown Headroom error to the plain data that results carry. */
export const problemOf = (error: HeadroomError): Problem => ({
  code: error.code,
  message: error.message,
  action: error.action,
});

import { HeadroomError } from '../model/base/errors.ts';

/** A failure that may pass by itself. */
export interface MayPass {
  /** What to do where it does not; `null`: nothing. */
  readonly ifItPersists: string | null;
}

/** What to do about a failure, in one sentence. */
export type Advice = string | MayPass;

/**
 * The advice after an attempt.
 *
 * @param atOnce what is done, or is to do, while the failure may pass
 */
export const adviceText = (advice: Advice, atOnce: string): string => {
  if (typeof advice === 'string') return advice;
  return advice.ifItPersists === null ? atOnce : `${atOnce} If it persists, ${advice.ifItPersists}`;
};

/**
 * A message that did not reach its channel. `permanent`: another attempt fails as well until a person acts; otherwise
 * it may work later. Neither the message nor a cause ever holds a secret.
 */
export class DeliveryError extends HeadroomError {
  readonly advice: Advice;
  readonly permanent: boolean;
  /** What has to change: this message, or the destination, which takes no other message either. */
  readonly fault: 'message' | 'destination';
  /** Ids of the transitions of the message that the destination has nevertheless: these are not sent again. */
  readonly taken: ReadonlySet<string>;

  constructor(
    code: string,
    message: string,
    advice: Advice,
    options: ErrorOptions & {
      readonly permanent: boolean;
      readonly fault?: 'message' | 'destination';
      readonly taken?: ReadonlySet<string>;
    },
  ) {
    super(code, message, adviceText(advice, 'Nothing now: Headroom tries again.'), options);
    this.name = 'DeliveryError';
    this.advice = advice;
    this.permanent = options.permanent;
    this.fault = options.fault ?? 'destination';
    this.taken = options.taken ?? new Set();
  }
}

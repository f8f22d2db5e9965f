import type { MiddlewareStack } from '@smithy/types';
import { ReceiverError } from '../../model/aws/aws-pages.ts';

/** Where a call's context carries its `HandOver` from the one who sends to the protocol that deserialises. */
export const HAND_OVER: unique symbol = Symbol('headroom.handOver');

/**
 * Takes the records of one page while its body arrives, and passes each on once. When the body breaks off, the SDK
 * asks for the same page again; what was passed on from the first attempt is then passed over.
 */
export class HandOver<Item> {
  /** Whether the page came as a stream. Otherwise the answer holds it as the SDK reads it. */
  streamed = false;
  readonly #idOf: (item: Item) => string;
  readonly #receive: (item: Item) => void;
  readonly #passedOn = new Set<string>();

  constructor(idOf: (item: Item) => string, receive: (item: Item) => void) {
    this.#idOf = idOf;
    this.#receive = receive;
  }

  /** @throws ReceiverError what the receiver threw, marked so that it is not taken for a failure of AWS */
  take(item: Item): void {
    const id = this.#idOf(item);
    if (this.#passedOn.has(id)) return;
    this.#passedOn.add(id);
    try {
      this.#receive(item);
    } catch (error) {
      throw new ReceiverError(error);
    }
  }

  /** Has the command's page go through here wherever the client speaks `StreamingEc2Protocol`. */
  attachTo<Input extends object, Output extends object>(command: {
    readonly middlewareStack: MiddlewareStack<Input, Output>;
  }): void {
    command.middlewareStack.add(
      (next, context) => (args) => {
        Reflect.set(context, HAND_OVER, this);
        return next(args);
      },
      { name: 'headroomHandOver', step: 'initialize' },
    );
  }
}

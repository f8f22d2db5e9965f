import pLimit from 'p-limit';
import type { OutboxEntry, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { type OutboxTiming, type SendOutcome, sendTimeout } from '../model/alert/outbox.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { type Timer, withDeadline } from '../notify/deadline.ts';
import { DeliveryError } from '../notify/delivery-error.ts';
import type { Notifier } from '../notify/notifier.ts';

export interface SendMessagesInput {
  /** Entries that this run has claimed. */
  readonly entries: readonly OutboxEntry[];
  readonly notifier: Notifier;
  /** Makes messages of transitions. What is in none of them is kept for later. */
  readonly group: (transitions: readonly Transition[]) => readonly AlertMessage[];
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  readonly timer: Timer;
  readonly timing: OutboxTiming;
  /** Ends the run: nothing more is begun, and what is under way is given up. */
  readonly signal: AbortSignal | null;
  /** Called as soon as it is known what became of a message, with outcomes by transition id. */
  readonly onOutcomes: (outcomes: ReadonlyMap<string, SendOutcome>) => Promise<void>;
}

export interface SendReport {
  /** Messages that a destination took. */
  readonly sent: number;
  /** Why sends failed. */
  readonly problems: readonly Problem[];
  /** Transitions that were not begun, or not with every destination, for want of time. */
  readonly postponed: number;
  /** Transitions that no message wanted to tell. */
  readonly untold: readonly Transition[];
}

/** SNS and chat services take more; a message is small, and there are rarely many. */
const SENDS_AT_ONCE = 4;

/**
 * Sends entries as messages. Nothing blocks anything else: each destination of a message is a send of its own, a
 * message that is refused is sent again with each of its transitions alone, and a receiver that hangs is left behind.
 */
export const sendMessages = async (input: SendMessagesInput): Promise<SendReport> => new Sender(input).run();

class Sender {
  readonly #input: SendMessagesInput;
  readonly #entries: ReadonlyMap<string, OutboxEntry>;
  readonly #problems: Problem[] = [];
  #sent = 0;
  #postponed = 0;

  constructor(input: SendMessagesInput) {
    this.#input = input;
    this.#entries = new Map(input.entries.map((entry) => [entry.transition.id, entry]));
  }

  async run(): Promise<SendReport> {
    // A message is for one set of destinations: those that some have already are grouped by themselves.
    const groups = Map.groupBy(this.#input.entries, ({ deliveredTo = [] }) =>
      deliveredTo.toSorted().join('\n'),
    );
    const messages = [...groups.values()].flatMap((entries) =>
      this.#grouped(entries.map(({ transition }) => transition)),
    );
    const limited = pLimit(SENDS_AT_ONCE);
    await Promise.all(messages.map((message) => limited(() => this.#deliver(message))));
    const told = new Set(messages.flatMap(({ transitions }) => transitions.map(({ id }) => id)));
    return {
      sent: this.#sent,
      problems: this.#problems,
      postponed: this.#postponed,
      untold: this.#input.entries.map(({ transition }) => transition).filter(({ id }) => !told.has(id)),
    };
  }

  /** A transition of which no message can be made must not keep the others from being told. */
  #grouped(transitions: readonly Transition[]): readonly AlertMessage[] {
    try {
      return this.#input.group(transitions);
    } catch (error) {
      if (transitions.length > 1) return transitions.flatMap((transition) => this.#grouped([transition]));
      this.#problems.push(asProblem(error));
      return transitions.map(plainMessage);
    }
  }

  async #deliver(message: AlertMessage): Promise<void> {
    const attempts = message.transitions
      .flatMap(({ id }) => this.#entries.get(id) ?? [])
      .map((entry) => new Attempt(entry));
    const already = new Set(attempts.flatMap(({ entry }) => entry.deliveredTo ?? []));
    const destinations = message.destinations.length === 0 ? [''] : message.destinations;
    for (const destination of destinations.filter((name) => !already.has(name))) {
      await this.#deliverTo(destination, message, attempts);
    }
    this.#postponed += attempts.filter(({ isIncomplete }) => isIncomplete).length;
    // Where nothing was begun there is nothing to say: the claim just ends.
    const known = attempts.flatMap((attempt) => {
      const outcome = attempt.outcome();
      return outcome === null ? [] : [[attempt.entry.transition.id, outcome] as const];
    });
    if (known.length > 0) await this.#input.onOutcomes(new Map(known));
  }

  async #deliverTo(destination: string, message: AlertMessage, attempts: readonly Attempt[]): Promise<void> {
    const failure = await this.#send(destination, message, attempts);
    if (failure === 'no time' || failure?.permanent !== true || attempts.length === 1) {
      for (const attempt of attempts) attempt.add(destination, failure);
      return;
    }
    // Refused for good, perhaps because of one of them.
    for (const attempt of attempts) {
      for (const single of this.#grouped([attempt.entry.transition])) {
        attempt.add(destination, await this.#send(destination, single, [attempt]));
      }
    }
  }

  /** `null`: the destination has it. */
  async #send(destination: string, message: AlertMessage, attempts: readonly Attempt[]): Promise<Result> {
    const { clock, timer, timing, signal, notifier } = this.#input;
    const timeout = sendTimeout(Math.max(...attempts.map(({ entry }) => entry.attempts)), timing);
    // A send that takes all of its time must end, and be stored, before anybody else may take over.
    const until = Math.min(...attempts.map(({ entry }) => Date.parse(entry.claimedUntil ?? '')));
    if (signal?.aborted === true || clock() + timeout + timing.margin > until) return 'no time';

    const addressed = { ...message, destinations: destination === '' ? [] : [destination] };
    try {
      await withDeadline(
        timeout,
        signal,
        (deadline) => orAborted(notifier.send(addressed, deadline), deadline),
        timer,
      );
      this.#sent += 1;
      return null;
    } catch (error) {
      const problem = asProblem(error);
      this.#problems.push(problem);
      // What is not one of our own errors is a defect that this message brings out: it will do so again.
      const permanent = error instanceof DeliveryError ? error.permanent : !(error instanceof HeadroomError);
      return { message: inBrief(problem), permanent };
    }
  }
}

type Failure = NonNullable<SendOutcome['failure']>;
type Result = Failure | 'no time' | null;

/** What becomes of one entry over all its destinations. */
class Attempt {
  readonly entry: OutboxEntry;
  readonly #deliveredTo: string[] = [];
  #failure: Failure | null = null;
  #isIncomplete = false;

  constructor(entry: OutboxEntry) {
    this.entry = entry;
  }

  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  add(destination: string, result: Result): void {
    if (result === null) this.#deliveredTo.push(destination);
    else if (result === 'no time') this.#isIncomplete = true;
    // One destination that may work soon is a reason to try again soon.
    else if (this.#failure === null || !result.permanent) this.#failure = result;
  }

  /** `null`: no destination was tried. */
  outcome(): SendOutcome | null {
    if (!this.#isIncomplete) return { deliveredTo: this.#deliveredTo, failure: this.#failure };
    if (this.#deliveredTo.length === 0 && this.#failure === null) return null;
    const failure = this.#failure ?? { message: 'There was no time for every destination', permanent: false };
    return { deliveredTo: this.#deliveredTo, failure };
  }
}

/** A notifier that does not heed its signal is left behind. */
const orAborted = async (sending: Promise<void>, signal: AbortSignal): Promise<void> => {
  const aborted = new Promise<never>((_, reject) => {
    const refuse = () =>
      reject(
        new DeliveryError(
          'delivery-timeout',
          'The receiver did not take the message in the time it was given',
          'It is sent again, and given more time; look at the state of the receiver.',
          { permanent: false, cause: signal.reason },
        ),
      );
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
  await Promise.race([sending, aborted]);
};

const asProblem = (error: unknown): Problem =>
  error instanceof HeadroomError
    ? problemOf(error)
    : {
        code: 'delivery-defect',
        message: `A message could not be made or sent: ${error instanceof Error ? error.message : String(error)}`,
        action: 'Report this as a defect of Headroom, with the log of this run.',
      };

/** It is kept in the alert's record with every entry that failed. */
const MAX_ERROR_LENGTH = 1_000;

const inBrief = ({ message, action }: Problem): string =>
  `${message}${message.endsWith('.') ? '' : '.'} ${action}`.slice(0, MAX_ERROR_LENGTH);

/** Without grouping, routing and links: told plainly to the default destination rather than to nobody. */
const plainMessage = (transition: Transition): AlertMessage => ({
  threadId: transition.key,
  messageId: transition.id,
  transitions: [transition],
  destinations: [],
  links: [],
});

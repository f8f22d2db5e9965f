import pLimit from 'p-limit';
import type { OutboxEntry, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { entryId, type OutboxTiming, type SendOutcome, sendTimeout } from '../model/alert/outbox.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { largestOf, smallestOf } from '../model/base/extremes.ts';
import { sentence } from '../model/base/text/sentence.ts';
import { identityOf, identityWithin } from '../model/result/identity.ts';
import { type Timer, withDeadline } from '../notify/deadline.ts';
import { DeliveryError } from '../notify/delivery-error.ts';
import type { Notifier } from '../notify/notifier.ts';

export interface SendMessagesInput {
  /** Entries that this run has claimed. */
  readonly entries: readonly OutboxEntry[];
  readonly notifier: Notifier;
  /** Messages for one destination, or by the routes where none is named. What is in none of them is kept for later. */
  readonly group: (transitions: readonly Transition[], destination?: string) => readonly AlertMessage[];
  /** Epoch milliseconds, whenever asked. */
  readonly clock: () => number;
  readonly timer: Timer;
  readonly timing: OutboxTiming;
  /** Ends the run: nothing more is begun, and what is under way is given up. */
  readonly signal: AbortSignal | null;
  /** Called as soon as it is known what became of a message, with outcomes by `entryId`. */
  readonly onOutcomes: (outcomes: ReadonlyMap<string, SendOutcome>) => Promise<void>;
}

export interface SendReport {
  /** Messages that a destination took. */
  readonly sent: number;
  /** Why sends failed. */
  readonly problems: readonly Problem[];
  /** Transitions that were not begun, or not with every destination, for want of time. */
  readonly postponed: number;
  /** Entries that are in no message. */
  readonly unsent: readonly OutboxEntry[];
}

/** A destination that failed so often in a row gets no further message in this run: it would only take its time. */
const FAILURES_IN_A_ROW = 2;

/**
 * Sends entries as messages. Each destination has one sender, which sends one message after the other, in the order in
 * which things happened; no destination waits for another. A message that is refused for what it says is sent again with
 * each of its transitions alone.
 */
export const sendMessages = async (input: SendMessagesInput): Promise<SendReport> =>
  input.entries.length === 0 ? NOTHING_TO_SEND : new Sender(input).run();

const NOTHING_TO_SEND: SendReport = { sent: 0, problems: [], postponed: 0, unsent: [] };

class Sender {
  readonly #input: SendMessagesInput;
  readonly #problems: Problem[] = [];
  /** Two destinations may have a result for one alert at the same time: one write after the other. */
  readonly #writes = pLimit(1);
  #sent = 0;

  constructor(input: SendMessagesInput) {
    this.#input = input;
  }

  async run(): Promise<SendReport> {
    const attempts: Attempt[] = [];
    const unsent: OutboxEntry[] = [];
    for (const entry of this.#input.entries) {
      const names =
        entry.only === undefined ? this.#grouped([entry.transition]).flatMap(destinationsOf) : [entry.only];
      if (names.length === 0) unsent.push(entry);
      else attempts.push(new Attempt(entry, names));
    }
    // Everybody has it, and only the marking is missing.
    await this.#note(attempts.filter(({ waiting }) => waiting.size === 0));
    const names = new Set(attempts.flatMap(({ waiting }) => [...waiting]));
    await Promise.all([...names].map((name) => this.#serve(name, attempts)));
    return {
      sent: this.#sent,
      problems: this.#problems,
      postponed: attempts.filter(({ isIncomplete }) => isIncomplete).length,
      unsent,
    };
  }

  /** The message, with when it is sent where that is late. */
  #dated(message: AlertMessage): AlertMessage {
    const now = this.#input.clock();
    const { transitions } = message;
    const isLate =
      transitions.length > 0 && transitions.every(({ at }) => now - Date.parse(at) >= LATE_MILLISECONDS);
    return isLate ? { ...message, sentAt: new Date(now).toISOString() } : message;
  }

  /** A transition of which no message can be made must not keep the others from being sent. */
  #grouped(transitions: readonly Transition[], destination?: string): readonly AlertMessage[] {
    try {
      return this.#input.group(transitions, destination);
    } catch (error) {
      if (transitions.length > 1)
        return transitions.flatMap((transition) => this.#grouped([transition], destination));
      // Said when the message is made for a destination, and not when its destinations are asked for.
      if (destination !== undefined) this.#problems.push(asProblem(error));
      return transitions.map((transition) => plainMessage(transition, destination));
    }
  }

  /** The sender of one destination. */
  async #serve(destination: string, all: readonly Attempt[]): Promise<void> {
    const attempts = new Map(
      all
        .filter(({ waiting }) => waiting.has(destination))
        .map((attempt) => [attempt.entry.transition.id, attempt]),
    );
    const transitions = [...attempts.values()].map(({ entry }) => entry.transition);
    let failuresInARow = 0;
    for (const made of this.#grouped(transitions, destination)) {
      const message = this.#dated(made);
      const concerned = message.transitions.flatMap(({ id }) => attempts.get(id) ?? []);
      const result =
        failuresInARow < FAILURES_IN_A_ROW
          ? await this.#deliver(destination, message, concerned)
          : notTried(destination);
      if (result !== 'split') {
        for (const attempt of concerned)
          attempt.add(destination, hasIt(result, attempt.entry.transition) ? null : result);
        failuresInARow = result === null || result === 'no time' ? 0 : failuresInARow + 1;
      }
      await this.#note(concerned);
    }
  }

  /** `split`: each of the attempts knows by itself what became of it. */
  async #deliver(
    destination: string,
    message: AlertMessage,
    attempts: readonly Attempt[],
  ): Promise<Result | 'split'> {
    const result = await this.#send(destination, message, attempts);
    if (result === null || result === 'no time' || result.fault === 'destination' || attempts.length === 1)
      return result;
    for (const attempt of attempts) {
      for (const single of this.#grouped([attempt.entry.transition], destination)) {
        attempt.add(destination, await this.#send(destination, single, [attempt]));
      }
    }
    return 'split';
  }

  /** `null`: the destination has it. */
  async #send(destination: string, message: AlertMessage, attempts: readonly Attempt[]): Promise<Result> {
    const { clock, timer, timing, signal, notifier } = this.#input;
    const timeout = sendTimeout(largestOf(attempts.map(({ entry }) => entry.attempts)), timing);
    // A send that takes all of its time must end, and be stored, before another run may take over.
    const until = smallestOf(attempts.map(({ entry }) => Date.parse(entry.claimedUntil ?? '')));
    if (signal?.aborted === true || clock() + timeout + timing.margin > until) return 'no time';

    const addressed = { ...message, destinations: destination === '' ? [] : [destination] };
    try {
      await withDeadline(
        timeout,
        signal,
        (deadline) => orAborted(notifier.send(addressed, deadline), deadline, nameOf(destination)),
        timer,
      );
      this.#sent += 1;
      return null;
    } catch (error) {
      const problem = problemAt(destination, error);
      this.#problems.push(problem);
      // What is not one of our own errors is a defect that this message brings out: it will do so again.
      const fault =
        error instanceof DeliveryError
          ? error.fault
          : error instanceof HeadroomError
            ? 'destination'
            : 'message';
      const taken = error instanceof DeliveryError ? error.taken : NOTHING;
      return { message: inBrief(problem), fault, taken, cause: `${nameOf(destination)}: ${problem.code}` };
    }
  }

  /** Where nothing was begun there is nothing to store: the claim just ends. */
  async #note(attempts: readonly Attempt[]): Promise<void> {
    const known = attempts.flatMap((attempt) => {
      const outcome = attempt.outcome();
      return outcome === null ? [] : [[entryId(attempt.entry), outcome] as const];
    });
    if (known.length > 0) await this.#writes(() => this.#input.onOutcomes(new Map(known)));
  }
}

interface Failure {
  readonly message: string;
  /** See `OutboxEntry.failing`; `null`: the destination was not asked. */
  readonly cause: string | null;
  /** What is to blame: a destination at fault takes no other message either. */
  readonly fault: 'message' | 'destination';
  /** Ids of transitions that the destination has although the send failed. */
  readonly taken: ReadonlySet<string>;
}

type Result = Failure | 'no time' | null;

const NOTHING: ReadonlySet<string> = new Set();

const hasIt = (result: Result, { id }: Transition): boolean =>
  result === null || (result !== 'no time' && result.taken.has(id));

const notTried = (destination: string): Failure => ({
  message: `${nameOf(destination)} failed ${FAILURES_IN_A_ROW} times in a row in this run, and was not asked again.`,
  cause: null,
  fault: 'destination',
  taken: NOTHING,
});

const nameOf = (destination: string): string =>
  destination === '' ? 'The default destination' : destination;

/** Scans come every few minutes, and a first failure is tried again by the next one. */
const LATE_MILLISECONDS = 15 * 60_000;

const destinationsOf = ({ destinations }: AlertMessage): readonly string[] =>
  destinations.length === 0 ? [''] : destinations;

/** What becomes of one entry over all its destinations. */
class Attempt {
  readonly entry: OutboxEntry;
  /** Destinations that do not have it, and of which it is not known yet what becomes of it there. */
  readonly waiting: Set<string>;
  readonly #deliveredTo: string[] = [];
  readonly #failures: Failure[] = [];
  #isIncomplete = false;

  constructor(entry: OutboxEntry, destinations: readonly string[]) {
    this.entry = entry;
    this.waiting = new Set(destinations.filter((name) => !(entry.deliveredTo ?? []).includes(name)));
  }

  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  add(destination: string, result: Result): void {
    this.waiting.delete(destination);
    if (result === null) this.#deliveredTo.push(destination);
    else if (result === 'no time') this.#isIncomplete = true;
    else this.#failures.push(result);
  }

  /** `null`: nothing is known that would have to be stored. */
  outcome(): SendOutcome | null {
    const deliveredTo = this.#deliveredTo;
    if (this.waiting.size > 0)
      return deliveredTo.length === 0 ? null : { deliveredTo, failure: null, isPartial: true };
    const [failure = null] = this.#failures;
    if (failure === null && this.#isIncomplete)
      return deliveredTo.length === 0
        ? null
        : { deliveredTo, failure: { message: 'There was no time for every destination.' } };
    if (failure === null) return { deliveredTo, failure };
    const causes = this.#failures.flatMap(({ cause }) => cause ?? []);
    return { deliveredTo, failure: { message: failure.message, causes: [...new Set(causes)] } };
  }
}

/** A notifier that does not heed its signal is left behind. */
const orAborted = async (sending: Promise<void>, signal: AbortSignal, destination: string): Promise<void> => {
  const aborted = new Promise<never>((_, reject) => {
    const refuse = () =>
      reject(
        new DeliveryError(
          'delivery-timeout',
          `${destination} did not take the message in the time it was given`,
          { ifItPersists: 'look at the state of this destination.' },
          { permanent: false, cause: signal.reason },
        ),
      );
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
  await Promise.race([sending, aborted]);
};

/** Two destinations may be of one service: what failed names its own. */
const problemAt = (destination: string, error: unknown): Problem => {
  const problem = asProblem(error);
  return destination === '' || problem.message.includes(destination)
    ? problem
    : { ...problem, message: `${destination}: ${problem.message}` };
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
  `${sentence(message)} ${action}`.slice(0, MAX_ERROR_LENGTH);

/** Without grouping, routing and links: sent plainly to the default destination rather than not at all. */
const plainMessage = (transition: Transition, destination = ''): AlertMessage => ({
  threadId: identityOf(transition),
  messageId: identityWithin(transition.subject, `${transition.id} ${transition.at}`),
  transitions: [transition],
  destinations: destination === '' ? [] : [destination],
  links: [],
});

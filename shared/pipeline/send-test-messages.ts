import type { AlertSeverity } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { type Timer, withDeadline } from '../notify/deadline.ts';
import { adviceText, DeliveryError } from '../notify/delivery-error.ts';
import type { Notifier } from '../notify/notifier.ts';
import { testMessages } from '../notify/test-message.ts';

/** What became of the test of one destination. */
export interface TestedDestination {
  readonly destination: string;
  /** `left-open`: the message arrived, and its end did not. */
  readonly status: 'sent' | 'failed' | 'left-open';
  /** Why not; `null`: the message and its end arrived. */
  readonly problem: Problem | null;
}

/** What `headroom test-message --output json` prints, and what a test by the function plan-scan answers. */
export interface TestMessageDocument {
  readonly schema: 'headroom/test-message@1';
  readonly severity: 'warning' | 'critical';
  readonly destinations: readonly TestedDestination[];
}

export interface TestMessagesInput {
  /** Names of destinations. */
  readonly destinations: readonly string[];
  readonly severity: AlertSeverity;
  readonly home: Target;
  readonly notifier: Notifier;
  /** Names the test in receivers. */
  readonly id: string;
  /** Waits between a message and its end. */
  readonly pause: () => Promise<void>;
  readonly clock: () => number;
  readonly timer?: Timer;
  readonly signal?: AbortSignal;
}

/** As long as a scan gives a destination at its last attempts, in milliseconds. */
const TIME = 30_000;

/**
 * Sends a test message and its end to each destination, by the way that alerts take. Routes, mutes and quiet hours do not count: they
 * say which alerts go there, and not whether any can.
 */
export const sendTestMessages = async (input: TestMessagesInput): Promise<readonly TestedDestination[]> =>
  Promise.all(input.destinations.map((destination) => testOf(destination, input)));

const testOf = async (destination: string, input: TestMessagesInput): Promise<TestedDestination> => {
  const { clock, home, id, pause, severity } = input;
  const messages = testMessages({ id, destination, severity, home });
  const begunAt = clock();
  const problem = await sent(messages.begin(begunAt), input);
  if (problem !== null) return { destination, status: 'failed', problem };
  await pause();
  const unended = await sent(messages.end(clock(), begunAt), input);
  return { destination, status: unended === null ? 'sent' : 'left-open', problem: unended };
};

/** `null`: it arrived. */
const sent = async (
  message: AlertMessage,
  { notifier, timer, signal }: TestMessagesInput,
): Promise<Problem | null> => {
  try {
    await withDeadline(TIME, signal ?? null, (deadline) => notifier.send(message, deadline), timer);
    return null;
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    const problem = problemOf(error);
    // An alert is sent again by itself. A test is not.
    return error instanceof DeliveryError
      ? { ...problem, action: adviceText(error.advice, 'Test it again.') }
      : problem;
  }
};

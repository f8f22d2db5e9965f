/** Calls back once after so many milliseconds, unless it is cancelled before. */
export type Timer = (milliseconds: number, elapsed: () => void) => () => void;

export const systemTimer: Timer = (milliseconds, elapsed) => {
  const timeout = setTimeout(elapsed, milliseconds);
  return () => clearTimeout(timeout);
};

/** Why work was ended whose time was up. */
export class TimeUp extends DOMException {
  readonly seconds: number;

  constructor(milliseconds: number) {
    const seconds = milliseconds / 1_000;
    super(`No answer within ${seconds} s`, 'TimeoutError');
    this.seconds = seconds;
  }
}

/**
 * Runs work under a signal that aborts when the time is up, or when the outer signal aborts. Once the work has ended,
 * nothing of it is held any longer: `AbortSignal.timeout` would keep each request in memory until its time had passed.
 */
export const withDeadline = async <Answer>(
  milliseconds: number,
  outer: AbortSignal | null,
  work: (signal: AbortSignal) => Promise<Answer>,
  timer: Timer = systemTimer,
): Promise<Answer> => {
  const controller = new AbortController();
  const abort = (): void => controller.abort(outer?.reason);
  if (outer?.aborted === true) abort();
  outer?.addEventListener('abort', abort, { once: true });
  const cancel = timer(milliseconds, () => controller.abort(new TimeUp(milliseconds)));
  try {
    return await work(controller.signal);
  } finally {
    cancel();
    outer?.removeEventListener('abort', abort);
  }
};

/** When the scans of `headroom serve` start and end. Time is an argument. */
export interface Rhythm {
  /** Between the starts of two runs, in milliseconds. */
  readonly interval: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits; comes back early when the signal ends it. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  /** A run that threw. What this throws in turn ends the rhythm. */
  readonly failed: (error: unknown) => void;
}

/**
 * Runs again and again until the signal says stop. One run at a time: one that takes longer than the interval delays the
 * next instead of meeting it, and those that were missed meanwhile are not made up for. A run under way is finished.
 */
export const runAgainAndAgain = async (run: () => Promise<void>, rhythm: Rhythm): Promise<void> => {
  const { interval, now, pause, signal, failed } = rhythm;
  while (!signal.aborted) {
    const startedAt = now();
    try {
      await run();
    } catch (error) {
      failed(error);
    }
    if (!signal.aborted) await pause(Math.max(0, interval - (now() - startedAt)), signal);
  }
};

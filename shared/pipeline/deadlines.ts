/** Kept back from a function's time when a target is slow, in seconds: to store what is known, to notify and to publish. */
export const AFTER_SCAN_SECONDS = 20;

/** Kept back from that in turn, in seconds: to log. */
const TO_LOG_SECONDS = 2;

/** When the parts of a run end, in milliseconds from now. */
export interface Deadlines {
  /** The end of the reading. A target that hangs is reported after it. */
  readonly reading: number;
  /** The end of storing, notifying and publishing. */
  readonly everything: number;
}

/**
 * Shares out the time that a function has left.
 *
 * @param remaining milliseconds until Lambda ends the function
 * @param deadlineSeconds the longest that the reading may take
 */
export const deadlinesWithin = (remaining: number, deadlineSeconds: number): Deadlines => ({
  reading: Math.max(1, Math.min(deadlineSeconds * 1000, remaining - AFTER_SCAN_SECONDS * 1000)),
  everything: Math.max(1, remaining - TO_LOG_SECONDS * 1000),
});

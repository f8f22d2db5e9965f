/** Simulated time. The lab's estates, its records and its limits on timestamps follow it; sockets and retries do not. */
export interface LabClock {
  /** Where the estate's story begins, in epoch milliseconds. */
  readonly startsAt: number;
  now(): number;
  /** Moves on by so many milliseconds. */
  advance(milliseconds: number): void;
  /** Goes to a moment, also back. */
  set(epochMilliseconds: number): void;
}

export const LAB_EPOCH = Date.UTC(2026, 0, 5);

/**
 * A clock that stands still until it is moved, or, with `speed`, passes so many simulated seconds in a real one.
 * By default it starts on a Monday at midnight UTC, so that weekly rhythms are easy to follow.
 */
export const createLabClock = (
  options: { readonly startsAt?: number; readonly speed?: number } = {},
): LabClock => {
  const startsAt = options.startsAt ?? LAB_EPOCH;
  const speed = options.speed ?? 0;
  const realStart = performance.now();
  let offset = 0;
  const now = (): number => startsAt + offset + Math.floor((performance.now() - realStart) * speed);
  return {
    startsAt,
    now,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    set: (epochMilliseconds) => {
      offset += epochMilliseconds - now();
    },
  };
};

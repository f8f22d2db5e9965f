/** A source of random numbers that gives the same sequence for the same seed, so that every simulation can be repeated. */
export interface SeededRandom {
  /** At least 0, less than 1. */
  next(): number;
  /** An integer, at least 0, less than `limit`. */
  below(limit: number): number;
}

/** Mulberry32: 32 bits of state, good enough to scatter addresses, and short enough to read. */
export const seededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (limit) => Math.floor(next() * limit) };
};

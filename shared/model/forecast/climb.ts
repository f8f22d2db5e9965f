import { elementAt } from '../base/element-at.ts';
import { BLOCKS_PER_DAY, Line } from './trend-segment.ts';

/**
 * A level that held, and the steady climb in usage that followed it. A line through both is too flat, and a line through the
 * climb alone needs two days of it. The level before is known well, so a day of the climb tells how steep it is.
 */
export interface Climb {
  /** Supply lost per day since it began, and its standard error. */
  readonly lossPerDay: number;
  readonly error: number;
  /** The line's value now. */
  readonly level: number;
  /** How long it has lasted, in days. */
  readonly days: number;
}

/** One day: a step or a rollout takes hours, and half a day at most. */
const FEWEST_BLOCKS = BLOCKS_PER_DAY;
/** A week: what has lasted for longer is a line of its own. */
const MOST_BLOCKS = 7 * BLOCKS_PER_DAY;
/** The level before is that of two days, and of one at the least. */
const BLOCKS_BEFORE = 2 * BLOCKS_PER_DAY;
const FEWEST_BEFORE = BLOCKS_PER_DAY;
/** So many blocks may be missing. */
const MOST_UNKNOWN = 2;
/** What is left over is at most this many times the ordinary noise. */
const ADEQUACY = 2.2;
/** The loss stands out of its error by this many times. */
const CERTAIN = 6;
/** A climb leaves less than this share of what two levels leave, with up to so many blocks between them that belong to neither. */
const STEP_SHARE = 0.5;
const STEP_BLOCKS = 2;
/** It goes on: the newest two blocks lost at least this share of its pace. */
const STILL_GOING = 0.5;

/**
 * Finds the climb that goes on now. @param blocks means of six hours each with the rhythm taken out, the newest first; `NaN`: not known
 * @returns `null` where there is none, or it is not sure
 */
export const climbOf = (blocks: readonly number[], noise: number): Climb | null => {
  let best: { readonly line: Line; readonly began: number; readonly end: number } | null = null;
  for (let began = FEWEST_BLOCKS; began <= MOST_BLOCKS; began++) {
    if (began + FEWEST_BEFORE > blocks.length) break;
    const end = Math.min(blocks.length, began + BLOCKS_BEFORE);
    // Flat until it began, so every block before it lies at 0.
    const line = new Line();
    for (let index = 0; index < end; index++) {
      const block = elementAt(blocks, index);
      if (!Number.isNaN(block)) line.add(Math.min(0, index + 0.5 - began), block);
    }
    if (line.count < end - MOST_UNKNOWN) continue;
    if (best === null || line.squares / line.count < best.line.squares / best.line.count)
      best = { line, began, end };
  }
  // Where the longest explains most, it began earlier.
  if (best === null || best.began === MOST_BLOCKS) return null;
  const { line, began, end } = best;
  const { slope, deviation } = line;
  const error = line.slopeError(Math.max(noise, deviation));
  if (deviation > ADEQUACY * noise || slope < CERTAIN * error) return null;
  const known = blocks.slice(0, end).filter((block) => !Number.isNaN(block));
  if (line.squares > STEP_SHARE * leftByAStep(known) || !goesOn(known, slope)) return null;
  return {
    lossPerDay: slope * BLOCKS_PER_DAY,
    error: error * BLOCKS_PER_DAY,
    level: line.level - slope * began,
    days: began / BLOCKS_PER_DAY,
  };
};

const goesOn = ([newest = 0, second = 0, third = 0]: readonly number[], slope: number): boolean =>
  second >= newest && third - newest >= 2 * STILL_GOING * slope;

/** The fewest squares that two levels leave over, one after the other, without the blocks between them. */
const leftByAStep = (blocks: readonly number[]): number => {
  const fromNewest = squaresOf(blocks);
  const fromOldest = squaresOf(blocks.toReversed());
  let fewest = Number.POSITIVE_INFINITY;
  for (let after = 1; after < blocks.length; after++)
    for (let between = 0; between <= STEP_BLOCKS && after + between < blocks.length; between++)
      fewest = Math.min(
        fewest,
        elementAt(fromNewest, after) + elementAt(fromOldest, blocks.length - after - between),
      );
  return fewest;
};

/** For each count of the first values, the squares that their mean leaves over. */
const squaresOf = (values: readonly number[]): number[] => {
  const squares = [0];
  let [mean, left] = [0, 0];
  for (const [index, value] of values.entries()) {
    const off = value - mean;
    mean += off / (index + 1);
    left += off * (value - mean);
    squares.push(left);
  }
  return squares;
};

import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import { median, robustDeviation } from './hourly-grid.ts';

/**
 * The trend segment: what the supply has been doing lately, for as long as it has been doing it. A straight line through the
 * means of six hours each, with the rhythm taken out, over the longest stretch that ends now and that one line explains.
 */
export interface TrendSegment {
  /** Supply lost per day along the line, and its standard error. */
  readonly lossPerDay: number;
  readonly error: number;
  /** The line's value at the end of the stretch. */
  readonly level: number;
  /** How long it has lasted, in days. */
  readonly days: number;
  /**
   * Whether the line explains at least two days. If not, the level changed too lately to tell a jump from the start of a
   * climb: `lossPerDay` is 0 then, and `lossIfClimbing` what it would be.
   */
  readonly settled: boolean;
  readonly lossIfClimbing: number;
  readonly errorIfClimbing: number;
}

export const BLOCK_HOURS = 6;
export const BLOCKS_PER_DAY = 24 / BLOCK_HOURS;
/** Two days: less cannot tell a climb from one odd day. */
const FEWEST_BLOCKS = 2 * BLOCKS_PER_DAY;
/** The slope over a longer stretch must agree with that over every shorter one, within this many standard errors. */
const AGREEMENT = 2.5;
/** A line explains a stretch if what is left over is at most this many times the ordinary noise. */
const ADEQUACY = 2.2;
/** Two levels explain a stretch better than a line if they leave less than this share of the line's squares. */
const JUMP_SHARE = 0.9;

/** Sums of a straight-line fit, one point at a time; x counts blocks back from the newest. */
export class Line {
  #n = 0;
  #x = 0;
  #y = 0;
  #xx = 0;
  #xy = 0;
  #yy = 0;

  add(x: number, y: number): void {
    this.#n += 1;
    this.#x += x;
    this.#y += y;
    this.#xx += x * x;
    this.#xy += x * y;
    this.#yy += y * y;
  }

  get count(): number {
    return this.#n;
  }

  get #spread(): number {
    return this.#xx - (this.#x * this.#x) / this.#n;
  }

  /** Loss per block: the values grow with x, which goes back in time. */
  get slope(): number {
    return (this.#xy - (this.#x * this.#y) / this.#n) / this.#spread;
  }

  /** Its value at 0. */
  get level(): number {
    return (this.#y - this.slope * this.#x) / this.#n;
  }

  /** The squares that the line leaves over. */
  get squares(): number {
    return Math.max(0, this.#yy - (this.#y * this.#y) / this.#n - this.slope ** 2 * this.#spread);
  }

  get deviation(): number {
    return Math.sqrt(this.squares / (this.#n - 2));
  }

  slopeError(noise: number): number {
    return noise / Math.sqrt(this.#spread);
  }
}

/**
 * The ordinary scatter of a block around its neighbours. Blocks tell it from hour to hour, days tell it from day to day:
 * a load that wanders slowly is noisier than its blocks say.
 */
export const noiseOf = (blocks: readonly number[], capacity: number): number => {
  const steps = stepsOf(blocks);
  const days: number[] = [];
  for (let first = 0; first + BLOCKS_PER_DAY <= blocks.length; first += BLOCKS_PER_DAY) {
    const known = blocks.slice(first, first + BLOCKS_PER_DAY).filter((block) => !Number.isNaN(block));
    days.push(known.length < 2 ? Number.NaN : known.reduce((sum, block) => sum + block, 0) / known.length);
  }
  const dailySteps = stepsOf(days);
  // The mean of four independent blocks scatters half as much as one.
  const fromDays = dailySteps.length < 4 ? 0 : (2 * robustDeviation(dailySteps)) / Math.SQRT2;
  const fromBlocks = steps.length === 0 ? 0 : robustDeviation(steps) / Math.SQRT2;
  // Addresses are whole: a quarter of one is the least that a count can scatter by.
  return Math.max(fromBlocks, fromDays, 0.25, 0.002 * capacity);
};

const stepsOf = (values: readonly number[]): number[] => {
  const steps: number[] = [];
  for (const [index, value] of values.entries()) {
    const step = value - (values[index + 1] ?? Number.NaN);
    if (!Number.isNaN(step)) steps.push(step);
  }
  return steps;
};

/**
 * Finds the trend segment. @param blocks means of six hours each with the rhythm taken out, the newest first; `NaN`: not known
 * @returns `null` where fewer than two days are known
 */
export const trendSegmentOf = (blocks: readonly number[], noise: number): TrendSegment | null => {
  const line = new Line();
  let [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let best: Omit<TrendSegment, 'lossIfClimbing' | 'errorIfClimbing'> | null = null;
  let first: { readonly loss: number; readonly error: number } | null = null;
  for (const [index, block] of blocks.entries()) {
    if (!Number.isNaN(block)) line.add(index, block);
    if (index + 1 < FEWEST_BLOCKS || line.count < FEWEST_BLOCKS - 1) continue;
    const { slope, deviation } = line;
    const adequate = deviation <= ADEQUACY * noise;
    const error = line.slopeError(Math.max(noise, deviation));
    if (first === null) {
      first = { loss: slope * BLOCKS_PER_DAY, error: error * BLOCKS_PER_DAY };
      if (!adequate) {
        const flat = line.slopeError(noise) * BLOCKS_PER_DAY;
        best = { ...unsettled(blocks), error: flat, days: FEWEST_BLOCKS / BLOCKS_PER_DAY };
        break;
      }
    }
    const margin = AGREEMENT * line.slopeError(noise);
    lowest = Math.max(lowest, slope - margin);
    highest = Math.min(highest, slope + margin);
    if (best !== null && (lowest > highest || !adequate)) break;
    best = {
      lossPerDay: slope * BLOCKS_PER_DAY,
      error: error * BLOCKS_PER_DAY,
      level: line.level,
      days: (index + 1) / BLOCKS_PER_DAY,
      settled: true,
    };
  }
  if (best === null || first === null) return null;
  const segment: TrendSegment = { ...best, lossIfClimbing: first.loss, errorIfClimbing: first.error };
  return best.settled && best.lossPerDay > 0 ? jumpOrClimb(segment, blocks, noise) : segment;
};

const unsettled = (blocks: readonly number[]): Pick<TrendSegment, 'lossPerDay' | 'level' | 'settled'> => {
  const newest = blocks.filter((block) => !Number.isNaN(block)).slice(0, 2);
  return {
    lossPerDay: 0,
    level: newest.reduce((sum, block) => sum + block, 0) / newest.length,
    settled: false,
  };
};

/** A line through a jump looks like a climb. Where two levels explain the stretch better, only what came after the jump counts. */
const jumpOrClimb = (segment: TrendSegment, blocks: readonly number[], noise: number): TrendSegment => {
  const points: (readonly [x: number, y: number])[] = [];
  const climb = new Line();
  for (let x = 0; x < segment.days * BLOCKS_PER_DAY; x++) {
    const y = elementAt(blocks, x);
    if (Number.isNaN(y)) continue;
    points.push([x, y]);
    climb.add(x, y);
  }
  const total = points.reduce((sum, [, y]) => sum + y, 0);
  const squares = points.reduce((sum, [, y]) => sum + y * y, 0);
  let after = 0;
  let fewest = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let count = 1; count < points.length; count++) {
    sum += elementAt(points, count - 1)[1];
    const left = squares - sum ** 2 / count - (total - sum) ** 2 / (points.length - count);
    if (left < fewest) [fewest, after] = [left, count];
  }
  if (fewest >= JUMP_SHARE * climb.squares) return segment;
  if (after < FEWEST_BLOCKS) return { ...segment, ...unsettled(blocks) };
  const line = new Line();
  for (const [x, y] of points.slice(0, after)) line.add(x, y);
  return {
    ...segment,
    lossPerDay: line.slope * BLOCKS_PER_DAY,
    error: line.slopeError(Math.max(noise, line.deviation)) * BLOCKS_PER_DAY,
    level: line.level,
    days: elementAt(points, after)[0] / BLOCKS_PER_DAY,
  };
};

/** The median slope between all pairs of days (Theil-Sen): loss per day of the daily lows, the newest first. `NaN`: not known. */
export const lossOfLows = (lows: readonly number[]): number => {
  const slopes: number[] = [];
  for (const [newer, low] of lows.entries()) {
    for (let older = newer + 1; older < lows.length; older++) {
      const slope = (elementAt(lows, older) - low) / (older - newer);
      if (!Number.isNaN(slope)) slopes.push(slope);
    }
  }
  return median(slopes);
};

/** Stairs are looked for over sixteen days, two weeks between the first two and the last two, so that weekdays meet. */
const STAIR_DAYS = 16;
/** No single pair of days may explain more than this share of the whole loss: a migration is not a habit. */
const LARGEST_STAIR = 0.5;
/** And it must still go on: the last four days lost at least this share of what four days lose on average. */
const STILL_GOING = 0.35;
/** The whole loss must stand out of the noise by this many deviations. */
const STAIRS_OVER_NOISE = 4;

/**
 * Loss per day of a supply that falls in stairs, as one release, tenant or node group after another moves in: each stretch
 * between two stairs is flat, so no line fits, yet two windows, a long and a short one, both lost. `null`: it does not.
 *
 * @param blocks as for `trendSegmentOf`
 */
export const lossInStairs = (blocks: readonly number[], noise: number): number | null => {
  const days: number[] = [];
  for (let day = 0; day < STAIR_DAYS; day++) {
    const known = blocks
      .slice(day * BLOCKS_PER_DAY, (day + 1) * BLOCKS_PER_DAY)
      .filter((block) => !Number.isNaN(block));
    if (known.length === 0) return null;
    days.push(known.reduce((sum, block) => sum + block, 0) / known.length);
  }
  const twoDays = (day: number): number => (elementAt(days, day) + elementAt(days, day + 1)) / 2;
  const span = STAIR_DAYS - 2;
  const total = twoDays(span) - twoDays(0);
  const largest = largestOf(days.slice(2).map((value, day) => value - elementAt(days, day)));
  const recent = twoDays(4) - twoDays(0);
  const isHabit =
    total >= STAIRS_OVER_NOISE * noise &&
    largest <= LARGEST_STAIR * total &&
    recent >= (STILL_GOING * 4 * total) / span;
  return isHabit ? total / span : null;
};

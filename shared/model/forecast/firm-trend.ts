import { elementAt } from '../base/element-at.ts';
import type { HourlyGrid } from './hourly-grid.ts';
import { lowest } from './jumps.ts';
import { WEEKLY_NEEDS_HOURS } from './rhythm.ts';

/** Gains are looked for in as many days as falls are. */
const PAST_DAYS = 28;
/** Two rescues in four weeks are two rescues; what came back three times is a habit (as in `recoveryOf`). */
const HABIT = 3;

/** What came back from one day's low to the next in four weeks, at least three times; 0: nothing did. */
export const usualGainOf = ({ low }: HourlyGrid): number => {
  const gains: number[] = [];
  let newer = Number.NaN;
  for (let to = low.length, day = 0; to >= 24 && day <= PAST_DAYS; to -= 24, day++) {
    const older = lowest(low, to - 24, to);
    if (newer > older) gains.push(newer - older);
    newer = older;
  }
  return gains.length < HABIT
    ? 0
    : elementAt(
        gains.sort((a, b) => b - a),
        HABIT - 1,
      );
};

/** A day was as low as this if its lowest value was no higher than this many times what is left now. */
const AS_LOW = 1.2;
/** What was back by the next day, as a share of what is left now. */
const CAME_BACK_SHARE = 0.3;

/**
 * Whether the supply was as low as this on an earlier day of four weeks, and came back by itself within a day. Then a fall
 * like those before need not take the rest: a load that swings was here before.
 *
 * @param left the lowest value of the last day
 */
export const cameBackFrom = ({ low }: HourlyGrid, left: number): boolean => {
  let newer = Number.NaN;
  for (let to = low.length, day = 0; to >= 24 && day <= PAST_DAYS; to -= 24, day++) {
    const older = lowest(low, to - 24, to);
    if (older <= AS_LOW * left && newer - older >= CAME_BACK_SHARE * left) return true;
    newer = older;
  }
  return false;
};

export interface Trend {
  /** Hours until nothing is left, as expected. */
  readonly hours: number;
  readonly probabilityWithinWeek: number;
  readonly lossPerDay: number;
  /** What it has taken since it began. */
  readonly taken: number;
  /** What is left at the low of an ordinary day, and what the supply could ever be. */
  readonly lowWater: number;
  readonly capacity: number;
  readonly usualGain: number;
  readonly hoursKnown: number;
  /** Whether its level has held, or fallen along one line, for two days. */
  readonly settled: boolean;
}

/** Before a whole week has been seen, a working week looks like a trend. Only what ends soon is believed. */
const WEEK_SEEN_HOURS = 8 * 24;
const SOON_HOURS = 96;
/** A load that wanders comes back: its trend has lost less than a usual gain, and about as much is left. */
const LEFT_IN_GAINS = 2;
/**
 * At its own pace a trend takes what is left within so many days, or so many times as long as is expected. Otherwise it is its
 * error that ends the supply, not the trend.
 */
const LONGEST_DAYS = 13;
const TIMES_EXPECTED = 1.6;
/** Where less than this share of the capacity is left, the trend has taken this share of what is left already. */
const SOME_SHARE = 0.25;
const TAKEN_OF_LEFT = 0.4;
/** With so little left a slow trend ends within a week as often as not: it must be likelier than that. */
const LITTLE_SHARE = 0.15;
const LITTLE_PROBABILITY = 0.6;

/**
 * Whether a trend is firm enough for a warning days ahead. Of the false warnings on the tuning sets, most were of loads that
 * had come back by as much before, or of the first week (docs/adr/0015), or of trends that had hardly begun (docs/adr/0034).
 */
export const isFirm = (trend: Trend): boolean => {
  const { hours, lowWater, usualGain, capacity, lossPerDay, taken } = trend;
  if (trend.hoursKnown < WEEK_SEEN_HOURS && hours > SOON_HOURS) return false;
  // A level that has just changed may be a part of a week that is not known yet.
  if (trend.hoursKnown < WEEKLY_NEEDS_HOURS && !trend.settled) return false;
  if (lowWater > lossPerDay * Math.max(LONGEST_DAYS, (TIMES_EXPECTED * hours) / 24)) return false;
  if (lowWater < SOME_SHARE * capacity && taken < TAKEN_OF_LEFT * lowWater) return false;
  const isUsual = taken < usualGain && lowWater < LEFT_IN_GAINS * usualGain;
  const isLittle = lowWater < LITTLE_SHARE * capacity;
  return !isUsual && !(isLittle && trend.probabilityWithinWeek < LITTLE_PROBABILITY);
};

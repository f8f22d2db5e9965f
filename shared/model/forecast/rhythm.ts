import { elementAt } from '../base/element-at.ts';
import { largestOf, smallestOf } from '../base/extremes.ts';
import { type HourlyGrid, median, RunningMeans } from './hourly-grid.ts';

/** The day's rhythm is learned from the last two weeks: it may change with the seasons. */
const DAILY_FROM_HOURS = 14 * 24;
/** With less than two weeks and a day, no hour of the week has been seen with its whole week around it. */
export const WEEKLY_NEEDS_HOURS = 15 * 24;
const WEEK_HOURS = 7 * 24;
/** A week is learned in stretches of six hours: an hour of the week is seen five times at most, too few for a median. */
const STRETCH_HOURS = 6;
const STRETCHES = WEEK_HOURS / STRETCH_HOURS;

/**
 * What is ordinary at each hour: how far the supply lies above or below its surroundings by the time of day and, after two
 * weeks, by the time of the week. Medians, so that one odd day leaves no trace.
 */
export class Rhythm {
  readonly #byHour: readonly number[];
  readonly #byStretch: readonly number[];

  constructor(grid: HourlyGrid) {
    const means = new RunningMeans(grid.mean);
    this.#byHour = dailyRhythm(grid, means);
    this.#byStretch = weeklyRhythm(grid, means, this.#byHour);
  }

  /** @param hour hours since the epoch */
  at(hour: number): number {
    return elementAt(this.#byHour, hour % 24) + (this.#byStretch[stretchOf(hour)] ?? 0);
  }

  /** How far a day goes up and down. */
  get amplitude(): number {
    return largestOf(this.#byHour) - smallestOf(this.#byHour);
  }
}

const stretchOf = (hour: number): number => Math.floor((hour % WEEK_HOURS) / STRETCH_HOURS);

const dailyRhythm = ({ firstHour, mean }: HourlyGrid, means: RunningMeans): number[] => {
  const deviations: number[][] = Array.from({ length: 24 }, () => []);
  for (let index = Math.max(12, mean.length - DAILY_FROM_HOURS); index < mean.length - 12; index++) {
    const deviation = elementAt(mean, index) - means.mean(index - 12, index + 12);
    if (!Number.isNaN(deviation)) deviations[(firstHour + index) % 24]?.push(deviation);
  }
  return deviations.map((values) => (values.length === 0 ? 0 : median(values)));
};

const weeklyRhythm = (
  { firstHour, mean }: HourlyGrid,
  means: RunningMeans,
  byHour: readonly number[],
): number[] => {
  if (mean.length < WEEKLY_NEEDS_HOURS) return [];
  const stretches: number[][] = Array.from({ length: STRETCHES }, () => []);
  const half = WEEK_HOURS / 2;
  const end = mean.length - half;
  // The hours of one stretch of one week follow each other.
  for (let index = half; index < end; ) {
    const stretch = stretchOf(firstHour + index);
    let sum = 0;
    let count = 0;
    for (; index < end && stretchOf(firstHour + index) === stretch; index++) {
      const ordinary = elementAt(byHour, (firstHour + index) % 24);
      const deviation = elementAt(mean, index) - ordinary - means.mean(index - half, index + half);
      if (Number.isNaN(deviation)) continue;
      sum += deviation;
      count += 1;
    }
    if (count > 0) stretches[stretch]?.push(sum / count);
  }
  return stretches.map(everyWeek);
};

/** What was so every week. One week is half believed; of two, what both say; of more, the middle. */
const everyWeek = (deviations: readonly number[]): number => {
  const [first = 0, second] = deviations;
  if (second === undefined) return first / 2;
  if (deviations.length > 2) return median(deviations);
  return first * second > 0 ? Math.sign(first) * Math.min(Math.abs(first), Math.abs(second)) : 0;
};

import { elementAt } from '../base/element-at.ts';
import type { SupplyHistory } from '../result/forecast.ts';
import { DAY, HOUR } from './supply-history.ts';

/** A forecast looks back this far: five weeks show a weekly rhythm several times, and older growth says little of today's. */
export const GRID_DAYS = 35;

/** A supply's past as one value an hour, oldest first; `NaN` where nothing was measured. Only hours that are over. */
export interface HourlyGrid {
  /** Hours since the epoch at which the first value's hour began. */
  readonly firstHour: number;
  readonly mean: readonly number[];
  readonly low: readonly number[];
}

/** `null` where no hour is over yet. */
export const hourlyGrid = ({ hourly }: SupplyHistory, now: number): HourlyGrid | null => {
  const end = Math.floor(now / HOUR) * HOUR;
  const oldest = hourly[0]?.hour;
  if (oldest === undefined || oldest >= end) return null;
  const from = Math.max(oldest, end - GRID_DAYS * DAY);
  const length = Math.round((end - from) / HOUR);
  const mean = new Array<number>(length).fill(Number.NaN);
  const low = new Array<number>(length).fill(Number.NaN);
  for (let index = hourly.length - 1; index >= 0; index--) {
    const point = elementAt(hourly, index);
    if (point.hour < from) break;
    if (point.hour >= end) continue;
    const at = Math.round((point.hour - from) / HOUR);
    mean[at] = point.mean;
    low[at] = point.minimum;
  }
  return { firstHour: Math.round(from / HOUR), mean, low };
};

/** Means over any stretch of a series in constant time. */
export class RunningMeans {
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(values: readonly number[]) {
    this.#sums = new Float64Array(values.length + 1);
    this.#counts = new Uint32Array(values.length + 1);
    let sum = 0;
    let count = 0;
    for (const [index, value] of values.entries()) {
      if (!Number.isNaN(value)) {
        sum += value;
        count += 1;
      }
      this.#sums[index + 1] = sum;
      this.#counts[index + 1] = count;
    }
  }

  /** The mean of the known values in [from, to); `NaN` where fewer than half are known. */
  mean(from: number, to: number): number {
    const known = elementAt(this.#counts, to) - elementAt(this.#counts, from);
    if (known * 2 < to - from || known <= 0) return Number.NaN;
    return (elementAt(this.#sums, to) - elementAt(this.#sums, from)) / known;
  }
}

/** The middle value, or the mean of the two; `NaN` of nothing. Does not change its argument, and counts `NaN` as the largest. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) return Number.NaN;
  // Numbers alone are sorted several times as fast as with a function that compares them.
  const ascending = new Float64Array(values).sort();
  const half = ascending.length >> 1;
  const upper = elementAt(ascending, half);
  return ascending.length % 2 === 1 ? upper : (elementAt(ascending, half - 1) + upper) / 2;
};

/** The standard deviation that a normal distribution with this median deviation would have: outliers do not move it. */
export const robustDeviation = (values: readonly number[]): number => {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle))) / 0.6745;
};

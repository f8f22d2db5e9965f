import { elementAt } from '../base/element-at.ts';
import type { HourlyPoint, Sample, SupplyHistory } from '../result/forecast.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** How much of the past is kept by the hour, and as measured. The state stores keep the same. */
export const HOURLY_DAYS = 60;
export const RECENT_HOURS = 6;

interface OpenHour {
  hour: number;
  minimum: number;
  sum: number;
  last: number;
  lastAt: number;
  count: number;
}

const closed = ({ hour, minimum, sum, last, count }: OpenHour): HourlyPoint => ({
  hour,
  minimum,
  mean: sum / count,
  last,
  count,
});

/**
 * A supply's past as it grows, sample by sample: hourly roll-ups and the last hours as measured, the same as a state
 * store keeps them. For histories that come from a file. A sample that comes late goes where it belongs; a second one of
 * the same moment changes nothing, as long as that moment is among the last hours.
 */
export class HistoryBuilder {
  readonly #hours: OpenHour[] = [];
  readonly #points: HourlyPoint[] = [];
  #recent: Sample[] = [];

  /** Adds one sample. `value` must be finite; `at` is in epoch milliseconds. */
  add(sample: Sample): void {
    const index = this.#recent.findLastIndex((known) => known.at <= sample.at);
    if (this.#recent[index]?.at === sample.at) return;
    this.#recent.splice(index + 1, 0, sample);
    this.#rollUp(sample);
    this.#forget(elementAt(this.#recent, this.#recent.length - 1).at);
  }

  /** The past so far. The arrays are views that the next `add` may change. */
  history(): SupplyHistory {
    return { hourly: this.#points, recent: this.#recent };
  }

  #rollUp(sample: Sample): void {
    const hour = Math.floor(sample.at / HOUR) * HOUR;
    const index = this.#hours.findLastIndex((known) => known.hour <= hour);
    const known = this.#hours[index];
    if (known?.hour === hour) {
      known.minimum = Math.min(known.minimum, sample.value);
      known.sum += sample.value;
      known.count += 1;
      if (sample.at >= known.lastAt) {
        known.last = sample.value;
        known.lastAt = sample.at;
      }
      this.#points[index] = closed(known);
      return;
    }
    const fresh = {
      hour,
      minimum: sample.value,
      sum: sample.value,
      last: sample.value,
      lastAt: sample.at,
      count: 1,
    };
    this.#hours.splice(index + 1, 0, fresh);
    this.#points.splice(index + 1, 0, closed(fresh));
  }

  #forget(newest: number): void {
    const recentFrom = newest - RECENT_HOURS * HOUR;
    let stale = 0;
    while (elementAt(this.#recent, stale).at < recentFrom) stale++;
    if (stale > 0) this.#recent = this.#recent.slice(stale);
    const hourlyFrom = newest - HOURLY_DAYS * DAY;
    while (elementAt(this.#hours, 0).hour < hourlyFrom) {
      this.#hours.shift();
      this.#points.shift();
    }
  }
}

/** A past from samples in any order. */
export const historyOf = (samples: readonly Sample[]): SupplyHistory => {
  const builder = new HistoryBuilder();
  for (const sample of samples.toSorted((a, b) => a.at - b.at)) builder.add(sample);
  return builder.history();
};

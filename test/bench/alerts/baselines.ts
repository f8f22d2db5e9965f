import type { Episode } from './score.ts';
import { HOUR, type LoadSeries } from './shapes/load-series.ts';

const MINUTE = HOUR / 60;

/** Turns a condition over the series into episodes: it must hold for a while before it counts, and ends at once. */
const whileHeld = (series: LoadSeries, holdFor: number, condition: (index: number) => boolean): Episode[] => {
  const episodes: Episode[] = [];
  let since: number | null = null;
  let from: number | null = null;
  for (const [index, { at }] of series.samples.entries()) {
    if (condition(index)) {
      since ??= at;
      if (at - since >= holdFor) from ??= at;
    } else {
      if (from !== null) episodes.push({ from, to: at });
      since = null;
      from = null;
    }
  }
  if (from !== null) episodes.push({ from, to: Number.POSITIVE_INFINITY });
  return episodes;
};

/** An alarm on the share in use, held for 15 minutes. */
const usedAlarm =
  (share: number) =>
  (series: LoadSeries): Episode[] =>
    whileHeld(
      series,
      15 * MINUTE,
      (index) => 1 - (series.samples[index]?.value ?? 0) / series.capacity >= share,
    );

/** A straight line through the last hours, drawn on (as PromQL's predict_linear does), held for 30 minutes. */
const linearAlarm =
  (pastHours: number, aheadHours: number) =>
  (series: LoadSeries): Episode[] => {
    const { samples } = series;
    let first = 0;
    let [n, sumT, sumV, sumTT, sumTV] = [0, 0, 0, 0, 0];
    const origin = samples[0]?.at ?? 0;
    const count = (index: number, sign: 1 | -1): void => {
      const sample = samples[index];
      if (sample === undefined) return;
      const t = (sample.at - origin) / HOUR;
      n += sign;
      sumT += sign * t;
      sumV += sign * sample.value;
      sumTT += sign * t * t;
      sumTV += sign * t * sample.value;
    };
    return whileHeld(series, 30 * MINUTE, (index) => {
      count(index, 1);
      const now = samples[index]?.at ?? 0;
      while ((samples[first]?.at ?? now) < now - pastHours * HOUR) count(first++, -1);
      // Such an alarm is not used before its window is mostly full.
      if (now - origin < (pastHours / 2) * HOUR) return false;
      const spread = n * sumTT - sumT * sumT;
      if (spread <= 0) return false;
      const slope = (n * sumTV - sumT * sumV) / spread;
      const level = (sumV - slope * sumT) / n;
      return level + slope * ((now - origin) / HOUR + aheadHours) <= 0;
    });
  };

/** The largest of the values pushed within the last `length` pushes. */
class SlidingMaximum {
  readonly #length: number;
  readonly #candidates: { index: number; value: number }[] = [];
  #count = 0;
  #first = 0;

  constructor(length: number) {
    this.#length = length;
  }

  push(value: number): void {
    const index = this.#count++;
    while (this.#candidates.length > this.#first && (this.#candidates.at(-1)?.value ?? 0) <= value)
      this.#candidates.pop();
    this.#candidates.push({ index, value });
    while ((this.#candidates[this.#first]?.index ?? index) <= index - this.#length) this.#first++;
  }

  get value(): number {
    return this.#candidates[this.#first]?.value ?? 0;
  }
}

const WINDOW_HOURS = [1, 2, 4, 8, 16, 32] as const;

/**
 * A rule that takes ten lines: over some window, the loss is more than 1.3 times the worst of two weeks plus a tenth of
 * the capacity, at that pace the rest lasts less than four windows, and less than 30 % is left.
 */
const trivialAlarm = (series: LoadSeries): Episode[] => {
  const { samples, capacity } = series;
  const steps = (hours: number): number => (hours * HOUR) / (5 * MINUTE);
  const windows = WINDOW_HOURS.map((hours) => ({
    length: steps(hours),
    worst: new SlidingMaximum(steps(14 * 24)),
  }));
  return whileHeld(series, 10 * MINUTE, (index) => {
    const left = samples[index]?.value ?? 0;
    let fires = false;
    for (const { length, worst } of windows) {
      const before = samples[index - length]?.value;
      if (before === undefined) continue;
      const loss = before - left;
      // The windows of the past end where this one begins.
      const past = samples[index - 2 * length]?.value;
      if (past !== undefined) worst.push(past - before);
      fires ||= left < 0.3 * capacity && loss > 1.3 * worst.value + capacity / 10 && left < 4 * loss;
    }
    return fires;
  });
};

/** The alarms that users would otherwise set. */
export const BASELINES: readonly {
  readonly name: string;
  readonly alarm: (series: LoadSeries) => Episode[];
}[] = [
  { name: '80 % used, 15 min', alarm: usedAlarm(0.8) },
  { name: '90 % used, 15 min', alarm: usedAlarm(0.9) },
  { name: 'linear 6 h -> 24 h, 30 min', alarm: linearAlarm(6, 24) },
  { name: 'linear 3 d -> 3 d, 30 min', alarm: linearAlarm(72, 72) },
  { name: 'unlike two weeks, 1 to 32 h', alarm: trivialAlarm },
];

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
      // Nobody lets such an alarm speak before its window is mostly full.
      if (now - origin < (pastHours / 2) * HOUR) return false;
      const spread = n * sumTT - sumT * sumT;
      if (spread <= 0) return false;
      const slope = (n * sumTV - sumT * sumV) / spread;
      const level = (sumV - slope * sumT) / n;
      return level + slope * ((now - origin) / HOUR + aheadHours) <= 0;
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
];

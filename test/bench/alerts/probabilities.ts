import { forecast } from '../../../shared/model/forecast/forecast.ts';
import { HistoryBuilder } from '../../../shared/model/forecast/supply-history.ts';
import type { SupplyHistory } from '../../../shared/model/result/forecast.ts';
import { DAY, HOUR, type LoadSeries } from './shapes/load-series.ts';

export const HORIZONS = [24, 72, 168] as const;

/** What was said at one moment, and what became of it. */
export interface Said {
  readonly at: number;
  /** For each horizon: the probability of running out; `null`: nothing was said. */
  readonly headroom: readonly (number | null)[];
  /** The same by counting past windows that lost as much as is left. */
  readonly windows: readonly (number | null)[];
  /** For each horizon: whether it ran out; `null`: the series ends before. */
  readonly happened: readonly (boolean | null)[];
  /** Where the exhaustion was expected and did come: whether it came within the interval. */
  readonly covered: boolean | null;
}

/** The share of past windows of this length, one beginning in each hour of four weeks, that lost as much as is left. */
export const pastWindows = ({ hourly, recent }: SupplyHistory, hours: number): number | null => {
  const left = recent.at(-1)?.value ?? 0;
  const points = hourly.slice(-28 * 24);
  let windows = 0;
  let lost = 0;
  for (let start = 0; start + hours < points.length; start += 1) {
    const before = points[start]?.last ?? 0;
    let lowest = before;
    for (let hour = start + 1; hour <= start + hours; hour++)
      lowest = Math.min(lowest, points[hour]?.minimum ?? lowest);
    windows += 1;
    if (before - lowest >= left) lost += 1;
  }
  return windows === 0 ? null : lost / windows;
};

/** Forecasts of a series every `every` hours from day 7 until it runs out or ends. */
export const saidOf = (series: LoadSeries, every = 12): Said[] => {
  const history = new HistoryBuilder();
  const result: Said[] = [];
  const first = series.samples[0]?.at ?? 0;
  const end = series.exhaustedAt ?? series.samples.at(-1)?.at ?? 0;
  let next = first + 7 * DAY;
  for (const sample of series.samples.toSorted((a, b) => a.at - b.at)) {
    history.add(sample);
    if (sample.at < next || sample.at >= end) continue;
    next = sample.at + every * HOUR;
    const now = sample.at;
    const { probabilityWithin, exhaustionAt, earliest, latest } = forecast(
      history.history(),
      series.capacity,
      now,
    );
    const p = probabilityWithin;
    const isDue = exhaustionAt !== null && earliest !== null && series.exhaustedAt !== null;
    result.push({
      at: now,
      headroom: p === null ? [null, null, null] : [p['24h'], p['72h'], p['7d']],
      windows: HORIZONS.map((hours) => pastWindows(history.history(), hours)),
      happened: HORIZONS.map((hours) => {
        if (series.exhaustedAt !== null && series.exhaustedAt - now <= hours * HOUR) return true;
        return end - now >= hours * HOUR || series.exhaustedAt !== null ? false : null;
      }),
      covered: isDue
        ? Date.parse(earliest) <= (series.exhaustedAt ?? 0) + HOUR &&
          (latest === null || (series.exhaustedAt ?? 0) <= Date.parse(latest) + HOUR)
        : null,
    });
  }
  return result;
};

/** What was said at one horizon by one method, beside what happened. */
export const pairsOf = (
  said: readonly Said[],
  method: 'headroom' | 'windows',
  horizon: number,
): (readonly [number, boolean])[] =>
  said.flatMap((one) => {
    const probability = one[method][horizon] ?? null;
    const happened = one.happened[horizon] ?? null;
    return probability === null || happened === null ? [] : [[probability, happened] as const];
  });

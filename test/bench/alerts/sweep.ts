import { forecast } from '../../../shared/model/forecast/forecast.ts';
import { HistoryBuilder } from '../../../shared/model/forecast/supply-history.ts';
import { type Episode, quantile, TOO_EARLY_DAYS } from './score.ts';
import { DAY, HOUR, type LoadSeries } from './shapes/load-series.ts';

/** A method as an urgency for every hour: alarms differ only in where they put the limit, so each gets the same false rate. */
export interface Urgency {
  readonly name: string;
  readonly of: (series: LoadSeries) => readonly { readonly at: number; readonly urgency: number }[];
}

/** An episode ends when the urgency has been below the limit for six hours. */
const CLEAR = 6 * HOUR;

const hourly = (series: LoadSeries): { at: number; value: number }[] => {
  const last = new Map<number, { at: number; value: number }>();
  for (const sample of series.samples.toSorted((a, b) => a.at - b.at))
    last.set(Math.floor(sample.at / HOUR), sample);
  return [...last.values()];
};

const headroom: Urgency = {
  name: 'Headroom, mean probability',
  of: (series) => {
    const history = new HistoryBuilder();
    const result: { at: number; urgency: number }[] = [];
    let hour = 0;
    for (const sample of series.samples.toSorted((a, b) => a.at - b.at)) {
      history.add(sample);
      if (Math.floor(sample.at / HOUR) === hour) continue;
      hour = Math.floor(sample.at / HOUR);
      const { probabilityWithin: p } = forecast(history.history(), series.capacity, sample.at);
      result.push({ at: sample.at, urgency: p === null ? 0 : (p['24h'] + p['72h'] + p['7d']) / 3 });
    }
    return result;
  },
};

const used: Urgency = {
  name: 'share used',
  of: (series) => hourly(series).map(({ at, value }) => ({ at, urgency: 1 - value / series.capacity })),
};

/** The inverse of the hours until a line through the last hours reaches zero. */
const linear = (name: string, hours: number): Urgency => ({
  name,
  of: (series) => {
    const points = hourly(series);
    return points.map(({ at, value }, index) => {
      const window = points.slice(Math.max(0, index - hours), index + 1);
      if (window.length < hours / 2) return { at, urgency: 0 };
      const mean = window.reduce((sum, point) => sum + point.value, 0) / window.length;
      const middle = window.reduce((sum, point) => sum + point.at, 0) / window.length;
      let [xx, xy] = [0, 0];
      for (const point of window) {
        xx += ((point.at - middle) / HOUR) ** 2;
        xy += ((point.at - middle) / HOUR) * (point.value - mean);
      }
      return { at, urgency: value <= 0 ? 1e9 : Math.max(0, -xy / xx) / value };
    });
  },
});

/** How many times the worst loss of two weeks (plus a twentieth of the capacity) some window lost, for what is left. */
const unlike: Urgency = {
  name: 'unlike two weeks, 1 to 32 h',
  of: (series) => {
    const points = hourly(series);
    return points.map(({ at, value }, index) => {
      let urgency = 0;
      for (const hours of [1, 2, 4, 8, 16, 32]) {
        const before = points[index - hours]?.value;
        if (before === undefined || value > 0.3 * series.capacity) continue;
        let worst = 0;
        for (let end = Math.max(hours, index - 14 * 24); end <= index - hours; end++)
          worst = Math.max(worst, (points[end - hours]?.value ?? 0) - (points[end]?.value ?? 0));
        const loss = before - value;
        if (value < 4 * loss) urgency = Math.max(urgency, loss / (worst + series.capacity / 20));
      }
      return { at, urgency };
    });
  },
};

export const URGENCIES: readonly Urgency[] = [
  headroom,
  used,
  linear('linear 6 h', 6),
  linear('linear 3 d', 72),
  unlike,
];

const episodesAbove = (looks: readonly { at: number; urgency: number }[], limit: number): Episode[] => {
  const episodes: Episode[] = [];
  let from: number | null = null;
  let lastAbove = 0;
  for (const { at, urgency } of looks) {
    if (urgency >= limit) {
      from ??= at;
      lastAbove = at;
    } else if (from !== null && at - lastAbove >= CLEAR) {
      episodes.push({ from, to: at });
      from = null;
    }
  }
  if (from !== null) episodes.push({ from, to: Number.POSITIVE_INFINITY });
  return episodes;
};

export interface SweepPoint {
  readonly rate: number;
  readonly missed: number;
  readonly leads: readonly number[];
}

/** The lowest limit at which no more than this many false episodes a subnet-month are left, and the leads that it gives. */
export const atFalseRates = (
  all: readonly LoadSeries[],
  { of }: Urgency,
  rates: readonly number[],
): SweepPoint[] => {
  const looked = all.map((series) => ({ series, looks: of(series) }));
  const values = looked
    .flatMap(({ looks }) => looks.map(({ urgency }) => urgency))
    .filter((value) => value > 0);
  const ordered = values.toSorted((a, b) => a - b);
  const limits = [
    ...new Set(Array.from({ length: 80 }, (_, step) => quantile(ordered, 1 - 0.9 ** (step + 1)) ?? 0)),
  ];
  const points = limits.map((limit) => {
    let months = 0;
    let wrong = 0;
    let missed = 0;
    const leads: number[] = [];
    for (const { series, looks } of looked) {
      const first = series.samples[0]?.at ?? 0;
      const end = series.exhaustedAt ?? series.samples.at(-1)?.at ?? 0;
      months += (end - first) / (30 * DAY);
      const episodes = episodesAbove(looks, limit);
      wrong += episodes.filter(
        ({ from }) => from < end && (series.exhaustedAt === null || end - from > TOO_EARLY_DAYS * DAY),
      ).length;
      if (series.exhaustedAt === null) continue;
      const standing = episodes.find(({ from, to }) => from < end && to >= end);
      if (standing === undefined) missed += 1;
      leads.push(standing === undefined ? 0 : (end - standing.from) / HOUR);
    }
    return { rate: wrong / months, missed, leads: leads.toSorted((a, b) => a - b) };
  });
  return rates.map(
    (rate) =>
      points
        .filter((point) => point.rate <= rate)
        .toSorted((a, b) => (quantile(b.leads, 0.5) ?? 0) - (quantile(a.leads, 0.5) ?? 0))[0] ?? {
        rate: Number.NaN,
        missed: Number.NaN,
        leads: [],
      },
  );
};

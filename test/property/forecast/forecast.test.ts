import fc from 'fast-check';
import { expect, test } from 'vitest';
import { climbOf } from '../../../shared/model/forecast/climb.ts';
import { forecast } from '../../../shared/model/forecast/forecast.ts';
import { median, RunningMeans } from '../../../shared/model/forecast/hourly-grid.ts';
import { HistoryBuilder, historyOf } from '../../../shared/model/forecast/supply-history.ts';
import { surge } from '../../../shared/model/forecast/surge.ts';
import { lossOfLows, noiseOf, trendSegmentOf } from '../../../shared/model/forecast/trend-segment.ts';
import type { Sample } from '../../../shared/model/result/forecast.ts';
import { DAY, HOUR, MINUTE, START } from '../../fixtures/supply-series.ts';

/** Any past at all: odd steps between measurements, holes, jumps, repeats, any order. */
const anyPast = fc
  .record({
    capacity: fc.integer({ min: 1, max: 65_531 }),
    steps: fc.array(
      fc.record({
        minutes: fc.oneof(
          { weight: 20, arbitrary: fc.constantFrom(5, 15, 60) },
          { weight: 1, arbitrary: fc.integer({ min: 0, max: 3000 }) },
        ),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 400 },
    ),
    days: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ capacity, steps, days }) => {
    const samples: Sample[] = [];
    // A calm prelude, so that most runs have something to forecast from.
    for (let hour = 0; hour < days * 24; hour++)
      samples.push({ at: START + hour * HOUR, value: Math.round(capacity / 2) });
    let at = START + days * DAY;
    for (const { minutes, share } of steps) {
      at += minutes * MINUTE;
      samples.push({ at, value: Math.round(share * capacity) });
    }
    return { capacity, samples, now: at };
  });

const ordered = (...times: readonly (string | null)[]): boolean => {
  const known = times.filter((time) => time !== null);
  return known.every((time, index) => index === 0 || (known[index - 1] ?? '') <= time);
};

test('whatever the past, the answer is whole: ordered times, probabilities that grow, nothing before now', () => {
  fc.assert(
    fc.property(anyPast, ({ capacity, samples, now }) => {
      const outcome = forecast(historyOf(samples), capacity, now);
      const { earliest, exhaustionAt, latest, probabilityWithin, method, surge: rising } = outcome;
      expect(ordered(earliest, exhaustionAt, latest)).toBe(true);
      for (const at of [earliest, exhaustionAt, latest, rising?.exhaustionAt ?? null])
        if (at !== null) expect(Date.parse(at)).toBeGreaterThanOrEqual(now);
      if (latest !== null) expect(exhaustionAt).not.toBeNull();
      if (exhaustionAt !== null) expect(earliest).not.toBeNull();
      expect(probabilityWithin === null).toBe(method === 'none');
      if (probabilityWithin !== null) {
        const chances = [0, probabilityWithin['24h'], probabilityWithin['72h'], probabilityWithin['7d'], 1];
        expect(chances.toSorted((a, b) => a - b)).toEqual(chances);
      }
      expect(outcome.reason).not.toMatch(/NaN|Infinity|undefined/);
      expect(JSON.stringify(outcome)).not.toMatch(/NaN/);
    }),
    { numRuns: 150 },
  );
});

test('the order in which measurements arrive, and repeats, do not matter', () => {
  fc.assert(
    fc.property(anyPast, fc.integer(), ({ capacity, samples, now }, seed) => {
      const distinct = [...new Map(samples.map((sample) => [sample.at, sample])).values()];
      const shuffled = distinct
        .map((sample, index) => ({ sample, rank: Math.imul(index + 1, seed | 1) >>> 0 }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ sample }) => sample);
      expect(forecast(historyOf([...shuffled, ...shuffled]), capacity, now)).toEqual(
        forecast(historyOf(distinct), capacity, now),
      );
    }),
    { numRuns: 40 },
  );
});

test('a supply that only ever grew is never expected to run out, and never surges', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 30 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 24, maxLength: 24 }),
      (days, gains) => {
        let value = 100;
        const samples = Array.from({ length: days * 24 }, (_, hour) => {
          value += gains[hour % 24] ?? 0;
          return { at: START + hour * HOUR, value };
        });
        const now = START + days * DAY;
        expect(forecast(historyOf(samples), 100_000, now).exhaustionAt).toBeNull();
        expect(surge(historyOf(samples), 100_000, now)?.raise ?? 'ok').toBe('ok');
      },
    ),
    { numRuns: 50 },
  );
});

test('roll-ups are what a list of all samples says', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ minute: fc.integer({ min: 0, max: 400 }), value: fc.integer({ min: 0, max: 99 }) }),
        {
          minLength: 1,
          maxLength: 60,
        },
      ),
      (arrivals) => {
        const builder = new HistoryBuilder();
        const seen = new Map<number, number>();
        for (const { minute, value } of arrivals) {
          builder.add({ at: START + minute * MINUTE, value });
          if (!seen.has(minute)) seen.set(minute, value);
        }
        const newest = Math.max(...seen.keys());
        const hours = Map.groupBy(
          [...seen].toSorted(([a], [b]) => a - b),
          ([minute]) => Math.floor(minute / 60),
        );
        const { hourly, recent } = builder.history();
        // Repeats of values older than six hours look like new measurements: keep to those that can.
        fc.pre(newest < 360);
        expect(hourly).toEqual(
          [...hours].map(([hour, entries]) => ({
            hour: START + hour * HOUR,
            minimum: Math.min(...entries.map(([, value]) => value)),
            mean: entries.reduce((sum, [, value]) => sum + value, 0) / entries.length,
            last: entries.at(-1)?.[1],
            count: entries.length,
          })),
        );
        expect(recent.map(({ value }) => value)).toEqual(
          [...seen].toSorted(([a], [b]) => a - b).map(([, value]) => value),
        );
      },
    ),
  );
});

test('running means are the means of the known values', () => {
  const value = fc.option(fc.integer({ min: -100, max: 100 }), { nil: Number.NaN });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(), (values, a, b) => {
      const [from = 0, to = 0] = [a % (values.length + 1), b % (values.length + 1)].toSorted((x, y) => x - y);
      const known = values.slice(from, to).filter((entry) => !Number.isNaN(entry));
      const expected =
        known.length === 0 || known.length * 2 < to - from
          ? Number.NaN
          : known.reduce((sum, entry) => sum + entry, 0) / known.length;
      expect(new RunningMeans(values).mean(from, to)).toBe(expected);
    }),
  );
});

test('a straight line is found as it is, whatever its slope', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 8, max: 60 }),
      fc.integer({ min: 100, max: 10_000 }),
      (slope, length, level) => {
        const blocks = Array.from({ length }, (_, back) => level + slope * back);
        const segment = trendSegmentOf(blocks, noiseOf(blocks, 100));
        expect(segment?.lossPerDay).toBeCloseTo(4 * slope, 6);
        expect(segment?.level).toBeCloseTo(level, 6);
        expect(segment?.days).toBe(length / 4);
        const lows = blocks.filter((_, back) => back % 4 === 0);
        expect(lossOfLows(lows)).toBeCloseTo(4 * slope, 6);
      },
    ),
  );
});

test('a climb after a level is found as it is, whatever its pace, from a day to a week', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 4, max: 27 }),
      fc.integer({ min: 8, max: 30 }),
      (slope, began, before) => {
        const blocks = Array.from(
          { length: began + before },
          (_, back) => 2000 - slope * Math.max(0, began - back - 0.5),
        );
        const climb = climbOf(blocks, 0.25);
        expect(climb?.days).toBe(began / 4);
        expect(climb?.lossPerDay).toBeCloseTo(4 * slope, 6);
        expect(climb?.level).toBeCloseTo(2000 - slope * began, 6);
      },
    ),
  );
});

test('no jump is a climb, however large, and nothing that only grew or stood still', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -3000, max: 3000 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      (by, ago, before) => {
        const jump = Array.from({ length: ago + before }, (_, back) => (back < ago ? 5000 : 5000 + by));
        expect(climbOf(jump, noiseOf(jump, 100))).toBeNull();
        const gain = jump.map((block, back) => block - Math.abs(by) * back);
        expect(climbOf(gain, noiseOf(gain, 100))).toBeNull();
      },
    ),
  );
});

test('the median is in the middle', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), (values) => {
      const middle = median(values);
      expect(values.filter((value) => value < middle).length * 2).toBeLessThanOrEqual(values.length);
      expect(values.filter((value) => value > middle).length * 2).toBeLessThanOrEqual(values.length);
    }),
  );
});

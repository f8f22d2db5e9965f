import { describe, expect, test } from 'vitest';
import {
  DRAIN_HOURS,
  type Drain,
  drainChanceWithin,
  steadyPast,
} from '../../../../shared/model/forecast/drain.ts';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { hourlyGrid } from '../../../../shared/model/forecast/hourly-grid.ts';
import { Rhythm } from '../../../../shared/model/forecast/rhythm.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { DAY, daily, HOUR, START, scatter, series } from '../../../fixtures/supply-series.ts';

const START_OF_LOSS = 17;

/** Two quiet weeks and more, then what `lost` says of the hours since, seen so many hours into it. */
const seenAfter = (
  hours: number,
  lost: (hours: number) => number,
  quiet = (day: number) => 550 + daily(day, 80),
) => {
  const now = START + START_OF_LOSS * DAY + hours * HOUR;
  const samples = series(START_OF_LOSS + 8, (day) => {
    const since = (day - START_OF_LOSS) * 24;
    return quiet(day) + 4 * scatter(day) - (since > 0 ? lost(since) : 0);
  }).filter(({ at }) => at <= now);
  return forecast(historyOf(samples), 1000, now);
};

describe('a loss that goes on for hours or days', () => {
  test.each([
    [6, 0.6],
    [12, 0.6],
    [24, 0.6],
    [48, 0.6],
    [72, 0.66],
  ])('of %i hours is announced when a part of %d of it is over', (length, part) => {
    const outcome = seenAfter(part * length, (hours) => (500 * hours) / length);
    expect(outcome.surge?.raise).not.toBe('ok');
    expect(outcome.surge?.drain?.hours).toBeGreaterThan(0.25 * length);
    const expected =
      (Date.parse(outcome.surge?.drain?.exhaustionAt ?? '') - START) / HOUR - START_OF_LOSS * 24;
    expect(expected).toBeGreaterThan(0.7 * length);
    expect(expected).toBeLessThan(1.6 * length);
  });

  test('is announced where it comes in a few steps, each two or three hours after the last', () => {
    const steps = [0.7, 3.7, 5.8, 7.8, 8.7];
    const lost = (hours: number) => 62 * steps.filter((step) => step <= hours).length;
    const seen = (hours: number) => seenAfter(hours, lost, () => 505).surge?.drain?.hours;
    expect([8, 9.2, 9.6, 10.5].map(seen)).toEqual([8, 4, 4, 8]);
  });

  test('becomes likelier to go on to the end with every hour', () => {
    const chances = [7, 9, 11, 13, 15].map(
      (hours) => seenAfter(hours, (since) => (500 * since) / 20).probabilityWithin?.['24h'] ?? 0,
    );
    expect(chances).toEqual(chances.toSorted((a, b) => a - b));
    expect(chances.at(-1)).toBeGreaterThan(0.5);
  });

  test('is announced in words with its own figures', () => {
    const { surge, reason } = seenAfter(30, (hours) => (500 * hours) / 48);
    expect(surge?.reason).toMatch(
      /^\d+ are left\. \d+ were used up in the last \d+ hours, more than in any ordinary \d+ hours of the last two weeks\.$/,
    );
    expect(surge?.basis?.lossPerHour).toBeCloseTo(surge?.drain?.lossPerHour ?? 0);
    expect(surge?.exhaustionAt).toBe(surge?.drain?.exhaustionAt);
    expect(reason).toMatch(/were used up in the last \d+ hours/);
  });

  test('that ends before the next working morning is critical at once, and a longer one is a warning first', () => {
    const fast = (hours: number) => (500 * hours) / 8;
    expect(seenAfter(5.6, fast).surge?.raise).toBe('critical');
    const slow = (hours: number) => (500 * hours) / 56;
    expect(seenAfter(32, slow).surge?.raise).toBe('warning');
  });

  test('holds its level while it pauses for a night', () => {
    const paused = (hours: number) => 23 * (hours < 14 ? hours : hours < 22 ? 14 : hours - 8);
    expect(seenAfter(13, paused).surge?.raise).toBe('critical');
    expect(seenAfter(20, paused).surge?.hold).toBe('critical');
  });
});

describe('a load that swings', () => {
  /** Every third day it takes 160 for a few hours, so a loss of twice as much would be unlike the past. */
  const swinging = (day: number): number =>
    560 + (Math.floor(day) % 3 === 0 && (day % 1) * 24 < 5 ? -160 : 0);

  test('drains where it falls evenly for 16 hours and more, by more than it ever lost before', () => {
    const even = (hours: number): number => 15 * Math.min(24, hours);
    expect(seenAfter(23, even, swinging).surge?.drain?.hours).toBeGreaterThanOrEqual(16);
  });

  test('drains from a fifth on where it falls evenly for eight hours, by a little more than it ever lost before', () => {
    const even = (hours: number): number => 33 * hours;
    const drains = (from: number) =>
      seenAfter(9, even, (day) => swinging(day) - 560 + from).surge?.drain?.hours ?? null;
    expect(drains(485)).toBe(8);
    expect(drains(515)).toBeNull();
  });

  test('does not where it falls as far at once, and then stands', () => {
    const atOnce = (hours: number): number => 345 * Math.min(1, hours / 2);
    expect(seenAfter(23, atOnce, swinging).surge?.drain).toBeNull();
  });
});

describe('a supply that is known for less than two weeks', () => {
  /** Even until a moment, and losing evenly since, with a capacity of 1,000. */
  const losing = (evenDays: number, from: number, perHour: number) => (hours: number) => {
    const now = START + evenDays * DAY + hours * HOUR;
    const samples = series(evenDays + 4, (day) => from - perHour * 24 * Math.max(0, day - evenDays));
    return forecast(historyOf(samples.filter(({ at }) => at <= now)), 1000, now).surge;
  };

  test('drains once a fifth is left', () => {
    const seen = losing(4, 600, 50);
    expect(seen(7.8)?.drain ?? null).toBeNull();
    expect(seen(8.25)?.drain?.hours).toBe(8);
    expect(seen(8.25)?.raise).toBe('critical');
    expect(losing(12.5, 600, 50)(7.8)?.drain ?? null).toBeNull();
    expect(losing(13, 600, 50)(7.8)?.drain?.hours).toBe(8);
  });

  test('drains once a fifth of the capacity was lost', () => {
    const seen = losing(6, 380, 25);
    expect(seen(7.6)?.drain ?? null).toBeNull();
    expect(seen(8.5)?.drain?.hours).toBe(8);
    expect(losing(14, 330, 25)(6.4)?.drain?.hours).toBe(8);
  });

  test('drains from the third day on', () => {
    expect(losing(2.5, 600, 40)(11.9)?.drain ?? null).toBeNull();
    expect(losing(2.5, 600, 40)(12.1)?.drain?.hours).toBe(8);
  });

  test('drains over hours before which a day is known', () => {
    const seen = losing(1, 900, 15.6);
    expect(seen(47.9)?.drain?.hours ?? null).toBeNull();
    expect(seen(48.1)?.drain?.hours).toBe(48);
  });
});

describe('a second drain', () => {
  /** The first took 450 in ten hours, and its room came back within so many hours. */
  const first =
    (backHours: number) =>
    (day: number): number => {
      const hours = (day - 13) * 24;
      const taken = hours < 10 ? 45 * Math.max(0, hours) : 450 * (1 - Math.min(1, (hours - 10) / backHours));
      return 550 - taken;
    };
  const again = (hours: number): number => 45 * hours;

  test('is announced like the first, where a person made room in between', () => {
    expect(seenAfter(8.5, again, () => 550).surge?.drain?.hours).toBe(8);
    expect(seenAfter(8.5, again, first(0.5)).surge?.drain?.hours).toBe(8);
  });

  test('is no drain where the load gives back by itself what it takes', () => {
    expect(seenAfter(8.5, again, first(40)).surge?.drain ?? null).toBeNull();
  });
});

describe('what is no drain', () => {
  test('a jump, however large, once it is over', () => {
    const outcome = seenAfter(5, () => 420);
    expect(outcome.surge?.drain).toBeNull();
    expect(outcome.surge?.raise).toBe('ok');
  });

  test('a step of hours, once it has stopped', () => {
    const step = (hours: number) => 350 * Math.min(1, hours / 3);
    for (const hours of [3.8, 5, 8, 20, 44]) expect(seenAfter(hours, step).surge?.drain).toBeNull();
  });

  test('half of what is free within hours: many a rollout takes as much', () => {
    const outcome = seenAfter(
      3.3,
      (hours) => 50 * hours,
      (day) => 420 + daily(day, 80),
    );
    expect(outcome.surge?.basis?.available).toBeLessThan(300);
    expect(outcome.surge?.drain).toBeNull();
  });

  test('a load that falls as much every day', () => {
    const outcome = seenAfter(
      9,
      () => 0,
      (day) => 450 + daily(day, 800),
    );
    expect(outcome.surge?.drain).toBeNull();
  });

  test('one with more than 28 % left: many a rollout stops there', () => {
    expect(seenAfter(8, (hours) => 20 * hours).surge?.raise).toBe('ok');
  });

  test('a loss like the one of two days before, where only a few days are known', () => {
    const falls = (day: number) => 700 * Math.max(0, day - 3.7);
    const before = (day: number) => (day < 2 ? falls(day + 2) : 210 * Math.max(0, 3 - day));
    const seen = (available: (day: number) => number) =>
      forecast(historyOf(series(4, available)), 1000, START + 4 * DAY).surge?.drain ?? null;
    expect(seen((day) => 400 - falls(day))?.hours).toBe(8);
    expect(seen((day) => 400 - falls(day) - before(day))).toBeNull();
  });
});

test('the end of a drain comes at half to twice the time that its pace leaves', () => {
  const drain: Drain = { hours: 8, lost: 80, lossPerHour: 10, hoursLeft: 24, chance: 0.25 };
  expect(drainChanceWithin(drain, 0.5)).toBe(0);
  expect(drainChanceWithin(drain, 1)).toBeCloseTo(0.125);
  expect(drainChanceWithin(drain, 2)).toBeCloseTo(0.25);
  expect(drainChanceWithin(drain, 30)).toBeCloseTo(0.25);
  expect(drainChanceWithin(drain, 0)).toBe(0);
  expect(drainChanceWithin(null, 3)).toBe(0);
});

test.each([
  { days: 20, recoveries: [] },
  { days: 20, recoveries: [300] },
  { days: 20, recoveries: [460, 180] },
  { days: 10, recoveries: [50] },
])(
  'the largest loss of each window is that of the two weeks before, without the last half day and four days before $recoveries',
  ({ days, recoveries }) => {
    const history = historyOf(
      series(days, (day) => 500 + 60 * scatter(Math.floor(day * 9)) + 90 * Math.cos(day)),
    );
    const grid = hourlyGrid(history, START + days * DAY);
    if (grid === null) throw new RangeError('there is a past');
    const past = steadyPast(grid, new Rhythm(grid), recoveries);
    const { mean, low } = past.grid;
    const end = mean.length;
    const wasRescued = (hour: number) => recoveries.some((came) => hour >= came - 96 && hour < came);
    const naive = DRAIN_HOURS.map((hours) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let to = Math.max(1, end - 14 * 24 + 1); to < end - Math.max(hours, 12); to++) {
        if (wasRescued(to)) continue;
        for (let from = Math.max(0, to - hours); from < to; from++)
          most = Math.max(most, (mean[from] ?? 0) - (low[to] ?? 0));
      }
      return most;
    });
    expect(past.ordinary).toEqual(naive);
    expect(new Set(naive).size).toBeGreaterThan(3);
  },
);

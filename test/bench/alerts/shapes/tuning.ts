import { type Chance, HOUR, type LoadSeries, type Rhythm, type SmoothKind } from './load-series.ts';
import { type Shape, seriesOf } from './series-set.ts';
import { traceRhythm } from './trace-rhythm.ts';

/**
 * The shapes that the forecast and the surge limits were tuned on. Nothing here may be used in `judging.ts`:
 * other rhythms, other traces, other ways of growing.
 */

/** A day's wave with quieter weekends, peak in the afternoon. */
const officeHours = (dice: Chance): Rhythm => {
  const peakHour = dice.uniform(9, 20);
  const weekend = dice.pick([1, 1, 0.85, 0.6]);
  return (at) => {
    const wave = 0.5 + 0.5 * Math.cos((2 * Math.PI * (at / HOUR - peakHour)) / 24);
    const day = new Date(at).getUTCDay();
    return wave * (day === 0 || day === 6 ? weekend : 1);
  };
};

/** A load that wanders for days before it comes back to its middle, as that of one big customer does. */
const wandering = (dice: Chance): Rhythm => {
  const stay = Math.exp(-1 / dice.uniform(12, 60));
  const hours: number[] = [];
  let value = 0;
  for (let hour = 0; hour < 60 * 24; hour++) {
    value = stay * value + Math.sqrt(1 - stay ** 2) * dice.normal();
    hours.push(Math.min(1.1, Math.max(0, 0.55 + 0.22 * value)));
  }
  return (at) => hours[Math.floor(at / HOUR) % hours.length] ?? 0;
};

/** Quiet, but for jobs that start every few hours and on some nights take much longer. */
const scheduledJobs = (dice: Chance): Rhythm => {
  const every = dice.pick([3, 4, 6, 8, 12]);
  const lasts = dice.uniform(0.3, 1.5);
  const idle = dice.uniform(0.2, 0.6);
  const longNight = dice.integer(0, 6);
  return (at) => {
    const hour = at / HOUR;
    const stretch = new Date(at).getUTCDay() === longNight ? 2 : 1;
    return hour % every < lasts * stretch ? 1 : idle;
  };
};

/** A calm wave, and now and then a burst that swells within an hour or two and dies away as fast: some twice as high as others. */
const bursts = (dice: Chance): Rhythm => {
  const wave = officeHours(dice);
  const starts = Array.from({ length: dice.integer(8, 30) }, () => ({
    at: dice.uniform(0, 60 * 24),
    rises: dice.uniform(0.5, 2.5),
    height: dice.uniform(0.3, 1) ** 2,
  }));
  return (at) => {
    const hour = (at / HOUR) % (60 * 24);
    let highest = 0;
    for (const { at: middle, rises, height } of starts)
      highest = Math.max(highest, height * (1 - Math.abs(hour - middle) / rises));
    return Math.min(1.1, 0.55 * wave(at) + highest);
  };
};

export const tuningRhythm = (dice: Chance): Rhythm => {
  const choice = dice.integer(0, 8);
  if (choice === 8) return bursts(dice);
  if (choice === 6) return wandering(dice);
  if (choice === 7) return scheduledJobs(dice);
  if (choice === 0) return traceRhythm('elb_request_count_8c0756.csv', dice.integer(0, 13));
  if (choice === 1) return traceRhythm('grok_asg_anomaly.csv', dice.integer(0, 13));
  if (choice === 2) return () => 0.7;
  return officeHours(dice);
};

const SHAPES: Readonly<Record<SmoothKind, (dice: Chance) => Shape>> = {
  growth: (dice) => {
    const peak = dice.uniform(0.35, 0.65);
    const from = dice.uniform(0, 4);
    const over = dice.uniform(7, 36);
    const way = dice.integer(0, 3);
    const waves = Array.from({ length: dice.integer(6, 14) }, () => dice.uniform(0, 1)).sort((a, b) => a - b);
    const needed = 1.02 - peak;
    return {
      quiet: peak * dice.uniform(0.5, 0.9),
      peak,
      days: from + over * 1.3,
      event: (day) => {
        const progress = Math.max(0, day - from) / over;
        if (way === 0) return needed * progress;
        if (way === 1) return (needed * (Math.exp(1.5 * progress) - 1)) / (Math.exp(1.5) - 1);
        // In waves at any time, each a jump, as teams move in one after the other.
        if (way === 2) return (needed * waves.filter((wave) => wave <= progress).length) / waves.length;
        // On five days of seven only.
        const weeks = Math.floor((progress * over) / 7);
        return (needed * (weeks * 5 + Math.min(5, progress * over - weeks * 7)) * 1.4) / over;
      },
    };
  },
  'late growth': (dice) => {
    const peak = dice.uniform(0.35, 0.7);
    const from = dice.uniform(12, 28);
    const over = dice.uniform(3, 10);
    return {
      quiet: peak * dice.uniform(0.5, 0.9),
      peak,
      days: from + over * 1.3,
      event: (day) => ((1.02 - peak) * Math.max(0, day - from)) / over,
    };
  },
  surge: (dice) => {
    const peak = dice.uniform(0.3, 0.7);
    const from = dice.uniform(8, 30);
    return {
      quiet: peak * dice.uniform(0.5, 0.9),
      peak,
      days: from + 1,
      event: (day) => (1.02 - peak * 0.8) * (Math.max(0, day - from) * 8),
    };
  },
  'high peak': (dice) => {
    const peak = dice.uniform(0.72, 0.9);
    return { quiet: peak * dice.uniform(0.4, 0.85), peak, days: 42, event: () => 0 };
  },
  step: (dice) => {
    const by = dice.uniform(0.12, 0.35);
    const peak = dice.uniform(0.8, 0.9) - by;
    const from = dice.uniform(3, 35);
    const takes = dice.uniform(0.02, 0.3);
    return {
      quiet: peak * dice.uniform(0.5, 0.9),
      peak,
      days: 42,
      event: (day) => by * Math.min(1, Math.max(0, (day - from) / takes)),
    };
  },
  bump: (dice) => {
    const by = dice.uniform(0.12, 0.35);
    const peak = dice.uniform(0.8, 0.9) - by;
    const from = dice.uniform(3, 38);
    const rises = dice.uniform(0.02, 0.15);
    const lasts = dice.uniform(0.05, 1.5);
    return {
      quiet: peak * dice.uniform(0.5, 0.9),
      peak,
      days: 42,
      event: (day) =>
        by * Math.max(0, Math.min(1, (day - from) / rises, (from + rises + lasts + rises - day) / rises)),
    };
  },
};

/** `count` series of each kind and size. */
export const tuningSeries = (count: number): LoadSeries[] =>
  seriesOf(
    {
      name: 'tuning',
      seed: (kind, size, index) => 1_000_003 * kind + 10_007 * size + index,
      shapes: SHAPES,
      rhythm: tuningRhythm,
      capacities: { small: [27, 59, 251], large: [1019, 4091, 16_379] },
      from: Date.UTC(2026, 2, 2),
      noise: [0.003, 0.02],
      persistence: [0.5, 0.97],
    },
    count,
  );

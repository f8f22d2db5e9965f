import { type Chance, chance, HOUR, type LoadSeries, type Rhythm, type SmoothKind } from './load-series.ts';
import { type Shape, seriesOf } from './series-set.ts';
import { traceRhythm } from './trace-rhythm.ts';

/**
 * A second set of shapes to tune on. It judged the first constants, about eight times, and its totals were known while the
 * last of them were chosen: it cannot judge any more. It shares no trace, no rhythm and no way of growing but the
 * straight line with `tuning.ts`.
 */

/** Two humps a day, one deep weekend day, and a batch job at night. */
const twoHumps = (dice: Chance): Rhythm => {
  const morning = dice.uniform(8, 11);
  const evening = morning + dice.uniform(6, 10);
  const restDay = dice.integer(0, 6);
  const restDepth = dice.uniform(0.3, 0.9);
  const batchFrom = dice.uniform(0, 5);
  const batchHeight = dice.uniform(0, 0.6);
  const hump = (hour: number, at: number): number => Math.exp(-(((((hour - at + 36) % 24) - 12) / 2.2) ** 2));
  return (at) => {
    const hour = (at / HOUR) % 24;
    const day = new Date(at).getUTCDay();
    const humps = Math.max(hump(hour, morning), 0.85 * hump(hour, evening));
    const batch = hour >= batchFrom && hour < batchFrom + 1.5 ? batchHeight : 0;
    return Math.max(0.1, humps * (day === restDay ? restDepth : 1), batch);
  };
};

/** Jobs that come and go on their own: each hour of each of eight lanes is on or off. */
const comingAndGoing = (dice: Chance): Rhythm => {
  const salt = dice.integer(1, 1 << 20);
  const lanes = Array.from({ length: 8 }, (_, lane) => ({
    length: dice.uniform(1, 6) * HOUR,
    shift: lane * 1013,
  }));
  return (at) => {
    let on = 0;
    for (const { length, shift } of lanes)
      if (chance(salt + shift + Math.floor(at / length)).uniform(0, 1) < 0.5) on++;
    return on / lanes.length;
  };
};

const rhythmOf = (dice: Chance): Rhythm => {
  const choice = dice.integer(0, 5);
  if (choice <= 1) return traceRhythm('nyc_taxi.csv', dice.integer(0, 180));
  if (choice === 2) return traceRhythm('Twitter_volume_AAPL.csv', dice.integer(0, 48));
  if (choice === 3) return comingAndGoing(dice);
  return twoHumps(dice);
};

/** How far on the way from 0 to 1 growth is, when `progress` of its time has gone. */
const WAYS_OF_GROWING: readonly ((progress: number) => number)[] = [
  (progress) => progress,
  // Slow, fast, slow again: an adoption curve, taken up to its steep part.
  (progress) => (1 / (1 + Math.exp(3 - 4 * progress)) - 0.0474) / (0.7311 - 0.0474),
  // In twelve releases, each a small stair.
  (progress) => Math.floor(progress * 12 + Math.min(1, ((progress * 12) % 1) * 4)) / 12,
  // Twice as fast in the second half.
  (progress) => (progress < 0.5 ? progress * 0.6667 : 0.3333 + (progress - 0.5) * 1.3333),
];

const SHAPES: Readonly<Record<SmoothKind, (dice: Chance) => Shape>> = {
  growth: (dice) => {
    const peak = dice.uniform(0.3, 0.7);
    const from = dice.uniform(0, 10);
    const over = dice.uniform(8, 40);
    const grow = dice.pick(WAYS_OF_GROWING);
    const scales = dice.uniform(0, 1) < 0.3;
    const needed = 1.01 / peak - 1;
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: from + over * 1.4,
      event: (day, ordinary) => {
        const grown = grow(Math.max(0, day - from) / over);
        // Either every customer adds the same rhythm, or a base load grows beneath it.
        return scales ? ordinary * needed * grown : (1.01 - peak) * grown;
      },
    };
  },
  'late growth': (dice) => {
    const peak = dice.uniform(0.3, 0.75);
    const from = dice.uniform(10, 30);
    const over = dice.uniform(3.5, 11);
    const bend = dice.uniform(1, 1.3);
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: from + over * 1.4,
      event: (day) => (1.01 - peak) * (Math.max(0, day - from) / over) ** bend,
    };
  },
  surge: (dice) => {
    const peak = dice.uniform(0.3, 0.8);
    const from = dice.uniform(7, 32);
    const bend = dice.uniform(0.8, 1.3);
    const quiet = peak * dice.uniform(0.4, 0.9);
    return {
      quiet,
      peak,
      days: from + 1,
      event: (day) => (1.01 - (quiet + peak) / 2) * (Math.max(0, day - from) * 8) ** bend,
    };
  },
  'high peak': (dice) => {
    const peak = dice.uniform(0.7, 0.9);
    return { quiet: peak * dice.uniform(0.3, 0.9), peak, days: 42, event: () => 0 };
  },
  step: (dice) => {
    const by = dice.uniform(0.1, 0.4);
    const peak = dice.uniform(0.75, 0.9) - by;
    const from = dice.uniform(2, 38);
    const takes = dice.uniform(0.01, 0.5);
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: 42,
      // Moved in bursts: quick at first, then the stragglers.
      event: (day) => by * (1 - Math.exp((-4 * Math.max(0, day - from)) / takes)),
    };
  },
  bump: (dice) => {
    const by = dice.uniform(0.1, 0.4);
    const peak = dice.uniform(0.75, 0.9) - by;
    const from = dice.uniform(2, 38);
    const width = dice.uniform(0.05, 0.6);
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: 42,
      event: (day) => by * Math.exp(-(((day - from - 1) / width) ** 4)),
    };
  },
};

/** `count` series of each kind and size. */
export const secondTuningSeries = (count: number): LoadSeries[] =>
  seriesOf(
    {
      name: 'second',
      seed: (kind, size, index) => 7_368_787 * kind + 99_991 * size + index,
      shapes: SHAPES,
      rhythm: rhythmOf,
      capacities: { small: [27, 59, 123, 251], large: [507, 2043, 8187, 16_379] },
      from: Date.UTC(2026, 5, 1),
      noise: [0.002, 0.025],
      persistence: [0.3, 0.98],
    },
    count,
  );

import {
  type Chance,
  chance,
  DAY,
  type Event,
  HOUR,
  type LoadSeries,
  layOut,
  type Rhythm,
  type SmoothKind,
} from './load-series.ts';

/** One way for a subnet to be used, and what happens to it. Uses are fractions of its capacity. */
export interface Shape {
  readonly quiet: number;
  readonly peak: number;
  readonly days: number;
  readonly event: Event;
}

type Range = readonly [low: number, high: number];

/** What makes one set of shapes unlike the others. */
export interface SeriesSet {
  readonly name: string;
  /** A number of its own for every series; kinds and sizes count from 1, series from 0. */
  readonly seed: (kind: number, size: number, index: number) => number;
  readonly shapes: Readonly<Record<SmoothKind, (dice: Chance) => Shape>>;
  readonly rhythm: (dice: Chance) => Rhythm;
  readonly capacities: Readonly<Record<LoadSeries['size'], readonly number[]>>;
  /** The first of the seven days on which a series may begin, in epoch milliseconds. */
  readonly from: number;
  readonly noise: Range;
  readonly persistence: Range;
}

/** `count` series of each kind and size, without those that run out on their first day. */
export const seriesOf = (set: SeriesSet, count: number): LoadSeries[] => {
  const result: LoadSeries[] = [];
  for (const [kindIndex, kind] of (Object.keys(set.shapes) as SmoothKind[]).entries())
    for (const [sizeIndex, size] of (['small', 'large'] as const).entries())
      for (let index = 0; index < count; index++) {
        const dice = chance(set.seed(kindIndex + 1, sizeIndex + 1, index));
        const shape = set.shapes[kind](dice);
        result.push(
          layOut(
            {
              name: `${set.name} ${kind} ${size} ${index}`,
              kind,
              size,
              capacity: dice.pick(set.capacities[size]),
              start: set.from + dice.integer(0, 6) * DAY + dice.integer(0, 23) * HOUR,
              days: Math.ceil(shape.days),
              rhythm: set.rhythm(dice),
              quiet: shape.quiet,
              peak: shape.peak,
              noise: dice.uniform(...set.noise),
              persistence: dice.uniform(...set.persistence),
              event: shape.event,
              dirty: index % 4 === 3,
            },
            dice,
          ),
        );
      }
  return result.filter(
    (series) => (series.exhaustedAt ?? Number.POSITIVE_INFINITY) > (series.samples[0]?.at ?? 0) + DAY,
  );
};

import type { HourlyPoint, SubnetHistory } from '../../model/result/forecast.ts';
import {
  earliestHour,
  hourlyPoints,
  type Measurement,
  noHours,
  recentSamples,
  type SubnetHours,
  type Supply,
} from './history-rollup.ts';
import { HourColumns } from './hour-columns.ts';

/** One subnet's folded hours as read: the closed ones, and after them those into which the reader may still fold. */
export interface FoldedHours {
  readonly closed: Readonly<Record<Supply, HourColumns>>;
  readonly open: SubnetHours;
}

export const noFoldedHours = (): FoldedHours => ({
  closed: { addresses: new HourColumns(), prefixes: new HourColumns() },
  open: noHours(),
});

/**
 * Makes histories whose hours become objects only when they are asked for: a run over a thousand subnets looks at one
 * at a time. The last one looked at is kept, so that looking twice costs nothing.
 */
export class LazyHistories {
  readonly #from: number;
  readonly #newest: number;
  readonly #last = new Map<
    Supply,
    { readonly hours: FoldedHours; readonly points: readonly HourlyPoint[] }
  >();

  /** See `subnetHistory` for both. */
  constructor(from: number, newest: number) {
    this.#from = from;
    this.#newest = newest;
  }

  of(hours: FoldedHours, measurements: readonly Measurement[]): SubnetHistory {
    const recent = recentSamples(measurements, this.#from, this.#newest);
    const points = (supply: Supply): readonly HourlyPoint[] => this.#points(hours, supply);
    return {
      addresses: {
        get hourly() {
          return points('addresses');
        },
        recent: recent.addresses,
      },
      prefixes: {
        get hourly() {
          return points('prefixes');
        },
        recent: recent.prefixes,
      },
    };
  }

  #points(hours: FoldedHours, supply: Supply): readonly HourlyPoint[] {
    const last = this.#last.get(supply);
    if (last?.hours === hours) return last.points;
    const earliest = earliestHour(this.#from, this.#newest);
    const points = [...hours.closed[supply].points(earliest), ...hourlyPoints(hours.open[supply], earliest)];
    this.#last.set(supply, { hours, points });
    return points;
  }
}
